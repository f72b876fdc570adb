// A run of tests in stages: which stages run, which need not because nothing they depend on changed since they last
// passed, and what each counted. A failed stage does not stop the others.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, stampIs, writeStamp } from './content_hash.mjs';
import { describe, NoSetUp, say, seconds, Trouble } from './log.mjs';
import { projectFolder } from './project.mjs';
import { surroundings } from './stage_inputs.mjs';

const PASSED = join(projectFolder, 'build', 'passed');

/**
 * `npm test -- [--all] [stage …] [pattern …]`: `{ chosen, patterns, onlyChanged }`. Whole stages run only if something changed, unless
 * they are named, `--all` is given or `CI` is set.
 */
export function choose(stages, args, { CI } = process.env) {
  const names = args.filter((arg) => arg !== '--all');
  const patterns = [];
  const chosen = [];
  for (const name of names) {
    const stage = patterns.length === 0 && stages.find((one) => one.name === name);
    if (stage) chosen.push(stage);
    else patterns.push(name);
  }
  if (patterns.length > 0) {
    if (chosen.length === 0) throw new Trouble(`no stage is called ${patterns[0]}; there are:\n${listOf(stages)}`);
    const deaf = chosen.find(({ takes }) => !takes);
    if (deaf) throw new Trouble(`${deaf.name} takes no ${patterns[0]}; the stages are:\n${listOf(stages)}`);
  }
  const onlyChanged = chosen.length === 0 && !args.includes('--all') && !CI;
  return { chosen: chosen.length > 0 ? chosen : stages, patterns, onlyChanged };
}

function listOf(stages) {
  return stages.map(({ name, takes }) => `  ${name}${takes ? ` [${takes} …]` : ''}`).join('\n');
}

/**
 * `stages`: `[{ name, run, inputs?, takes?, counted? }]`. `run(patterns, { onlyChanged })` gives `{ passed, failed, skipped? }` or throws, which
 * counts as one failure. `inputs()` gives all that the outcome depends on, `takes` says what a pattern of this stage is.
 * Prints the table and, last, `N passed, N failed`, in which what did not run is not counted; returns whether all is well.
 */
export async function runStages(stages, { patterns = [], onlyChanged = false, stamps = PASSED } = {}) {
  const results = [];
  for (const { name, run, inputs, counted = true } of stages) {
    const started = Date.now();
    say(`\n=== ${name}`);
    let result;
    try {
      const stamp = inputs && patterns.length === 0 ? hashOf(surroundings(), await inputs()) : undefined;
      if (onlyChanged && stamp && stampIs(join(stamps, name), stamp)) {
        say(`${name}: unchanged since it last passed, not run`);
        results.push({ name, passed: 0, failed: 0, skipped: 0, isUnchanged: true, time: seconds(started) });
        continue;
      }
      result = { passed: 0, failed: 0, skipped: 0, ...(await run(patterns, { onlyChanged })) };
      const none = result.passed + result.failed === 0;
      // Elsewhere a tool may be missing; CI has all of them.
      if (counted && none && (process.env.CI || result.skipped === 0)) {
        say(`${name} ran no test`);
        result.failed = 1;
      }
      if (stamp) remember(join(stamps, name), stamp, result);
    } catch (error) {
      say(describe(error));
      result = { passed: 0, failed: 1, skipped: 0 };
      if (error instanceof NoSetUp) {
        results.push({ name, ...result, time: seconds(started) });
        break;
      }
    }
    results.push({ name, ...result, time: seconds(started) });
  }
  printTable(results);
  const unchanged = results.filter(({ isUnchanged }) => isUnchanged).map(({ name }) => name);
  if (unchanged.length > 0)
    say(`not run, unchanged since they last passed (npm test -- --all runs them): ${unchanged.join(', ')}`);
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  say(closingLine(sum('passed'), sum('failed'), sum('skipped')));
  return sum('failed') === 0;
}

/** Only what passed is remembered; what failed runs again, whatever had passed before. */
function remember(file, stamp, { failed }) {
  if (failed === 0) writeStamp(file, stamp);
  else rmSync(file, { force: true });
}

function closingLine(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function printTable(results) {
  const width = Math.max(...results.map(({ name }) => name.length));
  say(`\n${'stage'.padEnd(width)}   passed   failed  skipped      time`);
  for (const { name, passed, failed, skipped, isUnchanged, time } of results) {
    const numbers = isUnchanged
      ? 'unchanged, not run'.padStart(27)
      : [passed, failed, skipped].map((count) => String(count).padStart(9)).join('');
    say(`${name.padEnd(width)}${numbers}${time.padStart(10)}${failed > 0 ? '   FAILED' : ''}`);
  }
}
