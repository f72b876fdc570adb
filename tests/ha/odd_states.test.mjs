// What people do to the cards that nobody had in mind, in a real Home Assistant.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { createStorageDashboard, sectionsView } from './harness/dashboards.mjs';
import { importStatistics, lastHour } from './harness/statistics.mjs';
import { createList } from './harness/todo_lists.mjs';
import { TODO } from './harness/todo_page.mjs';

const HOUR = 3_600_000;
const TODO_CARD = 'custom:cardcache-todo-card';
const wrapped = (card) => ({ type: 'custom:cardcache-cached-card', card });
const isHigh = [{ condition: 'state', entity: 'input_number.level', state: '77.0' }];
const text = (content) => ({ type: 'markdown', content });

const dashboard = {
  views: [
    sectionsView('chores', { type: TODO_CARD, entity: 'todo.chores' }),
    sectionsView(
      'rows',
      { type: TODO_CARD, entity: 'todo.chores', grid_options: { rows: 4 } },
      { type: 'custom:cardcache-daily-plan-card', grid_options: { rows: 4 } },
      { ...wrapped({ type: TODO_CARD, entity: 'todo.chores' }), grid_options: { rows: 4 } },
    ),
    sectionsView(
      'conditions',
      wrapped({ type: 'conditional', conditions: isHigh, card: text('Of a conditional card.') }),
      wrapped({ ...text('Of conditions of its own.'), visibility: isHigh }),
      wrapped(text('Always.')),
    ),
    sectionsView('room', wrapped({ ...text('Small.'), grid_options: { columns: 3, rows: 2 } })),
    sectionsView('throws', wrapped({ type: 'custom:card-that-throws' })),
    sectionsView('huge', { type: 'custom:cardcache-statistics-card', entities: ['cardcache:bytes'], days_to_show: 2 }),
  ],
};

let bench;
let browser;
let chores;
let pages = [];
before(async () => {
  bench = await startBench('odd_states', { cards: CARDS, dashboard });
  browser = await launch();
  chores = await createList(bench, 'Chores', [
    { item: 'First line\nsecond line', due_datetime: '2030-05-01T09:30:45+00:00' },
    ...['Sweep', 'Dust', 'Mop', 'Iron', 'Cook', 'Shop', 'Write'],
  ]);
  await createList(bench, 'Others', ['Paint']);
  const stats = Array.from({ length: 24 }, (_, index) => ({
    start: new Date(lastHour() - index * HOUR).toISOString(),
    mean: 4.8e13,
    min: 4.7e13,
    max: 4.9e13,
  }));
  await importStatistics(bench.connection('gabriel'), 'cardcache:bytes', stats, {
    name: 'Bytes on all disks',
    unit: 'B',
  });
});
after(async () => {
  await browser?.close();
  await bench?.close();
});
afterEach(async () => {
  // What Home Assistant says of cards that make no sense stands there too, with us among those it went through.
  const problems = pages
    .flatMap((page) => page.problems)
    .filter((problem) => !/Unknown type encountered|not with this hass|Content required/.test(problem));
  for (const page of pages) await page.close();
  pages = [];
  assert.deepEqual(problems, []);
});

async function opened(username, path, options) {
  const user = await newUserPage(browser, bench, username, { card: TODO, ...options });
  pages.push(user);
  if (path) await user.open(`/lovelace-plan/${path}`);
  return user;
}

function setLevel(value) {
  const data = { entity_id: 'input_number.level', value };
  return bench.connection('gabriel').callService('set_value', data, { domain: 'input_number', returnResponse: false });
}

test('a card keeps to the rows that its section gives it: what is more scrolls within it', async () => {
  const sara = await opened('sara', 'rows');
  for (const tag of ['cardcache-todo-card', 'cardcache-daily-plan-card', 'cardcache-cached-card']) {
    const card = sara.page.locator(tag).first();
    await card.locator('[data-item], [data-task]').nth(6).waitFor();
    const beyond = await card.evaluate((element) => {
      const inner = element.localName === 'cardcache-cached-card' ? element.shadowRoot.firstElementChild : element;
      const room = element.closest('hui-card').parentElement.getBoundingClientRect();
      return inner.shadowRoot.querySelector('ha-card').getBoundingClientRect().bottom - room.bottom;
    });
    assert.ok(beyond < 1, `${tag}: ${beyond} px beyond its room`);
  }
  await screenshot(sara.page, 'odd-1-rows');
});

test('a wrapped card that hides, by itself or by its conditions, leaves no room behind', async () => {
  await setLevel(10);
  const sara = await opened('sara', 'conditions');
  await sara.page.getByText('Always.').waitFor();
  const hidden = (count) =>
    sara.page.waitForFunction((wanted) => {
      const found = [];
      const search = (root) => {
        for (const element of root.querySelectorAll('*')) {
          if (element.localName === 'hui-section') found.push(element);
          if (element.shadowRoot) search(element.shadowRoot);
        }
      };
      search(document);
      return found.filter((section) => section.getBoundingClientRect().width === 0).length === wanted;
    }, count);
  await hidden(2);
  await setLevel(77);
  await sara.page.getByText('Of a conditional card.').waitFor();
  await sara.page.getByText('Of conditions of its own.').waitFor();
  await hidden(0);
  await setLevel(10);
  await hidden(2);
});

test('a wrapped card’s own grid options hold', async () => {
  const sara = await opened('sara', 'room');
  await sara.page.getByText('Small.').waitFor();
  const options = await sara.page
    .locator('cardcache-cached-card')
    .evaluate((card) => card.closest('hui-card').getGridOptions());
  assert.equal(options.columns, 3);
  assert.equal(options.rows, 2);
});

test('a wrapped card that throws when it is given its hass is an error card that says why', async () => {
  const { page } = await opened('gabriel', 'throws');
  const said = page.locator('cardcache-cached-card hui-error-card');
  await said.waitFor();
  await page.evaluate(() =>
    customElements.define(
      'card-that-throws',
      class extends HTMLElement {
        setConfig() {}
        set hass(_hass) {
          throw new Error('not with this hass');
        }
      },
    ),
  );
  const card = await page.locator('cardcache-cached-card').elementHandle();
  await page.waitForFunction(
    ({ shadowRoot }) => shadowRoot.firstElementChild?._config?.message === 'not with this hass',
    card,
  );
});

test('an edit keeps what the fields cannot show: line breaks in a name, the seconds of a time', async () => {
  const sara = await opened('sara', 'chores');
  const before = (await chores.items())[0];
  await sara.item(before.uid).locator('[data-action="edit"]').click();
  await sara.card.locator('[name="description"]').fill('With care');
  await sara.card.locator('[data-action="save"]').click();
  const [after] = await chores.until((items) => items[0].description === 'With care', 'has the description');
  assert.equal(after.summary, 'First line\nsecond line');
  assert.equal(Date.parse(after.due), Date.parse(before.due));
  assert.match(after.due, /09:30:45/);
});

test('an item that somebody else ticks stays under the hands of who edits it', async () => {
  const sara = await opened('sara', 'chores');
  await sara.named('Dust').locator('[data-action="edit"]').click();
  await sara.card.locator('[name="summary"]').fill('Dust the shelves');
  await chores.write('update_item', { item: 'Dust', status: 'completed' });
  await sara.card.locator('.spoken[role="status"]', { hasText: 'Done: Dust' }).waitFor({ state: 'attached' });
  assert.equal(await sara.card.locator('[name="summary"]').inputValue(), 'Dust the shelves');
  await sara.card.locator('[data-action="save"]').click();
  await sara.becomes('Dust the shelves', 'completed');
});

test('a card that is given another list has nothing left of the one before', async () => {
  const sara = await opened('sara', 'chores');
  await sara.tick('Mop');
  await sara.card.locator('[data-action="undo"]').waitFor();
  await sara.named('Sweep').locator('[data-action="edit"]').click();
  await sara.card.locator('[data-part="editor"]').waitFor();
  const others = { type: TODO_CARD, entity: 'todo.others' };
  await sara.card.evaluate((card, config) => card.setConfig(config), others);
  await sara.named('Paint').waitFor();
  assert.equal(await sara.card.locator('[data-part="notice"]').count(), 0, 'no undo for another list’s item');
  await sara.card.evaluate((card, config) => card.setConfig(config), { ...others, entity: 'todo.chores' });
  await sara.named('Sweep').waitFor();
  assert.equal(await sara.card.locator('[data-part="editor"]').count(), 0);
});

test('large numbers take no room from the name beside them', async () => {
  const sara = await opened('sara', 'huge', { viewport: { width: 320, height: 800 } });
  const name = sara.page.locator('cardcache-statistics-card .legend .of');
  await name.waitFor();
  await screenshot(sara.page, 'odd-2-huge');
  const { width, height } = await name.boundingBox();
  assert.ok(width > 100 && height < 45, `${width} × ${height} px`);
});

/** A dashboard with this card, and the dialog in which it is edited. */
async function edited(path, card) {
  await createStorageDashboard(bench.connection('gabriel'), path, [card]);
  const { page } = await opened('gabriel');
  await page.goto(`${bench.url}/${path}/home?edit=1`);
  await page.locator('hui-card-edit-mode').first().hover();
  await page.locator('hui-card-edit-mode').first().click();
  const dialog = page.locator('hui-dialog-edit-card');
  await dialog.locator('hui-form-editor').waitFor();
  return { page, dialog };
}

test('the wrapping card’s form stays a form while the YAML in it is being typed', async () => {
  const { page, dialog } = await edited('edit-wrapped', wrapped(text('In the middle.')));
  const [card, reads] = [dialog.locator('ha-selector-object').nth(0), dialog.locator('ha-selector-object').nth(1)];
  const type = async (field, yaml) => {
    await field.locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    if (yaml === '') await page.keyboard.press('Delete');
    else await page.keyboard.type(yaml);
  };
  await type(card, 'typ');
  await dialog.locator('hui-error-card').waitFor();
  await type(card, 'type: markdown\ncontent: Done.');
  await dialog.locator('cardcache-cached-card', { hasText: 'Done.' }).waitFor();
  await type(reads, '- ws:history/*');
  await type(reads, '- history');
  await dialog.locator('hui-error-card').waitFor();
  await type(reads, '');
  await dialog.locator('cardcache-cached-card', { hasText: 'Done.' }).waitFor();
  await screenshot(page, 'odd-3-editor');
  assert.equal(await dialog.locator('ha-selector-object').count(), 2);
});

test('the forms of the to-do and the statistics card stay forms while nothing is chosen in them', async () => {
  const statistics = { type: 'custom:cardcache-statistics-card', entities: ['cardcache:bytes'] };
  for (const [path, card, emptied] of [
    ['edit-list', { type: TODO_CARD, entity: 'todo.chores' }, { entity: '' }],
    ['edit-statistics', statistics, { entities: [] }],
    ['edit-days', statistics, { days_to_show: 100_000 }],
  ]) {
    const { dialog } = await edited(path, card);
    // As the form does when a field is emptied.
    await dialog
      .locator('hui-form-editor ha-form')
      .first()
      .evaluate(
        (form, value) => form.dispatchEvent(new CustomEvent('value-changed', { detail: { value }, bubbles: true })),
        { ...card, ...emptied },
      );
    await dialog.locator('hui-error-card').waitFor();
    assert.equal(await dialog.locator('hui-form-editor').count(), 1, path);
  }
});

test('the server logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});
