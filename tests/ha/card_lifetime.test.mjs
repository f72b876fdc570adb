// What Home Assistant does to a page in its life: reconnects, restarts, other views and panels, five hidden minutes. Nothing
// of value may live in the card's element.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { signIn } from './setup/users.mjs';

const SECOND = 1000;
const HIDDEN_UNTIL_DETACHED = 301 * SECOND;

let bench;
let browser;
let sara;
before(async () => {
  bench = await startBench('card_lifetime', { cards: CARDS });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await bench?.close();
});
beforeEach(() => bench.tracker.reset({ household: true }));
afterEach(async () => {
  // The frontend itself complains while its server is away; what names us is ours.
  const problems = sara?.problems.filter((problem) => /cardcache|tasktracker/i.test(problem)) ?? [];
  await sara?.close();
  sara = undefined;
  assert.deepEqual(problems, []);
});

async function open(options, path) {
  sara = await newUserPage(browser, bench, 'sara', options);
  await sara.openWithPlan(path);
  await sara.words.first().waitFor();
}

function gabrielCompletes(taskId, taskType = 'RecurringTask') {
  return bench.connection('gabriel').callService('complete_task', { task_id: taskId, task_type: taskType });
}

/** The card still hears events: a task that gabriel completes leaves it, and the page asks for that once. */
async function assertAlive(taskId) {
  await sara.startRecord();
  await gabrielCompletes(taskId);
  await sara.gone(`RecurringTask:${taskId}`);
  const { heard } = await sara.record();
  assert.ok(heard.some(({ data }) => data?.task_id === taskId));
  const called = await sara.calledUntilGone(`RecurringTask:${taskId}`);
  assert.equal(called.length, new Set(called).size, `each service once: ${called.join(', ')}`);
}

async function assertOneSetOfSubscriptions() {
  assert.deepEqual((await bench.tracker.report()).live_subscriptions, { sara: 13 });
}

/** The first renders of the elements that came after the one marked by `startRecord`. */
async function firstRendersOfNewElements(oldElement) {
  const { renders } = await sara.record();
  const byElement = new Map();
  for (const render of renders) {
    if (render.element !== oldElement && !byElement.has(render.element)) byElement.set(render.element, render);
  }
  return [...byElement.values()];
}

const hasLoading = ({ states }) => states.includes('loading');

test('after a reconnect the new element has the plan in its first render and goes on working', async () => {
  await open();
  const tasks = await sara.tasks;
  const [{ element }] = (await sara.record()).renders;
  await sara.startRecord();
  await sara.markNodes();
  await sara.reconnect();
  await sara.page.waitForFunction((old) => window.cardRecord.renders.some((render) => render.element !== old), element);
  const [first] = await firstRendersOfNewElements(element);
  assert.deepEqual(first.tasks, tasks);
  assert.ok(!(await sara.record()).frames.some(hasLoading));
  assert.equal((await sara.markedNodes()).card, false);
  await assertAlive(1);
  await assertOneSetOfSubscriptions();
  await screenshot(sara.page, '12-after-reconnect');
});

test('a token that ran out is refreshed with the connection, and the card goes on working', async () => {
  await open({ signedIn: await signIn(bench.url, 'sara') });
  const tasks = await sara.tasks;
  await sara.startRecord();
  const before = await sara.page.evaluate(async () => {
    window.linked = await window.hassConnection;
    const { auth } = window.linked;
    auth.data.expires = Date.now() - 1;
    return auth.accessToken;
  });
  await sara.reconnect();
  await sara.page.waitForFunction((old) => {
    const { auth, conn } = window.linked;
    return auth.accessToken !== old && auth.data.expires > Date.now() && conn.connected;
  }, before);
  await sara.card.waitFor();
  assert.deepEqual(await sara.tasks, tasks);
  assert.ok(!(await sara.record()).frames.some(hasLoading));
  await assertAlive(1);
  await bench.tracker.until(({ live_subscriptions: live }) => live.sara === 13, 'all subscriptions are back');
  await assertOneSetOfSubscriptions();
});

test('through a restart of Home Assistant the plan stays, even where our integration comes up last', async () => {
  await open();
  const [{ element }] = (await sara.record()).renders;
  const tasks = await sara.tasks;
  await sara.startRecord();
  await bench.stopServer();
  await sara.state('offline').waitFor();
  assert.deepEqual(await sara.tasks, tasks);
  await screenshot(sara.page, '13-server-down');
  await bench.startServer({ startDelay: 7 });
  await sara.state('offline').waitFor({ state: 'detached' });
  const { heard, frames } = await sara.record();
  // The subscriptions that the frontend renewed by itself came too early: this is what the card has to get over.
  assert.ok(heard.some(({ refused }) => refused === 'unknown_command'));
  assert.ok(!frames.some(hasLoading));
  const firsts = await firstRendersOfNewElements(element);
  assert.ok(firsts.length > 0);
  for (const first of firsts) assert.deepEqual(first.tasks, tasks);
  await sara.page.waitForFunction(async () => {
    const { conn } = await window.hassConnection;
    return conn.connected && document.querySelector('home-assistant').hass.config.state === 'RUNNING';
  });
  // Those that were refused are tried again after a pause.
  await bench.tracker.until(({ live_subscriptions: live }) => live.sara === 13, 'all subscriptions are back');
  await assertAlive(1);
  await assertOneSetOfSubscriptions();
  await screenshot(sara.page, '14-after-restart');
});

test('another view and back is the same element, with the plan at once and its ears open', async () => {
  await open();
  await sara.markNodes();
  const tasks = await sara.tasks;
  await sara.navigate('/lovelace-plan/elsewhere');
  await sara.card.waitFor({ state: 'detached' });
  await sara.startRecord();
  await sara.navigate('/lovelace-plan/home');
  await sara.card.waitFor();
  assert.deepEqual(await sara.tasks, tasks);
  assert.equal((await sara.markedNodes()).card, true);
  assert.ok(!(await sara.record()).frames.some(hasLoading));
  await assertAlive(1);
  await assertOneSetOfSubscriptions();
});

test('what happened while another view was shown is there on the way back', async () => {
  await open();
  await sara.navigate('/lovelace-plan/elsewhere');
  await sara.card.waitFor({ state: 'detached' });
  await gabrielCompletes(2);
  await sara.navigate('/lovelace-plan/home');
  await sara.card.waitFor();
  await sara.gone('RecurringTask:2');
});

test('another panel and back is a new element with the plan in its first render', async () => {
  await open();
  const tasks = await sara.tasks;
  const [{ element }] = (await sara.record()).renders;
  await sara.navigate('/profile/general');
  await sara.card.waitFor({ state: 'detached' });
  await sara.startRecord();
  await sara.navigate('/lovelace-plan/home');
  await sara.card.waitFor();
  const [first] = await firstRendersOfNewElements(element);
  assert.deepEqual(first.tasks, tasks);
  assert.equal(first.serviceCalls, 0);
  await assertAlive(1);
  await assertOneSetOfSubscriptions();
});

test('a masonry view, which connects its cards twice, hears every event and subscribes once', async () => {
  await open({}, '/lovelace-plan/masonry');
  await assertAlive(1);
  await assertAlive(2);
  await assertOneSetOfSubscriptions();
  assert.deepEqual((await bench.tracker.report()).subscribe_messages, { sara: 13 });
  await screenshot(sara.page, '15-masonry');
});

test('after five hidden minutes the card is back with what happened meanwhile', async () => {
  await open({ clock: true });
  await setHidden(true);
  await sara.page.clock.fastForward(HIDDEN_UNTIL_DETACHED);
  await sara.card.waitFor({ state: 'detached' });
  await gabrielCompletes(1);
  await setHidden(false);
  await sara.card.waitFor();
  await sara.gone('RecurringTask:1');
  assert.ok(await sara.task('RecurringTask:2').isVisible());
  await assertAlive(2);
});

async function setHidden(hidden) {
  await sara.page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      get: () => (isHidden ? 'hidden' : 'visible'),
    });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

test('the server refused nothing and logged no error', () => {
  assert.deepEqual(bench.errors(), []);
});
