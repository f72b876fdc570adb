// What is cached and not fresh when somebody begins to watch it: it is shown, and fetched at once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HOUR, MINUTE, open } from './support/cache.mjs';
import { controlledFetcher, pass, settle } from './support/time.mjs';
import { counted, listener, openStill } from './support/watching.mjs';

const STALE = { ttl: MINUTE, staleWhileRevalidate: HOUR };

for (const interval of [10 * MINUTE, undefined, Infinity]) {
  test(`an expired answer is shown and fetched at once, whatever the interval: ${interval}`, async (t) => {
    const { cache } = openStill(t);
    cache.set('plan', 'old', STALE);
    await pass(t, 2 * MINUTE);
    const fetcher = counted(() => 'new');
    const heard = listener();
    cache.watch('plan', fetcher, heard, { ...STALE, interval });
    await pass(t, 1);
    assert.deepEqual(heard.data, ['old', 'new']);
    assert.deepEqual([heard.updates[0].fresh, heard.updates[1].fresh], [false, true]);
    // What ends while it is watched is fetched with the next poll.
    await pass(t, 2 * MINUTE);
    assert.equal(fetcher.calls, 1);
  });
}

test('after a reload as well, and by the end that the value itself knew', async (t) => {
  const { cache, reload } = openStill(t);
  cache.set('plan', 'old', { expiresAt: () => Date.now() + 1_000, staleWhileRevalidate: HOUR });
  await pass(t, MINUTE);
  const loaded = reload();
  const fetcher = counted(() => 'new');
  const heard = listener();
  loaded.watch('plan', fetcher, heard, { staleWhileRevalidate: HOUR, interval: Infinity });
  await pass(t, 1);
  assert.deepEqual(heard.data, ['old', 'new']);
});

test('older than maxAge it is not fresh', async (t) => {
  const { cache } = openStill(t);
  cache.set('plan', 'old');
  await pass(t, 2 * MINUTE);
  const fetcher = counted(() => 'new');
  const heard = listener();
  cache.watch('plan', fetcher, heard, { maxAge: MINUTE, interval: Infinity });
  await pass(t, 1);
  assert.deepEqual(heard.data, ['old', 'new']);
  assert.equal(heard.updates[0].fresh, false);
  cache.watch('plan', fetcher, listener(), { maxAge: MINUTE, interval: Infinity });
  await pass(t, 1);
  assert.equal(fetcher.calls, 1, 'young enough now');
});

test('a second watcher that wants more is served as the first would be', async (t) => {
  for (const stricter of [{ maxAge: 1_000 }, { version: '2' }, { forceRefresh: true }]) {
    const { cache } = openStill(t);
    cache.set('plan', 'old');
    const [first, second] = [counted(() => assert.fail('fetched')), counted(() => 'new')];
    const heard = listener();
    cache.watch('plan', first, heard, { interval: HOUR });
    await pass(t, MINUTE);
    cache.watch('plan', second, listener(), { interval: HOUR, ...stricter });
    await pass(t, 1);
    assert.equal(second.calls, 1, JSON.stringify(stricter));
    assert.deepEqual(heard.data, ['old', 'new']);
    t.mock.timers.reset();
    await cache.close();
  }
});

test('a second watcher that wants no more fetches nothing', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener(), { interval: HOUR });
  await pass(t, 1);
  for (let card = 0; card < 5; card++) cache.watch('plan', fetcher, listener(), { interval: HOUR });
  await pass(t, MINUTE);
  assert.equal(fetcher.calls, 1);
});

test('many watchers of what is stale make one fetch', async (t) => {
  const { cache } = openStill(t);
  cache.set('plan', 'old', STALE);
  await pass(t, 2 * MINUTE);
  const { fetcher, calls, answers } = controlledFetcher();
  for (let card = 0; card < 5; card++) cache.watch('plan', fetcher, listener(), STALE);
  await pass(t, 1_000);
  cache.watch('plan', fetcher, listener(), STALE);
  await pass(t, 1_000);
  assert.equal(calls.length, 1);
  answers[0].resolve('new');
  await settle();
  await pass(t, 1_000);
  assert.equal(calls.length, 1);
});

test('an answer that left the cache and is still shown is fetched for a new watcher', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener(), { interval: HOUR });
  await pass(t, 1);
  cache.delete('plan');
  await pass(t, MINUTE);
  assert.equal(fetcher.calls, 1, 'a delete fetches nothing');
  const heard = listener();
  cache.watch('plan', fetcher, heard, { interval: HOUR });
  await pass(t, 1);
  assert.deepEqual(heard.data, [1, 2]);
});

test('where the fetch of what is stale fails it is not asked for again and again', async (t) => {
  const { cache } = openStill(t);
  cache.set('plan', 'old', STALE);
  await pass(t, 2 * MINUTE);
  const fetcher = counted(() => Promise.reject(new Error('down')));
  const watch = () => cache.watch('plan', fetcher, listener(), { ...STALE, retry: { attempts: 1 } });
  watch();
  await pass(t, 1_000);
  assert.equal(fetcher.calls, 1);
  for (let card = 0; card < 20; card++) {
    watch();
    await pass(t, 1);
  }
  assert.ok(fetcher.calls <= 3, `${fetcher.calls}`);
});

test('a refetch after an invalidation waits for the end of the burst, even if a new watch begins', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener());
  await pass(t, 1);
  cache.invalidate('plan');
  cache.watch('plan', fetcher, listener());
  await pass(t, 299);
  assert.equal(fetcher.calls, 1);
  await pass(t, 2);
  assert.equal(fetcher.calls, 2);
});

test('a policy may have each load fetch what it watches, once', async (t) => {
  const policies = { always: { refetchOnLoad: 'always' }, stale: { refetchOnLoad: 'stale' } };
  const { cache, reload } = openStill(t, { policies });
  for (const key of ['always', 'stale', 'usual']) cache.set(key, 'old');
  await pass(t, 1_000);
  const loaded = reload();
  const fetched = [];
  for (const key of ['always', 'stale', 'usual']) {
    for (let card = 0; card < 2; card++) {
      loaded.watch(key, async () => fetched.push(key), listener(), { interval: HOUR });
      await pass(t, 10);
    }
  }
  assert.deepEqual(fetched, ['always']);
  assert.throws(() => loaded.watch('plan', async () => 1, listener(), { refetchOnLoad: 'never' }), TypeError);
});

test('encrypted ones that are not fresh are fetched as soon as they have been shown', async (t) => {
  const { cache, reload, clock } = open(t, { policies: { plan: { encrypted: true, ...STALE } } });
  cache.set('plan', 'old');
  await cache.flush();
  clock.now += 2 * MINUTE;
  const loaded = reload();
  const heard = listener();
  loaded.watch('plan', async () => 'new', heard, { interval: Infinity });
  const deadline = performance.now() + 5_000;
  while (heard.data.at(-1) !== 'new' && performance.now() < deadline) await settle();
  assert.equal(heard.data.at(-1), 'new');
});
