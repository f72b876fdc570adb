// How long storage holds the page up, in a real browser: what `set` takes beyond the browser's own setItem and JSON.stringify,
// and how long a slice of upkeep is. A machine that does something else in between is no fault of ours: what counts is the
// slowest hundredth of each round (one set in 32 removes records) in the best of a few rounds; all figures are printed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startDemo } from './harness.mjs';

const demo = await startDemo();
const LIMIT = 5;
const ROUNDS = 5;

/** A page with real time, a module on it, and what the measurements use. `seed` writes what lies there before. */
async function openPage(t, seed) {
  const context = await demo.browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${demo.server.url}blank`);
  await page.evaluate(seed ?? (() => undefined));
  await page.evaluate(async () => {
    let inBrowser = 0;
    const setItem = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, text) {
      const began = performance.now();
      try {
        setItem.call(this, key, text);
      } finally {
        inBrowser += performance.now() - began;
      }
    };
    globalThis.slices = [];
    const idle = globalThis.requestIdleCallback;
    globalThis.requestIdleCallback = (task, options) =>
      idle((deadline) => {
        const began = performance.now();
        task(deadline);
        globalThis.slices.push(performance.now() - began);
      }, options);
    /** What setting it takes beyond what the browser needs, in ms. */
    globalThis.beyond = (key, value) => {
      let began = performance.now();
      JSON.stringify(value);
      const stringify = performance.now() - began;
      inBrowser = 0;
      began = performance.now();
      globalThis.cache.set(key, value);
      return performance.now() - began - inBrowser - stringify;
    };
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
    const began = performance.now();
    const clock = () => Date.now() + globalThis.ahead;
    globalThis.cache = cardcache.openCache({ namespace: 'pace_', clock });
    await globalThis.cache.ready;
    globalThis.opening = performance.now() - began;
  });
  return page;
}

/** Runs `measure` until one round is within the limit. */
async function bestOf(t, what, measure) {
  let best = Infinity;
  for (let round = 0; round < ROUNDS && best >= LIMIT; round++) {
    const durations = (await measure(round)).sort((a, b) => a - b);
    const at = (share) => durations[Math.floor((durations.length - 1) * share)].toFixed(1);
    t.diagnostic(`${what}: ${durations.length}, median ${at(0.5)}, 99 % ${at(0.99)}, longest ${at(1)} ms`);
    best = Math.min(best, Number(at(0.99)));
  }
  assert.ok(best < LIMIT, `${what}: ${best} ms`);
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
  await bestOf(t, 'first set after opening', () => page.evaluate(() => [globalThis.beyond('first:user', 1)]));
  await page.evaluate(() => globalThis.untilIdle());
  assert.ok((await page.evaluate(() => globalThis.cache.stats().storage.entries)) >= 14_000);
  await bestOf(t, 'small values', (round) =>
    page.evaluate((from) => {
      return Array.from({ length: 200 }, (_, index) =>
        globalThis.beyond(`more:user:${from + index}`, globalThis.small(index)),
      );
    }, round * 200),
  );
  // A day later: what lies there has not been asked for, so a large value may take its place.
  await page.evaluate(() => (globalThis.ahead = 86_400_000));
  await bestOf(t, '76 kB of rows', (round) =>
    page.evaluate((name) => {
      const rows = Array.from({ length: 850 }, (_, id) => ({
        id,
        title: `Task number ${id}`,
        state: 'open',
        due: '2026-11-22T08:00:00',
        points: Math.random(),
      }));
      return [globalThis.beyond(name, rows)];
    }, `large:${round}`),
  );
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
  await bestOf(t, 'small values', (round) =>
    page.evaluate((from) => {
      return Array.from({ length: 300 }, (_, index) =>
        globalThis.beyond(`more:user:${from + index}`, globalThis.small(index)),
      );
    }, round * 300),
  );
  assert.equal(await page.evaluate(others), before);
  assert.equal(await page.evaluate(() => globalThis.cache.stats().errors.quota), 0);
  assert.notEqual(await page.evaluate(() => localStorage.getItem('pace_more:user:299')), null);
});

test('upkeep of thousands of records goes on in slices, none of them long', async (t) => {
  const page = await openPage(t, seedOf(3_000));
  const slicesOf = (action) =>
    page.evaluate(
      async ([source, limit]) => {
        globalThis.slices.length = 0;
        const began = performance.now();
        new Function(source)();
        const call = performance.now() - began;
        await globalThis.untilIdle();
        // One that was torn apart by the machine is not one of ours: nine in a hundred may be.
        const all = globalThis.slices.sort((a, b) => a - b);
        return { call, count: all.length, most: all[Math.floor((all.length - 1) * 0.91)] ?? 0, limit };
      },
      [action, LIMIT],
    );
  const counting = await slicesOf('');
  const removing = await slicesOf('globalThis.ahead = 4 * 86_400_000; globalThis.cache.invalidateAll()');
  for (const [what, { call, count, most }] of Object.entries({ counting, removing })) {
    t.diagnostic(`${what}: call ${call.toFixed(1)} ms, ${count} slices, 91 % within ${most.toFixed(1)} ms`);
    assert.ok(most < 2 * LIMIT, `${what}: ${most} ms`);
  }
  assert.ok(removing.count > 10);
  const left = await page.evaluate(() => Object.keys(localStorage).filter((name) => name.includes('seeded')).length);
  assert.equal(left, 0);
});
