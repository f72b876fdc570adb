// Where no core runs (no WebAssembly, a content security policy that refuses it) nothing is kept, but what is watched is polled
// and told all the same. This file's process has no WebAssembly.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HOUR, listen, MINUTE } from './support/cache.mjs';
import { controlledFetcher, pass, settle } from './support/time.mjs';
import { counted, listener, openStill } from './support/watching.mjs';

delete globalThis.WebAssembly;

async function openPlain(t, options) {
  const opened = openStill(t, options);
  await opened.cache.ready;
  return opened;
}

test('a watched key is polled at the shortest interval of its watchers', async (t) => {
  const { cache } = await openPlain(t);
  const fetcher = counted((call) => ({ call }));
  const heard = listener();
  const stop = cache.watch('plan', fetcher, heard, { interval: 10 * MINUTE });
  const stopFast = cache.watch('plan', fetcher, listener(), { interval: MINUTE });
  await pass(t, 3 * MINUTE + 1_000);
  assert.equal(fetcher.calls, 4);
  assert.deepEqual(heard.data, [undefined, { call: 1 }, { call: 2 }, { call: 3 }, { call: 4 }]);
  stopFast();
  await pass(t, 9 * MINUTE);
  assert.equal(fetcher.calls, 4);
  await pass(t, 2 * MINUTE);
  assert.equal(fetcher.calls, 5);
  stop();
  await pass(t, HOUR);
  assert.equal(fetcher.calls, 5, 'nobody watches any more');
});

test('an equal answer re-renders nothing, and an interval of Infinity polls nothing', async (t) => {
  const { cache } = await openPlain(t);
  const same = counted(() => ({ tasks: [1] }));
  const heard = listener();
  cache.watch('polled', same, heard, { interval: MINUTE });
  const once = counted(() => 'once');
  cache.watch('pushed', once, listener(), { interval: Infinity });
  await pass(t, 5 * MINUTE);
  assert.equal(once.calls, 1);
  assert.ok(same.calls >= 5);
  assert.equal(heard.updates.length, 2);
});

test('a hidden page polls only what asks for it, and catches up when it is seen', async (t) => {
  globalThis.document = Object.assign(new EventTarget(), { hidden: false });
  t.after(() => delete globalThis.document);
  const { cache } = await openPlain(t);
  const [seen, always] = [counted((call) => call), counted((call) => call)];
  cache.watch('seen', seen, listener(), { interval: MINUTE });
  cache.watch('always', always, listener(), { interval: MINUTE, whileHidden: true });
  await pass(t, 1_000);
  const turn = (hidden) => {
    globalThis.document.hidden = hidden;
    globalThis.document.dispatchEvent(new Event('visibilitychange'));
  };
  turn(true);
  await pass(t, 3 * MINUTE);
  assert.deepEqual([seen.calls, always.calls], [1, 4]);
  turn(false);
  await pass(t, 1_000);
  assert.deepEqual([seen.calls, always.calls], [2, 4]);
});

test('watchers see a set, and a write’s optimistic value and its rollback', async (t) => {
  const { cache } = await openPlain(t);
  const fetcher = counted(() => 'fetched');
  const heard = listener();
  cache.watch('plan', fetcher, heard, { interval: Infinity });
  await pass(t, 1_000);
  cache.set('plan', 'pushed');
  assert.equal(heard.updates.at(-1).data, 'pushed');
  assert.equal(heard.updates.at(-1).source, 'set');
  assert.equal(heard.updates.at(-1).previous, 'fetched');
  const refused = cache.mutate(() => Promise.reject(new Error('refused')), { optimistic: [['plan', 'optimistic']] });
  assert.equal(heard.updates.at(-1).data, 'optimistic');
  await assert.rejects(refused, /refused/);
  assert.equal(heard.updates.at(-1).data, 'pushed');
  await pass(t, 1_000);
  assert.equal(heard.updates.at(-1).data, 'fetched', 'whether the server has done it is unknown: it is asked');
  assert.equal(cache.get('plan'), undefined, 'nothing is kept');
});

test('an invalidation or an event refetches what is watched, once a burst, but not what the policy keeps from events', async (t) => {
  const { cache } = await openPlain(t);
  const [usual, kept] = [counted((call) => call), counted((call) => call)];
  cache.watch('plan:sara', usual, listener(), { interval: Infinity });
  cache.watch('kept', kept, listener(), { interval: Infinity, onEvent: 'keep' });
  await pass(t, 1_000);
  for (let time = 0; time < 3; time++) cache.invalidate('plan');
  await pass(t, 1_000);
  assert.deepEqual([usual.calls, kept.calls], [2, 2]);
  assert.equal(cache.applyEvent({ event_type: 'task_done', data: {} }, 'sara').concerned, true);
  await pass(t, 1_000);
  assert.deepEqual([usual.calls, kept.calls], [3, 2]);
  await cache.mutate(async () => 'written');
  await pass(t, 1_000);
  assert.deepEqual([usual.calls, kept.calls], [4, 2]);
  cache.clear();
  await pass(t, 1_000);
  assert.deepEqual([usual.calls, kept.calls], [5, 3]);
  assert.throws(() => cache.invalidate({}), TypeError);
});

test('a fetch from before an invalidation is neither shown nor joined after it', async (t) => {
  const { cache } = await openPlain(t);
  const { fetcher, answers } = controlledFetcher();
  const heard = listener();
  cache.watch('plan', fetcher, heard, { interval: Infinity });
  await pass(t, 1);
  answers[0].resolve('first');
  await settle();
  void cache.coordinator('plan').refresh();
  await settle();
  cache.invalidate('plan');
  const after = cache.getOrFetch('plan', async () => 'after');
  await settle();
  answers[1].resolve('before');
  await pass(t, 1_000);
  assert.equal(await after, 'after');
  assert.deepEqual(
    heard.data.filter((data) => data !== undefined),
    ['first', 'after'],
  );
});

test('a failed fetch is reported and repeated, sooner if the network returns', async (t) => {
  globalThis.document = Object.assign(new EventTarget(), { hidden: false });
  const page = new EventTarget();
  globalThis.addEventListener = page.addEventListener.bind(page);
  globalThis.removeEventListener = page.removeEventListener.bind(page);
  t.after(() => {
    for (const name of ['document', 'addEventListener', 'removeEventListener']) delete globalThis[name];
  });
  const { cache } = await openPlain(t);
  let isDown = true;
  const fetcher = counted((call) => {
    if (isDown) throw new Error('down');
    return call;
  });
  const heard = listener();
  cache.watch('plan', fetcher, heard, { interval: HOUR, retry: { attempts: 1 } });
  await pass(t, 1_000);
  assert.equal(heard.updates.at(-1).error.message, 'down');
  assert.equal(cache.coordinator('plan').lastUpdateSuccess, false);
  await pass(t, 4 * MINUTE);
  assert.equal(fetcher.calls, 2, 'not at once, and not in an hour');
  isDown = false;
  page.dispatchEvent(new Event('online'));
  await pass(t, 1_000);
  assert.equal(heard.updates.at(-1).data, 3);
  assert.equal(heard.updates.at(-1).error, undefined);
});

test('coordinator tells of a watched key, and fetches it by hand', async (t) => {
  const { cache } = await openPlain(t);
  const fetcher = counted((call) => call);
  const heard = listener();
  assert.equal(cache.coordinator('plan'), undefined, 'nobody watches it');
  cache.watch('plan', fetcher, heard, { interval: MINUTE });
  await pass(t, 1_000);
  const { lastUpdateSuccess, lastUpdateTime, nextRefresh, watchers } = cache.coordinator('plan');
  assert.deepEqual({ lastUpdateSuccess, watchers }, { lastUpdateSuccess: true, watchers: 1 });
  assert.ok(lastUpdateTime <= Date.now() && nextRefresh === lastUpdateTime + MINUTE);
  await cache.coordinator('plan').refresh();
  assert.equal(heard.updates.at(-1).data, 2);
  assert.deepEqual([heard.updates.at(-1).fresh, heard.updates.at(-1).timestamp], [true, Date.now()]);
});

test('a card that is moved comes back to what it showed and fetches nothing', async (t) => {
  const { cache } = await openPlain(t);
  const fetcher = counted((call) => call);
  const stop = cache.watch('plan', fetcher, listener(), { interval: MINUTE });
  await pass(t, 10_000);
  stop();
  await pass(t, 1_000);
  const heard = listener();
  cache.watch('plan', fetcher, heard, { interval: MINUTE });
  await pass(t, 1_000);
  assert.deepEqual(heard.data, [1]);
  assert.equal(fetcher.calls, 1);
});

test('sets and watched keys emit events; an unwatched fetch emits none', async (t) => {
  const { cache } = await openPlain(t);
  const heard = listen(cache, 'update', 'invalidate', 'event');
  cache.on(
    'update',
    () =>
      void cache.getOrFetch(
        'loop',
        counted((call) => call),
      ),
  ); // Fetched anew with each update.
  cache.set('plan', 1);
  await cache.getOrFetch('loop', async () => Math.random());
  cache.invalidate('plan');
  cache.applyEvent({ event_type: 'task_done', data: {} }, 'sara');
  await pass(t, 1_000);
  assert.deepEqual(
    heard.map(([event, { key, selector, user }]) => [event, key ?? selector ?? user]),
    [
      ['update', 'plan'],
      ['invalidate', 'plan'],
      ['event', 'sara'],
    ],
  );
});

test('warm fetches and says so; flush and close end', async (t) => {
  const { cache } = await openPlain(t);
  const fetcher = counted((call) => call);
  cache.watch('plan', fetcher, listener());
  const { warmed, failed } = await cache.warm([
    { key: 'a', fetcher },
    { key: 'b', fetcher: () => Promise.reject(new Error('down')), retry: { attempts: 1 } },
  ]);
  assert.deepEqual([warmed, failed.map(({ key }) => key)], [['a'], ['b']]);
  await cache.flush();
  await cache.close();
  const before = fetcher.calls;
  await pass(t, HOUR);
  assert.equal(fetcher.calls, before);
});

test('a fetcher is given what is shown, which may spare it a second payment', async (t) => {
  const { cache } = await openPlain(t);
  const given = [];
  const fetcher = async ({ stale }) => given.push(stale);
  cache.watch('words', fetcher, listener(), { interval: MINUTE });
  await pass(t, 2 * MINUTE + 1_000);
  assert.deepEqual(given, [undefined, 1, 2]);
});

for (const [what, change, shown] of [
  ['set', (cache) => cache.set('plan', 'pushed'), 'pushed'],
  ['delete', (cache) => cache.delete('plan'), 'first'],
]) {
  test(`a ${what} overtakes the poll that is under way`, async (t) => {
    const { cache } = await openPlain(t);
    const { fetcher, answers } = controlledFetcher();
    const heard = listener();
    cache.watch('plan', fetcher, heard, { interval: HOUR });
    await pass(t, 1);
    answers[0].resolve('first');
    await pass(t, HOUR);
    assert.equal(answers.length, 2);
    change(cache);
    answers[1].resolve('older');
    await settle();
    assert.equal(heard.data.at(-1), shown);
    await pass(t, 1_000);
    assert.ok(!heard.data.includes('older'));
  });
}

test('a selector that says nothing is refused before the write', async (t) => {
  const { cache } = await openPlain(t);
  const write = counted(() => 'written');
  for (const invalidate of [{}, '', ':', 'plan::x', { endpoint: '' }]) {
    assert.throws(() => cache.mutate(write, { invalidate }), TypeError);
    assert.throws(() => cache.invalidate(invalidate), TypeError);
  }
  assert.equal(write.calls, 0);
  assert.deepEqual(cache.keys('plan'), []);
});

test('no listener is called before watch returns', async (t) => {
  const { cache } = await openPlain(t);
  const heard = listener();
  const fetcher = counted((call) => call);
  const watch = () => cache.watch('plan', fetcher, heard, { states: true });
  watch();
  assert.deepEqual(heard.data, []);
  watch()();
  await pass(t, 1_000);
  assert.equal(heard.data[0], undefined);
  assert.equal(heard.data.at(-1), 1);
  assert.equal(fetcher.calls, 1);
  const before = heard.updates.length;
  watch();
  assert.equal(heard.updates.length, before);
});
