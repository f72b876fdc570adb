// Without a line to the server the cards go on with what is kept, and say so honestly when nothing is.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startDemoServer } from '../../web/server/demo_server.mjs';
import { callsOf, card, openDemo, row, screenshot, settled, startDemo } from './harness.mjs';

const demo = await startDemo();
const kept = (page) =>
  page.evaluate(() =>
    Object.keys(localStorage)
      .filter((key) => /^tasktracker_@[^/]+\/[^!]/.test(key))
      .sort(),
  );

test.beforeEach(() => demo.server.tracker.startOver());

test('offline the plans stay, a completion is refused and taken back, and nothing is sent', async (t) => {
  const { page, opened } = await openDemo(t, demo);
  await page.locator('#offline').click();
  await page.locator('.link-state[data-connected="false"]').nth(1).waitFor();
  const sent = callsOf(opened, 'gabriel').length;
  await row(page, 'gabriel', 'RecurringTask:6').locator('[data-action="complete"]').click();
  await card(page, 'gabriel').locator('[role="alert"], [data-state="error"], [data-part="notice"]').first().waitFor();
  await row(page, 'gabriel', 'RecurringTask:6').waitFor();
  for (const user of ['gabriel', 'sara']) assert.ok((await card(page, user).locator('[data-task]').count()) > 3);
  assert.equal(callsOf(opened, 'gabriel').length, sent);
  await screenshot(page, 'offline');
});

test('changes made while offline show on return', async (t) => {
  const { page } = await openDemo(t, demo);
  await page.locator('#offline').click();
  await page.locator('#other-device [data-task="RecurringTask:2"] [data-service="complete_task"]').click();
  await page.locator('#other-device [data-task="RecurringTask:2"]').waitFor({ state: 'detached' });
  for (const user of ['gabriel', 'sara']) await row(page, user, 'RecurringTask:2').waitFor();
  await page.locator('#offline').click();
  for (const user of ['gabriel', 'sara']) await row(page, user, 'RecurringTask:2').waitFor({ state: 'detached' });
});

test('clear empties both users’ records, and online the plans are fetched anew', async (t) => {
  const { page, opened } = await openDemo(t, demo);
  assert.ok((await kept(page)).length >= 4);
  const before = callsOf(opened, 'sara').length;
  await page.locator('#clear').click();
  await page.reload();
  await settled(page);
  assert.ok(callsOf(opened, 'sara').slice(before).includes('get_daily_plan'));
});

test('clear while offline leaves nothing behind and no card that pretends', async (t) => {
  const { page } = await openDemo(t, demo);
  await page.locator('#offline').click();
  await page.locator('#clear').click();
  await page.getByText('Nothing is kept.').waitFor();
  assert.deepEqual(await kept(page), []);
  for (const user of ['gabriel', 'sara']) await card(page, user).locator('[data-state="offline"]').waitFor();
  await screenshot(page, 'cleared-while-offline');
  await page.locator('#offline').click();
  for (const user of ['gabriel', 'sara']) {
    await card(page, user).locator('[data-task]').first().waitFor();
    for (const state of ['offline', 'error']) {
      await card(page, user).locator(`[data-state="${state}"]`).waitFor({ state: 'detached' });
    }
  }
});

test('a server that restarts is found again, and its new state is shown', async (t) => {
  const first = await startDemoServer({ timeZone: 'UTC' });
  t.after(() => first.close());
  const { page } = await openDemo(t, { server: first, browser: demo.browser });
  await first.close();
  await page.locator('.link-state[data-connected="false"]').nth(1).waitFor();
  for (const user of ['gabriel', 'sara']) await row(page, user, 'RecurringTask:2').waitFor();

  const second = await startDemoServer({ timeZone: 'UTC', port: Number(new URL(first.url).port) });
  t.after(() => second.close());
  second.household.complete({ type: 'RecurringTask', id: 2, by: 'sara' });
  await page.locator('.link-state[data-connected="true"]').nth(1).waitFor();
  for (const user of ['gabriel', 'sara']) await row(page, user, 'RecurringTask:2').waitFor({ state: 'detached' });
  await page.locator('#other-device [data-task="RecurringTask:2"]').waitFor({ state: 'detached' });
});
