// One fetch a key, whoever asks: joining, leaving, failing, being late.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HOUR, listen, open, START } from './support/cache.mjs';
import { controlledFetcher, pass, settle, stopTime } from './support/time.mjs';

test('concurrent callers share one fetch', async (t) => {
  const { cache } = open(t);
  const { fetcher, calls, answers } = controlledFetcher();
  const asked = [1, 2, 3].map(() => cache.getOrFetch('plan', fetcher));
  assert.equal(calls.length, 1);
  const value = { tasks: [] };
  answers[0].resolve(value);
  for (const answer of await Promise.all(asked)) assert.equal(answer, value);
  const { started, joined, succeeded } = cache.stats().fetch;
  assert.deepEqual({ started, joined, succeeded }, { started: 1, joined: 2, succeeded: 1 });
  assert.equal(await cache.getOrFetch('plan', fetcher), value);
  assert.equal(calls.length, 1);
});

test('different keys fly side by side', async (t) => {
  const { cache } = open(t);
  const { fetcher, calls, answers } = controlledFetcher();
  const asked = ['a', 'b'].map((key) => cache.getOrFetch(key, fetcher));
  assert.deepEqual(
    calls.map(({ key }) => key),
    ['a', 'b'],
  );
  answers[1].resolve('b');
  answers[0].resolve('a');
  assert.deepEqual(await Promise.all(asked), ['a', 'b']);
});

test('the fetcher gets the key, a signal and the stale answer', async (t) => {
  const { cache, clock } = open(t);
  const { fetcher, calls, answers } = controlledFetcher();
  const policy = { ttl: 1_000, staleIfError: HOUR };
  const first = cache.getOrFetch('plan', fetcher, policy);
  answers[0].resolve('first');
  await first;
  clock.now += 1_000;
  const second = cache.getOrFetch('plan', fetcher, policy);
  answers[1].resolve('second');
  await second;
  assert.deepEqual(
    calls.map(({ key, stale, signal }) => [key, stale, signal instanceof AbortSignal, signal.aborted]),
    [
      ['plan', undefined, true, false],
      ['plan', 'first', true, false],
    ],
  );
});

test('one caller’s abort is that caller’s: the others are answered', async (t) => {
  const { cache } = open(t);
  const { fetcher, calls, answers } = controlledFetcher();
  const controller = new AbortController();
  const leaving = cache.getOrFetch('plan', fetcher, { signal: controller.signal });
  const staying = cache.getOrFetch('plan', fetcher);
  controller.abort();
  await assert.rejects(leaving, { name: 'AbortError' });
  assert.equal(calls[0].signal.aborted, false);
  answers[0].resolve('answer');
  assert.equal(await staying, 'answer');
  assert.equal(cache.get('plan'), 'answer');
});

test('an abort rejects at once, whatever its reason, though the fetch goes on', async (t) => {
  const { cache } = open(t);
  const { fetcher, answers } = controlledFetcher();
  const controller = new AbortController();
  const leaving = cache.getOrFetch('plan', fetcher, { signal: controller.signal });
  const staying = cache.getOrFetch('plan', fetcher);
  controller.abort(new Error('the card was removed'));
  await assert.rejects(leaving, { name: 'AbortError' });
  answers[0].resolve('answer');
  assert.equal(await staying, 'answer');
});

test('when all have gone the fetch is aborted and the key is free', async (t) => {
  const { cache } = open(t);
  const { fetcher, calls, answers } = controlledFetcher();
  const controllers = [new AbortController(), new AbortController()];
  const leaving = controllers.map(({ signal }) => cache.getOrFetch('plan', fetcher, { signal }));
  controllers[0].abort();
  assert.equal(calls[0].signal.aborted, false);
  controllers[1].abort();
  for (const one of leaving) await assert.rejects(one, { name: 'AbortError' });
  assert.equal(calls[0].signal.aborted, true);
  const again = cache.getOrFetch('plan', fetcher);
  assert.equal(calls.length, 2);
  answers[1].resolve('new');
  assert.equal(await again, 'new');
  answers[0].resolve('of the aborted fetch');
  await settle();
  assert.equal(cache.get('plan'), 'new');
});

test('an aborted fetch that answers all the same fills nothing', async (t) => {
  const { cache } = open(t);
  const { fetcher, answers } = controlledFetcher();
  const controller = new AbortController();
  const leaving = cache.getOrFetch('plan', fetcher, { signal: controller.signal });
  controller.abort();
  await assert.rejects(leaving);
  answers[0].resolve('unwanted');
  await settle();
  assert.equal(cache.get('plan'), undefined);
});

test('a signal that is already aborted starts nothing', async (t) => {
  const { cache } = open(t);
  const { fetcher, calls } = controlledFetcher();
  const signal = AbortSignal.abort();
  await assert.rejects(cache.getOrFetch('plan', fetcher, { signal }), { name: 'AbortError' });
  assert.equal(calls.length, 0);
  assert.equal(cache.stats().fetch.started, 0);
});

test('an abort after the answer changes nothing', async (t) => {
  const { cache } = open(t);
  const controller = new AbortController();
  assert.equal(await cache.getOrFetch('plan', async () => 1, { signal: controller.signal }), 1);
  controller.abort();
  assert.equal(cache.get('plan'), 1);
});

test('a failure rejects all waiting callers and is not cached', async (t) => {
  const { cache } = open(t);
  const heard = listen(cache, 'error');
  const { fetcher, calls, answers } = controlledFetcher();
  const asked = [1, 2].map(() => cache.getOrFetch('plan', fetcher));
  const failure = new Error('down');
  answers[0].reject(failure);
  for (const one of asked) await assert.rejects(one, failure);
  assert.equal(cache.has('plan'), false);
  assert.deepEqual(heard, [['error', { kind: 'fetch', key: 'plan', cause: failure }]]);
  assert.equal(cache.stats().fetch.failed, 1);
  assert.equal(cache.stats().errors.fetch, 1);
  const again = cache.getOrFetch('plan', fetcher);
  assert.equal(calls.length, 2, 'the key is free');
  answers[1].resolve('up');
  assert.equal(await again, 'up');
});

test('a fetcher that throws, or rejects with a plain object, is a failure like any other', async (t) => {
  const { cache } = open(t);
  const thrown = () => {
    throw new RangeError('at once');
  };
  await assert.rejects(cache.getOrFetch('plan', thrown), RangeError);
  const lost = { code: 3, message: 'Connection lost' };
  await assert.rejects(
    cache.getOrFetch('plan', () => Promise.reject(lost)),
    (error) => error === lost,
  );
});

test('a fetcher that gives undefined rejects with TypeError', async (t) => {
  const { cache } = open(t);
  await assert.rejects(
    cache.getOrFetch('plan', () => Promise.resolve(undefined)),
    TypeError,
  );
  assert.equal(cache.has('plan'), false);
});

test('a hung fetch times out, is aborted and frees the key', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  const { fetcher, calls, answers } = controlledFetcher();
  const asked = cache.getOrFetch('plan', fetcher);
  const failed = assert.rejects(asked, { name: 'TimeoutError' });
  await pass(t, 29_999);
  assert.equal(calls[0].signal.aborted, false);
  await pass(t, 1);
  await failed;
  assert.equal(calls[0].signal.aborted, true);
  const again = cache.getOrFetch('plan', fetcher, { timeout: 10 });
  assert.equal(calls.length, 2);
  answers[1].resolve('new');
  assert.equal(await again, 'new');
});

test('a timeout of its own, and none at all', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  const { fetcher, answers } = controlledFetcher();
  const short = assert.rejects(cache.getOrFetch('short', fetcher, { timeout: 100 }), { name: 'TimeoutError' });
  const endless = cache.getOrFetch('endless', fetcher, { timeout: Infinity });
  await pass(t, 100);
  await short;
  await pass(t, HOUR);
  answers[1].resolve('at last');
  assert.equal(await endless, 'at last');
});

test('retries back off exponentially, with full jitter', async (t) => {
  stopTime(t);
  t.mock.method(Math, 'random', () => 0.999_999);
  const { cache } = open(t, { clock: () => Date.now() });
  const at = [];
  const fetcher = () => {
    at.push(Date.now() - START);
    return at.length < 5 ? Promise.reject(new Error('down')) : Promise.resolve('up');
  };
  const asked = cache.getOrFetch('plan', fetcher, { retry: { attempts: 5, baseDelay: 100, maxDelay: 400 } });
  for (let step = 0; step < 1_300; step++) await pass(t, 1);
  assert.equal(await asked, 'up');
  assert.deepEqual(at, [0, 100, 300, 700, 1_100]);
  assert.equal(cache.stats().fetch.retried, 4);
});

test('jitter may take a delay down to nothing', async (t) => {
  stopTime(t);
  t.mock.method(Math, 'random', () => 0);
  const { cache } = open(t, { clock: () => Date.now() });
  let calls = 0;
  const fetcher = () => (++calls < 3 ? Promise.reject(new Error('down')) : Promise.resolve('up'));
  const asked = cache.getOrFetch('plan', fetcher, { retry: { attempts: 3 } });
  for (let step = 0; step < 4; step++) await pass(t, 1);
  assert.equal(await asked, 'up');
});

test('without a policy there is one attempt', async (t) => {
  const { cache } = open(t);
  let calls = 0;
  await assert.rejects(
    cache.getOrFetch('plan', () => Promise.reject(new Error(`call ${++calls}`))),
    /call 1/,
  );
  assert.equal(calls, 1);
});

test('only errors that retry.when allows are tried again', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  let calls = 0;
  const refused = { code: 'unauthorized' };
  const asked = cache.getOrFetch('plan', () => Promise.reject(++calls === 1 ? { code: 3 } : refused), {
    retry: { attempts: 5, when: (error) => error.code === 3 },
  });
  const failed = assert.rejects(asked, (error) => error === refused);
  await pass(t, 30_000);
  await failed;
  assert.equal(calls, 2);
});

test('a retry.when that throws allows nothing, and hides neither the error nor its count', async (t) => {
  t.mock.method(console, 'error', () => undefined);
  const { cache } = open(t);
  const heard = listen(cache, 'error');
  const down = new Error('down');
  const when = () => {
    throw new RangeError('of its own');
  };
  const failing = cache.getOrFetch('plan', () => Promise.reject(down), { retry: { attempts: 3, when } });
  await assert.rejects(failing, (error) => error === down);
  assert.deepEqual([cache.stats().fetch.failed, cache.stats().errors.fetch, heard.length], [1, 1, 1]);
});

test('an undefined retry option counts as not given', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  let calls = 0;
  const failing = () => Promise.reject(new Error(`down ${++calls}`));
  const retry = { attempts: undefined, baseDelay: undefined, maxDelay: undefined, when: undefined };
  cache.watch('plan', failing, () => undefined, { retry });
  await pass(t, 1_500);
  assert.equal(calls, 3);
});

test('warm tries as often as an endpoint’s policy says, and only what that allows', async (t) => {
  const policies = { plan: { retry: { attempts: 1 } }, goals: { retry: { when: () => false } } };
  const { cache } = open(t, { policies });
  let calls = 0;
  const fetcher = () => Promise.reject(new Error(`down ${++calls}`));
  const { failed } = await cache.warm([
    { key: 'plan', fetcher },
    { key: 'goals', fetcher },
  ]);
  assert.deepEqual([failed.length, calls], [2, 2]);
});

test('an abort ends the wait for the next attempt', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  let calls = 0;
  const controller = new AbortController();
  const asked = cache.getOrFetch('plan', () => Promise.reject(new Error(`call ${++calls}`)), {
    retry: { attempts: 5 },
    signal: controller.signal,
  });
  const failed = assert.rejects(asked, { name: 'AbortError' });
  await settle();
  controller.abort();
  await failed;
  await pass(t, 60_000);
  assert.equal(calls, 1);
});

test('forceRefresh fetches though there is an answer, and joins a forced flight', async (t) => {
  const { cache } = open(t);
  cache.set('plan', 'cached');
  const { fetcher, calls, answers } = controlledFetcher();
  const asked = [1, 2].map(() => cache.getOrFetch('plan', fetcher, { forceRefresh: true }));
  assert.equal(calls.length, 1);
  assert.equal(cache.get('plan'), 'cached', 'until it has come');
  answers[0].resolve('new');
  assert.deepEqual(await Promise.all(asked), ['new', 'new']);
  assert.equal(cache.get('plan'), 'new');
});

test('forceRefresh never joins an unforced flight, which then fills nothing', async (t) => {
  const { cache } = open(t);
  const { fetcher, calls, answers } = controlledFetcher();
  const unforced = cache.getOrFetch('plan', fetcher);
  const forced = cache.getOrFetch('plan', fetcher, { forceRefresh: true });
  assert.equal(calls.length, 2);
  answers[1].resolve('forced');
  await forced;
  answers[0].resolve('unforced');
  assert.equal(await unforced, 'unforced');
  assert.equal(cache.get('plan'), 'forced');
});

test('a forceRefresh that fails leaves the cached value', async (t) => {
  const { cache, reload } = open(t);
  cache.set('plan', 'cached');
  const failing = () => Promise.reject(new Error('down'));
  await assert.rejects(cache.getOrFetch('plan', failing, { forceRefresh: true }), /down/);
  assert.equal(cache.get('plan'), 'cached');
  assert.equal(await cache.getOrFetch('plan', failing, { forceRefresh: true, staleIfError: 1 }), 'cached');
  assert.equal(reload().get('plan'), 'cached');
});

test('warm fetches what is missing, a few at a time, and tells what failed', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  cache.set('known', 1);
  const { fetcher, calls, answers } = controlledFetcher();
  const queries = ['known', 'a', 'b', 'c'].map((key) => ({ key, fetcher, retry: { attempts: 1 } }));
  const warming = cache.warm(queries, { concurrency: 2 });
  await settle();
  assert.deepEqual(
    calls.map(({ key }) => key),
    ['a', 'b'],
  );
  const down = new Error('down');
  answers[0].resolve('A');
  answers[1].reject(down);
  await settle();
  answers[2].resolve('C');
  const { warmed, failed } = await warming;
  assert.deepEqual(warmed.sort(), ['a', 'c', 'known']);
  assert.deepEqual(failed, [{ key: 'b', error: down }]);
  assert.deepEqual([cache.get('a'), cache.get('c')], ['A', 'C']);
});

test('warm says how far it is, and a listener that throws stops nothing', async (t) => {
  const { cache } = open(t);
  const queries = ['a', 'b', 'c'].map((key) => ({
    key,
    fetcher: () => (key === 'b' ? Promise.reject(new Error('down')) : Promise.resolve(key)),
    retry: { attempts: 1 },
  }));
  const told = [];
  const reported = t.mock.method(console, 'error', () => undefined);
  const { warmed, failed } = await cache.warm(queries, {
    concurrency: 1,
    progress: (...numbers) => {
      told.push(numbers);
      throw new Error('mine');
    },
  });
  assert.deepEqual(told, [
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
  assert.deepEqual([warmed, failed.map(({ key }) => key)], [['a', 'c'], ['b']]);
  assert.equal(reported.mock.callCount(), 3);
});

test('warm tries three times', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  let calls = 0;
  const warming = cache.warm([{ key: 'plan', fetcher: () => Promise.reject(new Error(`call ${++calls}`)) }]);
  await pass(t, 60_000);
  assert.equal((await warming).failed[0].error.message, 'call 3');
});

test('an aborted warm ends what has not begun', async (t) => {
  const { cache } = open(t);
  const { fetcher, calls } = controlledFetcher();
  const controller = new AbortController();
  const queries = ['a', 'b'].map((key) => ({ key, fetcher }));
  const warming = cache.warm(queries, { concurrency: 1, signal: controller.signal });
  await settle();
  controller.abort();
  const { warmed, failed } = await warming;
  assert.deepEqual(warmed, []);
  assert.deepEqual(
    failed.map(({ key, error }) => [key, error.name]),
    [
      ['a', 'AbortError'],
      ['b', 'AbortError'],
    ],
  );
  assert.equal(calls.length, 1);
});
