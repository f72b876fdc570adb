// The wall clock jumps: a device starts with the wrong time, is set right, or sleeps. Over the browser's own localStorage, with
// a page that is loaded anew under another clock and with one that lives through it.
/* global cache, clock -- what is put into the page */
import assert from 'node:assert/strict';
import { inEachEngine, openCacheIn } from './engines/engines.mjs';
import { bringClock } from './pages/clock.mjs';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Opens and loads pages at a time `ahead` of the real one. */
async function pageAt({ site, newTab }) {
  const address = site.pageWith(bringClock);
  const tab = await newTab(address);
  return {
    tab,
    async at(ahead) {
      await tab.open(`${address}?ahead=${ahead}`);
      await openCacheIn(tab);
    },
    move: (ms) => tab.evaluate((by) => clock.move(by), ms),
    read: (...names) => tab.evaluate((all) => all.map((name) => cache.get(name) ?? 'gone'), names),
    set: (name, value, policy) => tab.evaluate((given) => cache.set(...given), [name, value, policy]),
    records: () => tab.evaluate(() => Object.keys(localStorage).filter((name) => !name.includes('!'))),
  };
}

inEachEngine('ten days on, nothing of before is served or left', {}, async (t, world) => {
  const page = await pageAt(world);
  await page.at(0);
  await page.set('plan:sara', 'old');
  await page.set('week', 'old', { ttl: 11 * DAY });
  await page.at(10 * DAY);
  assert.deepEqual(await page.read('plan:sara', 'week'), ['gone', 'old']);
  assert.deepEqual(await page.records(), ['probe_week']);
  await page.set('plan:sara', 'new');
  await page.at(10 * DAY);
  assert.deepEqual(await page.read('plan:sara'), ['new']);
  assert.deepEqual(await page.tab.troubles(), []);
});

inEachEngine('ten days back, nothing of then is served, and what is set now lives its life', {}, async (t, world) => {
  const page = await pageAt(world);
  await page.at(0);
  await page.set('plan:sara', 'of the future');
  await page.set('short', 'of the future', { ttl: 60 * SECOND });
  await page.at(-10 * DAY);
  assert.deepEqual(await page.read('plan:sara', 'short'), ['gone', 'gone']);
  await page.set('plan:sara', 'new');
  await page.set('short', 'new', { ttl: 60 * SECOND });
  await page.at(-10 * DAY + 59 * SECOND);
  assert.deepEqual(await page.read('plan:sara', 'short'), ['new', 'new']);
  await page.at(-10 * DAY + 80 * SECOND);
  assert.deepEqual(await page.read('plan:sara', 'short'), ['new', 'gone']);
  // And set right again: ten days at once, in which all lives have ended.
  await page.at(0);
  assert.deepEqual(await page.read('plan:sara', 'short'), ['gone', 'gone']);
  await page.set('plan:sara', 'newest');
  await page.at(0);
  assert.deepEqual(await page.read('plan:sara'), ['newest']);
  assert.deepEqual(await page.tab.troubles(), []);
});

inEachEngine(
  'a clock set back under a page serves nothing for longer than its life and a minute',
  {},
  async (t, world) => {
    const page = await pageAt(world);
    await page.at(0);
    await page.set('plan:sara', 'kept');
    await page.set('short', 'kept', { ttl: 10 * SECOND });
    // Within a minute it may have been a correction.
    await page.move(-30 * SECOND);
    assert.deepEqual(await page.read('plan:sara', 'short'), ['kept', 'kept']);
    await page.move(41 * SECOND);
    assert.deepEqual(await page.read('plan:sara', 'short'), ['kept', 'gone']);
    await page.move(-10 * DAY);
    assert.deepEqual(await page.read('plan:sara'), ['gone']);
    await page.set('plan:sara', 'new');
    assert.deepEqual(await page.read('plan:sara'), ['new']);
    await page.at(-10 * DAY);
    assert.deepEqual(await page.read('plan:sara'), ['new']);
    assert.deepEqual(await page.tab.troubles(), []);
  },
);

inEachEngine('a machine that slept for eight hours wakes to honest ages', {}, async (t, world) => {
  const page = await pageAt(world);
  await page.at(0);
  await page.tab.evaluate(() => clock.standStill());
  await page.set('plan:sara', 'slept');
  await page.set('tasks:sara', 'ended', { ttl: 7 * HOUR });
  await page.move(8 * HOUR);
  assert.deepEqual(await page.read('plan:sara', 'tasks:sara'), ['slept', 'gone']);
  const told = await page.tab.evaluate(() => ({
    age: cache.age('plan:sara'),
    left: cache.remainingTtl('plan:sara'),
    keys: cache.keys(),
  }));
  assert.deepEqual(told, { age: 8 * HOUR, left: 64 * HOUR, keys: ['plan:sara'] });
  // Past four hours it was no longer in memory: localStorage is asked, and the storage tier's rule holds for both.
  await page.move(64 * HOUR - 1);
  assert.deepEqual(await page.read('plan:sara'), ['slept']);
  await page.move(1);
  assert.deepEqual(await page.read('plan:sara'), ['gone']);
  assert.deepEqual(await page.tab.troubles(), []);
});

inEachEngine('what is watched is fetched anew at once when a page wakes', {}, async (t, world) => {
  const page = await pageAt(world);
  await page.at(0);
  const shown = await page.tab.evaluate(async () => {
    const values = [];
    let told;
    let fetched = 0;
    const next = () => new Promise((resolve) => (told = resolve));
    cache.watch(
      'plan:sara',
      async () => ++fetched,
      ({ data }) => data !== undefined && values.push(data) && told?.(),
    );
    await next();
    // Timers stand still in sleep; a wake is seen by these.
    clock.move(8 * 3_600_000);
    dispatchEvent(new Event('focus'));
    document.dispatchEvent(new Event('visibilitychange'));
    await next();
    return values;
  });
  assert.deepEqual(shown, [1, 2]);
});
