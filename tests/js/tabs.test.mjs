// Several tabs over one localStorage: a change may be seen late, never wrongly. Each tab has an area of its own on the same
// records, and hears `storage` events when its event loop comes to them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Origin } from './support/area.mjs';
import { openCache } from '../../dist/index.js';
import { HOUR, listen, MINUTE, NAMESPACE, open, START } from './support/cache.mjs';
import { openTabs } from './support/tabs.mjs';
import { controlledFetcher, deferred, pass, settle, stopTime } from './support/time.mjs';

test('a tab reads what another has set, with or without an event', (t) => {
  const [one, two] = openTabs(t, 2);
  one.cache.set('plan', 1);
  assert.equal(two.cache.get('plan'), 1);
  assert.equal(two.cache.age('plan'), 0);
  one.cache.set('later', 1);
  assert.deepEqual(two.cache.keys().sort(), ['later', 'plan']);
});

test('an answer that another tab renewed takes the older one’s place when it is heard of', (t) => {
  const [one, two] = openTabs(t, 2);
  one.cache.set('plan', 'old');
  assert.equal(two.cache.get('plan'), 'old');
  one.clock.now = two.clock.now += 1_000;
  one.cache.set('plan', 'new');
  two.hear();
  assert.equal(two.cache.get('plan'), 'new');
  assert.equal(two.cache.age('plan'), 0);
});

test('an answer older than what is here changes nothing', (t) => {
  const [one, two] = openTabs(t, 2);
  one.cache.set('plan', 'old');
  two.clock.now += 1_000;
  two.cache.set('plan', 'new');
  two.hear();
  assert.equal(two.cache.get('plan'), 'new');
});

test('watchers get another tab’s answer and do not fetch', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { clock: () => Date.now() });
  one.cache.set('plan', 'old');
  const updates = [];
  let fetches = 0;
  two.cache.watch(
    'plan',
    async () => ++fetches,
    (update) => updates.push(update),
  );
  await pass(t, 170_000);
  one.cache.set('plan', 'new');
  two.hear();
  await pass(t, 170_000);
  assert.deepEqual(
    updates.map(({ data, source }) => [data, source]),
    [
      ['old', 'storage'],
      ['new', 'tab'],
    ],
  );
  assert.equal(fetches, 0);
});

test('another tab’s delete takes effect with its event', (t) => {
  const [one, two] = openTabs(t, 2);
  one.cache.set('plan', 1);
  two.cache.get('plan');
  one.cache.delete('plan');
  two.hear();
  assert.equal(two.cache.get('plan'), undefined);
});

test('another tab’s invalidation drops entries in memory', (t) => {
  const [one, two] = openTabs(t, 2);
  two.cache.set('plan:sara', 1, { tier: 'memory' });
  two.cache.set('plan:sarah', 1, { tier: 'memory' });
  one.clock.now = two.clock.now += 1_000;
  one.cache.invalidate(':sara');
  two.hear();
  assert.equal(two.cache.get('plan:sara'), undefined);
  assert.equal(two.cache.get('plan:sarah'), 1);
});

test('another tab’s invalidation supersedes a flight even before its event', async (t) => {
  const [one, two] = openTabs(t, 2);
  const answer = deferred();
  const asked = two.cache.getOrFetch('plan:sara', () => answer.promise);
  one.cache.invalidate(':sara');
  answer.resolve('outdated');
  assert.equal(await asked, 'outdated');
  assert.equal(two.cache.get('plan:sara'), undefined);
  assert.equal(one.cache.get('plan:sara'), undefined);
});

test('watched keys are fetched again after another tab’s invalidation', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { clock: () => Date.now() });
  one.cache.set('plan:sara', 'old');
  const shown = [];
  two.cache.watch(
    'plan:sara',
    async () => 'new',
    ({ data }) => shown.push(data),
  );
  await pass(t, 1_000);
  one.cache.invalidate(':sara');
  two.hear();
  await pass(t, 300);
  assert.deepEqual(shown, ['old', 'new']);
});

test('an event is not sent to other tabs: each hears it itself and fetches for its own', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { clock: () => Date.now() });
  one.cache.set('plan:sara', 'old');
  let fetches = 0;
  two.cache.watch(
    'plan:sara',
    async () => ++fetches,
    () => undefined,
  );
  await pass(t, 1_000);
  one.cache.applyEvent({ event_type: 'done', data: { username: 'sara' } }, 'sara');
  two.hear();
  assert.equal(two.cache.get('plan:sara'), undefined, 'though what it voided is void everywhere');
  await pass(t, 10_000);
  assert.equal(fetches, 0);
});

test('a watcher gets an answer even if it was read from storage before its event', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { clock: () => Date.now() });
  one.cache.set('plan', { number: 1 });
  const shown = [];
  const { fetcher } = controlledFetcher();
  two.cache.watch('plan', fetcher, ({ data }) => shown.push(data));
  await pass(t, 1_000);
  one.cache.invalidate('plan');
  two.hear();
  await pass(t, 1_000);
  one.cache.set('plan', { number: 2 });
  assert.deepEqual(two.cache.get('plan'), { number: 2 });
  two.cache.set('plan', { number: 2 });
  assert.deepEqual(shown, [{ number: 1 }, { number: 2 }]);
});

test('another tab’s write has fetched anew what is watched here', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { clock: () => Date.now() });
  one.cache.set('plan:sara', 'old');
  const shown = [];
  const tell = ({ data }) => shown.push(data);
  two.cache.watch('plan:sara', async () => 'new', tell, { interval: Infinity });
  await pass(t, 1_000);
  await one.cache.mutate(async () => 'written', { invalidate: ':sara' });
  two.hear();
  await pass(t, 300);
  assert.deepEqual(shown, ['old', 'new']);
});

test('a clear-out of the whole area is noticed', (t) => {
  const [one, two] = openTabs(t, 2);
  one.cache.set('plan', 1);
  assert.equal(two.cache.get('plan'), 1);
  one.area.clear();
  two.hear();
  assert.equal(two.cache.stats().storage.bytes, 0);
  assert.equal(two.cache.stats().storage.entries, 0);
  two.clock.now += 4 * HOUR;
  assert.equal(two.cache.get('plan'), undefined);
});

test('records of other programs are ignored', (t) => {
  const [one, two] = openTabs(t, 2);
  const heard = listen(two.cache, 'error', 'update', 'set');
  one.area.setItem('somebody', 'else');
  one.area.setItem('test', 'x');
  one.area.setItem('test_@other/plan', JSON.stringify({ data: 'another user’s', timestamp: START }));
  two.hear();
  assert.deepEqual(heard, []);
  assert.deepEqual(two.cache.keys(), []);
});

test('garbage under our prefix changes nothing that is here', (t) => {
  const [one, two] = openTabs(t, 2);
  two.cache.set('plan', 'good');
  one.area.setItem('test_plan', '{"data":');
  one.area.setItem('test_!floor:', 'garbage');
  one.area.setItem('test_!floor:*', '-1');
  two.hear();
  assert.equal(two.cache.get('plan'), 'good');
});

test('tabs of different users neither see nor invalidate each other’s answers', (t) => {
  const origin = new Origin();
  const sara = open(t, { origin, user: 'id-sara' });
  const tom = open(t, { origin, user: 'id-tom' });
  sara.cache.set('plan', 'hers');
  tom.cache.set('plan', 'his');
  sara.cache.invalidateAll();
  assert.equal(tom.cache.get('plan'), 'his');
  assert.equal(tom.reload().get('plan'), 'his');
  assert.equal(sara.cache.get('plan'), undefined);
});

test('a tab whose clock is a minute off still takes part', (t) => {
  const [one, two] = openTabs(t, 2);
  one.clock.now += MINUTE;
  one.cache.set('plan', 'from ahead');
  two.hear();
  assert.equal(two.cache.get('plan'), 'from ahead');
  assert.equal(two.cache.age('plan'), 0);
});

test('two tabs that write all the time stay within the budget they share', async (t) => {
  const [one, two] = openTabs(t, 2, { storage: { maxBytes: 30_000 } });
  for (let index = 0; index < 60; index++) {
    one.cache.set(`one:${index}`, 'x'.repeat(1_000));
    two.cache.set(`two:${index}`, 'x'.repeat(1_000));
    one.hear();
    two.hear();
    one.clock.now = two.clock.now += 1_000;
  }
  await settle();
  assert.ok(one.origin.units <= 30_000, `${one.origin.units} units`);
  assert.ok(one.cache.get('two:59') && two.cache.get('one:59'));
});

test('events of another area, such as sessionStorage, are ignored', (t) => {
  const [tab] = openTabs(t, 1);
  const other = new Origin().area();
  tab.cache.set('plan', 1);
  tab.area.removeItem('test_plan');
  tab.hearOf({ key: 'test_plan', oldValue: 'x', newValue: null, storageArea: other });
  assert.equal(tab.cache.get('plan'), 1);
  tab.hearOf({ key: 'test_plan', oldValue: 'x', newValue: null, storageArea: tab.area });
  assert.equal(tab.cache.get('plan'), undefined);
});

test('under node no messages are posted, though it has a BroadcastChannel: there are no tabs', async (t) => {
  globalThis.localStorage = new Origin().area();
  t.after(() => delete globalThis.localStorage);
  const heard = [];
  const channel = new BroadcastChannel(JSON.stringify([NAMESPACE, null]));
  t.after(() => channel.close());
  channel.onmessage = ({ data }) => heard.push(data);
  const cache = openCache({ namespace: NAMESPACE });
  t.after(() => cache.close());
  cache.set('plan', 1);
  assert.equal(localStorage.length > 0, true);
  const last = new Promise((resolve) => {
    channel.addEventListener('message', ({ data }) => data === 'last' && resolve());
  });
  const other = new BroadcastChannel(channel.name);
  other.postMessage('last');
  await last;
  other.close();
  assert.deepEqual(heard, ['last']);
});
