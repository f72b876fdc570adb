// The demo's TaskTracker answers and fires events in the shapes that were recorded from the real integration.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Household } from '../../web/server/household.mjs';
import { readServices } from '../../web/server/read_services.mjs';
import { TaskTracker } from '../../web/server/tasktracker.mjs';
import { writeServices } from '../../web/server/write_services.mjs';
import { contract, misfits } from '../ha/harness/shapes.mjs';

const CALLS = {
  get_daily_plan: [{}, { username: 'gabriel', select_recommended: true, fair_weather: false }],
  get_daily_plan_encouragement: [{}, { force_refresh: true }],
  get_recommended_tasks: [{ available_minutes: 30 }],
  get_available_tasks: [{}, { username: 'gabriel', available_minutes: 60, upcoming_days: 7 }],
  get_recent_completions: [{}, { days: 7, limit: 10 }],
  list_leftovers: [{}],
  get_all_tasks: [{}, { thin: true }],
  get_available_users: [{}],
  get_daily_state: [{}],
  complete_task: [
    { task_id: 1, task_type: 'RecurringTask', notes: 'Twice' },
    { task_id: 13, task_type: 'SelfCareTask' },
    { task_id: 101, task_type: 'AdHocTask', completed_by: 'gabriel' },
  ],
  complete_task_by_name: [{ name: 'water the plants' }, { name: 'Stew', event_type: 'leftover_disposed' }],
  create_adhoc_task: [{ name: 'Mine alone' }, { name: 'Ours', assigned_users: ['gabriel', 'sara'], priority: 1 }],
  update_task: [{ task_id: '4', task_type: 'RecurringTask', next_due: '2031-01-01T12:00:00Z' }],
  update_completion: [{ completion_id: 501, notes: 'In the evening' }],
  delete_completion: [{ completion_id: 501 }],
  create_leftover: [{ name: 'Pancakes' }, { name: 'Curry', assigned_users: ['sara'], days_ago: 1 }],
  set_daily_state: [{ energy: 2, mood: -1 }],
  invalidate_cache: [{}],
};

function start() {
  const household = new Household({ timeZone: 'UTC' });
  household.createLeftover({ name: 'Stew', assigned: ['sara'] });
  household.complete({ type: 'RecurringTask', id: 2, by: 'sara' });
  const tracker = new TaskTracker(household, Date.now);
  const events = [];
  tracker.onEvent((event) => events.push(event));
  const delays = { call: 0, kept: 0, encouragement: 0 };
  const context = { caller: 'sara', delays, returnResponse: true, count: () => undefined };
  return { events, call: (service, data) => tracker.call(service, data, context) };
}

for (const [service, all] of Object.entries(CALLS)) {
  for (const data of all) {
    test(`${service} ${JSON.stringify(data)} answers, and tells, in the recorded shape`, async () => {
      const { call, events } = start();
      assert.deepEqual(misfits(await call(service, data), contract('services')[service]), []);
      assert.equal(events.length, Object.hasOwn(writeServices, service) ? 1 : 0);
      for (const { event_type: type, data: told } of events)
        assert.deepEqual(misfits(told, contract('events')[type]), []);
    });
  }
}

test('every service is called here', () => {
  const services = [...Object.keys(readServices), ...Object.keys(writeServices), 'invalidate_cache'];
  assert.deepEqual(Object.keys(CALLS).sort(), services.sort());
});

test('what TaskTracker’s API refuses is told in the recorded words', async () => {
  for (const { what, service, service_data: data, code, message, message_begins: begins, weather } of contract(
    'refusals',
  )) {
    // Failures of the API itself, and what Home Assistant refuses, are those of tests/ha.
    if (!service || weather) continue;
    const refused = await start()
      .call(service, data)
      .then(
        () => assert.fail(`accepted: ${what}`),
        (error) => error,
      );
    assert.equal(refused.code, code, what);
    if (begins) assert.ok(refused.message.startsWith(begins), refused.message);
    else assert.equal(refused.message, message, what);
  }
});
