// Somebody puts the card on a dashboard with Home Assistant's own picker and editor.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { CARD, createStorageDashboard } from './harness/dashboards.mjs';

const DASHBOARD = 'edit-me';

let bench;
let browser;
before(async () => {
  bench = await startBench('card_editor', { cards: CARDS });
  browser = await launch();
  await createStorageDashboard(bench.connection('gabriel'), DASHBOARD);
});
after(async () => {
  await browser?.close();
  await bench?.close();
});

test('the card is found in the picker, set up in its form, and saved', async () => {
  const { page, problems } = await newUserPage(browser, bench, 'gabriel');
  await page.goto(`${bench.url}/${DASHBOARD}/home?edit=1`);
  await page.getByRole('button', { name: 'Add card' }).click();
  await page.getByRole('tab', { name: 'By card' }).click();
  await page.locator('hui-card-picker input').fill('daily plan');
  const entry = page.locator('hui-card-picker .card', { hasText: 'Daily plan (cardcache)' });
  // The preview in the picker is the card itself, with its real plan.
  await entry.locator('[data-task]').first().waitFor();
  await screenshot(page, '16-picker');
  await entry.locator('.overlay').click();
  const dialog = page.locator('hui-dialog-edit-card');
  await dialog.locator('[data-task="RecurringTask:5"]').waitFor();
  await dialog.locator('ha-selector-text input').first().fill('sara');
  await dialog.locator('[data-task="AdHocTask:102"]').waitFor();
  await screenshot(page, '17-editor');
  assert.equal((await bench.tracker.report()).generations, 0, 'previews pay for no encouragement');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.locator('ha-dialog').waitFor({ state: 'detached' });
  const { views } = await bench.connection('gabriel').send({ type: 'lovelace/config', url_path: DASHBOARD });
  const [saved] = views[0].sections[0].cards;
  assert.equal(saved.type, CARD);
  assert.equal(saved.user, 'sara');
  assert.deepEqual(problems, []);
  await page.context().close();
});

test('the server logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});
