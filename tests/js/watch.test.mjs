// What those who watch a key are told, and when.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HOUR, MINUTE, open } from './support/cache.mjs';
import { controlledFetcher, pass, settle } from './support/time.mjs';
import { counted, listener, openStill } from './support/watching.mjs';

test('a watcher is called first in a microtask, with what there is, and then with the answer', async (t) => {
  const { cache } = openStill(t);
  const { fetcher, answers } = controlledFetcher();
  const heard = listener();
  cache.watch('plan', fetcher, heard);
  assert.deepEqual(heard.updates, [], 'never inside watch');
  await Promise.resolve();
  assert.equal(heard.updates.length, 1);
  assert.equal(heard.updates[0].data, undefined);
  await pass(t, 1);
  const value = { tasks: [] };
  answers[0].resolve(value);
  await settle();
  assert.equal(heard.updates.length, 2);
  const { data, previous, error, fresh, fetching, source } = heard.updates[1];
  assert.equal(data, value);
  assert.deepEqual(
    { previous, error, fresh, fetching, source },
    {
      previous: undefined,
      error: undefined,
      fresh: true,
      fetching: false,
      source: 'fetch',
    },
  );
});

test('a fresh cached answer is shown and not fetched', async (t) => {
  const { cache } = openStill(t);
  const value = { tasks: [] };
  cache.set('plan', value);
  await pass(t, 1_000);
  const fetcher = counted(() => assert.fail('fetched'));
  const heard = listener();
  cache.watch('plan', fetcher, heard);
  await pass(t, 1_000);
  assert.deepEqual(heard.data, [value]);
  assert.equal(heard.updates[0].source, 'memory');
  assert.equal(heard.updates[0].fresh, true);
});

test('after a reload the first call shows what storage holds', async (t) => {
  const { cache, reload } = openStill(t);
  cache.set('plan', { tasks: [1] });
  const loaded = reload();
  const heard = listener();
  loaded.watch(
    'plan',
    counted(() => assert.fail('fetched')),
    heard,
  );
  await settle();
  assert.deepEqual(heard.data, [{ tasks: [1] }]);
  assert.equal(heard.updates[0].source, 'storage');
});

test('an equal answer keeps its reference and is silent', async (t) => {
  const { cache } = openStill(t);
  const heard = listener();
  cache.watch(
    'plan',
    counted(() => ({ tasks: [1] })),
    heard,
  );
  await pass(t, 1);
  const shown = heard.data.at(-1);
  await pass(t, 180_000);
  cache.invalidate('plan');
  await pass(t, 1_000);
  assert.deepEqual(heard.data, [undefined, { tasks: [1] }]);
  assert.equal(cache.get('plan'), shown);
});

test('every watcher gets a change, with the previous data', async (t) => {
  const { cache } = openStill(t);
  const [one, two] = [listener(), listener()];
  const fetcher = counted((call) => ({ call }));
  cache.watch('plan', fetcher, one);
  cache.watch('plan', fetcher, two);
  await pass(t, 180_100);
  for (const heard of [one, two]) {
    assert.deepEqual(heard.data, [undefined, { call: 1 }, { call: 2 }]);
    assert.equal(heard.updates[2].previous, heard.updates[1].data);
  }
  assert.equal(fetcher.calls, 2);
});

test('watchers see a set and another caller’s getOrFetch', async (t) => {
  const { cache } = openStill(t);
  const heard = listener();
  cache.watch(
    'plan',
    counted(() => 'fetched'),
    heard,
  );
  await pass(t, 1);
  cache.set('plan', 'set');
  assert.equal(heard.updates.at(-1).data, 'set');
  assert.equal(heard.updates.at(-1).source, 'set');
  await cache.getOrFetch('plan', async () => 'forced', { forceRefresh: true });
  assert.equal(heard.updates.at(-1).data, 'forced');
});

test('a good answer after an error ends the error', async (t) => {
  const { cache } = openStill(t);
  const heard = listener();
  const fetcher = counted((call) => (call === 1 ? Promise.reject(new Error('down')) : 'up'));
  cache.watch('plan', fetcher, heard, { retry: { attempts: 1 } });
  await pass(t, 10_000);
  const last = heard.updates.at(-1);
  assert.deepEqual([last.data, last.error], ['up', undefined]);
  assert.equal(cache.coordinator('plan').lastUpdateSuccess, true);
});

test('a rejection without a reason is an error too', async (t) => {
  const { cache } = openStill(t);
  const listen = listener();
  cache.watch('plan', () => Promise.reject(), listen, { retry: { attempts: 1 } });
  await pass(t, 1);
  assert.ok(listen.updates.at(-1).error instanceof Error);
  assert.ok(cache.coordinator('plan').lastError instanceof Error);
});

test('while a refetch runs the data stay', async (t) => {
  const { cache } = openStill(t);
  cache.set('plan', 'old');
  const { fetcher, answers } = controlledFetcher();
  const heard = listener();
  cache.watch('plan', fetcher, heard, { states: true });
  await pass(t, 180_000);
  assert.equal(answers.length, 1);
  const last = heard.updates.at(-1);
  assert.deepEqual([last.data, last.fetching], ['old', true]);
  answers[0].resolve('new');
  await settle();
  assert.deepEqual([heard.updates.at(-1).data, heard.updates.at(-1).fetching], ['new', false]);
});

test('without states a watcher hears of data and errors alone', async (t) => {
  const { cache } = openStill(t);
  cache.set('plan', { a: 1 });
  const heard = listener();
  cache.watch(
    'plan',
    counted(() => ({ a: 1 })),
    heard,
  );
  await pass(t, 400_000);
  assert.equal(heard.updates.length, 1);
});

test('a listener that throws harms no other', async (t) => {
  const { cache } = openStill(t);
  const reported = [];
  globalThis.reportError = (error) => reported.push(error);
  t.after(() => delete globalThis.reportError);
  const heard = listener();
  const failure = new Error('in a card');
  const throwing = () => {
    throw failure;
  };
  cache.watch(
    'plan',
    counted((call) => call),
    throwing,
  );
  cache.watch(
    'plan',
    counted((call) => call),
    heard,
  );
  await pass(t, 180_100);
  assert.deepEqual(heard.data, [undefined, 1, 2]);
  assert.ok(reported.length >= 3 && reported.every((error) => error === failure));
});

test('a listener may stop its own watch, and others, while it is called', async (t) => {
  const { cache } = openStill(t);
  const heard = listener();
  const calls = [];
  const stop = cache.watch(
    'plan',
    counted((call) => call),
    ({ data }) => {
      calls.push(data);
      if (data === 1) stop();
    },
  );
  cache.watch(
    'plan',
    counted((call) => call),
    heard,
  );
  await pass(t, 180_100);
  assert.deepEqual(calls, [undefined, 1]);
  assert.deepEqual(heard.data, [undefined, 1, 2]);
});

test('a watch that ends before its first call is never called', async (t) => {
  const { cache } = openStill(t);
  const heard = listener();
  cache.watch(
    'plan',
    counted((call) => call),
    heard,
  )();
  await pass(t, 10_000);
  assert.deepEqual(heard.updates, []);
});

test('after an invalidation the old data stay on screen until the new ones come', async (t) => {
  const { cache } = openStill(t);
  const heard = listener();
  cache.watch(
    'plan',
    counted((call) => call),
    heard,
  );
  await pass(t, 1);
  cache.invalidate('plan');
  await pass(t, 1_000);
  assert.deepEqual(heard.data, [undefined, 1, 2]);
});

test('an answer that was overtaken by an invalidation is not shown over what is there', async (t) => {
  const { cache } = openStill(t);
  cache.set('plan', 'shown');
  const { fetcher, answers } = controlledFetcher();
  const heard = listener();
  cache.watch('plan', fetcher, heard);
  await pass(t, 180_000);
  cache.invalidate('plan');
  answers[0].resolve('outdated');
  await pass(t, 300);
  assert.equal(answers.length, 2);
  answers[1].resolve('new');
  await settle();
  assert.deepEqual(heard.data, ['shown', 'new']);
});

test('with nothing else to show even an overtaken answer serves, until the next one comes', async (t) => {
  const { cache } = openStill(t);
  const { fetcher, answers } = controlledFetcher();
  const heard = listener();
  cache.watch('plan', fetcher, heard);
  await pass(t, 1);
  cache.invalidate('plan');
  answers[0].resolve('outdated');
  await pass(t, 300);
  assert.equal(answers.length, 2);
  answers[1].resolve('new');
  await settle();
  assert.deepEqual(heard.data, [undefined, 'outdated', 'new']);
});

test('watch may show what is past its end while it fetches', async (t) => {
  const { cache } = openStill(t);
  const policy = { ttl: 1_000, staleWhileRevalidate: HOUR };
  cache.set('plan', 'old', policy);
  await pass(t, 2_000);
  const { fetcher, answers } = controlledFetcher();
  const heard = listener();
  cache.watch('plan', fetcher, heard, policy);
  await pass(t, 1);
  assert.deepEqual([heard.updates[0].data, heard.updates[0].fresh], ['old', false]);
  // Past its end it is due at once, whatever the interval.
  answers[0].resolve('new');
  await settle();
  assert.equal(heard.updates.at(-1).data, 'new');
});

test('where the fetch fails, watch shows what is past its end as long as staleIfError allows', async (t) => {
  const policy = { ttl: 1_000, staleIfError: HOUR, retry: { attempts: 1 } };
  const { cache, reload } = openStill(t, { policies: { plan: policy } });
  cache.set('plan', 'old');
  await pass(t, 2_000);
  const down = new Error('down');
  const loaded = reload();
  const heard = listener();
  loaded.watch('plan', () => Promise.reject(down), heard);
  await pass(t, 10);
  const last = heard.updates.at(-1);
  assert.deepEqual([last.data, last.error, last.fresh], ['old', down, false]);
  const late = listener();
  await pass(t, HOUR);
  const again = reload();
  again.watch('plan', () => Promise.reject(down), late);
  await pass(t, 10);
  assert.deepEqual([late.updates.at(-1).data, late.updates.at(-1).error], [undefined, down]);
});

test('an eviction in one cache does not affect the watches of another', async (t) => {
  const { cache } = openStill(t, { user: 'sara' });
  const { cache: other } = open(t, { user: 'tom', clock: () => Date.now() });
  const { fetcher } = controlledFetcher();
  t.after(other.watch('teams', fetcher, () => {}));
  await pass(t, 1);
  for (const one of [cache, other]) one.set('plan', { number: 1 });
  cache.delete('plan');
  other.coordinator('teams');
  assert.deepEqual(other.get('plan'), { number: 1 });
  assert.equal(cache.get('plan'), undefined);
});

test('staleWhen says which failures an older answer may cover under watch, too', async (t) => {
  const { cache } = openStill(t);
  const policy = { ttl: 1_000, staleIfError: HOUR, staleWhen: ({ status }) => status >= 500, retry: { attempts: 1 } };
  for (const [status, shown] of [
    [503, 'old'],
    [404, undefined],
  ]) {
    const key = `plan:${status}`;
    cache.set(key, 'old', policy);
    await pass(t, 2_000);
    const heard = listener();
    cache.watch(key, () => Promise.reject(Object.assign(new Error('no'), { status })), heard, policy);
    await pass(t, 1);
    assert.deepEqual([heard.updates.at(-1).data, heard.updates.at(-1).error.status], [shown, status]);
  }
});

test('when the newest watcher leaves, the newest remaining one determines policy and fetcher', async (t) => {
  const { cache } = openStill(t);
  const [first, second, third] = ['first', 'second', 'third'].map((name) => counted(() => ({ name })));
  const heard = listener();
  cache.watch('plan', first, heard, { interval: MINUTE, tier: 'memory' });
  const stopSecond = cache.watch('plan', second, listener(), { interval: MINUTE });
  const stopThird = cache.watch('plan', third, listener(), { interval: MINUTE });
  stopSecond();
  await pass(t, 1);
  assert.equal(heard.data.at(-1).name, 'third');
  stopThird();
  await pass(t, MINUTE);
  assert.equal(heard.data.at(-1).name, 'first');
});
