// The running count against the server's own, and the arithmetic of "without".
import assert from 'node:assert/strict';
import test from 'node:test';
import { Generations } from '../../web/page/generations.js';
import { Ledger } from '../../web/page/ledger.js';
import { callsOf, newestDecisions, openDemo, row, sessionOf, settled, startDemo, waitFor } from './harness.mjs';

const demo = await startDemo();

const shown = (page) =>
  page
    .locator('[data-count]')
    .evaluateAll((nodes) => Object.fromEntries(nodes.map((node) => [node.dataset.count, Number(node.textContent)])));

/** The counts on the page once they have caught up with the server's. */
async function countsOn(page) {
  const server = demo.server.counts.of(await sessionOf(page));
  await page.waitForFunction(
    (calls) => Number(document.querySelector('[data-count="calls-with"]').textContent) === calls,
    server.calls,
  );
  return { server, page: await shown(page) };
}

test('the calls shown are those that left the page, and those that the server counted', async (t) => {
  const { page, opened } = await openDemo(t, demo);
  await row(page, 'gabriel', 'RecurringTask:1').locator('[data-action="complete"]').click();
  await newestDecisions(page);
  await page.clock.runFor(3000);
  await row(page, 'sara', 'RecurringTask:1').waitFor({ state: 'detached' });
  const counts = await countsOn(page);
  const sent = callsOf(opened, 'gabriel').length + callsOf(opened, 'sara').length;
  assert.equal(counts.server.calls, sent);
  assert.equal(counts.page['calls-with'], sent);
  assert.equal(counts.page['texts-with'], counts.server.generations);
  const { memory, storage, spared } = counts.page;
  assert.equal(counts.page['calls-without'], sent + memory + storage + spared);
});

test('without the cache a reload would ask for everything; with it only the plans are made sure of', async (t) => {
  const { page, opened } = await openDemo(t, demo);
  const { page: before } = await countsOn(page);
  const asked = before['calls-with'];
  await page.reload();
  await settled(page);
  await page.clock.runFor(5000);
  await waitFor(() => callsOf(opened, 'gabriel').length + callsOf(opened, 'sara').length === asked + 2);
  const { page: now } = await countsOn(page);
  assert.equal(now['calls-with'], asked + 2);
  assert.equal(now['calls-without'], 2 * asked);
  assert.equal(now.storage, asked - 2);
});

test('cards built anew are answered from memory and cost nothing', async (t) => {
  const { page } = await openDemo(t, demo);
  const { page: before } = await countsOn(page);
  await page.clock.runFor(2000);
  await page.locator('#rebuild').click();
  await settled(page);
  await page.clock.runFor(2000);
  const { page: now } = await countsOn(page);
  assert.equal(now['calls-with'], before['calls-with']);
  assert.ok(now.memory >= 4, `${now.memory} answers from memory`);
});

test('an event spares what it does not concern', async (t) => {
  const { page } = await openDemo(t, demo);
  const before = (await countsOn(page)).page.spared;
  await page.locator('#other-device [data-task="RecurringTask:6"] [data-service="complete_task"]').click();
  await newestDecisions(page);
  await page.clock.runFor(3000);
  // gabriel's text is kept; sara's plan and text are.
  assert.equal((await countsOn(page)).page.spared - before, 3);
});

test('start over begins with nothing kept, nothing counted and the first day’s tasks', async (t) => {
  const { page } = await openDemo(t, demo);
  await page.locator('#other-device [data-task="AdHocTask:101"] [data-service="complete_task"]').click();
  await row(page, 'sara', 'AdHocTask:101').waitFor({ state: 'detached' });
  const session = await sessionOf(page);
  await page.locator('#start-over').click();
  await page.waitForFunction(
    (old) => !sessionStorage.getItem('demo-session')?.includes(old) && document.querySelector('#paint:not(:empty)'),
    session,
  );
  await settled(page);
  await row(page, 'sara', 'AdHocTask:101').waitFor();
  const { page: counts } = await countsOn(page);
  assert.equal(counts.storage, 0);
  assert.notEqual(await sessionOf(page), session);
});

test('reads of one answer within a second are one question', (t) => {
  let now = 1_000_000;
  t.mock.method(Date, 'now', () => now);
  const ledger = new Ledger(undefined, () => undefined);
  ledger.answered('sara', 'daily_plan:sara', 'storage');
  ledger.answered('sara', 'daily_plan:sara', 'memory');
  ledger.answered('gabriel', 'daily_plan:sara', 'memory');
  now += 1000;
  ledger.answered('sara', 'daily_plan:sara', 'memory');
  ledger.noteFetched('sara', 'teams');
  ledger.answered('sara', 'teams', 'memory');
  assert.deepEqual(ledger.counts, { sent: 0, memory: 2, storage: 1, spared: 0 });
});

test('an answer that the cache makes sure of with a call was not saved', (t) => {
  let now = 1_000_000;
  t.mock.method(Date, 'now', () => now);
  const ledger = new Ledger(undefined, () => undefined);
  ledger.answered('sara', 'daily_plan:sara', 'storage');
  ledger.answered('sara', 'encouragement:sara', 'storage');
  ledger.sent('gabriel', { service: 'get_daily_plan', data: {} });
  assert.equal(ledger.avoided, 2);
  now += 4999;
  ledger.sent('sara', { service: 'get_daily_plan', data: {} });
  assert.equal(ledger.avoided, 1);
  ledger.sent('sara', { service: 'get_daily_plan', data: {} });
  now += 1;
  ledger.sent('sara', { service: 'get_daily_plan_encouragement', data: {} });
  assert.deepEqual(ledger.counts, { sent: 4, memory: 0, storage: 1, spared: 0 });
});

test('a text is paid for once in five minutes, again after a change, and always when forced', () => {
  const texts = new Generations();
  texts.asked('sara', 0);
  texts.asked('sara', 299_999);
  texts.asked('gabriel', 299_999);
  assert.equal(texts.count, 2);
  texts.asked('sara', 300_000);
  assert.equal(texts.count, 3);
  texts.changed('sara');
  texts.asked('sara', 300_001);
  texts.asked('sara', 300_002, true);
  assert.equal(texts.count, 5);
  const revived = new Generations(JSON.parse(JSON.stringify(texts)));
  revived.asked('sara', 300_003);
  assert.equal(revived.count, 5);
});
