// How often the page calls the module for what pages do most. Each call costs a message and keeps the page's own work
// waiting; a call that creeps in is seen here.
import { crossings } from './support/crossings.mjs';
import assert from 'node:assert/strict';
import test from 'node:test';
import { counted, listener, openStill } from './support/watching.mjs';
import { pass, settle } from './support/time.mjs';

const IN_MEMORY = { tier: 'memory' };

/** How many calls `action` takes, and whatever it starts at once. */
async function callsOf(action) {
  await settle();
  crossings();
  await action();
  await settle();
  return crossings();
}

function most(t, what, count, limit) {
  t.diagnostic(`${what}: ${count}`);
  assert.ok(count <= limit, `${what} takes ${count} calls, at most ${limit} are allowed`);
}

test('a hit calls nothing', async (t) => {
  const { cache } = openStill(t);
  cache.set('list:sara', [1]);
  assert.deepEqual(cache.get('list:sara'), [1]);
  most(t, 'hit', await callsOf(() => cache.get('list:sara')), 0);
  const fetcher = () => assert.fail('there is an answer');
  most(t, 'getOrFetch that hits', await callsOf(() => cache.getOrFetch('list:sara', fetcher)), 0);
});

test('setting a value in memory is one call at most, whether its key is there or watched or not', async (t) => {
  const { cache } = openStill(t);
  most(t, 'new key in memory', await callsOf(() => cache.set('list:sara', [1], IN_MEMORY)), 1);
  most(t, 'known key in memory', await callsOf(() => cache.set('list:sara', [2], IN_MEMORY)), 1);
  cache.watch('list:sara', async () => [3], listener(), { ...IN_MEMORY, interval: Infinity });
  most(t, 'watched key in memory', await callsOf(() => cache.set('list:sara', [4], IN_MEMORY)), 1);
  const tagged = { ...IN_MEMORY, tags: ['tasks'], version: '2' };
  most(t, 'with tags and a version', await callsOf(() => cache.set('list:tom', [1], tagged)), 1);
});

test('writing through to storage is one call', async (t) => {
  const { cache } = openStill(t);
  most(t, 'write-through set', await callsOf(() => cache.set('list:sara', [1])), 1);
  most(t, 'write-through set again', await callsOf(() => cache.set('list:sara', [2])), 1);
});

test('fetching a watched key again takes five calls at most', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((count) => [count]);
  const heard = listener();
  cache.watch('list:sara', fetcher, heard, { interval: 45_000 });
  await pass(t, 10);
  crossings();
  await pass(t, 45_000);
  assert.equal(fetcher.calls, 2);
  most(t, 'refetch of a watched key', crossings(), 5);
  assert.deepEqual(heard.data.at(-1), [2]);
  // The same with an update for the beginning and the end of each fetch.
  cache.watch('list:tom', fetcher, heard, { interval: 3_600_000, states: true });
  await pass(t, 10);
  assert.equal(fetcher.calls, 3);
});

test('fetching a watched key again in vain takes six calls at most', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted((count) => {
    if (count > 1) throw new Error('no');
    return [count];
  });
  cache.watch('list:sara', fetcher, listener(), { interval: 45_000, retry: { attempts: 1 } });
  await pass(t, 10);
  crossings();
  await pass(t, 45_000);
  assert.equal(fetcher.calls, 2);
  most(t, 'failed refetch of a watched key', crossings(), 6);
});

test('an event that concerns one of a thousand watched keys', async (t) => {
  const { cache } = openStill(t, { rules: { task_done: { endpoints: ['list'] } } });
  for (let index = 0; index < 1_000; index++) {
    const user = index === 7 ? 'sara' : 'tom';
    cache.watch(`list:${user}:${index}`, async () => [{ id: index }], listener(), { interval: Infinity });
  }
  await pass(t, 1_000);
  const data = { username: 'sara', assigned_users: ['sara'] };
  const told = (event) => callsOf(() => assert.equal(cache.applyEvent(event, 'sara').refreshed.length, 1));
  most(t, 'event, of 1,000 watched keys', await told({ event_type: 'task_done', data }), 2);
  await pass(t, 1_000);
  const named = { event_type: 'task_done', data: { ...data, task_id: 7 } };
  most(t, 'event with a task, of 1,000 watched keys', await told(named), 4);
});

test('a getOrFetch that misses takes four calls at most', async (t) => {
  const { cache } = openStill(t);
  const miss = () => cache.getOrFetch('list:sara', async () => [1]);
  most(t, 'getOrFetch that misses', await callsOf(miss), 4);
});
