// Runs the fuzz targets of wasm/fuzz, each for a while, from the corpora in the tree. What a run finds on its way is kept
// in build/fuzz/corpus and makes the next run begin further on.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { buildPreset } from './build_preset.mjs';
import { clang, NoClang } from './clang.mjs';
import { runLive } from './exec.mjs';
import { say, Trouble } from './log.mjs';
import { numbersFrom } from './options.mjs';
import { projectFolder } from './project.mjs';

const sources = join(projectFolder, 'wasm', 'fuzz');
const DEFAULT_SECONDS = 60;
// An answer is kept up to the budget's 2 MiB, but what a reader does wrong it does wrong within a few kB.
const LONGEST_INPUT = 4096;
// Twice what the slowest input takes under the sanitizers is still far below a second.
const SLOWEST_INPUT = 5;
const MEGABYTES = 2048;
const GRACE = 60_000;

const LIBFUZZER = {
  // Leaks too; and the message says where undefined behaviour came from.
  ASAN_OPTIONS: 'detect_leaks=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};

export function fuzzTargets() {
  return readdirSync(sources)
    .map((file) => /^fuzz_(\w+)\.cpp$/.exec(file)?.[1])
    .filter((name) => name !== undefined)
    .sort();
}

/** `npm run fuzz -- [--seconds 60] [--merge 1]`: false where a target found something. */
export async function fuzz(args) {
  const { seconds, merge } = numbersFrom(args, { seconds: DEFAULT_SECONDS, merge: 0 });
  const { failed } = await fuzzFor(seconds);
  if (failed === 0 && merge > 0) await mergeIntoTree();
  return failed === 0;
}

/** The bounded run of `npm test`: one test a target, skipped where no clang can be had. */
export async function fuzzStage(seconds) {
  try {
    await clang();
  } catch (error) {
    if (!(error instanceof NoClang)) throw error;
    say(`skipped: ${error.message}`);
    return { skipped: fuzzTargets().length };
  }
  return fuzzFor(seconds);
}

/** The targets as built; none where no clang can be had. */
export async function fuzzPrograms() {
  try {
    await clang();
  } catch (error) {
    if (!(error instanceof NoClang)) throw error;
    return [];
  }
  const folder = await buildPreset('fuzz');
  return fuzzTargets().map((target) => join(folder, `fuzz_${target}`));
}

async function fuzzFor(seconds) {
  const folder = await buildPreset('fuzz');
  const waiting = fuzzTargets();
  const result = { passed: 0, failed: 0 };
  const worker = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      const well = await attack(folder, target, seconds);
      result[well ? 'passed' : 'failed'] += 1;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return result;
}

async function attack(folder, target, seconds) {
  const found = foundIn(target);
  const artifacts = join(projectFolder, 'build', 'fuzz', 'artifacts', `${target}-`);
  mkdirSync(found, { recursive: true });
  mkdirSync(dirname(artifacts), { recursive: true });
  const dictionary = join(sources, `${target}.dict`);
  const { command, args } = (await clang()).wrap(join(folder, `fuzz_${target}`), [
    `-max_total_time=${seconds}`,
    `-max_len=${LONGEST_INPUT}`,
    `-timeout=${SLOWEST_INPUT}`,
    `-rss_limit_mb=${MEGABYTES}`,
    `-artifact_prefix=${artifacts}`,
    '-print_final_stats=1',
    '-verbosity=0',
    ...(existsSync(dictionary) ? [`-dict=${dictionary}`] : []),
    found,
    corpusOf(target),
  ]);
  const timeout = seconds * 1000 + GRACE;
  const { ok, text } = await runLive(command, args, { cwd: projectFolder, env: LIBFUZZER, timeout, quiet: true });
  const runs = /number_of_executed_units:\s*(\d+)/.exec(text)?.[1];
  if (ok && runs) say(`fuzz ${target}: ${runs} inputs in ${seconds} s, nothing found`);
  else
    say(`${text}\nfuzz ${target}: FOUND SOMETHING; the input lies in ${relative(projectFolder, dirname(artifacts))}`);
  return ok && runs !== undefined;
}

/** The smallest set of inputs that reaches what all of them reach becomes the corpus in the tree. */
async function mergeIntoTree() {
  const folder = await buildPreset('fuzz');
  for (const target of fuzzTargets()) {
    const merged = mkdtempSync(join(tmpdir(), 'cardcache-corpus-'));
    try {
      const { command, args } = (await clang()).wrap(join(folder, `fuzz_${target}`), [
        '-merge=1',
        `-max_len=${LONGEST_INPUT}`,
        merged,
        corpusOf(target),
        foundIn(target),
      ]);
      const { ok, text } = await runLive(command, args, {
        cwd: projectFolder,
        env: LIBFUZZER,
        timeout: 10 * GRACE,
        quiet: true,
      });
      if (!ok) throw new Trouble(`${text}\nfuzz ${target}: the corpora could not be merged`);
      rmSync(corpusOf(target), { recursive: true, force: true });
      mkdirSync(corpusOf(target), { recursive: true });
      for (const file of readdirSync(merged)) copyFileSync(join(merged, file), join(corpusOf(target), file));
    } finally {
      rmSync(merged, { recursive: true, force: true });
    }
  }
}

function corpusOf(target) {
  return join(sources, 'corpus', target);
}

function foundIn(target) {
  return join(projectFolder, 'build', 'fuzz', 'corpus', target);
}
