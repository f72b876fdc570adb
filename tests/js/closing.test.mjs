// A cache may be closed at any moment, by a card that leaves while answers are on their way or by a listener that is being called.
// Nothing may throw or reject because of that.
import assert from 'node:assert/strict';
import test from 'node:test';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { open, START } from './support/cache.mjs';
import { settle } from './support/time.mjs';

/** What goes wrong where nobody catches it, until the test ends. */
function hearUncaught(t) {
  const uncaught = [];
  const hear = (error) => uncaught.push(error);
  for (const event of ['unhandledRejection', 'uncaughtException']) {
    process.on(event, hear);
    t.after(() => process.off(event, hear));
  }
  return uncaught;
}

const turns = async (count) => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
};

/** A store that answers some microtasks later. */
function slowTier(latency, found) {
  const listeners = new Set();
  const asked = [];
  const later = (name, answer) => async () => {
    asked.push(name);
    await turns(latency);
    return answer;
  };
  return {
    asked,
    tell: (...invalidation) => listeners.forEach((listener) => listener(...invalidation)),
    get: later('get', found),
    set: later('set'),
    invalidate: later('invalidate'),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => undefined;
    },
  };
}

const policies = { secret: { encrypted: true }, brief: { ttl: 1, staleIfError: 60_000, staleWhileRevalidate: 60_000 } };

test('while everything is on its way', async (t) => {
  const uncaught = hearUncaught(t);
  for (let moment = 0; moment < 60; moment++) {
    globalThis.indexedDB = new IDBFactory();
    const remote = slowTier(moment % 7, moment % 2 ? { data: 'of the store', timestamp: START } : undefined);
    const opened = open(t, { policies, remote });
    // Encrypted records of a page before this one.
    opened.cache.set('secret:sara', { is: 'kept' });
    opened.cache.set('brief', 'old');
    await opened.cache.flush();
    const cache = opened.reload();
    opened.clock.now += 10;
    const answer = (value) => async () => (await turns(moment % 5), value);
    const fail = async () => {
      await turns(moment % 3);
      throw new Error('down');
    };
    const asked = [
      cache.getOrFetch('plan', answer('plan')),
      cache.getOrFetch('secret:sara', answer('secret')),
      cache.getOrFetch('secret:tom', answer('secret')),
      cache.getOrFetch('brief', fail),
      cache.getOrFetch('brief', answer('new'), { forceRefresh: true }),
      cache.mutate(answer('written'), { optimistic: [['plan', 'soon']], invalidate: 'list' }),
    ];
    cache.get('secret:sara');
    cache.set('secret:ann', 1);
    for (const key of ['plan', 'secret:sara', 'brief', 'down'])
      cache.watch(key, key === 'down' ? fail : answer(key), () => undefined, { debounce: 0 });
    cache.invalidate('list');
    if (moment < 40) await turns(moment);
    else for (let turn = 40; turn < moment; turn++) await settle();
    const closed = cache.close();
    // Another process tells something, and the clock is set back, when nobody is there any more.
    opened.clock.now -= 60_000;
    remote.tell('plan', START);
    await closed;
    const known = remote.asked.length;
    const outcomes = await Promise.allSettled(asked);
    assert.deepEqual(
      outcomes.filter(({ status }) => status === 'rejected').map(({ reason }) => String(reason)),
      [],
      `closed after ${moment} turns`,
    );
    for (let turn = 0; turn < 5; turn++) await settle();
    assert.equal(remote.asked.length, known, 'the store is not asked any more');
    assert.deepEqual(uncaught.map(String), [], `closed after ${moment} turns`);
  }
});

const event = { event_type: 'task_done', data: { assigned_to: 'sara' } };
/** Things that call a listener, a fetcher or a policy's functions. */
const acts = {
  get: (cache) => cache.get('plan'),
  'get of nothing': (cache) => cache.get('nothing'),
  set: (cache) => cache.set('plan', 'new'),
  'set of one too many': (cache) => cache.set('d', 1),
  invalidate: (cache) => cache.invalidate('*'),
  delete: (cache) => cache.delete('plan'),
  clear: (cache) => cache.clear(),
  'getOrFetch of a hit': (cache) => cache.getOrFetch('plan', async () => 1),
  'getOrFetch of a miss': (cache) => cache.getOrFetch('new', async () => 1),
  'getOrFetch that fails': (cache) => cache.getOrFetch('bad', () => Promise.reject(new Error('down'))).catch(() => 0),
  applyEvent: (cache) => cache.applyEvent(event, 'sara'),
  mutate: (cache) => cache.mutate(async () => 1, { optimistic: [['plan', 'soon']], event }),
};
const EVENTS = ['hit', 'miss', 'set', 'evict', 'invalidate', 'update', 'error', 'event'];

for (const [name, act] of Object.entries(acts)) {
  test(`by who is called during ${name}`, async (t) => {
    const uncaught = hearUncaught(t);
    for (const where of [...EVENTS, 'watcher', 'check', 'assignees']) {
      const during = {};
      const close = () => void during.cache?.close();
      const opened = open(t, {
        memory: { maxEntries: 3 },
        remote: slowTier(1),
        policies: { plan: { check: () => (where === 'check' && close(), true) } },
        rules: { task_done: { endpoints: ['plan'], assignees: () => (where === 'assignees' && close(), ['sara']) } },
      });
      const one = opened.cache;
      for (const key of ['a', 'b', 'plan']) one.set(key, 'old');
      await one.flush();
      let told = 0;
      if (where === 'watcher')
        one.watch(
          'plan',
          async () => 'polled',
          () => told++ && close(),
          { debounce: 0 },
        );
      await settle();
      during.cache = one;
      if (EVENTS.includes(where)) one.on(where, close);
      await assert.doesNotReject(async () => act(one), where);
      for (let turn = 0; turn < 5; turn++) await settle();
      assert.deepEqual(uncaught.map(String), [], where);
      await one.close();
    }
  });
}

test('by a watcher that is shown what is stored when the core arrives', async (t) => {
  const uncaught = hearUncaught(t);
  const said = [];
  const { cache } = open(t, { log: (entry) => said.push(entry) });
  cache.watch(
    'plan',
    async () => 1,
    ({ data }) => data && void cache.close(),
    { debounce: 0 },
  );
  cache.set('plan', 'here');
  await cache.ready;
  await settle();
  assert.deepEqual([uncaught, said], [[], []]);
});
