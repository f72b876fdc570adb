// Mutation events: whom they concern, what they drop, what is fetched again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isConcerned } from '../../dist/index.js';
import { entriesIn, listen, open } from './support/cache.mjs';
import { pass, settle, stopTime } from './support/time.mjs';

/** A still cache with each of `keys` watched; `fetched` lists what was fetched since. */
async function watching(t, keys, { watch = {}, ...options } = {}) {
  stopTime(t);
  const opened = open(t, { clock: () => Date.now(), ...options });
  const fetched = [];
  for (const key of keys) {
    opened.cache.set(key, `${key}, cached`);
    const fetcher = async () => {
      fetched.push(key);
      return `${key}, fetched`;
    };
    opened.cache.watch(key, fetcher, () => undefined, watch[key]);
  }
  await pass(t, 1_000);
  assert.deepEqual(fetched, []);
  return { ...opened, fetched };
}

const completed = (data) => ({ event_type: 'tasktracker_task_completed', data });

test('an event drops everybody’s entries, and only those it concerns fetch theirs at once', async (t) => {
  const keys = ['daily_plan:sara', 'daily_plan:tom'];
  const { cache, area, fetched } = await watching(t, keys);
  cache.set('daily_plan:gabriel', 1);
  cache.set('teams', 1);
  const decision = cache.applyEvent(completed({ username: 'gabriel', assigned_users: ['sara'] }), 'sara');
  assert.deepEqual(decision, { concerned: true, reason: 'assigned', invalidated: 4, refreshed: ['daily_plan:sara'] });
  assert.deepEqual(entriesIn(area), []);
  await pass(t, 299);
  assert.deepEqual(fetched, []);
  await pass(t, 1);
  assert.deepEqual(fetched, ['daily_plan:sara']);
  assert.equal(cache.get('daily_plan:sara'), 'daily_plan:sara, fetched');
  assert.equal(cache.get('daily_plan:tom'), undefined);
});

test('for users who are not concerned the shown answer stays until the next poll', async (t) => {
  const { cache, fetched } = await watching(t, ['daily_plan:tom']);
  const decision = cache.applyEvent(completed({ username: 'gabriel', assigned_users: ['sara'] }), 'tom');
  assert.deepEqual([decision.concerned, decision.reason, decision.refreshed], [false, 'other', []]);
  await pass(t, 10_000);
  assert.deepEqual(fetched, []);
  await pass(t, 180_000);
  assert.deepEqual(fetched, ['daily_plan:tom']);
});

test('shared keys are fetched again if the event concerns the user', async (t) => {
  const { cache, fetched } = await watching(t, ['teams', 'tasks:None']);
  cache.applyEvent(completed({ username: 'gabriel', assigned_users: ['tom'] }), 'sara');
  await pass(t, 1_000);
  assert.deepEqual(fetched, []);
  cache.applyEvent(completed({ username: 'gabriel', assigned_users: ['sara'] }), 'sara');
  await pass(t, 1_000);
  assert.deepEqual(fetched.sort(), ['tasks:None', 'teams']);
});

test('a burst of events makes one fetch', async (t) => {
  const { cache, fetched } = await watching(t, ['daily_plan:sara']);
  for (let index = 0; index < 10; index++) {
    cache.applyEvent(completed({ username: 'sara' }), 'sara');
    await pass(t, 100);
  }
  assert.deepEqual(fetched, []);
  await pass(t, 300);
  assert.deepEqual(fetched, ['daily_plan:sara']);
});

test('a rule names the endpoints that an event invalidates; the longest matching pattern counts', async (t) => {
  const keys = ['daily_plan:sara', 'goals:sara', 'teams'];
  const { cache, fetched } = await watching(t, keys, {
    rules: {
      'tasktracker_*': { endpoints: ['daily_plan'] },
      'tasktracker_goal_*': { endpoints: ['goals'] },
      tasktracker_goal_deleted: { endpoints: ['goals', 'daily_plan'] },
    },
  });
  const apply = (type) => cache.applyEvent({ event_type: type, data: { username: 'sara' } }, 'sara').refreshed.sort();
  assert.deepEqual(apply('tasktracker_task_created'), ['daily_plan:sara']);
  assert.deepEqual(apply('tasktracker_goal_created'), ['goals:sara']);
  assert.deepEqual(apply('tasktracker_goal_deleted'), ['daily_plan:sara', 'goals:sara']);
  assert.deepEqual(apply('tasktracker_goal_deleted_twice'), ['goals:sara']);
  assert.deepEqual(apply('another'), ['daily_plan:sara', 'goals:sara', 'teams']);
  await pass(t, 1_000);
  assert.deepEqual(fetched.sort(), ['daily_plan:sara', 'goals:sara', 'teams']);
});

test('an endpoint in a rule is compared whole', (t) => {
  const { cache } = open(t, { rules: { done: { endpoints: ['daily_plan'] } } });
  cache.setMany([
    ['daily_plan:sara', 1],
    ['daily_plan_encouragement:sara', 1],
    ['daily', 1],
  ]);
  assert.equal(cache.applyEvent({ type: 'done' }, 'sara').invalidated, 1);
  assert.deepEqual(cache.keys().sort(), ['daily', 'daily_plan_encouragement:sara']);
});

test('`type` serves where there is no `event_type`', (t) => {
  const { cache } = open(t, { rules: { done: { endpoints: ['a'] } } });
  cache.setMany([
    ['a', 1],
    ['b', 1],
  ]);
  cache.applyEvent({ type: 'done', data: {} }, 'sara');
  assert.deepEqual(cache.keys(), ['b']);
});

test('the users of a task are read from the answers before these are dropped', (t) => {
  const seen = [];
  const { cache } = open(t, {
    rules: {
      tasktracker_task_completed: {
        assignees(data, cached) {
          const entries = [...cached];
          seen.push(entries.map(([key]) => key).sort());
          const plans = entries.filter(([, plan]) => plan.tasks?.some(({ id }) => id === data.task_id));
          return plans.map(([key]) => key.split(':')[1]);
        },
      },
    },
  });
  cache.set('daily_plan:sara', { tasks: [{ id: 7 }] });
  cache.set('daily_plan:tom', { tasks: [{ id: 8 }] });
  const event = completed({ task_id: 7, username: 'gabriel', assigned_users: [] });
  const decision = cache.applyEvent(event, 'ute');
  assert.deepEqual([decision.reason, decision.invalidated], ['other', 2]);
  assert.deepEqual(seen, [['daily_plan:sara', 'daily_plan:tom']]);
  assert.equal(cache.applyEvent(event, 'sara').reason, 'unknown', 'now nobody knows any more');
});

test('answers that are still shown, though dropped, name the users of a task, too', async (t) => {
  const { cache } = await watching(t, []);
  cache.set('daily_plan:sara', { tasks: [{ id: 7 }] });
  cache.watch(
    'daily_plan:sara',
    async () => ({ tasks: [] }),
    () => undefined,
  );
  await settle();
  cache.invalidateAll();
  const decision = cache.applyEvent(completed({ task_id: 7, username: 'tom', assigned_users: ['tom'] }), 'sara');
  assert.equal(decision.reason, 'assigned');
});

test('my own cached answers that name the task’s id concern me, as number or text, at any depth', (t) => {
  for (const [answer, id] of [
    [{ tasks: [{ id: 7 }] }, '7'],
    [{ tasks: [{ id: '7' }] }, 7],
    [{ data: { items: [[{ id: 7 }]] } }, 7],
    [{ id: 7 }, 7],
  ]) {
    const { cache } = open(t);
    cache.set('daily_plan:sara', answer);
    const data = { task_id: id, username: 'tom', assigned_users: ['tom'] };
    assert.equal(cache.applyEvent(completed(data), 'sara').reason, 'assigned', JSON.stringify([answer, id]));
  }
});

test('an id that merely looks alike, or another user’s answer, does not', (t) => {
  for (const [key, answer] of [
    ['daily_plan:sara', { tasks: [{ id: 70 }, { task_id: 7 }, { count: 7 }] }],
    ['daily_plan:sarah', { tasks: [{ id: 7 }] }],
    ['teams', { tasks: [{ id: 7 }] }],
  ]) {
    const { cache } = open(t);
    cache.set(key, answer);
    const data = { task_id: 7, username: 'tom', assigned_users: ['tom'] };
    assert.equal(cache.applyEvent(completed(data), 'sara').reason, 'other', key);
  }
});

test('a rule’s assignees that throw, or give no list, count as unknown', (t) => {
  globalThis.reportError = () => undefined;
  t.after(() => delete globalThis.reportError);
  const assignees = [
    () => {
      throw new Error('in a rule');
    },
    () => undefined,
    () => 'sara',
    () => [7, null],
  ];
  for (const one of assignees) {
    const { cache } = open(t, { rules: { done: { assignees: one } } });
    assert.equal(cache.applyEvent({ type: 'done', data: {} }, 'sara').reason, 'unknown');
  }
});

test('onEvent: keep leaves an answer alone, in memory and storage, and its flight too', async (t) => {
  const policies = { encouragement: { onEvent: 'keep' } };
  const { cache, reload } = open(t, { policies });
  cache.set('encouragement:sara', 'paid');
  cache.set('daily_plan:sara', 'free');
  assert.equal(cache.applyEvent(completed({ username: 'sara' }), 'sara').invalidated, 1);
  assert.equal(cache.get('encouragement:sara'), 'paid');
  assert.equal(cache.get('daily_plan:sara'), undefined);
  let answer;
  const asked = cache.getOrFetch('encouragement:tom', () => new Promise((resolve) => (answer = resolve)));
  cache.applyEvent(completed({ username: 'tom' }), 'tom');
  answer('paid too');
  await asked;
  assert.equal(cache.get('encouragement:tom'), 'paid too');
  const loaded = reload();
  assert.equal(loaded.get('encouragement:sara'), 'paid');
  assert.equal(loaded.invalidateUser('sara'), 1, 'asked for by name it goes');
});

test('onEvent: keep and invalidate cause no fetch while they are watched', async (t) => {
  const keys = ['kept:sara', 'dropped:sara', 'plan:sara'];
  const { cache, fetched } = await watching(t, keys, {
    policies: { kept: { onEvent: 'keep' }, dropped: { onEvent: 'invalidate' } },
  });
  cache.applyEvent(completed({ username: 'sara' }), 'sara');
  await pass(t, 1_000);
  assert.deepEqual(fetched, ['plan:sara']);
  assert.equal(cache.get('kept:sara'), 'kept:sara, cached');
  assert.equal(cache.get('dropped:sara'), undefined);
  assert.equal(await cache.getOrFetch('dropped:sara', async () => 'asked for'), 'asked for');
});

test('the answer of a flight that an event supersedes is not cached', async (t) => {
  const { cache } = open(t);
  let answer;
  const asked = cache.getOrFetch('plan:sara', () => new Promise((resolve) => (answer = resolve)));
  cache.applyEvent(completed({ username: 'tom', assigned_users: ['tom'] }), 'sara');
  answer('outdated');
  assert.equal(await asked, 'outdated');
  assert.equal(cache.get('plan:sara'), undefined);
});

test('an event is counted, and emitted with its decision', (t) => {
  const { cache } = open(t);
  const heard = listen(cache, 'event');
  const mine = completed({ username: 'sara' });
  const theirs = completed({ username: 'tom', assigned_users: ['tom'] });
  const decisions = [cache.applyEvent(mine, 'sara'), cache.applyEvent(theirs, 'sara')];
  assert.deepEqual(cache.stats().events, { seen: 2, concerned: 1 });
  assert.deepEqual(heard, [
    ['event', { event: mine, user: 'sara', decision: decisions[0] }],
    ['event', { event: theirs, user: 'sara', decision: decisions[1] }],
  ]);
});

test('an event that says nothing concerns everybody', (t) => {
  const { cache } = open(t);
  cache.set('plan:sara', 1);
  for (const event of [{}, { event_type: 'x' }, { data: null }, { data: 'text' }, { data: [] }, { data: new Map() }]) {
    const { concerned, reason } = cache.applyEvent(event, 'sara');
    assert.deepEqual([concerned, reason], [true, 'unknown'], JSON.stringify(event));
  }
});

test('a cycle or a BigInt in an event’s data does not throw', (t) => {
  const { cache } = open(t);
  const data = { username: 'sara', size: 10n };
  data.self = data;
  assert.equal(cache.applyEvent({ event_type: 'x', data }, 'sara').reason, 'actor');
  assert.equal(isConcerned(data, 'sara'), true);
});

const circle = { tasks: [] };
circle.tasks.push(circle);
for (const [what, value] of Object.entries({
  'a cycle': circle,
  'nested ten thousand deep': JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)),
  'an object that throws when it is read': {
    get id() {
      throw new Error('not to be read');
    },
  },
})) {
  test(`an answer that is ${what} does not keep an event from invalidating`, (t) => {
    const { cache } = open(t);
    cache.set('plan:sara', value);
    cache.set('teams', 1);
    const { concerned, invalidated } = cache.applyEvent(completed({ task_id: 5, assigned_users: ['tom'] }), 'sara');
    assert.deepEqual([concerned, invalidated], [true, 2]);
    assert.deepEqual(cache.keys(), []);
  });
}

test('users whose names must be escaped are found', (t) => {
  for (const user of ['None', 'a:b', '*', '%4Eone', 'Zoë', '🐉']) {
    const { cache } = open(t);
    assert.equal(cache.applyEvent(completed({ username: user }), user).reason, 'actor', user);
    assert.equal(cache.applyEvent(completed({ assigned_users: ['x', user] }), user).reason, 'assigned', user);
    assert.equal(cache.applyEvent(completed({ assigned_users: [`${user}x`] }), user).reason, 'other', user);
  }
});

test('applyEvent without a user, and isConcerned without one, are refused', (t) => {
  const { cache } = open(t);
  assert.throws(() => cache.applyEvent({}), TypeError);
  assert.throws(() => isConcerned({}), TypeError);
});

test('isConcerned judges an event’s data alone', () => {
  const data = { username: 'gabriel', assigned_users: ['sara'] };
  assert.equal(isConcerned(data, 'gabriel'), true);
  assert.equal(isConcerned(data, 'sara'), true);
  assert.equal(isConcerned(data, 'sarah'), false);
  assert.equal(isConcerned({ username: 'gabriel', assigned_users: [] }, 'tom'), true);
});
