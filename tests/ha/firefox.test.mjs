// The cards in a second engine: Firefox shows them all, has the plan at once after a reload, and hears what happened.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allBrowsers } from '../../wasm/toolchain/browser.mjs';
import { launchFirefox } from '../browser/engines/firefox.mjs';
import { CARDS, startBench } from './harness/bench.mjs';
import { hassTokens } from './harness/browser.mjs';
import { sectionsView } from './harness/dashboards.mjs';
import { lastHour, seed, TAG as STATISTICS } from './harness/statistics.mjs';
import { createList } from './harness/todo_lists.mjs';

const HOUR = 3_600_000;
const PATIENCE = 30_000;
const PLAN = 'cardcache-daily-plan-card';

const cards = [
  { type: `custom:${PLAN}`, user: 'sara' },
  { type: 'custom:cardcache-todo-card', entity: 'todo.chores' },
  { type: `custom:${STATISTICS}`, entities: ['cardcache:attic'], days_to_show: 2 },
  { type: 'custom:cardcache-cached-card', card: { type: 'markdown', content: 'Wrapped in Firefox.' } },
];
const dashboard = { views: [sectionsView('home', ...cards)] };

let bench;
let browser;
let tab;
before(async () => {
  await allBrowsers();
  bench = await startBench('firefox', { cards: CARDS, dashboard });
  await seed(bench.connection('gabriel'), 'cardcache:attic', lastHour() - 48 * HOUR, lastHour());
  await createList(bench, 'Chores', ['Sweep']);
  browser = await launchFirefox();
  tab = await browser.newTab();
  // Any page of the origin will do to sign in from.
  await tab.open(`${bench.url}/robots.txt`);
  await tab.run(`localStorage.setItem('hassTokens', ${JSON.stringify(JSON.stringify(hassTokens(bench, 'sara')))})`);
});
after(async () => {
  await browser?.close();
  await bench?.close();
});

/** Everything that matches in the page, shadow roots included; `found` is an expression over it. */
const inPage = (selector, found) =>
  tab.run(`(() => {
    const all = [];
    const search = (root) => {
      for (const element of root.querySelectorAll('*')) {
        if (element.matches(${JSON.stringify(selector)})) all.push(element);
        if (element.shadowRoot) search(element.shadowRoot);
      }
    };
    search(document);
    return ${found};
  })()`);
const count = (selector) => inPage(selector, 'all.length');

async function until(fits, what) {
  const deadline = Date.now() + PATIENCE;
  while (!(await fits().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function open() {
  await tab.open(`${bench.url}/lovelace-plan/home`);
  await until(async () => (await count('[data-task]')) > 0, 'the plan');
}

test('all cards show what they have', async () => {
  await open();
  await until(async () => (await count('[data-item]')) === 1, 'the list');
  await until(async () => (await count(`[data-points]`)) === 1, 'the statistics');
  await until(
    async () => (await inPage('ha-markdown', 'all.map((one) => one.content).join()')) !== '',
    'what is wrapped',
  );
  assert.equal(await count('hui-error-card'), 0);
});

test('a reload asks the server for the plan once at most', async () => {
  await until(async () => (await count('[data-part="encouragement"]')) > 0, 'the words');
  const asked = await bench.tracker.callsOf('sara', 'get_daily_plan');
  await open();
  // Events may have been missed while there was no page.
  assert.ok((await bench.tracker.callsOf('sara', 'get_daily_plan')) <= asked + 1);
});

test('what gabriel completes leaves the card', async () => {
  await bench.tracker.until(({ live_subscriptions: live }) => live.sara === 13, 'it listens');
  const task = '[data-task="RecurringTask:1"]';
  assert.equal(await count(task), 1);
  await bench.connection('gabriel').callService('complete_task', { task_id: 1, task_type: 'RecurringTask' });
  await until(async () => (await count(task)) === 0, 'the task is gone');
});

test('the server logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});
