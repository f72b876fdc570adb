import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { figures, simulate, traceFile } from './simulator.mjs';

/** A file of lines in a folder whose name a shell would take apart. */
async function withLines(lines, use) {
  const folder = await mkdtemp(join(tmpdir(), "it's a trace "));
  const file = join(folder, 'lines.txt');
  await writeFile(file, lines.join('\n'));
  return use(file).finally(() => rm(folder, { recursive: true }));
}

test('the last figure of the last line is the hit ratio of the policy that was asked for', async () => {
  const { stdout } = await simulate('--trace', traceFile('web07'), '--entries', '500', '--policy', 'lru');
  assert.match(stdout.trimEnd().split('\n').at(-1), / 45\.58$/);
});

test('a trace may be lines, with bytes and costs behind the keys', () =>
  withLines(['plan 60 10', 'teams 30', 'plan 60 10', 'tasks 20 2', 'teams 30', 'plan 60 10'], async (file) => {
    const common = ['--trace', file, '--format', 'lines', '--policy', 'lru', '--costs'];
    assert.deepEqual((await figures(...common, '--entries', '2'))[2].lru, [29.41, 16.67]);
    // 110 bytes hold all but the first of the tasks or the teams: both plans that come again are hits, and the teams.
    assert.deepEqual((await figures(...common, '--bytes', '110'))[110].lru, [61.76, 50]);
  }));

test('what cannot be understood or read ends with a line that says so', async () => {
  for (const [args, said] of [
    [['--entries', '5'], /--trace and --entries/],
    [['--trace', traceFile('web07'), '--entries', '5,x'], /not understood: --entries 5,x/],
    [['--trace', traceFile('web07'), '--entries', '5', '--policy', 'fifo'], /not understood: --policy fifo/],
    [['--trace', traceFile('web07'), '--bytes', '5', '--policy', 'optimum'], /optimum knows entries only/],
    [['--trace', traceFile('nowhere'), '--entries', '5'], /no trace in there/],
  ]) {
    const { code, stderr } = await simulate(...args);
    assert.notEqual(code, 0);
    assert.match(stderr, said);
  }
});
