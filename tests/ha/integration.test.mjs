// Our tasktracker integration in a real Home Assistant answers, tells and refuses as TaskTracker's own was recorded to.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startBench } from './harness/bench.mjs';
import { refusedWith } from './harness/connection.mjs';
import { contract, misfits } from './harness/shapes.mjs';

const READS = [
  ['get_daily_plan', {}],
  ['get_daily_plan', { username: 'gabriel', select_recommended: true, fair_weather: false }],
  ['get_daily_plan_encouragement', {}],
  ['get_daily_plan_encouragement', { username: 'gabriel', force_refresh: true }],
  ['get_recommended_tasks', { available_minutes: 30 }],
  ['get_available_tasks', {}],
  ['get_available_tasks', { username: 'gabriel', available_minutes: 60, upcoming_days: 7 }],
  ['get_recent_completions', { days: 7, limit: 10 }],
  ['list_leftovers', {}],
  ['get_all_tasks', {}],
  ['get_all_tasks', { thin: true }],
  ['get_available_users', {}],
  ['get_daily_state', {}],
];

// By whom, what, and which event it is told by.
const WRITES = [
  ['gabriel', 'complete_task', { task_id: 1, task_type: 'RecurringTask', notes: 'Twice' }, 'task_completed'],
  ['sara', 'complete_task', { task_id: 3, task_type: 'SelfCareTask', completed_by: 'sara' }, 'task_completed'],
  ['sara', 'complete_task', { task_id: 102, task_type: 'AdHocTask' }, 'task_completed'],
  ['sara', 'complete_task_by_name', { name: 'feed the sourdough' }, 'task_completed'],
  ['sara', 'complete_task_by_name', { name: 'Vegetable stew', event_type: 'leftover_disposed' }, 'leftover_disposed'],
  [
    'sara',
    'create_adhoc_task',
    { name: 'Call the plumber', assigned_users: ['gabriel', 'sara'], duration_minutes: 10, priority: 1 },
    'task_created',
  ],
  ['sara', 'create_adhoc_task', { name: 'Mine alone' }, 'task_created'],
  [
    'gabriel',
    'update_task',
    { task_id: 5, task_type: 'RecurringTask', next_due: '2031-01-01T12:00:00Z' },
    'task_updated',
  ],
  ['gabriel', 'update_task', { task_id: '3', task_type: 'RecurringTask', assigned_users: ['gabriel'] }, 'task_updated'],
  ['sara', 'update_completion', { completion_id: 501, notes: 'In the evening' }, 'completion_updated'],
  ['sara', 'delete_completion', { completion_id: 501 }, 'completion_deleted'],
  ['gabriel', 'create_leftover', { name: 'Pancakes', shelf_life_days: 3 }, 'leftover_created'],
  ['gabriel', 'create_leftover', { name: 'Curry', assigned_users: ['sara'], days_ago: 1 }, 'leftover_created'],
  ['sara', 'set_daily_state', { energy: 2, mood: -1 }, 'daily_state_set'],
];

const EVENT_TYPES = [
  'task_completed',
  'task_created',
  'task_updated',
  'task_deleted',
  'leftover_created',
  'leftover_disposed',
  'completion_updated',
  'completion_deleted',
  'daily_state_set',
  'daily_plan',
  'goal_created',
  'goal_updated',
  'goal_deleted',
].map((name) => `tasktracker_${name}`);

let bench;
before(async () => {
  bench = await startBench('integration');
});
after(() => bench?.close());
beforeEach(() => bench.tracker.reset({ household: true }));

function subscribe(username, eventType) {
  return bench.connection(username).subscribe({ type: 'tasktracker/subscribe_events', event_type: eventType });
}

test('every read answers in the recorded shape, to a user who is no admin', async (t) => {
  const services = contract('services');
  for (const [service, data] of READS) {
    await t.test(`${service} ${JSON.stringify(data)}`, async () => {
      const { context, response } = await bench.connection('sara').callService(service, data);
      assert.deepEqual(misfits(response, services[service]), []);
      assert.equal(response.success, true);
      assert.equal(context.user_id, bench.users.sara.id);
    });
  }
});

test('every write answers in the recorded shape and is told to others in the recorded shape', async (t) => {
  const services = contract('services');
  const events = contract('events');
  for (const [username, service, data, event] of WRITES) {
    await t.test(`${username}: ${service} ${JSON.stringify(data)}`, async () => {
      await bench.tracker.reset({ household: true });
      const eventType = `tasktracker_${event}`;
      // Tom hears it as anybody does, whether it concerns him or not.
      const heard = await subscribe('tom', eventType);
      const { response } = await bench.connection(username).callService(service, data);
      assert.deepEqual(misfits(response, services[service]), []);
      const told = await heard.next();
      assert.deepEqual(Object.keys(told).sort(), ['data', 'event_type']);
      assert.equal(told.event_type, eventType);
      assert.deepEqual(misfits(told.data, events[eventType]), []);
      await heard.stop();
    });
  }
});

test('an admin hears the same event on the bus, with who caused it', async () => {
  const heard = await bench
    .connection('gabriel')
    .subscribe({ type: 'subscribe_events', event_type: 'tasktracker_task_created' });
  await bench.connection('sara').callService('create_adhoc_task', { name: 'For the bus' });
  const event = await heard.next();
  assert.deepEqual(Object.keys(event).sort(), ['context', 'data', 'event_type', 'origin', 'time_fired']);
  assert.equal(event.context.user_id, bench.users.sara.id);
  await heard.stop();
});

test('invalidate_cache answers and fires no event', async () => {
  const heard = await Promise.all(EVENT_TYPES.map((eventType) => subscribe('sara', eventType)));
  const { response } = await bench.connection('gabriel').callService('invalidate_cache');
  assert.deepEqual(misfits(response, contract('services').invalidate_cache), []);
  // What comes over one connection comes in order: were there an event, it would be here before this one.
  await bench.connection('sara').callService('create_adhoc_task', { name: 'After it' });
  const created = heard[EVENT_TYPES.indexOf('tasktracker_task_created')];
  assert.equal((await created.next()).data.task_name, 'After it');
  assert.equal(heard.flatMap(({ seen }) => seen).length, 1);
  for (const each of heard) await each.stop();
});

test('subscriptions are one a type, thirteen types, and are counted', async () => {
  const heard = [];
  for (const eventType of EVENT_TYPES) heard.push(await subscribe('sara', eventType));
  const while13 = await bench.tracker.report();
  assert.deepEqual(while13.subscribe_messages, { sara: 13 });
  assert.deepEqual(while13.live_subscriptions, { sara: 13 });
  for (const each of heard) await each.stop();
  assert.deepEqual((await bench.tracker.report()).live_subscriptions, {});
});

test('what was recorded to be refused is refused with the same code and text', async (t) => {
  for (const refusal of contract('refusals')) {
    await t.test(refusal.what, async () => {
      if (refusal.weather) await bench.tracker.weather(refusal.weather.endpoint, refusal.weather);
      const sara = bench.connection('sara');
      const asked = refusal.send ? sara.send(refusal.send) : sara.callService(refusal.service, refusal.service_data);
      const error = await asked.then(
        () => assert.fail('it was accepted'),
        (refused) => refused.error,
      );
      assert.equal(error.code, refusal.code);
      if (refusal.message_begins) assert.ok(error.message.startsWith(refusal.message_begins), error.message);
      else assert.equal(error.message, refusal.message);
      assert.equal(error.translation_key, refusal.translation_key);
    });
  }
});

test("the tests' own commands are for admins", async () => {
  for (const type of ['tasktracker_test/subscriptions', 'tasktracker_test/requests']) {
    await assert.rejects(bench.connection('sara').send({ type }), refusedWith('unauthorized'));
  }
});

test("Home Assistant's log holds the refusals of these tests and no other error", () => {
  const expected = [
    /Refusing to allow Sara to subscribe to event tasktracker_task_completed|Unauthorized/,
    /requires responses and must be called with return_response=True/,
    /API request failed with status (404|500)/,
    /Network error: Server disconnected/,
  ];
  const others = bench.errors().filter((entry) => !expected.some((pattern) => pattern.test(entry)));
  assert.deepEqual(others, []);
});
