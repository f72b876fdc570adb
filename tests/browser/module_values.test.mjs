// The module as a page's own script meets it: values, keys, lives and users, over the browser's own localStorage.
/* global cache, cardcache, clock -- what is put into the page */
import assert from 'node:assert/strict';
import { inEachEngine, openCacheIn } from './engines/engines.mjs';
import { bringClock } from './pages/clock.mjs';

const HOUR = 3_600_000;

/** A tab with an open cache; `reload` gives it a new document with one. */
async function openTab({ site, newTab }) {
  const tab = await newTab(site.pageWith(bringClock));
  const reload = async () => {
    await tab.reload();
    await openCacheIn(tab);
  };
  await openCacheIn(tab);
  return { tab, reload };
}

inEachEngine('0, "", false, null and [] are values, in memory and after a reload', {}, async (t, world) => {
  const { tab, reload } = await openTab(world);
  const values = { zero: 0, empty: '', no: false, nothing: null, list: [], object: {}, nested: { a: [0, '', null] } };
  await tab.evaluate((given) => cache.setMany(Object.entries(given)), values);
  const read = (names) => names.map((name) => [name, cache.has(name), cache.get(name) !== undefined, cache.get(name)]);
  const expected = Object.entries(values).map(([name, value]) => [name, true, true, value]);
  assert.deepEqual(await tab.evaluate(read, Object.keys(values)), expected);
  await reload();
  assert.deepEqual(await tab.evaluate(read, Object.keys(values)), expected);
  assert.deepEqual(await tab.evaluate(() => [cache.get('unset'), cache.has('unset')].map(String)), [
    'undefined',
    'false',
  ]);
  assert.deepEqual(await tab.troubles(), []);
});

inEachEngine('unusual keys keep their values apart, after a reload too', {}, async (t, world) => {
  const { tab, reload } = await openTab(world);
  const keys = [
    '__proto__',
    'constructor',
    'daily_plan:⏰🐉',
    'lone\ud800surrogate',
    'x'.repeat(10_000),
    'with space',
    '0',
  ];
  // As text, in which a lone surrogate stays what it is on its way into the page.
  const text = JSON.stringify(keys);
  await tab.evaluate((given) => JSON.parse(given).forEach((key, index) => cache.set(key, index)), text);
  const read = (given) => JSON.parse(given).map((key) => cache.get(key));
  const expected = keys.map((_, index) => index);
  assert.deepEqual(await tab.evaluate(read, text), expected);
  await reload();
  assert.deepEqual(await tab.evaluate(read, text), expected);
});

inEachEngine('an answer is fresh until its end and a miss from then on', {}, async (t, world) => {
  const { tab } = await openTab(world);
  await tab.evaluate(() => clock.standStill());
  const read = () => [cache.get('plan') ?? 'gone', cache.has('plan')];
  await tab.evaluate(() => cache.set('plan', 'fresh', { ttl: 60_000 }));
  assert.deepEqual(await tab.evaluate(read), ['fresh', true]);
  await tab.evaluate((ms) => clock.move(ms), 59_999);
  assert.deepEqual(await tab.evaluate(read), ['fresh', true]);
  await tab.evaluate((ms) => clock.move(ms), 1);
  assert.deepEqual(await tab.evaluate(read), ['gone', false]);
});

inEachEngine('four hours in memory, then from localStorage, and after three days gone', {}, async (t, world) => {
  const { tab } = await openTab(world);
  await tab.evaluate(() => clock.standStill());
  const readWithTier = () => {
    const tiers = [];
    const stop = cache.on('hit', ({ source }) => tiers.push(source));
    const value = cache.get('plan:sara');
    stop();
    return [value ?? 'gone', tiers];
  };
  await tab.evaluate(() => cache.set('plan:sara', 'fresh'));
  assert.deepEqual(await tab.evaluate(readWithTier), ['fresh', ['memory']]);
  await tab.evaluate((ms) => clock.move(ms), 4 * HOUR + 1);
  assert.deepEqual(await tab.evaluate(readWithTier), ['fresh', ['storage']]);
  await tab.evaluate((ms) => clock.move(ms), 68 * HOUR - 2);
  assert.deepEqual((await tab.evaluate(readWithTier))[0], 'fresh');
  await tab.evaluate((ms) => clock.move(ms), 1);
  assert.deepEqual(await tab.evaluate(readWithTier), ['gone', []]);
});

inEachEngine('invalidating sara touches neither sarah nor what is shared', {}, async (t, world) => {
  const { tab, reload } = await openTab(world);
  const keys = [
    'daily_plan:sara',
    'daily_plan:sarah',
    'recommended_tasks:sara:30',
    'daily_plan:sar',
    'teams',
    'tasks:None',
  ];
  const left = await tab.evaluate((given) => {
    for (const key of given) cache.set(key, key);
    return [cache.invalidateUser('sara'), cache.keys().sort(), cache.get('daily_plan:sarah')];
  }, keys);
  assert.deepEqual(left, [2, ['daily_plan:sar', 'daily_plan:sarah', 'tasks:None', 'teams'], 'daily_plan:sarah']);
  await reload();
  assert.deepEqual(await tab.evaluate(() => [cache.has('daily_plan:sara'), cache.get('daily_plan:sarah')]), [
    false,
    'daily_plan:sarah',
  ]);
});

inEachEngine(
  'an event concerns the users that it names, by their whole names, and nobody else',
  {},
  async (t, world) => {
    const { tab } = await openTab(world);
    const cases = [
      [{ username: 'gabriel', assigned_users: ['sara'] }, 'sara', true],
      [{ username: 'gabriel', assigned_users: ['sarah'] }, 'sara', false],
      [{ username: 'gabriel', assigned_users: ['sara'] }, 'sarah', false],
      [{ username: 'sara', assigned_users: ['gabriel'] }, 'sara', true],
      [{ username: 'sarah', assigned_users: ['gabriel'] }, 'sara', false],
      [{ username: 'gabriel', assigned_users: ['gabriel', 'sara'] }, 'sara', true],
      [{ task_id: '5', updates: {} }, 'sara', true],
      [null, 'sara', true],
    ];
    const decided = await tab.evaluate(
      (given) => given.map(([data, user]) => cardcache.isConcerned(data, user)),
      cases,
    );
    assert.deepEqual(
      decided,
      cases.map(([, , concerned]) => concerned),
    );
  },
);

inEachEngine('concurrent askers share one flight, a later one is answered without', {}, async (t, world) => {
  const { tab } = await openTab(world);
  const result = await tab.evaluate(async () => {
    let fetched = 0;
    const fetcher = async () => {
      fetched += 1;
      await new Promise((resolve) => queueMicrotask(resolve));
      return { fetched };
    };
    const first = await Promise.all([1, 2, 3].map(() => cache.getOrFetch('plan', fetcher)));
    const later = await cache.getOrFetch('plan', fetcher);
    return { fetched, same: first.every((value) => value === later), joined: cache.stats().fetch.joined };
  });
  assert.deepEqual(result, { fetched: 1, same: true, joined: 2 });
});

inEachEngine('a user’s records are read by that user alone', {}, async (t, world) => {
  const { tab, reload } = await openTab(world);
  const read = () =>
    tab.evaluate(async () => {
      const values = [];
      for (const user of ['id-sara', 'id-sarah', null]) {
        const cache = cardcache.openCache({ namespace: 'shared_', user });
        await cache.ready;
        if (user === 'id-sara' && !cache.has('plan')) cache.set('plan', 'hers');
        values.push(cache.get('plan') ?? 'none');
      }
      return values;
    });
  assert.deepEqual(await read(), ['hers', 'none', 'none']);
  await reload();
  assert.deepEqual(await read(), ['hers', 'none', 'none']);
});

inEachEngine('a module loaded a second time works on the same core', {}, async (t, world) => {
  const { tab } = await openTab(world);
  const shared = await tab.evaluate(async () => {
    const again = await import('/dist/index.js?v=2');
    const value = { by: 'reference' };
    cache.set('memory', value, { tier: 'memory' });
    return again.openCache({ namespace: 'probe_' }).get('memory') === value;
  });
  assert.equal(shared, true);
});

inEachEngine('clear takes ours and leaves what other scripts keep', {}, async (t, world) => {
  const { tab } = await openTab(world);
  const left = await tab.evaluate(() => {
    localStorage.setItem('somebody', 'else');
    localStorage.setItem('prob', 'e_');
    cache.set('plan', 1);
    cache.clear();
    return [
      cache.has('plan'),
      localStorage.getItem('probe_plan'),
      localStorage.getItem('somebody'),
      localStorage.getItem('prob'),
    ];
  });
  assert.deepEqual(left, [false, null, 'else', 'e_']);
});
