// What the cache says about itself: statistics, entries, events, alerts, its log.
import assert from 'node:assert/strict';
import test from 'node:test';
import { listen, MINUTE, open, PLAIN, START } from './support/cache.mjs';
import { sourcesIn, topFiles } from './support/sources.mjs';
import { passSweep, settle } from './support/time.mjs';

test('hits and misses are counted by tier and by endpoint', (t) => {
  const { cache, reload } = open(t);
  cache.set('plan:sara', 1);
  cache.set('plan:tom', 1);
  for (let index = 0; index < 1_000; index++) cache.get('plan:sara');
  cache.get('plan:missing');
  cache.get('teams');
  const { memory, storage, endpoints } = cache.stats();
  assert.deepEqual([memory.hits, memory.misses, memory.entries], [1_000, 2, 2]);
  assert.deepEqual([storage.hits, storage.misses, storage.entries], [0, 2, 2]);
  assert.equal(memory.hitRate, 1_000 / 1_002);
  assert.deepEqual(endpoints.plan, { hits: 1_000, misses: 1, entries: 2 });
  assert.deepEqual(endpoints.teams, { hits: 0, misses: 1, entries: 0 });
  const loaded = reload();
  loaded.get('plan:sara');
  loaded.get('plan:sara');
  assert.deepEqual([loaded.stats().storage.hits, loaded.stats().memory.hits], [1, 1]);
});

test('peek, has, age, remainingTtl, keys and inspect leave the statistics alone', (t) => {
  const { cache, reload } = open(t);
  cache.set('plan', 1);
  const loaded = reload();
  const before = loaded.stats();
  loaded.peek('plan');
  loaded.peek('missing');
  loaded.has('plan');
  loaded.age('plan');
  loaded.remainingTtl('plan');
  loaded.keys();
  loaded.inspect();
  assert.deepEqual(loaded.stats(), before);
  assert.equal(loaded.inspect()[0].tier, 'storage', 'peeking promotes nothing');
  loaded.get('plan');
  assert.equal(loaded.inspect()[0].tier, 'both');
});

test('fetches are counted by how they ended', async (t) => {
  const { cache } = open(t);
  await cache.getOrFetch('a', async () => 1);
  await cache.getOrFetch('a', async () => 1);
  await Promise.all([cache.getOrFetch('b', async () => 1), cache.getOrFetch('b', async () => 1)]);
  await cache.getOrFetch('c', () => Promise.reject(new Error('down'))).catch(() => undefined);
  const voided = cache.getOrFetch('d', async () => 1);
  cache.invalidate('d');
  await voided;
  const { fetch, latency } = cache.stats();
  assert.deepEqual(fetch, { started: 4, joined: 1, succeeded: 3, failed: 1, retried: 0, discarded: 1 });
  assert.equal(latency.fetch.count, 3);
});

test('latencies are percentiles of what was measured', async (t) => {
  const { cache, reload } = open(t);
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  for (let index = 1; index <= 100; index++) {
    await cache.getOrFetch(`plan:${index}`, async () => {
      now += index;
      return index;
    });
  }
  const { fetch, persist } = cache.stats().latency;
  assert.equal(fetch.count, 100);
  assert.equal(fetch.max, 100);
  assert.ok(Math.abs(fetch.p50 - 50) <= 5, `p50 ${fetch.p50}`);
  assert.ok(Math.abs(fetch.p95 - 95) <= 5, `p95 ${fetch.p95}`);
  assert.equal(persist.count, 100);
  const loaded = reload();
  loaded.get('plan:1');
  assert.equal(loaded.stats().latency.restore.count, 1);
});

test('statistics of a cache that did nothing are zeros', (t) => {
  const { cache } = open(t);
  const { memory, storage, fetch, events, errors, latency, endpoints, wasm } = cache.stats();
  assert.deepEqual(memory, { entries: 0, hits: 0, misses: 0, evictions: 0, expired: 0, hitRate: 0 });
  assert.equal(storage.available, true);
  assert.equal(storage.budget, 2 * 1024 * 1024);
  assert.deepEqual(fetch, { started: 0, joined: 0, succeeded: 0, failed: 0, retried: 0, discarded: 0 });
  assert.deepEqual(events, { seen: 0, concerned: 0 });
  assert.deepEqual(Object.keys(errors).sort(), [
    'corrupt',
    'crypto',
    'fetch',
    'quota',
    'remote',
    'serialize',
    'unavailable',
    'version',
  ]);
  assert.deepEqual(latency.fetch, { count: 0, p50: 0, p95: 0, max: 0 });
  assert.deepEqual(endpoints, {});
  assert.ok(wasm.memoryBytes > 0);
});

test('the version is the one in package.json, which no source repeats', (t) => {
  const { version } = JSON.parse(topFiles.find(({ path }) => path === 'package.json').text);
  assert.equal(open(t).cache.stats().wasm.version, version);
  const sources = [
    ...['js', 'cards', 'wasm'].flatMap((folder) => sourcesIn(folder, '.ts', '.mjs', '.cpp', '.hpp')),
    ...topFiles.filter(({ path }) => /^CMake/.test(path)),
  ];
  const repeating = sources.filter(({ text }) => text.match(/[\w.-]+/g)?.includes(version));
  assert.deepEqual(
    repeating.map(({ path }) => path),
    [],
  );
});

test('reported bytes are the stored bytes', (t) => {
  const { cache, origin } = open(t);
  cache.set('plan', 'x'.repeat(100));
  cache.set('plan', 'x'.repeat(10));
  cache.invalidate('teams');
  assert.equal(cache.stats().storage.bytes, origin.units);
  cache.delete('plan');
  assert.equal(cache.stats().storage.bytes, origin.units);
});

test('inspect reports all facts of an entry', (t) => {
  const { cache, clock } = open(t);
  cache.set('plan:sara', { a: 'ü' }, { ttl: MINUTE, tags: ['plans', 'ü'] });
  clock.now += 1_000;
  cache.get('plan:sara');
  cache.get('plan:sara');
  const stop = cache.watch(
    'plan:sara',
    async () => 1,
    () => undefined,
  );
  const [entry] = cache.inspect();
  const { bytes, storedBytes, hits, ...rest } = entry;
  assert.deepEqual(rest, {
    key: 'plan:sara',
    tier: 'both',
    timestamp: START,
    expires: START + MINUTE,
    tags: ['plans', 'ü'],
    watched: true,
  });
  assert.ok(bytes > 0 && storedBytes > 0 && hits >= 2);
  stop();
  assert.equal(cache.inspect()[0].watched, false);
});

test('inspect leaves out expired and invalidated entries', (t) => {
  const { cache, clock } = open(t);
  cache.set('expired', 1, { ttl: 1_000 });
  cache.set('gone', 1);
  cache.set('there', 1);
  cache.invalidate('gone');
  clock.now += 1_000;
  assert.deepEqual(
    cache.inspect().map(({ key }) => key),
    ['there'],
  );
});

test('hit, miss, set and evict are emitted before the call returns, update in a microtask', async (t) => {
  const { cache } = open(t, { memory: { maxEntries: 1 }, storage: false });
  const heard = listen(cache, 'hit', 'miss', 'set', 'evict', 'update');
  cache.set('a', 1);
  cache.get('a');
  cache.get('b');
  cache.set('b', 1);
  assert.deepEqual(heard.slice(0, 3), [
    ['set', { key: 'a' }],
    ['hit', { key: 'a', source: 'memory' }],
    ['miss', { key: 'b' }],
  ]);
  assert.deepEqual(
    heard.slice(3).sort((one, other) => one[0].localeCompare(other[0])),
    [
      ['evict', { key: 'a', why: 'capacity' }],
      ['set', { key: 'b' }],
    ],
  );
  heard.length = 0;
  await settle();
  assert.deepEqual(heard, [
    ['update', { key: 'a' }],
    ['update', { key: 'b' }],
  ]);
});

test('a listener that was taken off hears no more, one given twice hears twice', (t) => {
  const { cache } = open(t);
  let calls = 0;
  const listener = () => calls++;
  const stops = [cache.on('miss', listener), cache.on('miss', listener)];
  cache.get('x');
  assert.equal(calls, 2);
  stops[0]();
  stops[0]();
  cache.get('x');
  assert.equal(calls, 3);
});

test('a listener that throws harms neither the caller nor the next listener', (t) => {
  const { cache } = open(t);
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  t.after(() => delete globalThis.reportError);
  cache.on('miss', () => {
    throw new Error('in a listener');
  });
  const heard = listen(cache, 'miss');
  assert.equal(cache.get('x'), undefined);
  assert.equal(heard.length, 1);
  assert.deepEqual(reported, ['in a listener']);
});

test('a listener may use the cache', (t) => {
  const { cache } = open(t, { memory: { maxEntries: 2 }, storage: false });
  cache.on('evict', ({ key }) => {
    if (!key.startsWith('again')) cache.set(`again:${key}`, 1);
  });
  for (let index = 0; index < 10; index++) cache.set(`k${index}`, index);
  assert.equal(cache.keys().length, 2);
  for (const key of cache.keys()) assert.notEqual(cache.get(key), undefined);
});

test('alerts are sent when a limit is crossed, and once until it is crossed again', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache } = open(t, {
    alerts: { hitRateBelow: 0.5, errorsAbove: 1, storageAbove: 0.5 },
    storage: { maxBytes: 10_000, ...PLAIN },
  });
  const heard = listen(cache, 'alert');
  const sweep = () => {
    passSweep(t);
    return heard.splice(0).map(([, { what, value, limit }]) => [what, value > limit, limit]);
  };
  assert.deepEqual(sweep(), []);
  cache.set('plan', 'x'.repeat(6_000));
  assert.deepEqual(sweep(), [['storage', true, 0.5]]);
  assert.deepEqual(sweep(), []);
  cache.set('map', new Map());
  assert.deepEqual(sweep(), []);
  cache.set('map', new Map());
  assert.deepEqual(sweep(), [['errors', true, 1]]);
  for (let index = 0; index < 200; index++) cache.get('missing');
  assert.deepEqual(sweep(), [['hitRate', false, 0.5]]);
  assert.deepEqual(sweep(), []);
  cache.delete('plan');
  assert.deepEqual(sweep(), []);
  cache.set('plan', 'x'.repeat(6_000));
  assert.deepEqual(sweep(), [['storage', true, 0.5]]);
});

test('errors are written to the log', (t) => {
  const { cache, log } = open(t);
  cache.set('map', new Map());
  assert.deepEqual(
    log.map(({ level, what, key }) => [level, what, key]),
    [['debug', 'serialize', 'map']],
  );
});

test('a log that throws harms nothing', (t) => {
  const failing = () => {
    throw new Error('in the log');
  };
  const { cache } = open(t, { log: failing });
  cache.set('map', new Map());
  assert.ok(cache.get('map') instanceof Map);
});

test('bytes are counted of values that may not be stored too, and memory keeps to its own', (t) => {
  const { cache } = open(t, { storage: false, memory: { maxBytes: 1_000 } });
  for (let number = 0; number < 10; number += 1) cache.set(`note:${number}`, 'x'.repeat(98));
  assert.equal(cache.stats().memory.entries, 5);
  const { cache: unlimited } = open(t, { storage: false, namespace: 'unlimited_' });
  unlimited.set('note', 'x'.repeat(98));
  assert.deepEqual(
    unlimited.inspect().map(({ bytes }) => bytes),
    [200],
  );
});
