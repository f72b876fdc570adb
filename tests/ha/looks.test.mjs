// How the to-do card, the daily plan card and the wrapping card look and what assistive technology finds in them: phones, wide
// screens, light, dark, German, right to left. Screenshots are kept for people to look at.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import axe from 'axe-core';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { sectionsView } from './harness/dashboards.mjs';
import { createList } from './harness/todo_lists.mjs';
import { TODO } from './harness/todo_page.mjs';

const DAY = 86_400_000;
const day = (distance) => new Date(Date.now() + distance * DAY).toISOString().slice(0, 10);

const views = {
  todo: { card: { type: 'custom:cardcache-todo-card', entity: 'todo.chores', order: 'due' }, ready: '[data-item]' },
  plan: { card: { type: 'custom:cardcache-daily-plan-card' }, ready: '[data-part="encouragement"]' },
  cached: {
    card: {
      type: 'custom:cardcache-cached-card',
      card: { type: 'markdown', title: 'Wrapped', content: 'A card in a card.' },
    },
    ready: 'ha-markdown',
  },
};
const dashboard = { views: Object.entries(views).map(([path, { card }]) => sectionsView(path, card)) };

let bench;
let browser;
before(async () => {
  bench = await startBench('looks', { cards: CARDS, dashboard });
  browser = await launch();
  const chores = await createList(bench, 'Chores', [
    { item: 'Pay the rent', due_date: day(-2) },
    { item: 'Take the bins out', due_date: day(0), description: 'Paper this week, and the glass if there is any.' },
    { item: 'Call the plumber', due_datetime: `${day(1)}T09:30:00` },
    { item: 'Renew the passport', due_date: day(40) },
    'Write to everybody who came to the party, and thank the neighbours for their patience with the loudspeakers',
    'Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen',
    'Buy milk',
    'Sweep',
    'Mop',
  ]);
  for (const item of ['Sweep', 'Mop']) await chores.write('update_item', { item, status: 'completed' });
});
after(async () => {
  await browser?.close();
  await bench?.close();
});

const looks = [
  ['320-light', { viewport: { width: 320, height: 800 } }],
  ['480-dark', { viewport: { width: 480, height: 900 }, colorScheme: 'dark' }],
  ['1600-light', { viewport: { width: 1600, height: 1000 } }],
  ['1600-dark', { viewport: { width: 1600, height: 1000 }, colorScheme: 'dark' }],
  ['480-german', { viewport: { width: 480, height: 900 }, locale: 'de-DE' }],
  ['480-rtl', { viewport: { width: 480, height: 900 }, locale: 'ar' }],
];

for (const [name, { card, ready }] of Object.entries(views)) {
  const tag = card.type.replace('custom:', '');

  for (const [look, options] of looks) {
    test(`${tag}, ${look}: axe finds nothing, and everything is within the card`, async () => {
      const sara = await newUserPage(browser, bench, 'sara', { card: { ...TODO, tag }, ...options });
      await sara.open(`/lovelace-plan/${name}`);
      await sara.card.locator(ready).first().waitFor();
      await screenshot(sara.page, `looks-${name}-${look}`);
      assert.deepEqual(await violations(sara), []);
      const { outside, scrolls, direction } = await sara.card.evaluate(measured);
      assert.deepEqual(outside, []);
      assert.ok(!scrolls, 'the page does not scroll sideways');
      assert.equal(direction, look.endsWith('rtl') ? 'rtl' : 'ltr');
      await sara.close();
    });
  }
}

test('the editor of an item, the empty list and what is said after a tick: axe finds nothing in them', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const sara = await newUserPage(browser, bench, 'sara', {
      card: TODO,
      colorScheme,
      viewport: { width: 480, height: 900 },
    });
    await sara.openWithItems('/lovelace-plan/todo');
    await sara.named('Call the plumber').locator('[data-action="edit"]').click();
    await sara.card.locator('[data-part="editor"]').waitFor();
    await screenshot(sara.page, `looks-todo-editor-${colorScheme}`);
    assert.deepEqual(await violations(sara), []);
    await sara.page.keyboard.press('Escape');
    await sara.tick('Buy milk');
    await sara.card.locator('[data-action="undo"]').waitFor();
    await screenshot(sara.page, `looks-todo-ticked-${colorScheme}`);
    assert.deepEqual(await violations(sara), []);
    await sara.card.locator('[data-action="undo"]').click();
    await sara.becomes('Buy milk', 'needs_action');
    await sara.close();
  }
});

test('the times of day of self-care can be read, whatever has become of them', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const sara = await newUserPage(browser, bench, 'sara', { colorScheme });
    await sara.open('/lovelace-plan/plan');
    const windows = sara.card.locator('[data-window]');
    await windows.first().waitFor();
    // Which of them the hour of the test would show is left to chance.
    for (const state of ['done', 'open', 'missed', 'later']) {
      await windows.evaluateAll((all, shown) => all.forEach((one) => (one.dataset.window = shown)), state);
      assert.deepEqual([state, await violations(sara)], [state, []]);
    }
    await sara.close();
  }
});

test('a screen reader finds a heading, a named list of boxes and what is due', async () => {
  const sara = await newUserPage(browser, bench, 'sara', { card: TODO });
  await sara.openWithItems('/lovelace-plan/todo');
  await sara.page.getByRole('heading', { name: 'Chores' }).waitFor();
  const box = sara.page.getByRole('checkbox', { name: 'Pay the rent' });
  assert.equal(await box.getAttribute('aria-checked'), 'false');
  assert.equal(await sara.page.getByRole('checkbox', { name: 'Mop' }).getAttribute('aria-checked'), 'true');
  await sara.page.getByRole('button', { name: /^Edit Pay the rent/ }).waitFor();
  await sara.page.getByRole('textbox', { name: 'New item' }).waitFor();
  await sara.page.getByRole('button', { name: 'Completed (2)', expanded: true }).click();
  await sara.page.getByRole('button', { name: 'Completed (2)', expanded: false }).waitFor();
  await sara.close();
});

/** What axe complains about in the card, each with the nodes it means. */
async function violations({ page, card }) {
  await page.evaluate(axe.source);
  return card.evaluate(async (element) => {
    const result = await window.axe.run(element, { resultTypes: ['violations'] });
    return result.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
  });
}

function measured(card) {
  const edge = card.getBoundingClientRect();
  const parts = card.shadowRoot.querySelectorAll('[data-item], [data-task], .header, button, input, .name, ha-card');
  const outside = [...parts].filter((part) => {
    const { left, right, width } = part.getBoundingClientRect();
    return width > 1 && (left < edge.left - 0.5 || right > edge.right + 0.5 || part.scrollWidth > part.clientWidth + 1);
  });
  return {
    outside: outside.map((part) => part.outerHTML.slice(0, 120)),
    scrolls: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    direction: getComputedStyle(card).direction,
  };
}
