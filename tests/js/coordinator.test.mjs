// When what is watched is fetched anew: intervals, bursts, errors, sleep.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HOUR, MINUTE, open } from './support/cache.mjs';
import { controlledFetcher, pass, settle } from './support/time.mjs';
import { counted, listener, openStill } from './support/watching.mjs';

test('a watched key is fetched again after the smallest interval of its watchers, 180 s by default', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener());
  await pass(t, 1);
  assert.equal(fetcher.calls, 1);
  await pass(t, 179_900);
  assert.equal(fetcher.calls, 1);
  await pass(t, 200);
  assert.equal(fetcher.calls, 2);
  const stop = cache.watch('plan', fetcher, listener(), { interval: 10_000 });
  await pass(t, 10_000);
  assert.equal(fetcher.calls, 3);
  stop();
  await pass(t, 100_000);
  assert.equal(fetcher.calls, 3);
});

test('the newest fetcher is used', async (t) => {
  const { cache } = openStill(t);
  const [first, second] = [counted(() => 'first'), counted(() => 'second')];
  cache.watch('plan', first, listener());
  await pass(t, 1);
  cache.watch('plan', second, listener());
  await pass(t, 180_000);
  assert.deepEqual([first.calls, second.calls], [1, 1]);
});

test('unwatched keys are not polled', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  const stop = cache.watch('plan', fetcher, listener());
  await pass(t, 1);
  stop();
  stop();
  await pass(t, HOUR);
  assert.equal(fetcher.calls, 1);
});

test('an interval of Infinity is never polled', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener(), { interval: Infinity });
  await pass(t, 3 * HOUR);
  assert.equal(fetcher.calls, 1);
});

test('an interval longer than a timer holds does not fire at once', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener(), { interval: 2 ** 31 + 1_000, ttl: Infinity });
  await pass(t, 10 * MINUTE);
  assert.equal(fetcher.calls, 1);
});

test('invalid intervals and debounces are refused', (t) => {
  const { cache } = openStill(t);
  for (const interval of [NaN, -1, '180']) {
    assert.throws(() => cache.watch('plan', async () => 1, listener(), { interval }), TypeError);
    assert.throws(() => cache.watch('plan', async () => 1, listener(), { debounce: interval }), TypeError);
  }
});

test('a failing fetch keeps the data, tells the error and is tried again later and later', async (t) => {
  t.mock.method(Math, 'random', () => 0.999_999);
  const { cache } = openStill(t);
  cache.set('plan', 'cached');
  const down = new Error('down');
  const at = [];
  const heard = listener();
  const start = Date.now();
  cache.watch(
    'plan',
    async () => {
      at.push(Date.now() - start);
      throw down;
    },
    heard,
    { retry: { attempts: 1 } },
  );
  await pass(t, 180_000);
  assert.equal(heard.updates.at(-1).data, 'cached');
  assert.equal(heard.updates.at(-1).error, down);
  assert.equal(at.length, 1);
  const status = cache.coordinator('plan');
  assert.equal(status.lastUpdateSuccess, false);
  assert.equal(status.lastError, down);
  for (let step = 0; step < 40; step++) await pass(t, 1_000);
  assert.equal(at.length, 4, `asked after ${at}`);
  const waits = at.slice(1).map((time, index) => Math.round((time - at[index]) / 1_000));
  assert.deepEqual(waits, [5, 10, 20]);
});

test('under watch a fetch is tried three times before it counts as failed', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => (call < 3 ? Promise.reject(new Error('down')) : 'up'));
  const heard = listener();
  cache.watch('plan', fetcher, heard);
  await pass(t, 2_000);
  assert.deepEqual(heard.data, [undefined, 'up']);
  assert.ok(heard.updates.every(({ error }) => error === undefined));
});

test('a burst of invalidations makes one fetch, 300 ms after the last', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  cache.watch('plan:sara', fetcher, listener());
  await pass(t, 1);
  for (let index = 0; index < 5; index++) {
    cache.invalidate(':sara');
    await pass(t, 200);
  }
  assert.equal(fetcher.calls, 1);
  await pass(t, 99);
  assert.equal(fetcher.calls, 1);
  await pass(t, 1);
  assert.equal(fetcher.calls, 2);
});

test('the smallest debounce of all watchers counts', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener(), { debounce: 2_000 });
  cache.watch('plan', fetcher, listener(), { debounce: 50 });
  await pass(t, 1);
  cache.invalidate('plan');
  await pass(t, 50);
  assert.equal(fetcher.calls, 2);
});

test('a coordinator says how its key fares', async (t) => {
  const { cache } = openStill(t);
  assert.equal(cache.coordinator('plan'), undefined);
  const { fetcher, answers } = controlledFetcher();
  cache.watch('plan', fetcher, listener());
  cache.watch('plan', fetcher, listener());
  await pass(t, 1);
  const asked = Date.now();
  await pass(t, 500);
  answers[0].resolve(1);
  await settle();
  const { lastUpdateSuccess, lastUpdateTime, lastError, nextRefresh, watchers } = cache.coordinator('plan');
  assert.deepEqual([lastUpdateSuccess, lastError, watchers], [true, undefined, 2]);
  assert.ok(lastUpdateTime <= asked && lastUpdateTime >= asked - 1);
  assert.equal(nextRefresh, lastUpdateTime + 180_000);
});

test('refresh fetches at once, and one refresh serves all who ask for it', async (t) => {
  const { cache } = openStill(t);
  const { fetcher, calls, answers } = controlledFetcher();
  cache.set('plan', 'old');
  const heard = listener();
  cache.watch('plan', fetcher, heard);
  await pass(t, 1);
  const refreshing = [cache.coordinator('plan').refresh(), cache.coordinator('plan').refresh()];
  assert.equal(calls.length, 1);
  answers[0].resolve('new');
  await Promise.all(refreshing);
  assert.deepEqual(heard.data, ['old', 'new']);
});

test('a coordinator outlives its last watcher by 5 s, so that a card that is rebuilt finds it', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((call) => call);
  const stop = cache.watch('plan', fetcher, listener());
  await pass(t, 1);
  stop();
  await pass(t, 4_900);
  assert.equal(cache.coordinator('plan')?.watchers, 0);
  const heard = listener();
  const again = cache.watch('plan', fetcher, heard);
  await pass(t, 1);
  assert.deepEqual(heard.data, [1]);
  assert.equal(fetcher.calls, 1);
  again();
  await pass(t, 65_000);
  assert.equal(cache.coordinator('plan'), undefined);
});

test('after sleep it is fetched at once, not an interval later', async (t) => {
  const { cache, clock } = open(t);
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener());
  await pass(t, 1);
  assert.equal(fetcher.calls, 1);
  // The wall clock went on while the timers stood still; whatever schedules next finds it overdue.
  clock.now += 8 * HOUR;
  cache.set('other', 1);
  await pass(t, 1);
  assert.equal(fetcher.calls, 2);
});
