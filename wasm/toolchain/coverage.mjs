// Which lines and branches of the core its own tests run, by clang's source coverage: a table, pages to look into, limits.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { clang, NoClang } from './clang.mjs';
import { nativeTests, wholeSuite } from './core_tests.mjs';
import { run } from './exec.mjs';
import { say, Trouble } from './log.mjs';
import { projectFolder } from './project.mjs';

const CORE = join(projectFolder, 'wasm', 'core');
/** Percent of lines and branches that the tests of the core have to run. */
const LIMITS = { lines: 97, branches: 90 };

/** `npm run coverage`: false where a limit is missed. */
export async function coverage() {
  await clang();
  const { totals, files } = await measure();
  say(table([...files, { name: 'all', ...totals }]));
  const missed = Object.entries(LIMITS).filter(([what, limit]) => percent(totals[what]) < limit);
  for (const [what, limit] of missed)
    say(`coverage: ${percent(totals[what]).toFixed(2)} % of ${what}, wanted ${limit} %`);
  say(`pages: ${relative(projectFolder, join(reports(), 'index.html'))}`);
  return missed.length === 0;
}

/** The same in `npm test`, from the run that has just been: one test, skipped where no clang can be had. */
export async function coverageStage() {
  try {
    await clang();
  } catch (error) {
    if (!(error instanceof NoClang)) throw error;
    say(`skipped: ${error.message}`);
    return { skipped: 1 };
  }
  return (await coverage()) ? { passed: 1 } : { failed: 1 };
}

async function measure() {
  const { result, profile: raw } = await wholeSuite();
  if (result.failed > 0) throw new Trouble('coverage: not counted, since tests of the core failed');
  const { program: tests } = await nativeTests();
  const profile = `${raw}.merged`;
  await tool('llvm-profdata', ['merge', '--sparse', raw, '-o', profile]);
  const source = [`--instr-profile=${profile}`, tests, CORE];
  const summary = await tool('llvm-cov', ['export', '--summary-only', ...source]);
  mkdirSync(reports(), { recursive: true });
  await tool('llvm-cov', ['show', '--format=html', '--show-branches=count', `--output-dir=${reports()}`, ...source]);
  writeFileSync(join(reports(), 'summary.json'), summary);
  const [data] = JSON.parse(summary).data;
  if (data.files.length === 0) throw new Trouble('coverage: no file of the core was seen');
  const files = data.files.map(({ filename, summary: counts }) => ({ name: relative(CORE, filename), ...counts }));
  return { files, totals: data.totals };
}

async function tool(command, args) {
  const whole = (await clang()).wrap(command, args);
  return run(whole.command, whole.args, { cwd: projectFolder });
}

function reports() {
  return join(projectFolder, 'build', 'coverage', 'report');
}

function percent({ count, covered }) {
  return count === 0 ? 100 : (100 * covered) / count;
}

function table(files) {
  const width = Math.max(...files.map(({ name }) => name.length));
  const share = (counts) =>
    `${percent(counts).toFixed(2).padStart(8)} %${`(${counts.covered}/${counts.count})`.padStart(13)}`;
  const rows = files.map(({ name, lines, branches }) => `${name.padEnd(width)}  ${share(lines)}  ${share(branches)}`);
  return [`${''.padEnd(width)}  ${'lines'.padStart(23)}  ${'branches'.padStart(23)}`, ...rows].join('\n');
}
