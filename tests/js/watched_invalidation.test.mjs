// Whatever drops an answer has those who watch it fetch another: every form of selector, every way to invalidate, in this tab
// and in others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { HOUR } from './support/cache.mjs';
import { openTabs } from './support/tabs.mjs';
import { pass, stopTime } from './support/time.mjs';
import { counted, listener } from './support/watching.mjs';

const KEY = 'metrics:sara:7';
const SHARED = 'teams';

/** What is watched, by whom it is tagged, and what selects it. */
const SELECTORS = [
  ['*', [KEY, SHARED]],
  ['metrics', [KEY]],
  ['metrics:', [KEY]],
  [':sara', [KEY]],
  ['metrics:sara', [KEY]],
  [KEY, [KEY]],
  ['metrics:*', [KEY]],
  ['metrics:*:7', [KEY]],
  [':None', [SHARED]],
  [SHARED, [SHARED]],
  [{ endpoint: 'metrics' }, [KEY]],
  [{ endpoint: '*' }, [KEY, SHARED]],
  [{ user: 'sara' }, [KEY]],
  [{ user: null }, [SHARED]],
  [{ tag: 'team' }, [KEY, SHARED]],
  [{ keys: [KEY] }, [KEY]],
  [{ keys: new Set([SHARED, 'other']) }, [SHARED]],
  [{ tag: 'team', user: null }, [SHARED]],
  [{ tag: 'team', endpoint: 'metrics' }, [KEY]],
  [{ tag: 'team', keys: [SHARED] }, [SHARED]],
  [{ endpoint: 'metrics', user: 'sara' }, [KEY]],
  [{ tag: 'other' }, []],
  [{ tag: 'team', endpoint: 'plan' }, []],
  [':sarah', []],
];

const WAYS = [
  ['invalidate', (cache, selector) => cache.invalidate(selector)],
  ['mutate', (cache, selector) => cache.mutate(async () => 1, { invalidate: selector })],
];

/** Whose tags they are: those of the watcher's policy, of the endpoint's, or of what was set. */
const TAGGED = ['by the watcher', 'by the endpoint', 'by the answer', 'by an answer that has gone'];

async function openWatched(t, tagged) {
  stopTime(t);
  const tags = ['team', 'daily'];
  const policies = tagged === 'by the endpoint' ? { metrics: { tags }, teams: { tags } } : {};
  const tabs = openTabs(t, 2, { clock: () => Date.now(), policies });
  const [here, there] = tabs;
  for (const key of [KEY, SHARED]) here.cache.set(key, 'old', tagged.includes('answer') ? { tags } : {});
  const fetched = { here: [], there: [] };
  for (const [name, { cache }] of [
    ['here', here],
    ['there', there],
  ]) {
    for (const key of [KEY, SHARED]) {
      const policy = tagged === 'by the watcher' ? { tags } : {};
      cache.watch(key, async () => (fetched[name].push(key), 'new'), listener(), { interval: HOUR, ...policy });
    }
  }
  await pass(t, 1_000);
  assert.deepEqual(fetched, { here: [], there: [] });
  if (tagged === 'by an answer that has gone')
    for (const { cache } of tabs) [KEY, SHARED].forEach((key) => cache.delete(key));
  return { here, there, fetched };
}

for (const tagged of TAGGED) {
  for (const [name, invalidate] of WAYS) {
    test(`${name} has what is watched and selected fetched anew, in this tab and the other; tagged ${tagged}`, async (t) => {
      for (const [selector, selected] of SELECTORS) {
        const { here, there, fetched } = await openWatched(t, tagged);
        await invalidate(here.cache, selector);
        await pass(t, 1);
        there.hear();
        // The shared fetch is another concern: each tab has an area of its own here, and no locks.
        await pass(t, 1_000);
        const label = typeof selector === 'string' ? selector : JSON.stringify(selector);
        assert.deepEqual(fetched.here.sort(), [...selected].sort(), `here: ${label}`);
        assert.deepEqual(fetched.there.sort(), [...selected].sort(), `there: ${label}`);
        t.mock.timers.reset();
        for (const { cache } of [here, there]) await cache.close();
      }
    });
  }
}

for (const [name, act, selected] of [
  ['invalidateUser', (cache) => cache.invalidateUser('sara'), [KEY]],
  ['invalidateShared', (cache) => cache.invalidateShared(), [SHARED]],
  ['invalidateAll', (cache) => cache.invalidateAll(), [KEY, SHARED]],
  ['clear', (cache) => cache.clear(), [KEY, SHARED]],
  ['a mutate that says nothing more', (cache) => cache.mutate(async () => 1), [KEY, SHARED]],
]) {
  test(`${name} has what is watched fetched anew, in this tab and the other`, async (t) => {
    const { here, there, fetched } = await openWatched(t, 'by the answer');
    await act(here.cache);
    await pass(t, 1);
    there.hear();
    await pass(t, 1_000);
    assert.deepEqual(fetched.here.sort(), [...selected].sort());
    assert.deepEqual(fetched.there.sort(), [...selected].sort());
  });
}

test('an event has what its rule names fetched anew where it is heard, and the other tab hears it itself', async (t) => {
  const { here, there, fetched } = await openWatched(t, 'by the answer');
  here.cache.applyEvent({ event_type: 'done', data: { username: 'sara' } }, 'sara');
  await pass(t, 1);
  there.hear();
  await pass(t, 1_000);
  assert.deepEqual(fetched, { here: [KEY, SHARED], there: [] });
  there.cache.applyEvent({ event_type: 'done', data: { username: 'sara' } }, 'sara');
  await pass(t, 1_000);
  assert.deepEqual(fetched.there, [KEY, SHARED]);
});

test('a delete fetches nothing in either tab: what is watched stays on screen until its next poll', async (t) => {
  const { here, there, fetched } = await openWatched(t, 'by the answer');
  const heard = listener();
  there.cache.watch(
    KEY,
    counted(() => 'new'),
    heard,
    { interval: HOUR },
  );
  await pass(t, 1);
  here.cache.delete(KEY);
  there.hear();
  await pass(t, 10_000);
  assert.deepEqual(fetched, { here: [], there: [] });
  assert.deepEqual(heard.data, ['old']);
  assert.equal(there.cache.get(KEY), undefined);
});

test('entries exempt from events are exempt from writes, too, but not from invalidations', async (t) => {
  stopTime(t);
  const [{ cache }] = openTabs(t, 1, { clock: () => Date.now() });
  const fetcher = counted((call) => call);
  cache.watch(KEY, fetcher, listener(), { onEvent: 'keep', tags: ['team'], interval: HOUR });
  await pass(t, 1);
  await cache.mutate(async () => 1, { invalidate: { tag: 'team' } });
  await pass(t, 1_000);
  assert.equal(fetcher.calls, 1);
  cache.invalidate({ tag: 'team' });
  await pass(t, 1_000);
  assert.equal(fetcher.calls, 2);
});
