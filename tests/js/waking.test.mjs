// A machine that slept: its wall clock went on, its timers stood still. What is watched is caught up with, once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Browser } from './support/browser.mjs';
import { DAY, HOUR, MINUTE } from './support/cache.mjs';

const KEYS = ['plan:sara', 'tasks:sara:30', 'teams'];
const HIDDEN_KEYS = ['plan:tom', 'goals:tom'];

/** A page in front and one that is hidden, both of which watch; `fetched` counts by key since the last look. */
async function openPages() {
  const browser = new Browser();
  const [front, back] = [browser.openPage(), browser.openPage()];
  let counts = {};
  const watch = (page, keys) => {
    const cache = page.open({ namespace: 'test_' });
    for (const key of keys) {
      // As two cards do that show the same.
      for (let card = 0; card < 2; card += 1) {
        cache.watch(
          key,
          async () => {
            counts[key] = (counts[key] ?? 0) + 1;
            return { at: browser.now + browser.ahead };
          },
          () => undefined,
        );
      }
    }
    return cache;
  };
  const caches = [watch(front, KEYS), watch(back, HIDDEN_KEYS)];
  await browser.runUntil(browser.now + 10_000);
  back.isHidden = true;
  const fetched = async (milliseconds = 10_000) => {
    await browser.runUntil(browser.now + milliseconds);
    const seen = counts;
    counts = {};
    return seen;
  };
  assert.deepEqual(await fetched(), once([...KEYS, ...HIDDEN_KEYS]));
  return { browser, front, back, caches, fetched };
}

const once = (keys) => Object.fromEntries(keys.map((key) => [key, 1]));

/** All that a browser tells a page when its machine wakes, in whatever order. */
function wake(page) {
  for (const event of ['focus', 'online', 'pageshow', 'focus', 'visibilitychange', 'online']) page.fire(event);
}

for (const [what, setClock] of [
  ['', () => undefined],
  [', though the clock was set back a little before', (browser) => (browser.ahead -= 50_000)],
  [', though the clock was set back by ten days before', (browser) => (browser.ahead -= 10 * DAY)],
]) {
  test(`eight hours later each watched key is fetched once, hidden ones are not${what}`, async () => {
    const { browser, front, back, fetched } = await openPages();
    browser.ahead += 8 * HOUR;
    setClock(browser);
    wake(front);
    wake(back);
    assert.deepEqual(await fetched(), once(KEYS));
    // Nor again before their interval is over.
    wake(front);
    assert.deepEqual(await fetched(2 * MINUTE), {});
    // Who looks at the other page finds it caught up with, once as well.
    back.isHidden = false;
    wake(back);
    assert.deepEqual(await fetched(), once(HIDDEN_KEYS));
  });
}

test('a clock that is set back while the page is awake causes no fetch, unless ages become unknown', async () => {
  const { browser, front, caches, fetched } = await openPages();
  browser.ahead -= 50_000;
  wake(front);
  assert.deepEqual(await fetched(), {});
  assert.notEqual(caches[0].get(KEYS[0]), undefined);
  // The clock is read once a task.
  await Promise.resolve();
  browser.ahead -= 2 * HOUR;
  wake(front);
  assert.deepEqual(await fetched(), once(KEYS));
});

test('a page without a wake event catches up when its timers continue', async () => {
  const { browser, fetched } = await openPages();
  browser.ahead += 8 * HOUR;
  // The poll was due 160 s from now; the sweep comes before it.
  assert.deepEqual(await fetched(3 * MINUTE), once(KEYS));
});
