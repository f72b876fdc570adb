// Two users' plans, and what a reload shows of them before anybody is asked.
import assert from 'node:assert/strict';
import test from 'node:test';
import { rendersOf, watchRenders } from './first_render.mjs';
import { callsOf, card, newPage, openDemo, row, screenshot, settled, startDemo, waitFor } from './harness.mjs';

const demo = await startDemo();

test.beforeEach(() => demo.server.tracker.startOver());

const rowsOf = (page, user) =>
  card(page, user)
    .locator('[data-task]')
    .evaluateAll((nodes) => nodes.map((node) => node.dataset.task).sort());

function expectedRows(user) {
  const { tasks, self_care: selfCare } = demo.server.household.plan(user);
  return [...tasks, ...selfCare].map((task) => `${task.task_type}:${task.id}`).sort();
}

test('the first visit fetches each answer once and shows each user’s own plan', async (t) => {
  const { page, errors, opened } = await openDemo(t, demo);
  for (const user of ['gabriel', 'sara']) {
    assert.deepEqual(await rowsOf(page, user), expectedRows(user));
    const calls = callsOf(opened, user);
    assert.deepEqual(calls.filter((service) => service === 'get_daily_plan').length, 1);
    assert.deepEqual(new Set(calls).size, calls.length, `${user} asked twice: ${calls.join(', ')}`);
  }
  assert.match(await page.locator('#paint').textContent(), /and \d+ calls/);
  assert.notDeepEqual(await rowsOf(page, 'gabriel'), await rowsOf(page, 'sara'));
  assert.deepEqual(errors, []);
  await screenshot(page, 'first-visit-wide-light');
});

test('a reload paints both plans in their first render, with no loading state and before any call', async (t) => {
  const opening = await newPage(t, demo);
  const { page, opened } = opening;
  await page.addInitScript(watchRenders);
  await page.goto(demo.server.url);
  await settled(page);
  assert.ok(
    (await rendersOf(page)).every(({ frames }) => frames.some((frame) => frame.callsSent > 0)),
    'the first visit must have asked, or the reload proves nothing',
  );

  const before = opened.length;
  await page.reload();
  await settled(page);
  const renders = await rendersOf(page);
  assert.equal(renders.length, 2);
  renders.forEach(({ first, frames }, index) => {
    const rows = expectedRows(['gabriel', 'sara'][index]).length;
    assert.deepEqual(first, { rows, loading: false, callsSent: 0 });
    assert.ok(frames.length > 0);
    assert.ok(frames.every((frame) => frame.rows === rows && !frame.loading));
  });
  assert.match(await page.locator('#paint').textContent(), /and no call/);

  // Nobody heard the events of the moment in between, so the plans are made sure of, once, and nothing else is asked.
  await page.clock.runFor(5000);
  for (const user of ['gabriel', 'sara']) {
    await waitFor(() => callsOf(opened.slice(before), user).length > 0);
    assert.deepEqual(callsOf(opened.slice(before), user), ['get_daily_plan']);
  }
});

test('changes made while no page was open show after the first paint', async (t) => {
  const opening = await newPage(t, demo);
  const { page } = opening;
  await page.addInitScript(watchRenders);
  await page.goto(demo.server.url);
  await settled(page);
  await page.goto('about:blank');
  await demo.server.tracker.call(
    'complete_task',
    { task_id: 2, task_type: 'RecurringTask' },
    { caller: 'sara', delays: { call: 0 }, returnResponse: true, count: () => undefined },
  );
  await page.goto(demo.server.url);
  for (const user of ['gabriel', 'sara']) await row(page, user, 'RecurringTask:2').waitFor({ state: 'detached' });
  for (const { first } of await rendersOf(page)) assert.equal(first.loading, false);
});

test('an expired plan is fetched, not painted from storage', async (t) => {
  const { page, opened } = await openDemo(t, demo);
  const before = opened.length;
  await page.clock.fastForward(80 * 3_600_000);
  await page.reload();
  await settled(page);
  for (const user of ['gabriel', 'sara']) assert.ok(callsOf(opened.slice(before), user).includes('get_daily_plan'));
});

test('dark, and narrow with the columns below each other', async (t) => {
  const { page, errors } = await openDemo(t, demo, { colorScheme: 'dark' });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await screenshot(page, 'wide-dark');
  await page.setViewportSize({ width: 400, height: 900 });
  const boxes = await page
    .locator('.column')
    .evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect().toJSON()));
  assert.equal(boxes[0].left, boxes[1].left);
  assert.ok(boxes[1].top >= boxes[0].bottom);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
  await screenshot(page, 'narrow-dark');
  await page.locator('#theme').click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light');
  await screenshot(page, 'narrow-light');
  assert.deepEqual(errors, []);
});
