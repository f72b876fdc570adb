// Home Assistant goes away in the middle of a fetch and comes back, ten times over: every card of ours is right soon after.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { sectionsView } from './harness/dashboards.mjs';
import { lastHour, seed, TAG as STATISTICS } from './harness/statistics.mjs';
import { createList } from './harness/todo_lists.mjs';

const TIMES = 10;
/** A card that asks more often, between its connection's return and the right answer, asks without pause: at most 17 were counted, of the plan. */
const MOST_ASKED = 40;
const HOUR = 3_600_000;
const TODO = 'cardcache-todo-card';
const CACHED = 'cardcache-cached-card';

const cards = [
  { type: 'custom:cardcache-daily-plan-card', user: 'sara' },
  { type: `custom:${TODO}`, entity: 'todo.chores' },
  { type: `custom:${STATISTICS}`, entities: ['cardcache:attic'], days_to_show: 2 },
  {
    type: `custom:${CACHED}`,
    card: { type: 'statistics-graph', entities: ['cardcache:attic'], period: 'hour', days_to_show: 1 },
  },
];
const dashboard = { views: [sectionsView('home', ...cards)] };

let bench;
let browser;
let sara;
let chores;
before(async () => {
  bench = await startBench('restarts', { cards: CARDS, dashboard });
  await seed(bench.connection('gabriel'), 'cardcache:attic', lastHour() - 48 * HOUR, lastHour());
  chores = await createList(bench, 'Chores', ['Sweep']);
  browser = await launch();
  sara = await newUserPage(browser, bench, 'sara');
});
after(async () => {
  await sara?.close();
  await browser?.close();
  await bench?.close();
});

/** Waits for each of these texts on the page, from when its connection is ready again, and counts what its card has asked until then. */
async function watchFor(texts) {
  await sara.page.evaluate(async (wanted) => {
    const { conn } = await window.hassConnection;
    window.seen = { asked: {} };
    let before;
    conn.addEventListener('ready', () => (before = window.cardRecord.sent.length));
    const askedBy = (card) => {
      const own = card === 'cardcache-todo-card' ? 'todo' : 'tasktracker';
      const isOwn = ({ domain, type }) => domain === own || type?.startsWith(`${own}/`);
      return window.cardRecord.sent.slice(before).filter(isOwn).length;
    };
    const textOf = (node) =>
      [
        node.shadowRoot ? textOf(node.shadowRoot) : '',
        ...[...node.childNodes].map((child) => (child.nodeType === Node.TEXT_NODE ? child.data : textOf(child))),
      ].join(' ');
    const look = () => {
      if (before !== undefined) {
        for (const [card, text] of Object.entries(wanted)) {
          const shown = window.cardsOf(card).map(textOf).join(' ');
          if (shown.includes(text)) window.seen.asked[card] ??= askedBy(card);
        }
      }
      if (Object.keys(window.seen.asked).length < Object.keys(wanted).length) setTimeout(look, 50);
    };
    window.cardsOf = (tag) => {
      const found = [];
      const search = (root) => {
        for (const element of root.querySelectorAll('*')) {
          if (element.localName === tag) found.push(element);
          if (element.shadowRoot) search(element.shadowRoot);
        }
      };
      search(document);
      return found;
    };
    look();
  }, texts);
}

test(`stopped in mid-fetch and started again ${TIMES} times, every card is right again and asks with pauses`, async (t) => {
  await sara.openWithPlan();
  await sara.page.locator(`${TODO} [data-item]`).first().waitFor();
  await sara.page.locator(`${STATISTICS} [data-points]`).waitFor();
  await sara.page.locator(`${CACHED} hui-statistics-graph-card`).waitFor();
  const worst = {};
  for (let time = 1; time <= TIMES; time += 1) {
    const task = `Air the attic, ${time}`;
    const item = `After stop ${time}`;
    await bench.tracker.changeSilently('RecurringTask', 7, { name: task });
    await bench.tracker.weather('daily_plan', { delay: 20 });
    await sara.card.locator('[data-action="refresh"]').click();
    // It is under way: the server is asked, and will not have answered.
    await bench.tracker.until(({ services }) => services.invalidate_cache?.sara === 1, 'the plan is refreshed');
    await watchFor({ 'cardcache-daily-plan-card': task, [TODO]: item });
    await bench.stopServer();
    await sara.state('offline').waitFor();
    await bench.startServer();
    await chores.write('add_item', { item });
    await sara.page.waitForFunction(() => Object.keys(window.seen.asked).length === 2);
    const { asked } = await sara.page.evaluate(() => window.seen);
    for (const [card, count] of Object.entries(asked)) worst[card] = Math.max(worst[card] ?? 0, count);
    await sara.state('offline').waitFor({ state: 'detached' });
    assert.equal(await sara.page.locator(`${STATISTICS} [data-state="offline"]`).count(), 0);
    assert.ok(Number(await sara.page.locator(`${STATISTICS} [data-points]`).getAttribute('data-points')) > 40);
    assert.equal(await sara.page.locator(`${CACHED} hui-error-card`).count(), 0);
  }
  await screenshot(sara.page, 'restarts-after-ten');
  t.diagnostic(JSON.stringify(worst));
  for (const [card, count] of Object.entries(worst)) assert.ok(count <= MOST_ASKED, `${card} has asked ${count} times`);
  assert.deepEqual(
    sara.problems.filter((problem) => /cardcache|tasktracker/i.test(problem)),
    [],
  );
});

test('the server logged no error of ours', () => {
  assert.deepEqual(
    bench.errors().filter((line) => /cardcache|tasktracker_test/i.test(line)),
    [],
  );
});
