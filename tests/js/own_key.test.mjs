// A fetcher that waits for the fetch it belongs to would wait until it times out.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCache } from '../../dist/index.js';
import { HOUR, open } from './support/cache.mjs';
import { deferred, pass, settle, stopTime } from './support/time.mjs';

const ITSELF = { name: 'TypeError', message: /itself/ };
const fetch = () => Promise.resolve('answer');

test('a fetcher that asks for its own key gets an error at once', async (t) => {
  const { cache } = open(t);
  await assert.rejects(
    cache.getOrFetch('plan', () => cache.getOrFetch('plan', fetch)),
    ITSELF,
  );
  const recursive = () => cache.getOrFetch('plan', recursive, { forceRefresh: true });
  await assert.rejects(cache.getOrFetch('plan', recursive), ITSELF);
  await assert.rejects(
    cache.getOrFetch('plan', async () => ({ ...(await cache.getOrFetch('plan', fetch)) })),
    ITSELF,
  );
  assert.equal(await cache.getOrFetch('plan', fetch), 'answer', 'the key is free again');
});

test('it also gets the error through another handle, without storage, and through another cache', async (t) => {
  const { cache, origin } = open(t);
  const other = openCache({ namespace: 'test_', storage: { area: origin.area() } });
  const elsewhere = openCache({ namespace: 'elsewhere_', storage: false });
  t.after(() => Promise.all([other.close(), elsewhere.close()]));
  for (const one of [cache, elsewhere])
    await assert.rejects(
      one.getOrFetch('plan', () => other.getOrFetch('plan', () => one.getOrFetch('plan', fetch))),
      ITSELF,
    );
  const same = open(t, { origin });
  await assert.rejects(
    cache.getOrFetch('plan', () => same.cache.getOrFetch('team', () => cache.getOrFetch('plan', fetch))),
    ITSELF,
  );
});

test('keys that wait for each other get the error in either order', async (t) => {
  const { cache } = open(t);
  const fetchers = {
    a: () => cache.getOrFetch('b', fetchers.b),
    b: () => cache.getOrFetch('c', fetchers.c),
    c: () => cache.getOrFetch('a', fetchers.a),
  };
  const asked = await Promise.allSettled(['b', 'a', 'c'].map((key) => cache.getOrFetch(key, fetchers[key])));
  for (const { reason } of asked) assert.equal(reason?.name, 'TypeError');
});

test('a fetcher may ask for other keys, also for one that is under way already', async (t) => {
  const { cache } = open(t);
  const { promise, resolve } = deferred();
  const team = cache.getOrFetch('team', () => promise);
  const plans = ['a', 'b'].map((key) => cache.getOrFetch(key, () => cache.getOrFetch('team', fetch)));
  const both = cache.getOrFetch('both', () => Promise.all(['a', 'b'].map((key) => cache.getOrFetch(key, fetch))));
  resolve('team');
  assert.deepEqual(await Promise.all([team, ...plans]), ['team', 'team', 'team']);
  assert.deepEqual(await both, ['team', 'team']);
  assert.equal(await cache.getOrFetch('team', () => cache.getOrFetch('a', fetch)), 'team');
});

test('a fetcher that asks for its own key is given what is cached', async (t) => {
  const { cache, clock } = open(t);
  const policy = { ttl: 1_000, staleWhileRevalidate: HOUR };
  cache.set('plan', 'old', policy);
  const through = () => cache.getOrFetch('plan', fetch, policy);
  assert.equal(await cache.getOrFetch('plan', through, { ...policy, forceRefresh: true }), 'old');
  clock.now += 2_000;
  assert.equal(await cache.getOrFetch('plan', through, policy), 'old');
});

test('a watcher gets the error', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  const errors = [];
  const through = () => cache.getOrFetch('plan', fetch);
  const stop = cache.watch('plan', through, ({ error }) => error && errors.push(error), { retry: { attempts: 1 } });
  await pass(t, 1_000);
  stop();
  assert.match(errors[0].message, /itself/);
});

test('one that asks only after it has waited for something else is bounded by its time-out', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  const late = async () => {
    await settle();
    return cache.getOrFetch('plan', fetch);
  };
  const asked = assert.rejects(cache.getOrFetch('plan', late, { timeout: 1_000 }), { name: 'TimeoutError' });
  await settle();
  await pass(t, 1_000);
  await asked;
  assert.equal(await cache.getOrFetch('plan', fetch), 'answer');
});

test('a background fetch may ask for the key that began it, since no flight waits for it', async (t) => {
  const { cache, clock } = open(t);
  const policy = { ttl: 1_000, staleWhileRevalidate: HOUR };
  cache.set('part', 'stale', policy);
  clock.now += 2_000;
  const part = async () => `part of ${await cache.getOrFetch('whole', fetch)}`;
  const whole = async () => `whole of ${await cache.getOrFetch('part', part, policy)}`;
  assert.equal(await cache.getOrFetch('whole', whole), 'whole of stale');
  await settle();
  assert.equal(cache.get('part'), 'part of whole of stale');
});
