// The test suite of keyv, a widely used interface for key-value stores, over the memory tier.
import assert from 'node:assert/strict';
import test, { afterEach, beforeEach, describe } from 'node:test';
import { expect } from 'expect';
import Keyv from 'keyv';
import suite, { keyvIteratorTests } from '@keyv/test-suite';
import { openCache } from '../../dist/index.js';
import { KeyvAdapter } from './support/keyv_adapter.mjs';
import { START } from './support/cache.mjs';

/** The suite speaks to vitest: each of its tests takes a context with `expect`. */
const runner = {
  it: (name, body) => test(name, () => body({ expect })),
  beforeEach,
  afterEach,
  describe,
};

const cache = openCache({ namespace: 'keyv_', storage: false });
const store = () => new KeyvAdapter(cache);

for (const [name, part] of [
  ['keyv: interface, values and namespaces', suite],
  ['keyv: iterators', keyvIteratorTests],
]) {
  describe(name, () => {
    part(runner, Keyv, store);
    // `expect.assertions(n)` is only a wish until somebody counts.
    afterEach(() => {
      assert.deepEqual(
        expect.extractExpectedAssertionsErrors().map(({ error }) => error.message),
        [],
      );
    });
  });
}

test('the suite’s values went through the cache', () => {
  const { memory, storage } = cache.stats();
  assert.ok(memory.hits > 30 && memory.entries > 0);
  assert.equal(storage.entries, 0);
});

test('a value’s end is the cache’s own, not Keyv’s', async (t) => {
  const clock = { now: START };
  const still = openCache({ namespace: 'still_', storage: false, clock: () => clock.now });
  t.after(() => still.close());
  const adapter = new KeyvAdapter(still);
  await new Keyv({ store: adapter }).set('foo', 'bar', 1_000);
  clock.now += 999;
  assert.notEqual(await adapter.get('keyv:foo'), undefined);
  clock.now += 1;
  assert.equal(await adapter.get('keyv:foo'), undefined);
});
