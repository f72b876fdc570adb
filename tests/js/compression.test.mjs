// How much less room answers take, and that what makes it so can be made again.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { answers } from '../bench/answers.mjs';
import { open, PLAIN } from './support/cache.mjs';

test('the dictionary is what its script makes of its corpus', () => {
  const script = fileURLToPath(new URL('../../wasm/toolchain/make_dictionary.mjs', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'inherit' });
});

/** UTF-16 units of the JSON for each one that is stored: the whole record, without its key. */
function ratioOf(t, value) {
  const { cache, area, reload } = open(t);
  cache.set('answer', value);
  const { length } = area.getItem('test_answer');
  assert.deepEqual(reload().get('answer'), value);
  return JSON.stringify(value).length / length;
}

// What was measured, rounded down; the last three are of kinds that the dictionary’s corpus has nothing of.
const RATIOS = {
  'encouragement, 556 B': 2.7,
  'three tasks, 2 kB': 8,
  'daily plan, 8 kB': 10.5,
  'all tasks, 76 kB': 17,
  'energy by the hour': 6,
  'weather forecast': 9.5,
  'tickets of a sprint': 8.5,
};

for (const [name, answer] of Object.entries(answers)) {
  test(`an answer takes ${RATIOS[name]} times less room: ${name}`, (t) => {
    const ratio = ratioOf(t, answer);
    assert.ok(ratio >= RATIOS[name], `only ${ratio.toFixed(2)}`);
  });
}

test('an incompressible value takes at most a few units more than the plain form', (t) => {
  let state = 1;
  const letters = Array.from({ length: 5_000 }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(0x21 + (state % 90));
  });
  const value = letters.join('');
  const { cache, area } = open(t);
  cache.set('noise', value);
  assert.ok(area.getItem('test_noise').length < JSON.stringify(value).length);
});

test('JSON above 1 MiB stays in memory, in either form, and takes its older record along', (t) => {
  for (const storage of [{}, PLAIN]) {
    const { cache, area } = open(t, { storage: { maxBytes: 2 ** 24, ...storage } });
    cache.set('largest', 'x'.repeat(2 ** 20 - 2));
    assert.notEqual(area.getItem('test_largest'), null);
    assert.equal(cache.stats().errors.quota, 0);
    cache.set('largest', 'x'.repeat(2 ** 20 - 1));
    assert.equal(cache.get('largest').length, 2 ** 20 - 1);
    assert.equal(area.getItem('test_largest'), null);
    assert.equal(cache.stats().errors.quota, 1);
  }
});
