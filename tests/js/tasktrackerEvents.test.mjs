import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const cards = fileURLToPath(new URL('../../cards/', import.meta.url));
const { outputFiles } = await build({
  stdin: {
    contents: "export * from './tasktracker/events.ts'; export * from './tasktracker/completion.ts'",
    resolveDir: cards,
  },
  bundle: true,
  format: 'esm',
  external: ['#core-glue', '#core-wasm'],
  write: false,
});
const { eventRules, withCompleted } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

const task = (task_type, id, name, assigned_users) => ({ task_type, id, name, assigned_users });
const plan = (tasks, self_care = []) => ({ tasks, self_care });
const sara = plan(
  [task('RecurringTask', 1, 'Bins', ['gabriel', 'sara']), task('AdHocTask', 7, 'Dentist', ['sara'])],
  [task('SelfCareTask', 4, 'Stretch', ['sara'])],
);
const cached = [
  ['daily_plan:sara', sara],
  ['daily_plan_notes:sara', sara],
  ['available_users', { enhanced_users: [] }],
];
const completed = (data, answers = cached, me = 'sara') =>
  eventRules(() => me).tasktracker_task_completed.assignees({ username: 'tom', assigned_users: [], ...data }, answers);
const updated = (data) => eventRules(() => 'sara').tasktracker_task_updated.assignees(data, cached);

test('a completion concerns those who had the task, by its id as number or text or by its name', () => {
  assert.deepEqual(completed({ task_id: 1 }).sort(), ['gabriel', 'sara']);
  assert.deepEqual(completed({ task_id: '7' }), ['sara']);
  assert.deepEqual(completed({ task_name: 'dentist' }), ['sara']);
  assert.deepEqual(completed({ task_id: 4 }), ['sara']);
});

test('a completion of what is on no known plan is the business of who did it', () => {
  assert.deepEqual(completed({ task_id: 99 }), ['tom']);
  assert.deepEqual(completed({ task_id: 99 }, cached, undefined), ['tom']);
});

test('where my own plan is not known, nothing is told', () => {
  assert.equal(completed({ task_id: 99 }, []), undefined);
  assert.equal(completed({ task_id: 99 }, [['daily_plan:sarah', sara]]), undefined);
  assert.equal(completed({ task_id: 99, username: undefined }), undefined);
  assert.deepEqual(completed({ task_id: 99 }, [['daily_plan:sara:recommended', sara]]), ['tom']);
});

test('an update concerns whom the task leaves and whom it reaches; one that does not say, everybody', () => {
  const to = (...assigned_users) => ({ update_data: { task: { assigned_users } } });
  assert.deepEqual(updated({ task_id: '7', ...to('gabriel') }).sort(), ['gabriel', 'sara']);
  assert.deepEqual(updated({ task_id: '50', ...to('gabriel') }), ['gabriel']);
  assert.equal(updated({ task_id: '7' }), undefined);
});

test('a completed task leaves its plan; one that is due again today loses its first open window', () => {
  assert.deepEqual(withCompleted(sara, sara.tasks[0]).tasks, [sara.tasks[1]]);
  assert.equal(withCompleted(sara, sara.tasks[0]).self_care.length, 1);
  const window = (label, done) => ({ label, start: '07:00', end: '09:00', completed: done });
  const vitamins = {
    ...task('SelfCareTask', 1, 'Vitamins', ['sara']),
    outstanding_occurrences: 2,
    windows: [window('Morning', true), window('Noon', false), window('Evening', false)],
  };
  const [after] = withCompleted(plan([sara.tasks[0]], [vitamins]), vitamins).self_care;
  assert.equal(after.outstanding_occurrences, 1);
  assert.deepEqual(
    after.windows.map((one) => one.completed),
    [true, true, false],
  );
});
