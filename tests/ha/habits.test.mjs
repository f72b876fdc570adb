// The habits of TaskTracker that a cache on the page has to live with, in our integration as in the recorded one.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startBench } from './harness/bench.mjs';
import { refusedWith } from './harness/connection.mjs';

let bench;
before(async () => {
  bench = await startBench('habits');
});
after(() => bench?.close());
beforeEach(() => bench.tracker.reset({ household: true }));

const as = (username) => bench.connection(username);

async function plan(username, data = {}) {
  return (await as('sara').callService('get_daily_plan', { username, ...data })).response.data;
}

const names = (tasks) => tasks.map((task) => task.name);

async function told(eventType, write) {
  const heard = await as('tom').subscribe({
    type: 'tasktracker/subscribe_events',
    event_type: `tasktracker_${eventType}`,
  });
  await write();
  const { data } = await heard.next();
  await heard.stop();
  return data;
}

test('a completed task has left the plans of all it was assigned to, and its event names nobody', async () => {
  assert.ok(names((await plan('sara')).tasks).includes('Empty the dishwasher'));
  const data = await told('task_completed', () =>
    as('gabriel').callService('complete_task', { task_id: 1, task_type: 'RecurringTask' }),
  );
  assert.equal(data.username, 'gabriel');
  assert.deepEqual(data.assigned_users, []);
  for (const username of ['gabriel', 'sara']) {
    assert.ok(!names((await plan(username)).tasks).includes('Empty the dishwasher'));
  }
});

test("assigned_users can be those of another type's task with the same id", async () => {
  const data = await told('task_completed', () =>
    as('gabriel').callService('complete_task', { task_id: 4, task_type: 'SelfCareTask' }),
  );
  // Loosen the shoulders is gabriel's and sara's; Rake the leaves, recurring task 4, is gabriel's alone.
  assert.deepEqual(data.completion_data.task.assigned_users, ['gabriel', 'sara']);
  assert.deepEqual(data.assigned_users, ['gabriel']);
});

test('self-care stays in the plan until its occurrences are done, window by window', async () => {
  const complete = () => as('sara').callService('complete_task', { task_id: 3, task_type: 'SelfCareTask' });
  const vitamins = async () => (await plan('sara')).self_care.find(({ name }) => name === 'Vitamins');
  const ticked = async () => (await vitamins()).windows.filter(({ completed }) => completed).length;
  assert.equal(await ticked(), 0);
  await complete();
  assert.equal(await ticked(), 1);
  assert.equal((await vitamins()).outstanding_occurrences, 1);
  await complete();
  assert.equal(await vitamins(), undefined);
});

test('a deleted completion brings its task back as it was', async () => {
  const before = await plan('sara');
  const { response } = await as('sara').callService('complete_task', { task_id: 2, task_type: 'RecurringTask' });
  assert.notDeepEqual(await plan('sara'), before);
  await as('sara').callService('delete_completion', { completion_id: response.data.completion.id });
  assert.deepEqual(await plan('sara'), before);
});

test('the plan never ages: polling gives the same until invalidate_cache or a mutation', async () => {
  await plan('sara');
  await bench.tracker.changeSilently('RecurringTask', 7, { name: 'Air the bedding and the rug' });
  await bench.tracker.reset();
  assert.ok(!names((await plan('sara')).tasks).includes('Air the bedding and the rug'));
  assert.deepEqual((await bench.tracker.report()).requests, {});
  await as('sara').callService('invalidate_cache');
  assert.ok(names((await plan('sara')).tasks).includes('Air the bedding and the rug'));
});

test('filters change the plan, and one filter takes the place of the other', async () => {
  assert.deepEqual(names((await plan('gabriel', { fair_weather: false })).tasks), [
    'File the receipts',
    'Empty the dishwasher',
    'Descale the kettle',
    'Replace the hallway bulb',
  ]);
  assert.ok(names((await plan('gabriel')).tasks).includes('Rake the leaves'));
  await bench.tracker.reset();
  await plan('gabriel', { fair_weather: false });
  await plan('gabriel', { fair_weather: false });
  assert.deepEqual((await bench.tracker.report()).requests, { 'daily_plan gabriel': 1 });
});

test("a plan without a username is the caller's, and every call is counted by who made it", async () => {
  const { response } = await as('tom').callService('get_daily_plan');
  assert.deepEqual(names(response.data.tasks), ['Order train tickets', 'Oil the bike chain']);
  await as('sara').callService('get_available_users');
  assert.deepEqual((await bench.tracker.report()).services, {
    get_daily_plan: { tom: 1 },
    get_available_users: { sara: 1 },
  });
  assert.equal(await bench.tracker.callsOf('tom'), 1);
});

test('the users are known by the ids that Home Assistant gave them', async () => {
  const { response } = await as('tom').callService('get_available_users');
  assert.deepEqual(
    response.data.enhanced_users,
    ['gabriel', 'sara', 'tom'].map((username) => ({
      username,
      display_name: username[0].toUpperCase() + username.slice(1),
      ha_user_id: bench.users[username].id,
    })),
  );
});

test('an encouragement is kept, a forced one and one after a mutation are paid for anew', async () => {
  const generation = async (data = {}) =>
    (await as('sara').callService('get_daily_plan_encouragement', data)).response.data.generation;
  assert.equal(await generation(), 1);
  assert.equal(await generation(), 1);
  assert.equal(await generation({ force_refresh: true }), 2);
  await as('gabriel').callService('complete_task', { task_id: 5, task_type: 'RecurringTask' });
  assert.equal(await generation(), 3);
  assert.equal((await bench.tracker.report()).generations, 3);
});

test('concurrent cold encouragements are as many paid generations', async () => {
  await bench.tracker.weather('encouragement', { delay: 0.2 });
  await Promise.all([1, 2, 3].map(() => as('sara').callService('get_daily_plan_encouragement')));
  assert.equal((await bench.tracker.report()).generations, 3);
});

test('a read that is in flight during a mutation answers with what was true before', async () => {
  // Over one connection, so that the read is the first to arrive.
  const slow = as('sara').callService('get_daily_plan', { username: 'sara', delay: 0.5 });
  await as('sara').callService('create_adhoc_task', { name: 'Brand new' });
  assert.ok(names((await plan('sara')).tasks).includes('Brand new'));
  assert.ok(!names((await slow).response.data.tasks).includes('Brand new'));
});

test('while the API fails a kept plan is answered, and after a mutation nothing is', async () => {
  await plan('sara');
  await bench.tracker.weather('daily_plan', { failure: 'error' });
  assert.ok((await plan('sara')).tasks.length > 0);
  await as('gabriel').callService('create_adhoc_task', { name: 'In the rain' });
  await assert.rejects(plan('sara'), refusedWith('unknown_error'));
  await bench.tracker.reset();
  assert.ok((await plan('sara')).tasks.length > 0);
});

test('success:false resolves, without data, and is not kept', async () => {
  await bench.tracker.weather('daily_plan', { failure: 'unsuccessful', message: 'Not today' });
  const { response } = await as('sara').callService('get_daily_plan', { username: 'sara' });
  assert.deepEqual(response, { success: false, message: 'Not today' });
  await bench.tracker.reset();
  assert.ok((await plan('sara')).tasks.length > 0);
});

test('what was done outlives a restart, as it does on a server of its own', async () => {
  await as('sara').callService('complete_task', { task_id: 102, task_type: 'AdHocTask' });
  await as('sara').callService('get_daily_plan_encouragement');
  const before = await plan('sara');
  await bench.stopServer();
  await bench.startServer();
  assert.deepEqual(await plan('sara'), before);
  assert.equal((await bench.tracker.report()).generations, 1);
});

test("Home Assistant's log holds the failures that were ordered and no other error", () => {
  const others = bench.errors().filter((entry) => !/Failure ordered by a test/.test(entry));
  assert.deepEqual(others, []);
});
