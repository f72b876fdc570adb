// Somebody puts the card on a dashboard with Home Assistant's own picker and editor.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { CARD, createStorageDashboard } from './harness/dashboards.mjs';
import { createList } from './harness/todo_lists.mjs';

const DASHBOARD = 'edit-me';

let bench;
let browser;
before(async () => {
  bench = await startBench('card_editor', { cards: CARDS });
  browser = await launch();
  await createList(bench, 'Chores', ['Sweep', 'Dust']);
});
after(async () => {
  await browser?.close();
  await bench?.close();
});

/** A fresh dashboard, open in its editor, with the card picker searched for a name. */
async function searched(dashboard, name) {
  await createStorageDashboard(bench.connection('gabriel'), dashboard);
  const { page, problems } = await newUserPage(browser, bench, 'gabriel');
  await page.goto(`${bench.url}/${dashboard}/home?edit=1`);
  await page.getByRole('button', { name: 'Add card' }).click();
  await page.getByRole('tab', { name: 'By card' }).click();
  await page.getByPlaceholder('Search cards').fill(name);
  return { page, problems, dialog: page.locator('hui-dialog-edit-card'), dashboard };
}

async function saved({ page, dialog, dashboard }) {
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.locator('ha-dialog').waitFor({ state: 'detached' });
  const { views } = await bench.connection('gabriel').send({ type: 'lovelace/config', url_path: dashboard });
  await page.context().close();
  return views[0].sections[0].cards[0];
}

test('the card is found in the picker, set up in its form, and saved', async () => {
  const opened = await searched(DASHBOARD, 'daily plan');
  const { page, problems, dialog } = opened;
  const entry = page.locator('hui-card-picker .card', { hasText: 'Daily plan (cardcache)' });
  // The preview in the picker is the card itself, with its real plan.
  await entry.locator('[data-task]').first().waitFor();
  await screenshot(page, '16-picker');
  await entry.locator('.overlay').click();
  await dialog.locator('[data-task="RecurringTask:5"]').waitFor();
  await dialog.locator('ha-selector-text input').first().fill('sara');
  await dialog.locator('[data-task="AdHocTask:102"]').waitFor();
  await screenshot(page, '17-editor');
  assert.equal((await bench.tracker.report()).generations, 0, 'previews pay for no encouragement');
  const card = await saved(opened);
  assert.equal(card.type, CARD);
  assert.equal(card.user, 'sara');
  assert.deepEqual(problems, []);
});

test('the to-do card is found in the picker with a list of this home, set up in its form, and saved', async () => {
  const opened = await searched('edit-todo', 'to-do list (card');
  const { page, problems, dialog } = opened;
  const entry = page.locator('hui-card-picker .card', { hasText: 'To-do list (cardcache)' });
  await entry.locator('[data-item]').first().waitFor();
  await screenshot(page, '18-picker-todo');
  await entry.locator('.overlay').click();
  await dialog.locator('[data-item]').first().waitFor();
  await dialog.locator('ha-selector-text input').first().fill('What is to be done');
  await dialog.locator('cardcache-todo-card', { hasText: 'What is to be done' }).waitFor();
  await screenshot(page, '19-editor-todo');
  const card = await saved(opened);
  assert.equal(card.type, 'custom:cardcache-todo-card');
  assert.equal(card.entity, 'todo.chores');
  assert.equal(card.title, 'What is to be done');
  assert.equal(card.order, 'list');
  assert.deepEqual(problems, []);
});

test('the wrapping card is found in the picker, hands its card the real hass while it is edited, and is saved', async () => {
  const opened = await searched('edit-cached', 'cached card');
  const { page, problems, dialog } = opened;
  const entry = page.locator('hui-card-picker .card', { hasText: 'Cached card (cardcache)' });
  await entry.locator('cardcache-cached-card').waitFor();
  await screenshot(page, '20-picker-cached');
  await entry.locator('.overlay').click();
  const preview = dialog.locator('cardcache-cached-card');
  await preview.waitFor();
  await preview.evaluate(async (card) => {
    while (!card.shadowRoot.firstElementChild?.hass) await new Promise(requestAnimationFrame);
  });
  assert.equal(await preview.evaluate((card) => card.shadowRoot.firstElementChild.hass === card.hass), true);
  await dialog.locator('ha-selector-number input').first().fill('900');
  await screenshot(page, '21-editor-cached');
  const card = await saved(opened);
  assert.equal(card.type, 'custom:cardcache-cached-card');
  assert.equal(card.ttl, 900);
  assert.equal(card.card.type, 'markdown');
  assert.deepEqual(problems, []);
});

test('a configuration that makes no sense is an error card that says why, and in the editor a message', async () => {
  const cards = [
    { type: 'custom:cardcache-todo-card' },
    { type: 'custom:cardcache-todo-card', entity: 'light.kitchen' },
    { type: 'custom:cardcache-todo-card', entity: 'todo.chores', order: 'colour' },
    { type: 'custom:cardcache-cached-card', card: {} },
  ];
  await createStorageDashboard(bench.connection('gabriel'), 'edit-bad', cards);
  const { page } = await newUserPage(browser, bench, 'gabriel');
  await page.goto(`${bench.url}/edit-bad/home`);
  await page
    .locator('hui-error-card')
    .nth(cards.length - 1)
    .waitFor();
  const said = await page.locator('hui-error-card').evaluateAll((all) => all.map((card) => card._config.message));
  assert.match(said[0], /"entity" is missing/);
  assert.match(said[1], /"entity" must be a to-do list.*light\.kitchen/);
  assert.match(said[2], /"order" must be one of list, due, name/);
  assert.match(said[3], /"card" must be the configuration of the card to be wrapped/);
  await screenshot(page, '22-bad-configurations');
  await page.context().close();
});

test('the server logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});
