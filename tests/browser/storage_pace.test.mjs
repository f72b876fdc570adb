// That storage holds the page up no longer than a bounded number of calls to it takes: in a set, and in a slice of upkeep,
// however much lies there. Calls are counted, since how long they take is as much the machine's doing as ours; what a set takes
// in time is measured by the bench (`npm run bench -- pace`).
import assert from 'node:assert/strict';
import test from 'node:test';
import { startDemo } from './harness.mjs';

const demo = await startDemo();
/** A set may remove 32 records, each read before, and writes one; few more calls look after notes and hints. */
const CALLS_OF_A_SET = 100;
/** Three slices at most in one idle period, each of 128 records that are read and removed. */
const CALLS_OF_AN_IDLE_PERIOD = 800;

/** A page with real time, a module on it, and what the tests use. `seed` writes what lies there before. */
async function openPage(t, seed) {
  const context = await demo.browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${demo.server.url}blank`);
  await page.evaluate(seed ?? (() => undefined));
  await page.evaluate(async () => {
    let calls = 0;
    for (const name of ['getItem', 'setItem', 'removeItem', 'key']) {
      const real = Storage.prototype[name];
      Storage.prototype[name] = function (...args) {
        calls += 1;
        return real.apply(this, args);
      };
    }
    /** How many calls to storage something makes. */
    globalThis.callsOf = (work) => {
      const before = calls;
      work();
      return calls - before;
    };
    globalThis.slices = [];
    const idle = globalThis.requestIdleCallback;
    globalThis.requestIdleCallback = (task, options) =>
      idle((deadline) => {
        globalThis.slices.push(globalThis.callsOf(() => task(deadline)));
      }, options);
    globalThis.callsToSet = (key, value) => globalThis.callsOf(() => globalThis.cache.set(key, value));
    globalThis.small = (index) => ({ index, text: 'x'.repeat(60) });
    /** Settles when upkeep has come to its end. */
    globalThis.untilIdle = async () => {
      for (let quiet = 0; quiet < 5;) {
        const before = globalThis.slices.length;
        await new Promise((resolve) => idle(resolve));
        quiet = globalThis.slices.length === before ? quiet + 1 : 0;
      }
    };
    globalThis.ahead = 0;
    const cardcache = await import('/dist/index.js');
    const clock = () => Date.now() + globalThis.ahead;
    globalThis.cache = cardcache.openCache({ namespace: 'pace_', clock });
    await globalThis.cache.ready;
  });
  return page;
}

function assertFew(t, what, calls, limit = CALLS_OF_A_SET) {
  const most = Math.max(...calls);
  t.diagnostic(`${what}: ${calls.length}, at most ${most} calls`);
  assert.ok(most <= limit, `${what}: ${most} calls to storage`);
}

/** As many records of ours as the budget of 2 MiB holds of this size. */
const seedFull = seedOf(14_000);

/** A script for the page that writes so many records of ours. */
function seedOf(count) {
  return `for (let index = 0; index < ${count}; index++) {
    const record = { data: { index, text: 'x'.repeat(60) }, timestamp: Date.now() - 1000 };
    localStorage.setItem('pace_seeded:user:' + index, JSON.stringify(record));
  }`;
}

test('a budget full of small records does not hold up a set, of a small value or of a large one', async (t) => {
  const page = await openPage(t, seedFull);
  assertFew(t, 'first set after opening', await page.evaluate(() => [globalThis.callsToSet('first:user', 1)]));
  await page.evaluate(() => globalThis.untilIdle());
  assert.ok((await page.evaluate(() => globalThis.cache.stats().storage.entries)) >= 14_000);
  const small = await page.evaluate(() =>
    Array.from({ length: 200 }, (_, index) => globalThis.callsToSet(`more:user:${index}`, globalThis.small(index))),
  );
  assertFew(t, 'small values', small);
  // A day later: what lies there has not been asked for, so a large value may take its place.
  await page.evaluate(() => (globalThis.ahead = 86_400_000));
  const large = await page.evaluate(() => {
    const rows = Array.from({ length: 850 }, (_, id) => ({
      id,
      title: `Task number ${id}`,
      state: 'open',
      due: '2026-11-22T08:00:00',
      points: Math.random(),
    }));
    return [globalThis.callsToSet('large:0', rows)];
  });
  assertFew(t, '76 kB of rows', large);
  await page.evaluate(() => globalThis.untilIdle());
  const { bytes, budget } = await page.evaluate(() => globalThis.cache.stats().storage);
  assert.ok(bytes <= budget);
  assert.notEqual(await page.evaluate(() => localStorage.getItem('pace_large:0')), null, 'it was written in the end');
});

test('an origin full of others’ records does not hold up a set', async (t) => {
  const page = await openPage(t, () => {
    for (let index = 0; index < 2_000; index++) {
      const record = { data: { index, text: 'x'.repeat(60) }, timestamp: Date.now() - 1000 };
      localStorage.setItem(`pace_seeded:user:${index}`, JSON.stringify(record));
    }
    for (let size = 1 << 20, index = 0; size > 0; index++) {
      try {
        localStorage.setItem(`other_${index}`, 'o'.repeat(size));
      } catch {
        size >>= 1;
      }
    }
  });
  await page.evaluate(() => globalThis.untilIdle());
  const others = () => Object.keys(localStorage).filter((name) => name.startsWith('other_')).length;
  const before = await page.evaluate(others);
  const small = await page.evaluate(() =>
    Array.from({ length: 300 }, (_, index) => globalThis.callsToSet(`more:user:${index}`, globalThis.small(index))),
  );
  assertFew(t, 'small values', small);
  assert.equal(await page.evaluate(others), before);
  assert.equal(await page.evaluate(() => globalThis.cache.stats().errors.quota), 0);
  assert.notEqual(await page.evaluate(() => localStorage.getItem('pace_more:user:299')), null);
});

test('maintenance of thousands of records runs in short slices', async (t) => {
  const page = await openPage(t, seedOf(3_000));
  const slicesOf = (action) =>
    page.evaluate(async (source) => {
      globalThis.slices.length = 0;
      new Function(source)();
      await globalThis.untilIdle();
      return globalThis.slices;
    }, action);
  assertFew(t, 'counting', await slicesOf(''), CALLS_OF_AN_IDLE_PERIOD);
  const removing = await slicesOf('globalThis.ahead = 4 * 86_400_000; globalThis.cache.invalidateAll()');
  assertFew(t, 'removing', removing, CALLS_OF_AN_IDLE_PERIOD);
  assert.ok(removing.length > 10);
  const left = await page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes('seeded')).length);
  assert.equal(left, 0);
});
