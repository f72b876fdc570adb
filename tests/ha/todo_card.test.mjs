// The to-do card in a real Home Assistant, on a list of its own integration local_todo, as users who are no admins.
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { sectionsView } from './harness/dashboards.mjs';
import { createList } from './harness/todo_lists.mjs';
import { TODO } from './harness/todo_page.mjs';
import { wireOf } from './harness/wire.mjs';

const CARD = 'custom:cardcache-todo-card';
const HIDDEN_UNTIL_DETACHED = 301_000;
const CROWD = 100;

const dashboard = {
  views: [
    sectionsView('home', { type: CARD, entity: 'todo.chores' }, { type: 'entities', entities: ['input_number.level'] }),
    sectionsView('pair', { type: CARD, entity: 'todo.chores' }, { type: CARD, entity: 'todo.chores', title: 'Again' }),
    sectionsView('crowd', { type: CARD, entity: 'todo.crowd' }),
    sectionsView('missing', { type: CARD, entity: 'todo.nowhere' }),
    { path: 'elsewhere', cards: [{ type: 'markdown', content: 'No list here.' }] },
  ],
};

let bench;
let browser;
let chores;
let pages;
before(async () => {
  bench = await startBench('todo_card', { cards: CARDS, dashboard });
  browser = await launch();
  chores = await createList(bench, 'Chores');
});
after(async () => {
  await browser?.close();
  await bench?.close();
});
beforeEach(async () => {
  pages = [];
  const uids = (await chores.items()).map(({ uid }) => uid);
  if (uids.length > 0) await chores.write('remove_item', { item: uids });
  for (const item of ['Sweep', 'Dust', 'Mop']) await chores.write('add_item', { item });
  await chores.write('update_item', { item: 'Mop', status: 'completed' });
});
afterEach(async () => {
  // The frontend itself complains while its server is away; what names us is ours.
  const problems = pages.flatMap((page) => page.problems).filter((problem) => /cardcache/i.test(problem));
  for (const page of pages) await page.close();
  assert.deepEqual(problems, []);
});

const FIRST = { Sweep: 'needs_action', Dust: 'needs_action', Mop: 'completed' };

async function pageOf(username, options) {
  const page = await newUserPage(browser, bench, username, { card: TODO, ...options });
  pages.push(page);
  return page;
}

async function opened(username, { path = '/lovelace-plan/home', ...options } = {}) {
  const page = await pageOf(username, options);
  await page.openWithItems(path);
  return page;
}

const isLoading = ({ states }) => states.includes('loading');

test('the first load shows that it loads, subscribes once, and then shows the list', async () => {
  const sara = await pageOf('sara');
  const wire = await wireOf(sara.page);
  wire.holdAfter('todo/item/subscribe');
  await sara.open();
  await sara.state('loading').waitFor();
  await screenshot(sara.page, 'todo-1-loading');
  wire.release();
  await sara.card.locator('[data-item]').first().waitFor();
  assert.deepEqual(await sara.shown, FIRST);
  assert.equal(await sara.subscribed(), 1);
});

test('a reload paints the list in the first render, before the server has said anything of it, and never a loading state', async () => {
  const sara = await opened('sara');
  await sara.page.reload();
  await sara.card.locator('[data-item]').first().waitFor();
  await sara.page.waitForFunction(() => window.cardRecord.heard.some(({ pushed }) => pushed));
  const { renders, frames, framesSeen } = await sara.record();
  const [first] = renders;
  assert.equal(first.items.length, 3);
  assert.equal(first.pushes, 0);
  assert.equal(first.serviceCalls, 0);
  assert.deepEqual(first.states, []);
  assert.deepEqual([...renders, ...frames].filter(isLoading), []);
  assert.ok(framesSeen > 0);
  assert.equal(await sara.subscribed(), 1);
});

test('a tick is shown before the server has answered, stays, and reaches the server and the other user', async () => {
  const sara = await pageOf('sara');
  const wire = await wireOf(sara.page);
  await sara.openWithItems();
  const tom = await opened('tom');
  await sara.markRows();
  wire.hold();
  await sara.tick('Sweep');
  await sara.becomes('Sweep', 'completed');
  await tom.becomes('Sweep', 'completed');
  // Whoever hears the card instead of seeing it is told of what others did.
  assert.equal(await tom.card.locator('.spoken[role="status"]').textContent(), 'Done: Sweep');
  await sara.startRecord();
  wire.release();
  await sara.card.locator('[data-action="undo"]').waitFor();
  const { renders } = await sara.record();
  assert.ok(renders.every(({ items }) => items.filter((item) => item.endsWith('needs_action')).length === 1));
  assert.deepEqual(await chores.statuses(), { ...FIRST, Sweep: 'completed' });
  assert.deepEqual(await sara.keptRows(), ['Dust', 'Mop']);
  await sara.card.locator('[data-action="undo"]').click();
  await tom.becomes('Sweep', 'needs_action');
  assert.deepEqual(await chores.statuses(), FIRST);
});

test('a tick that the server cannot keep is taken back and said', async () => {
  const sara = await opened('sara');
  // Where the list is kept there is no file to write to any more.
  const file = join(bench.folder.path, '.storage', 'local_todo.chores.ics');
  renameSync(file, `${file}.away`);
  mkdirSync(file);
  try {
    await sara.startRecord();
    await sara.tick('Dust');
    await sara.card.getByText('“Dust” was not saved').first().waitFor();
    await sara.becomes('Dust', 'needs_action');
    const { renders } = await sara.record();
    assert.ok(renders.some(({ items }) => items.filter((item) => item.endsWith('completed')).length === 2));
    await screenshot(sara.page, 'todo-2-refused');
    // What was typed is not lost either.
    await sara.named('Dust').locator('[data-action="edit"]').click();
    await sara.card.locator('[name="summary"]').fill('Dust the shelves');
    await sara.card.locator('[data-action="save"]').click();
    await sara.card.getByText('“Dust” was not saved').first().waitFor();
    await sara.card.locator('[data-part="editor"]').waitFor();
    assert.equal(await sara.card.locator('[name="summary"]').inputValue(), 'Dust the shelves');
  } finally {
    rmdirSync(file);
    renameSync(`${file}.away`, file);
    await chores.reload();
    await chores.until((items) => items.length === 3, 'is back');
  }
});

test('items are added, changed, given a date, deleted and brought back', async () => {
  const sara = await opened('sara');
  await sara.add('Water the plants');
  await sara.named('Water the plants').locator('[data-action="edit"]').click();
  const editor = sara.card.locator('[data-part="editor"]');
  await editor.locator('[name="summary"]').fill('Water the garden');
  await editor.locator('[name="date"]').fill('2030-05-17');
  await editor.locator('[name="time"]').fill('18:30');
  await editor.locator('[name="description"]').fill('Both beds');
  await screenshot(sara.page, 'todo-3-editor');
  await editor.locator('[data-action="save"]').click();
  await chores.until((items) => items.some(({ summary }) => summary === 'Water the garden'), 'has the new name');
  const garden = (await chores.items()).find(({ summary }) => summary === 'Water the garden');
  assert.equal(Date.parse(garden.due), Date.parse('2030-05-17T18:30Z'));
  assert.equal(garden.description, 'Both beds');
  await sara.named('Dust').locator('[data-action="edit"]').click();
  await editor.locator('[data-action="remove"]').click();
  await chores.until((items) => items.every(({ summary }) => summary !== 'Dust'), 'has lost the item');
  await sara.card.locator('[data-action="undo"]').click();
  await chores.until((items) => items[1]?.summary === 'Dust', 'has it in its old place');
  await sara.card.getByText('Back on the list').first().waitFor();
  await sara.card.locator('[data-action="clear"]').click();
  await chores.until((items) => items.every(({ status }) => status === 'needs_action'), 'has nothing done');
  await sara.card.locator('[data-action="undo"]').click();
  await chores.until(
    (items) => items.some(({ summary, status }) => summary === 'Mop' && status === 'completed'),
    'has it back, done',
  );
});

test('everything works by keyboard, and the focus stays in the card', async () => {
  const sara = await opened('sara');
  const focused = () =>
    sara.card.evaluate((card) => {
      const { activeElement: active } = card.shadowRoot;
      return (
        active &&
        `${active.closest('[data-item]')?.querySelector('.name')?.textContent ?? ''}/${active.dataset.action || active.name || active.dataset.part}`
      );
    });
  await sara.card.locator('[data-part="new"]').focus();
  await sara.page.keyboard.type('Iron');
  await sara.page.keyboard.press('Enter');
  await sara.named('Iron').waitFor();
  assert.equal(await focused(), '/new');
  await sara.named('Sweep').locator('[data-action="toggle"]').focus();
  await sara.page.keyboard.press('Space');
  await sara.becomes('Sweep', 'completed');
  assert.equal(await focused(), 'Dust/toggle');
  await sara.page.keyboard.press('Tab');
  await sara.page.keyboard.press('Enter');
  await sara.card.locator('[data-part="editor"]').waitFor();
  assert.match(await focused(), /summary$/);
  await sara.page.keyboard.press('Escape');
  await sara.named('Dust').waitFor();
  assert.equal(await focused(), 'Dust/edit');
  await chores.until(
    (items) => items.some(({ summary, status }) => summary === 'Sweep' && status === 'completed'),
    'knows',
  );
});

test('two users tick a hundred items at once: nothing is lost, and both screens show what the server has', async () => {
  const names = Array.from({ length: CROWD }, (_, index) => `Item ${String(index).padStart(3, '0')}`);
  const crowd = await createList(bench, 'Crowd', names);
  const [sara, tom] = [
    await opened('sara', { path: '/lovelace-plan/crowd' }),
    await opened('tom', { path: '/lovelace-plan/crowd' }),
  ];
  const tickAll = (page, parity) =>
    page.card.evaluate((card, odd) => {
      const name = (row) => row.querySelector('.name').textContent;
      const mine = [...card.shadowRoot.querySelectorAll('[data-item]')].filter(
        (row) => Number(name(row).slice(5)) % 2 === odd,
      );
      for (const row of mine) row.querySelector('[data-action="toggle"]').click();
    }, parity);
  await Promise.all([tickAll(sara, 0), tickAll(tom, 1)]);
  await crowd.until((items) => items.every(({ status }) => status === 'completed'), 'is all done');
  const server = await crowd.statuses();
  assert.equal(Object.keys(server).length, CROWD);
  for (const page of [sara, tom]) {
    await page.page.waitForFunction(() =>
      window.cardRecord.renders.at(-1).items.every((item) => item.endsWith('completed')),
    );
    assert.deepEqual(await page.shown, server);
    const { renders } = await page.record();
    const done = renders.map(({ items }) => items.filter((item) => item.endsWith('completed')).length);
    assert.deepEqual(
      done,
      [...done].sort((a, b) => a - b),
      'no tick ever came undone on the screen',
    );
  }
});

test('two cards with one list share one subscription, and what one shows the other does', async () => {
  const sara = await opened('sara', { path: '/lovelace-plan/pair' });
  await sara.card.nth(1).locator('[data-item]').first().waitFor();
  assert.equal(await sara.subscribed(), 1);
  await sara.card.nth(0).locator('[data-action="toggle"]').first().click();
  await sara.card.nth(1).locator('[data-status="completed"] .name', { hasText: 'Sweep' }).waitFor();
});

/** The list is still told: what gabriel adds is there. */
async function assertAlive(page, summary) {
  await chores.write('add_item', { item: summary });
  await page.named(summary).waitFor();
}

test('a list whose integration went and came back is subscribed to anew', async () => {
  const sara = await opened('sara');
  await chores.reload();
  await chores.until((items) => items.length === 3, 'is back');
  await assertAlive(sara, 'After the reload');
});

test('after a reconnect the new element has the list in its first render and goes on being told', async () => {
  const sara = await opened('sara');
  const [{ element }] = (await sara.record()).renders;
  await sara.startRecord();
  await sara.reconnect();
  await sara.page.waitForFunction((old) => window.cardRecord.renders.some((render) => render.element !== old), element);
  const { renders, frames } = await sara.record();
  assert.equal(renders.find((render) => render.element !== element).items.length, 3);
  assert.deepEqual(frames.filter(isLoading), []);
  await assertAlive(sara, 'After the reconnect');
  assert.equal(await sara.subscribed(), 1);
});

test('through a restart of Home Assistant the list stays, says that it is offline, and is told again', async () => {
  const sara = await opened('sara');
  await sara.startRecord();
  await bench.stopServer();
  await sara.state('offline').waitFor();
  assert.deepEqual(await sara.shown, FIRST);
  await sara.tick('Sweep');
  await sara.card.getByText('“Sweep” was not saved').first().waitFor();
  assert.deepEqual(await sara.shown, FIRST);
  await screenshot(sara.page, 'todo-4-offline');
  await sara.add('Typed while offline');
  await sara.card.getByText('“Typed while offline” was not saved').first().waitFor();
  assert.equal(await sara.card.locator('[data-part="new"]').inputValue(), 'Typed while offline');
  await bench.startServer();
  await sara.state('offline').waitFor({ state: 'detached' });
  await chores.until((items) => items.length === 3, 'is back');
  await assertAlive(sara, 'After the restart');
  const { renders, frames } = await sara.record();
  assert.deepEqual([...renders, ...frames].filter(isLoading), []);
  assert.ok(
    [...renders, ...frames].every(({ items }) => items.length >= 3),
    'never without its items',
  );
});

test('another view and back is the same list at once, and a detached panel lets go of its subscription', async () => {
  const sara = await opened('sara', { clock: true });
  await sara.navigate('/lovelace-plan/elsewhere');
  await sara.card.waitFor({ state: 'detached' });
  await sara.navigate('/lovelace-plan/home');
  await sara.named('Sweep').waitFor();
  assert.equal(await sara.subscribed(), 1);
  await sara.navigate('/lovelace-plan/elsewhere');
  await sara.card.waitFor({ state: 'detached' });
  await sara.page.clock.fastForward(HIDDEN_UNTIL_DETACHED);
  await sara.page.waitForFunction(() => {
    const { sent } = window.cardRecord;
    const { id } = sent.find(({ type }) => type === 'todo/item/subscribe');
    return sent.some(({ type, subscription }) => type === 'unsubscribe_events' && subscription === id);
  });
  await chores.write('add_item', { item: 'Meanwhile' });
  await sara.navigate('/lovelace-plan/home');
  await sara.named('Meanwhile').waitFor();
  assert.equal(await sara.subscribed(), 2);
});

test('rows that did not change keep their nodes over a hundred updates, and unrelated states draw nothing', async () => {
  const sara = await opened('sara');
  await sara.markRows();
  for (let index = 0; index < 50; index += 1) {
    await chores.write('update_item', { item: 'Mop', status: 'needs_action' });
    await chores.write('update_item', { item: 'Mop', status: 'completed' });
  }
  await assertAlive(sara, 'Last');
  assert.ok((await sara.keptRows()).includes('Sweep'));
  assert.ok((await sara.keptRows()).includes('Dust'));
  await sara.startRecord();
  await sara.card.evaluate((card) => {
    const { update } = card;
    card.timesDrawn = 0;
    card.update = (changed) => {
      card.timesDrawn += 1;
      update.call(card, changed);
    };
  });
  await bench.changeUnrelatedStates(sara);
  const { sent } = await sara.record();
  assert.deepEqual(
    sent.filter(({ type }) => type?.startsWith('todo/')),
    [],
  );
  assert.equal(await sara.card.evaluate((card) => card.timesDrawn), 0);
});

test('a list that is not there is said to be missing', async () => {
  const sara = await pageOf('sara');
  await sara.open('/lovelace-plan/missing');
  await sara.state('error').waitFor();
  assert.match(await sara.card.locator('ha-card').innerText(), /no to-do list todo\.nowhere/);
  await screenshot(sara.page, 'todo-5-missing');
});

test('the server logged no error but those that were ordered', () => {
  const others = bench.errors().filter((entry) => !/local_todo|No such file|Is a directory/.test(entry));
  assert.deepEqual(others, []);
});
