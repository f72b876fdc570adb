// A run of tests in stages: all of them run even when one fails, and what they really counted is summed at the end.
import { describe, say, seconds } from './log.mjs';

/**
 * `stages`: `[{ name, run }]`, where `run` gives `{ passed, failed, skipped? }` or throws, which counts as one failure.
 * Prints the table and, last, `N passed, N failed`; returns whether all is well.
 */
export async function runStages(stages) {
  const results = [];
  for (const { name, run, counted = true } of stages) {
    const started = Date.now();
    say(`\n=== ${name}`);
    let result;
    try {
      result = { passed: 0, failed: 0, skipped: 0, ...(await run()) };
      if (counted && result.passed + result.failed === 0) {
        say(`${name} ran no test`);
        result.failed = 1;
      }
    } catch (error) {
      say(describe(error));
      result = { passed: 0, failed: 1, skipped: 0 };
    }
    results.push({ name, ...result, time: seconds(started) });
  }
  printTable(results);
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  say(closingLine(sum('passed'), sum('failed'), sum('skipped')));
  return sum('failed') === 0;
}

function closingLine(passed, failed, skipped) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function printTable(results) {
  const width = Math.max(...results.map(({ name }) => name.length));
  say(`\n${'stage'.padEnd(width)}   passed   failed  skipped      time`);
  for (const { name, passed, failed, skipped, time } of results) {
    const numbers = [passed, failed, skipped].map((count) => String(count).padStart(9)).join('');
    say(`${name.padEnd(width)}${numbers}${time.padStart(10)}${failed > 0 ? '   FAILED' : ''}`);
  }
}
