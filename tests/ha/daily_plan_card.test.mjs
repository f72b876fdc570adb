// The daily plan card in a real Home Assistant, mostly as sara, who is no admin.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, NARROW, newUserPage, screenshot } from './harness/browser.mjs';

const SARAS = [
  'SelfCareTask:3',
  'SelfCareTask:4',
  'RecurringTask:1',
  'RecurringTask:2',
  'RecurringTask:3',
  'AdHocTask:102',
  'RecurringTask:7',
];
const SECOND = 1000;

let bench;
let browser;
let pages;
before(async () => {
  bench = await startBench('daily_plan_card', { cards: CARDS });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await bench?.close();
});
beforeEach(async () => {
  pages = [];
  await bench.tracker.reset({ household: true });
});
afterEach(async () => {
  const problems = pages.flatMap((page) => page.problems);
  for (const page of pages) await page.close();
  assert.deepEqual(problems, []);
});

async function pageOf(username, options) {
  const page = await newUserPage(browser, bench, username, options);
  pages.push(page);
  return page;
}

const withLoading = (looks) => looks.filter(({ states }) => states.includes('loading'));

/** With plan and words there, and nothing more under way. */
async function openSettled(username, options) {
  const page = await pageOf(username, options);
  await page.openWithPlan();
  await page.words.waitFor();
  return page;
}

test('the first load shows that it loads, asks the server once for each thing, and then shows the plan', async () => {
  await bench.tracker.weather('daily_plan', { delay: 1 });
  const sara = await pageOf('sara');
  await sara.open();
  await sara.state('loading').waitFor();
  await screenshot(sara.page, '1-first-load-loading');
  await sara.words.waitFor();
  await screenshot(sara.page, '2-first-load-plan');
  assert.deepEqual(await sara.tasks, SARAS);
  const { frames } = await sara.record();
  // The recorder sees a loading state where there is one: the reload's test rests on that.
  assert.ok(withLoading(frames).length > 0);
  const report = await bench.tracker.report();
  assert.deepEqual(report.services, {
    get_available_users: { sara: 1 },
    get_daily_plan: { sara: 1 },
    get_daily_plan_encouragement: { sara: 1 },
  });
  assert.deepEqual(report.subscribe_messages, { sara: 13 });
  assert.deepEqual(report.refused_subscriptions, {});
  assert.deepEqual(
    sara.framesSent.map(({ service }) => service),
    await sara.serviceCalls(),
  );
});

test('a reload paints the plan from storage in the first render, with no service call before it and no loading state', async () => {
  const sara = await openSettled('sara');
  const words = await sara.words.textContent();
  await bench.tracker.reset();
  // From here on the server needs its time: what is painted before that can only come from storage.
  await bench.tracker.weather('daily_plan', { delay: 0.5 });
  sara.framesSent.length = 0;
  await sara.page.reload();
  await sara.task('RecurringTask:1').waitFor();
  await screenshot(sara.page, '3-reload-from-storage');
  const { renders, frames, framesSeen } = await sara.record();
  const [first] = renders;
  assert.deepEqual(first.tasks, SARAS);
  assert.equal(first.words, words);
  assert.equal(first.serviceCalls, 0);
  assert.deepEqual(first.states, []);
  assert.deepEqual(withLoading(renders), []);
  assert.deepEqual(withLoading(frames), []);
  assert.ok(framesSeen > 1);
  assert.deepEqual(frames[0].tasks, SARAS);
  // The same by two other witnesses: the browser's network layer and the server.
  const { calls, requests } = await bench.tracker.report();
  for (const witnessed of [sara.framesSent, calls]) {
    assert.deepEqual(
      witnessed.filter(({ at }) => at < first.at),
      [],
    );
  }
  assert.equal(requests['encouragement sara'], undefined);
});

test('when another user completes a shared task the card asks once and is not rebuilt', async () => {
  const sara = await openSettled('sara');
  const gabriel = await openSettled('gabriel');
  await sara.markNodes();
  await bench.tracker.reset();
  await sara.startRecord();
  await gabriel.complete('RecurringTask:1');
  await sara.gone('RecurringTask:1');
  const called = await sara.calledUntilGone('RecurringTask:1');
  assert.ok(called.length > 0 && called.length === new Set(called).size, `each service once: ${called.join(', ')}`);
  const others = SARAS.filter((id) => id !== 'RecurringTask:1');
  assert.deepEqual(await sara.markedNodes(), { card: true, tasks: others });
  const { renders } = await sara.record();
  assert.deepEqual(withLoading(renders), []);
  assert.ok(renders.every((render) => others.every((id) => render.tasks.includes(id))));
  assert.equal(await bench.tracker.callsOf('sara', 'get_daily_plan'), 1);
  await screenshot(sara.page, '4-shared-task-completed-by-gabriel');
  await screenshot(gabriel.page, '5-gabriel-completed-it');
});

test('an event that concerns others causes no fetch, and the next one that concerns sara causes one', async () => {
  const sara = await openSettled('sara', { clock: true });
  await sara.startRecord();
  const told = [
    ['tom', 'complete_task', { task_id: 8, task_type: 'RecurringTask' }, 'task_completed', { task_id: 8 }],
    ['tom', 'create_adhoc_task', { name: 'Only for Tom' }, 'task_created', { task_name: 'Only for Tom' }],
    ['gabriel', 'complete_task', { task_id: 5, task_type: 'RecurringTask' }, 'task_completed', { task_id: 5 }],
    ['gabriel', 'set_daily_state', { energy: 4 }, 'daily_state_set', { username: 'gabriel' }],
  ];
  for (const [username, service, data, event, fits] of told) {
    await bench.connection(username).callService(service, data);
    await sara.heard(event, fits);
    // Past every debounce: whatever the event was going to cause has been asked by now.
    await sara.page.clock.runFor(5 * SECOND);
    assert.deepEqual(await sara.serviceCalls(), [], `after ${username}: ${service}`);
  }
  await screenshot(sara.page, '6-events-for-others');
  const data = { name: 'For Sara as well', assigned_users: ['gabriel', 'sara'] };
  await bench.connection('gabriel').callService('create_adhoc_task', data);
  await sara.heard('task_created', { task_name: 'For Sara as well' });
  await sara.page.clock.runFor(5 * SECOND);
  await sara.card.getByText('For Sara as well').first().waitFor();
  assert.equal((await sara.serviceCalls()).filter((service) => service === 'get_daily_plan').length, 1);
});

test("an event that names another type's task with the same id still reaches whom it concerns", async () => {
  const sara = await openSettled('sara');
  await bench.connection('gabriel').callService('complete_task', { task_id: 4, task_type: 'SelfCareTask' });
  await sara.heard('task_completed', { task_id: 4 });
  const { heard } = await sara.record();
  assert.deepEqual(heard.at(-1).data.assigned_users, ['gabriel']);
  await sara.gone('SelfCareTask:4');
});

test('sara completes a task with a click, and it is done for gabriel too', async () => {
  const sara = await openSettled('sara');
  const gabriel = await openSettled('gabriel');
  await sara.complete('RecurringTask:2');
  await sara.gone('RecurringTask:2');
  await gabriel.gone('RecurringTask:2');
  await screenshot(sara.page, '7-sara-completed-a-task');
  const { response } = await bench.connection('tom').callService('get_recent_completions', { limit: 1 });
  assert.equal(response.data.items[0].task_name, 'Descale the kettle');
  assert.equal(response.data.items[0].completed_by, 'sara');
});

test('three completions in a row pay for no new words and ask for nothing but the plan', async () => {
  const sara = await openSettled('sara', { clock: true });
  await bench.tracker.reset();
  for (const id of ['RecurringTask:1', 'RecurringTask:3', 'AdHocTask:102']) {
    await sara.complete(id);
    await sara.gone(id);
    await sara.heard('task_completed', { task_id: Number(id.split(':')[1]) });
    await sara.page.clock.runFor(SECOND);
  }
  await sara.page.clock.runFor(5 * SECOND);
  const { services } = await bench.tracker.report();
  assert.deepEqual(Object.keys(services).sort(), ['complete_task', 'get_daily_plan']);
  assert.ok(services.get_daily_plan.sara <= 3, `${services.get_daily_plan.sara} plans for 3 completions`);
  assert.ok(await sara.words.isVisible());
});

test('a self-care task with an occurrence left stays, as the same row, and goes with its last', async () => {
  const sara = await openSettled('sara');
  await sara.markNodes();
  const state = async () => {
    const { response } = await bench.connection('sara').callService('get_daily_plan', { username: 'sara' });
    return response.data.self_care.find(({ id }) => id === 3)?.outstanding_occurrences;
  };
  const completed = sara.heard('task_completed', { task_id: 3 });
  await sara.complete('SelfCareTask:3');
  await completed;
  assert.equal(await state(), 1);
  assert.ok((await sara.markedNodes()).tasks.includes('SelfCareTask:3'));
  await sara.task('SelfCareTask:3').locator('[data-action="complete"]:not([aria-disabled="true"])').click();
  await sara.gone('SelfCareTask:3');
  assert.equal(await state(), undefined);
});

test('a completion that the server refuses is taken back and said', async () => {
  const sara = await openSettled('sara');
  await bench.tracker.weather('complete_task', { failure: 'error', message: 'Out for lunch', delay: 0.3 });
  await sara.startRecord();
  await sara.complete('AdHocTask:102');
  await sara.card.getByText('was not completed').first().waitFor();
  await sara.task('AdHocTask:102').waitFor();
  const { renders } = await sara.record();
  assert.ok(
    renders.some(({ tasks }) => !tasks.includes('AdHocTask:102')),
    'it was gone at once',
  );
  await screenshot(sara.page, '8-completion-refused');
});

test('the refresh button brings what changed behind the back of Home Assistant', async () => {
  const sara = await openSettled('sara');
  await bench.tracker.changeSilently('RecurringTask', 7, { name: 'Air the bedding and the rug' });
  await bench.tracker.reset();
  await sara.card.locator('[data-action="refresh"]').click();
  await sara.card.getByText('Air the bedding and the rug').first().waitFor();
  const { services } = await bench.tracker.report();
  assert.deepEqual(services.invalidate_cache, { sara: 1 });
  assert.deepEqual(services.get_daily_plan, { sara: 1 });
});

test('a first load that fails says why and can be tried again', async () => {
  await bench.tracker.weather('daily_plan', { failure: 'unsuccessful', message: 'The server is being moved' });
  const sara = await pageOf('sara');
  await sara.open();
  await sara.state('error').waitFor();
  assert.match(await sara.card.locator('ha-card').innerText(), /The server is being moved/);
  await screenshot(sara.page, '9-first-load-failed');
  await bench.tracker.reset();
  await sara.card.locator('[data-action="retry"]').click();
  await sara.task('RecurringTask:1').waitFor();
});

test('two cards on a view share their answers and one set of subscriptions', async () => {
  const sara = await pageOf('sara');
  await sara.openWithPlan('/lovelace-plan/pair');
  await sara.task('RecurringTask:5').waitFor();
  await sara.words.nth(1).waitFor();
  await screenshot(sara.page, '10-two-cards');
  const report = await bench.tracker.report();
  assert.deepEqual(report.subscribe_messages, { sara: 13 });
  assert.equal(report.services.get_available_users.sara, 1);
  assert.equal(report.services.get_daily_plan.sara, 2);
});

test('twenty unrelated state changes make no message of ours', async () => {
  const sara = await openSettled('sara');
  await sara.startRecord();
  await bench.changeUnrelatedStates(sara);
  const { sent } = await sara.record();
  assert.deepEqual(
    sent.filter(({ type, domain }) => domain === 'tasktracker' || type?.startsWith('tasktracker/')),
    [],
  );
});

test('it fits a phone and the dark theme', async (t) => {
  for (const [name, options] of [
    ['wide-dark', { colorScheme: 'dark' }],
    ['narrow-light', { viewport: NARROW }],
    ['narrow-dark', { viewport: NARROW, colorScheme: 'dark' }],
  ]) {
    await t.test(name, async () => {
      const sara = await openSettled('sara', options);
      await screenshot(sara.page, `11-${name}`);
      const { inside, scrolls } = await sara.card.evaluate((card) => {
        const edge = card.getBoundingClientRect();
        const rows = [...card.shadowRoot.querySelectorAll('[data-task]')].map((row) => row.getBoundingClientRect());
        return {
          inside: rows.every((row) => row.left >= edge.left && row.right <= edge.right && row.height > 0),
          scrolls: document.documentElement.scrollWidth > document.documentElement.clientWidth,
        };
      });
      assert.ok(inside, 'every row lies within the card');
      assert.ok(!scrolls, 'the page does not scroll sideways');
    });
  }
});

test('the server refused nothing and logged no error but the one that was ordered', () => {
  const others = bench.errors().filter((entry) => !/Out for lunch/.test(entry));
  assert.deepEqual(others, []);
});
