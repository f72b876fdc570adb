// Handles, the core they share, and what is left when the last of them has closed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openCache } from '../../dist/index.js';
import { Origin } from './support/area.mjs';
import { listen, open, START } from './support/cache.mjs';
import { deferred, pass, settle, stopTime } from './support/time.mjs';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

test('the core runs when openCache returns', (t) => {
  const cache = openCache({ namespace: 'first_', storage: { area: new Origin().area() } });
  t.after(() => cache.close());
  cache.set('plan', 1);
  assert.equal(cache.get('plan'), 1);
  assert.ok(cache.stats().wasm.memoryBytes > 0);
});

test('ready resolves', async (t) => {
  const { cache } = open(t);
  assert.equal(await cache.ready, undefined);
  assert.equal(await cache.flush(), undefined);
});

test('two handles of one namespace and user share values by reference, flights and watchers', async (t) => {
  const { cache, area } = open(t);
  const other = openCache({ namespace: 'test_', storage: { area } });
  t.after(() => other.close());
  const value = { tasks: [] };
  cache.set('plan', value);
  assert.equal(other.get('plan'), value);
  const answer = deferred();
  let fetches = 0;
  const fetcher = () => (fetches++, answer.promise);
  const asked = [cache.getOrFetch('slow', fetcher), other.getOrFetch('slow', fetcher)];
  answer.resolve('once');
  assert.deepEqual(await Promise.all(asked), ['once', 'once']);
  assert.equal(fetches, 1);
  const heard = listen(other, 'update');
  cache.set('plan', 2);
  await settle();
  assert.deepEqual(heard, [['update', { key: 'plan' }]]);
});

test('another user’s handle shares nothing', (t) => {
  const { cache, area } = open(t, { user: 'sara' });
  const other = openCache({ namespace: 'test_', user: 'tom', storage: { area }, clock: () => START });
  t.after(() => other.close());
  cache.set('plan', 1);
  assert.equal(other.get('plan'), undefined);
});

test('caches of two users on one page keep their values, their ends and their counts apart', async (t) => {
  const origin = new Origin();
  const sara = open(t, { origin, user: 'sara' });
  const tom = open(t, { origin, user: 'tom' });
  const watch = (cache) =>
    cache.watch(
      'teams',
      async () => 1,
      () => undefined,
    );
  const stops = [watch(tom.cache), watch(tom.cache), watch(tom.cache)];
  await settle();
  const his = { tasks: ['his'] };
  tom.cache.set('plan', his, { ttl: 1_000 });
  tom.cache.set('goals', his);
  for (const key of ['a', 'b', 'c', 'd']) sara.cache.set(key, 1);
  // What follows a call of hers, and asks the core about watchers alone, takes nothing of hers for his.
  sara.cache.invalidateAll();
  stops[0]();
  assert.equal(tom.cache.get('plan'), his);
  assert.equal(tom.cache.peek('goals'), his);
  sara.cache.set('a', 1);
  stops[1]();
  tom.clock.now += 1_000;
  assert.equal(tom.cache.get('plan'), undefined);
  assert.equal(tom.cache.get('goals'), his);
  const [before, hers] = [tom, sara].map(({ cache }) => cache.stats().memory.hits);
  tom.cache.get('goals');
  stops[2]();
  sara.cache.set('b', 1);
  assert.equal(tom.cache.stats().memory.hits, before + 1);
  assert.equal(sara.cache.stats().memory.hits, hers);
});

test('the first opener’s sizes win, policies and rules merge', (t) => {
  const area = new Origin().area();
  const options = { namespace: 'merge_', clock: () => START };
  const one = openCache({
    ...options,
    storage: { area, maxBytes: 50_000 },
    policies: { plan: { ttl: 1_000, tags: ['a'] }, goals: { ttl: 5 } },
  });
  const two = openCache({
    ...options,
    storage: { area, maxBytes: 10 },
    policies: { plan: { ttl: 2_000 }, teams: { ttl: 7 } },
    rules: { done: { endpoints: ['plan'] } },
  });
  t.after(() => Promise.all([one.close(), two.close()]));
  assert.equal(two.stats().storage.budget, 50_000);
  for (const key of ['plan', 'goals', 'teams']) one.set(key, 1);
  assert.deepEqual(
    ['plan', 'goals', 'teams'].map((key) => one.remainingTtl(key)),
    [2_000, 5, 7],
  );
  assert.deepEqual(one.keys({ tag: 'a' }), ['plan']);
  one.applyEvent({ event_type: 'done' }, 'sara');
  assert.deepEqual(one.keys().sort(), ['goals', 'teams']);
});

test('the module evaluated twice on a page shares one core', async (t) => {
  const again = await import('../../dist/index.js?v=2');
  assert.notEqual(again.openCache, openCache);
  const { cache, area } = open(t);
  const other = again.openCache({ namespace: 'test_', storage: { area }, clock: () => START });
  const value = { by: 'reference' };
  other.set('plan', value);
  assert.equal(cache.get('plan'), value);
  assert.equal(other.stats().wasm.memoryBytes, cache.stats().wasm.memoryBytes);
  assert.equal(cache.stats().memory.hits, other.stats().memory.hits);
  await other.close();
  assert.equal(cache.get('plan'), value);
});

test('a closed handle refuses to be used, and closing twice is no harm', async (t) => {
  const { cache } = open(t);
  await cache.close();
  await cache.close();
  for (const use of [
    () => cache.get('plan'),
    () => cache.set('plan', 1),
    () => cache.invalidateAll(),
    () => cache.stats(),
    () => cache.on('hit', () => undefined),
    () =>
      cache.watch(
        'plan',
        async () => 1,
        () => undefined,
      ),
  ]) {
    assert.throws(use, TypeError);
  }
});

test('closing a handle ends what it began and nothing of others’', async (t) => {
  stopTime(t);
  const { cache, area } = open(t, { clock: () => Date.now() });
  const other = openCache({ namespace: 'test_', storage: { area } });
  t.after(() => other.close());
  const [mine, theirs] = [[], []];
  cache.on('miss', ({ key }) => mine.push(key));
  other.on('miss', ({ key }) => theirs.push(key));
  let fetches = 0;
  const watched = [];
  cache.watch(
    'mine',
    async () => ++fetches,
    () => undefined,
    { interval: 1_000 },
  );
  other.watch(
    'theirs',
    async () => Date.now(),
    ({ data }) => watched.push(data),
    { interval: 1_000 },
  );
  await pass(t, 1);
  mine.length = theirs.length = 0;
  const before = fetches;
  await cache.close();
  other.get('missing');
  assert.deepEqual([mine, theirs], [[], ['missing']]);
  await pass(t, 5_000);
  assert.equal(fetches, before);
  assert.ok(watched.length >= 5);
});

test('the core ends with its last handle: memory is forgotten, records stay', async (t) => {
  const { cache, reload } = open(t);
  cache.set('stored', { a: 1 });
  cache.set('memory', { a: 1 }, { tier: 'memory' });
  const loaded = reload();
  assert.equal(loaded.get('memory'), undefined);
  assert.deepEqual(loaded.get('stored'), { a: 1 });
});

test('a fetch that lands after the close is answered and harms nothing', async (t) => {
  const { cache, reload } = open(t);
  const answer = deferred();
  const asked = cache.getOrFetch('plan', () => answer.promise);
  await cache.close();
  answer.resolve('late');
  assert.equal(await asked, 'late');
  assert.equal(reload().get('plan'), undefined);
});

test('a listener may close its handle while it is called', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  cache.on('set', () => cache.close());
  cache.set('plan', 1);
  await pass(t, 1_000);
  const watching = open(t, { clock: () => Date.now() }).cache;
  watching.watch(
    'plan',
    async () => 1,
    ({ data }) => data === 1 && watching.close(),
  );
  await pass(t, 10_000);
  assert.throws(() => watching.get('plan'), TypeError);
});

test('a closed cache lets go of its area, its values and the module’s memory', async () => {
  const held = [];
  const use = async (round) => {
    const area = new Origin().area();
    const value = { round };
    const cache = openCache({ namespace: 'leak_', user: `user${round % 7}`, storage: { area } });
    cache.set('plan', value);
    cache.set('memory', value, { tier: 'memory' });
    await cache.getOrFetch('fetched', async () => value);
    cache.watch(
      'plan',
      async () => value,
      () => undefined,
    )();
    cache.on('hit', () => undefined);
    for (let index = 0; index < 50; index++) cache.set(`series:${index}`, 'x'.repeat(1_000));
    cache.invalidate('series');
    cache.applyEvent({ event_type: 'done', data: { username: 'sara' } }, 'sara');
    held.push(new WeakRef(area), new WeakRef(value));
    const bytes = cache.stats().wasm.memoryBytes;
    await cache.close();
    return bytes;
  };
  let after10 = 0;
  for (let round = 0; round < 400; round++) {
    const bytes = await use(round);
    if (round === 10) after10 = bytes;
    if (round === 399) assert.equal(bytes, after10, 'the module’s memory grows with every cache');
  }
  await settle();
  collectGarbage();
  const alive = held.filter((one) => one.deref() !== undefined).length;
  // The engine may keep the newest in a register or two.
  assert.ok(alive <= 4, `${alive} of ${held.length} are still held`);
});

test('open spaces and pages count back to zero without explicit freeing', async () => {
  const [host] = globalThis[Symbol.for('cardcache.hosts')].values();
  assert.equal(host.openCount(), 0);
  const origin = new Origin();
  const options = (user) => ({ namespace: 'counted_', user, storage: { area: origin.area() } });
  const handles = ['sara', 'sara', 'gabriel', null].map((user) => openCache(options(user)));
  for (const cache of handles) cache.set('plan:sara', { tasks: [] });
  handles[0].watch(
    'plan:sara',
    () => Promise.resolve(1),
    () => undefined,
  );
  assert.ok(host.openCount() > 0);
  await Promise.all(handles.map((cache) => cache.close()));
  assert.equal(host.openCount(), 0);
});
