// Who asks again after a change, and who is left in peace.
import assert from 'node:assert/strict';
import test from 'node:test';
import { callsOf, card, newestDecisions, openDemo, row, screenshot, startDemo, waitFor } from './harness.mjs';

const demo = await startDemo();
const DEBOUNCE_AND_MORE = 3000;

/** Presses a button of the other device, acting as somebody. */
async function elsewhere(page, as, task, service) {
  await page.locator('#other-device select[name="as"]').selectOption(as);
  await page.locator(`#other-device [data-task="${task}"] [data-service="${service}"]`).click();
}

/**
 * Calls of both users from here on, once the event is judged and `asking`, the users whose cards ask again, have asked. Between
 * a page's timer and its call lies a lock of the browser, which no moved clock hurries: hence the waiting.
 */
async function callsAfter({ page, opened }, act, asking = []) {
  const before = { gabriel: callsOf(opened, 'gabriel').length, sara: callsOf(opened, 'sara').length };
  const since = (user) => callsOf(opened, user).slice(before[user]);
  await act();
  const concerned = await newestDecisions(page);
  await page.clock.runFor(DEBOUNCE_AND_MORE);
  await waitFor(() => asking.every((user) => since(user).length > 0));
  await page.clock.runFor(DEBOUNCE_AND_MORE);
  return { concerned, gabriel: since('gabriel'), sara: since('sara') };
}

test.beforeEach(() => demo.server.tracker.startOver());

test('a shared task completed in gabriel’s card leaves sara’s without a poll, and her other rows stay the same nodes', async (t) => {
  const opening = await openDemo(t, demo);
  const { page } = opening;
  const shared = 'RecurringTask:1';
  await row(page, 'sara', shared).waitFor();
  await card(page, 'sara').evaluate((node) => {
    for (const each of node.shadowRoot.querySelectorAll('[data-task]')) each.marked = each.dataset.task;
  });

  await row(page, 'gabriel', shared).locator('[data-action="complete"]').click();
  // Much sooner than the next poll, which is due in minutes.
  await row(page, 'sara', shared).waitFor({ state: 'detached', timeout: 30_000 });

  const rows = await card(page, 'sara')
    .locator('[data-task]')
    .evaluateAll((nodes) => nodes.map((node) => [node.dataset.task, node.marked]));
  assert.ok(rows.length > 3);
  assert.ok(rows.every(([task, marked]) => task === marked));
  assert.deepEqual(await newestDecisions(page), { gabriel: true, sara: true });
  await screenshot(page, 'shared-task-completed');
});

test('a task of gabriel alone makes gabriel’s card ask again and sara’s not', async (t) => {
  const opening = await openDemo(t, demo);
  const after = await callsAfter(
    opening,
    () => elsewhere(opening.page, 'gabriel', 'RecurringTask:6', 'complete_task'),
    ['gabriel'],
  );
  assert.deepEqual(after.concerned, { gabriel: true, sara: false });
  assert.deepEqual(after.gabriel, ['get_daily_plan']);
  assert.deepEqual(after.sara, []);
  await row(opening.page, 'gabriel', 'RecurringTask:6').waitFor({ state: 'detached' });
  await screenshot(opening.page, 'event-of-gabriel-alone');
});

test('a task made for sara alone appears in her card, and gabriel’s asks nothing', async (t) => {
  const opening = await openDemo(t, demo);
  const form = opening.page.locator('#other-device form');
  const make = async () => {
    await opening.page.locator('#other-device select[name="as"]').selectOption('gabriel');
    await form.locator('[name="name"]').fill('Return the library books');
    await form.locator('[name="for"]').selectOption('sara');
    await form.locator('button').click();
  };
  const after = await callsAfter(opening, make, ['sara']);
  assert.deepEqual(after.concerned, { gabriel: false, sara: true });
  assert.deepEqual(after.gabriel, []);
  assert.deepEqual(after.sara, ['get_daily_plan']);
  await card(opening.page, 'sara').locator('[data-task]', { hasText: 'Return the library books' }).waitFor();
});

test('a completion that names another task’s people still reaches who has the task', async (t) => {
  const opening = await openDemo(t, demo);
  // The event of SelfCareTask 4, which both have, carries the list of RecurringTask 4, which is gabriel's alone.
  const heard = [];
  demo.server.tracker.onEvent(({ data }) => heard.push(data.assigned_users));
  const complete = () => row(opening.page, 'gabriel', 'SelfCareTask:4').locator('[data-action="complete"]').click();
  const after = await callsAfter(opening, complete, ['sara']);
  assert.deepEqual(heard, [['gabriel']]);
  assert.deepEqual(after.concerned, { gabriel: true, sara: true });
  assert.deepEqual(after.sara, ['get_daily_plan']);
});

test('a task put off to tomorrow leaves both plans, and undoing a completion brings its task back', async (t) => {
  const { page } = await openDemo(t, demo);
  await elsewhere(page, 'sara', 'RecurringTask:2', 'update_task');
  for (const user of ['gabriel', 'sara']) await row(page, user, 'RecurringTask:2').waitFor({ state: 'detached' });
  await elsewhere(page, 'sara', 'AdHocTask:103', 'complete_task');
  for (const user of ['gabriel', 'sara']) await row(page, user, 'AdHocTask:103').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Undo the last' }).click();
  for (const user of ['gabriel', 'sara']) await row(page, user, 'AdHocTask:103').waitFor();
});

test('completions do not buy new texts', async (t) => {
  const opening = await openDemo(t, demo);
  const texts = () =>
    [...callsOf(opening.opened, 'gabriel'), ...callsOf(opening.opened, 'sara')].filter((service) =>
      service.endsWith('encouragement'),
    );
  assert.equal(texts().length, 2);
  await callsAfter(opening, () =>
    row(opening.page, 'gabriel', 'RecurringTask:6').locator('[data-action="complete"]').click(),
  );
  for (const task of ['RecurringTask:1', 'RecurringTask:2', 'AdHocTask:103']) {
    await callsAfter(opening, () => elsewhere(opening.page, 'gabriel', task, 'complete_task'));
    for (const user of ['gabriel', 'sara']) await row(opening.page, user, task).waitFor({ state: 'detached' });
  }
  assert.equal(texts().length, 2);
});
