// The wrapping card around cards that were not written here: mini-graph-card from npm, and Home Assistant's own.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { CARDS, startBench } from './harness/bench.mjs';
import { launch, newUserPage, screenshot } from './harness/browser.mjs';
import { CardPage } from './harness/card_page.mjs';
import { sectionsView } from './harness/dashboards.mjs';
import { importStatistics, lastHour } from './harness/statistics.mjs';
import { miniGraphCard } from './harness/third_party_card.mjs';
import { createCalendar } from './harness/todo_lists.mjs';

const CARD = 'custom:cardcache-cached-card';
const GRAPH = {
  type: 'custom:mini-graph-card',
  entity: 'input_number.level',
  hours_to_show: 4,
  points_per_hour: 6,
  animate: false,
};
const STATISTICS = {
  type: 'statistics-graph',
  entities: ['cardcache:load'],
  period: 'hour',
  days_to_show: 1,
  chart_type: 'bar',
};
const CALENDAR = { type: 'calendar', entities: ['calendar.home'] };
/** Past the end of every answer, well before it may not be shown any more. */
const AGED = 600_000;
const PATIENCE = 45_000;
const HISTORY = 'GET /api/history/period';
const STATISTICS_COMMAND = 'recorder/statistics_during_period';

const wrapped = (card, more) => ({ type: CARD, card, ...more });
const dashboard = {
  views: [
    sectionsView('home', wrapped(GRAPH), wrapped(GRAPH)),
    sectionsView('plain', GRAPH, GRAPH),
    sectionsView('both', GRAPH, wrapped(GRAPH)),
    sectionsView('aged', wrapped(GRAPH)),
    sectionsView('probe', wrapped({ type: 'markdown', content: 'Asks when it is told to.' }), wrapped(GRAPH)),
    sectionsView('statistics', wrapped(STATISTICS)),
    sectionsView('plain-statistics', STATISTICS),

    sectionsView('calendar', wrapped(CALENDAR)),
    sectionsView('plain-calendar', CALENDAR),

    sectionsView(
      'services',
      wrapped({ type: 'markdown', content: 'Asks services.' }, { reads: ['service:tasktracker.get_available_users'] }),
    ),
    sectionsView('later', wrapped({ type: 'custom:card-that-comes-later' })),
    sectionsView('unknown', wrapped({ type: 'no-such-card' })),
    sectionsView('bad', { type: CARD }, wrapped(GRAPH, { reads: ['history/*'] })),
  ],
};

let bench;
let browser;
let pages;
before(async () => {
  bench = await startBench('cached_card', { cards: [CARDS, await miniGraphCard()], dashboard });
  browser = await launch();
  const hour = 3_600_000;
  const stats = Array.from({ length: 24 }, (_, index) => ({
    start: new Date(lastHour() - (23 - index) * hour).toISOString(),
    mean: 20 + index,
    min: index,
    max: 60,
  }));
  await importStatistics(bench.connection('gabriel'), 'cardcache:load', stats, { unit: '%' });
  await createCalendar(bench, 'Home');
  await setLevel(45);
  const minute = 60;
  const now = Date.now() / 1000;
  const past = Array.from({ length: 20 }, (_, index) => ({
    at: now - (240 - index * 12) * minute,
    state: String(50 + 40 * Math.sin(index / 2)),
  }));
  await bench
    .connection('gabriel')
    .send({ type: 'tasktracker_test/remember', entity_id: 'input_number.level', states: past });
});
after(async () => {
  await browser?.close();
  await bench?.close();
});
beforeEach(async () => {
  pages = [];
  await bench.tracker.countRequests(STATISTICS_COMMAND);
});
afterEach(async () => {
  const problems = pages
    .flatMap((page) => page.problems)
    .filter((problem) => /cardcache/i.test(problem) && !/no-such-card/.test(problem));
  for (const page of pages) await page.close();
  assert.deepEqual(problems, []);
});

function setLevel(value) {
  const data = { entity_id: 'input_number.level', value };
  return bench.connection('gabriel').callService('set_value', data, { domain: 'input_number', returnResponse: false });
}

async function opened(path, { username = 'sara', selector = 'mini-graph-card path.line', ...options } = {}) {
  const page = await newUserPage(browser, bench, username, {
    card: { tag: 'mini-graph-card', subject: 'history', Page: CardPage },
    ...options,
  });
  pages.push(page);
  await page.open(`/lovelace-plan/${path}`);
  await page.page.locator(selector).first().waitFor();
  return page.page;
}

const lines = (page) => page.locator('mini-graph-card path.line');
const graphs = (page) => page.locator('mini-graph-card');

/** The state that the graph shows has arrived, and it has drawn since. */
async function shows(page, level) {
  await graphs(page)
    .locator('.state__value', { hasText: String(level) })
    .first()
    .waitFor();
}

test('two wrapped cards with the same question ask the server once, where two plain ones ask twice', async () => {
  const plain = await opened('plain');
  await lines(plain).nth(1).waitFor();
  assert.equal(await bench.tracker.requestsOf(HISTORY), 2);
  await bench.tracker.countRequests();
  const page = await opened('home');
  await lines(page).nth(1).waitFor();
  assert.equal(await bench.tracker.requestsOf(HISTORY), 1);
  await screenshot(page, 'cached-1-wrapped');
});

test('a reload and ten further states ask the server nothing, where a plain card asks each time', async () => {
  const count = async (path) => {
    const page = await opened(path);
    await bench.tracker.countRequests();
    await page.reload();
    await lines(page).first().waitFor();
    for (let level = 1; level <= 10; level += 1) {
      await setLevel(level);
      await shows(page, level);
    }
    const asked = await bench.tracker.requestsOf(HISTORY);
    await page.close();
    return asked;
  };
  assert.ok((await count('plain')) >= 20);
  assert.equal(await count('home'), 0);
});

test('after a reload the graph is drawn in the first frame in which its card is seen', async () => {
  const page = await opened('home');
  await page.addInitScript(() => {
    window.framesWithoutLine = 0;
    window.framesWithLine = 0;
    const all = (root) =>
      [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
    const look = () => {
      for (const card of all(document).filter((one) => one.localName === 'mini-graph-card' && one.isConnected)) {
        if (card.shadowRoot.querySelector('path.line')) window.framesWithLine += 1;
        else window.framesWithoutLine += 1;
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.reload();
  await lines(page).nth(1).waitFor();
  await page.waitForFunction(() => window.framesWithLine > 1);
  assert.equal(await page.evaluate(() => window.framesWithoutLine), 0);
});

test('the wrapped card is the same picture as the plain one', async () => {
  const page = await opened('both');
  await lines(page).nth(1).waitFor();
  await page.evaluate(() => document.fonts.ready);
  const taken = () => Promise.all([0, 1].map((index) => graphs(page).nth(index).screenshot()));
  const deadline = Date.now() + PATIENCE;
  // Home Assistant loads the icon of each card in its own time.
  let [plain, inside] = await taken();
  while (!plain.equals(inside) && Date.now() < deadline) [plain, inside] = await taken();
  await screenshot(page, 'cached-2-both');
  assert.ok(plain.equals(inside), 'pixel for pixel');
  const heights = await page
    .locator('hui-card')
    .evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().height));
  assert.equal(heights[0], heights[1]);
});

test('an answer past its end is shown at once, asked anew, and the card shows what came', async () => {
  const earlier = await opened('aged');
  const context = earlier.context();
  const page = await context.newPage();
  await earlier.close();
  for (const level of [90, 20, 70]) await setLevel(level);
  await untilRecorded('70.0');
  await bench.tracker.countRequests();
  await page.addInitScript(() => {
    window.drawn = [];
    const all = (root) =>
      [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
    const look = () => {
      for (const card of all(document).filter((one) => one.localName === 'mini-graph-card' && one.isConnected)) {
        const line = card.shadowRoot.querySelector('path.line')?.getAttribute('d') ?? '';
        if (window.drawn.at(-1) !== line) window.drawn.push(line);
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  // The server's answer waits until the cached one has been drawn.
  const drawnOnce = () => page.waitForFunction(() => window.drawn.length > 0);
  await page.route('**/api/history/period/**', (route) => drawnOnce().then(() => route.continue()));
  await page.clock.install({ time: Date.now() + AGED });
  await page.goto(`${bench.url}/lovelace-plan/aged`);
  await page.waitForFunction(() => window.drawn.length > 1);
  const drawn = await page.evaluate(() => window.drawn);
  assert.ok(!drawn.includes(''), 'never without its line');
  assert.equal(drawn.length, 2, 'the old line, then the new one');
  assert.equal(await bench.tracker.requestsOf(HISTORY), 1);
});

/** The recorder writes in its own time: waits until the newest state that it can tell is this one. */
async function untilRecorded(state) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const { 'input_number.level': states } = await bench.connection('gabriel').send({
      type: 'history/history_during_period',
      start_time: new Date(Date.now() - 3_600_000).toISOString(),
      entity_ids: ['input_number.level'],
      minimal_response: true,
      no_attributes: true,
    });
    if (states.at(-1).s === state) return;
    assert.ok(Date.now() < deadline, `recorded: ${states.at(-1).s}, not ${state}`);
  }
}

test('Home Assistant’s own statistics card asks its websocket once, and not again after a reload', async () => {
  const bars = 'hui-statistics-graph-card canvas, hui-statistics-graph-card svg';
  const page = await opened('statistics', { selector: bars });
  await page.waitForFunction(async () => document.readyState === 'complete');
  await untilCount(STATISTICS_COMMAND, 1);
  await page.reload();
  await page.locator(bars).first().waitFor();
  const plain = await opened('plain-statistics', { selector: bars });
  await untilCount(STATISTICS_COMMAND, 2);
  await plain.reload();
  await untilCount(STATISTICS_COMMAND, 3);
  await screenshot(page, 'cached-3-statistics');
});

/** Waits until the server has counted so many, and no more. */
async function untilCount(name, wanted) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const count = await bench.tracker.requestsOf(name);
    assert.ok(count <= wanted && Date.now() < deadline, `${count} of ${name}, not ${wanted}`);
    if (count === wanted) return;
  }
}

/** Home Assistant's calendar has drawn what it has been told. */
const calendarIsDrawn = () => {
  const all = (root) =>
    [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  const calendar = all(document).find(({ localName }) => localName === 'ha-full-calendar');
  return calendar?.shadowRoot?.childElementCount > 0 && !calendar.classList.contains('loading');
};

test('Home Assistant’s own calendar subscribes once, as a plain one does, and keeps its collection to itself', async () => {
  const reload = async (path) => {
    const page = await opened(path, { selector: 'hui-calendar-card' });
    await page.waitForFunction(calendarIsDrawn);
    const sent = [];
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))));
    await page.reload();
    await page.waitForFunction(calendarIsDrawn);
    const collection = await page.evaluate(async () => '_entityRegistry' in (await window.hassConnection).conn);
    return { asked: sent.filter((text) => text.includes('calendar/event/subscribe')).length, collection };
  };
  assert.deepEqual(await reload('plain-calendar'), { asked: 1, collection: true });
  assert.deepEqual(await reload('calendar'), { asked: 1, collection: false });
});

test('after a reload a graph is drawn with the states that came after its answer', async () => {
  const page = await opened('aged');
  const line = () => page.locator('mini-graph-card path.line').first().getAttribute('d');
  const before = await line();
  for (const level of [99, 1]) await setLevel(level);
  await untilRecorded('1.0');
  await bench.tracker.countRequests();
  await page.reload();
  await page.waitForFunction((old) => {
    const all = (root) =>
      [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
    const drawn = all(document)
      .find((one) => one.matches('path.line'))
      ?.getAttribute('d');
    return drawn && drawn !== old;
  }, before);
  assert.equal(await bench.tracker.requestsOf(HISTORY), 1);
});

test('what a wrapped card writes reaches the server, and the next question is asked anew', async () => {
  const page = await opened('probe');
  await bench.tracker.countRequests();
  await page
    .locator('cardcache-cached-card')
    .first()
    .evaluate((card) =>
      card.shadowRoot.firstElementChild.hass.callService('input_number', 'set_value', {
        entity_id: 'input_number.level',
        value: 77,
      }),
    );
  await shows(page, 77);
  assert.equal(
    (await bench.connection('gabriel').send({ type: 'get_states' })).find(
      ({ entity_id: id }) => id === 'input_number.level',
    ).state,
    '77.0',
  );
  await untilCount(HISTORY, 1);
});

test('a card may change what it is given: the next one gets it whole', async () => {
  const page = await opened('probe');
  const lengths = await page
    .locator('cardcache-cached-card')
    .first()
    .evaluate(async (card) => {
      const { hass } = card.shadowRoot.firstElementChild;
      const ask = () =>
        hass.callWS({
          type: 'recorder/statistics_during_period',
          start_time: '2020-01-01T00:00:00Z',
          statistic_ids: ['cardcache:load'],
          period: 'hour',
        });
      const first = await ask();
      const { length } = first['cardcache:load'];
      first['cardcache:load'].length = 0;
      const byConnection = await hass.connection.sendMessagePromise({
        period: 'hour',
        statistic_ids: ['cardcache:load'],
        start_time: '2020-01-01T00:00:00Z',
        type: 'recorder/statistics_during_period',
      });
      return [length, (await ask())['cardcache:load'].length, byConnection['cardcache:load'].length];
    });
  assert.deepEqual(lengths, [24, 24, 24]);
  assert.equal(await bench.tracker.requestsOf(STATISTICS_COMMAND), 1);
});

test('a service that answers is asked once, however it is called, and one that nobody named each time', async () => {
  const page = await opened('services', { selector: 'hui-markdown-card' });
  await bench.tracker.reset();
  const answers = await page
    .locator('cardcache-cached-card')
    .first()
    .evaluate(async (card) => {
      const { hass } = card.shadowRoot.firstElementChild;
      const call = (service) => hass.callService('tasktracker', service, {}, {}, false, true);
      await call('get_all_tasks');
      await call('get_all_tasks');
      const people = await call('get_available_users');
      const again = await hass.connection.sendMessagePromise({
        type: 'call_service',
        domain: 'tasktracker',
        service: 'get_available_users',
        service_data: {},
        target: {},
        return_response: true,
      });
      return [people, again];
    });
  assert.deepEqual(answers[0].response, answers[1].response);
  const { services } = await bench.tracker.report();
  assert.deepEqual(services.get_available_users, { sara: 1 });
  assert.deepEqual(services.get_all_tasks, { sara: 2 });
});

test('what the server refuses is refused to the card, and not kept', async () => {
  const page = await opened('probe');
  const codes = await page
    .locator('cardcache-cached-card')
    .first()
    .evaluate(async (card) => {
      const { hass } = card.shadowRoot.firstElementChild;
      const ask = () =>
        hass.callWS({ type: 'recorder/statistics_during_period', start_time: 'never' }).catch(({ code }) => code);
      return [await ask(), await ask()];
    });
  assert.deepEqual(codes, ['invalid_format', 'invalid_format']);
});

test('a card whose code comes later is shown when it has come', async () => {
  const page = await opened('later', { selector: 'cardcache-cached-card' });
  await page.evaluate(() => {
    customElements.define(
      'card-that-comes-later',
      class extends HTMLElement {
        setConfig() {}
        set hass(hass) {
          this.textContent = `Here for ${hass.user.name}`;
        }
      },
    );
  });
  await page.locator('card-that-comes-later', { hasText: 'Here for Sara' }).waitFor();
});

test('a wrapped card that does not exist, and a bad configuration, say what is wrong', async () => {
  const messages = (page) =>
    page.locator('hui-error-card').evaluateAll((cards) => cards.map((card) => card._config.message));
  const unknown = await opened('unknown', { username: 'gabriel', selector: 'cardcache-cached-card hui-error-card' });
  assert.match((await messages(unknown)).join(), /no-such-card/);
  const bad = await opened('bad', { username: 'gabriel', selector: 'hui-error-card' });
  const said = (await messages(bad)).join();
  assert.match(said, /"card" must be the configuration of the card/);
  assert.match(said, /"reads" must name requests as ws:/);
  await screenshot(bad, 'cached-4-bad');
});

test('a new hass that concerns no card is handed on by the wrapping cards, once each, and has nothing rendered or sent', async () => {
  const page = await opened('home');
  const counts = await page.evaluate(async () => {
    const { hass } = document.querySelector('home-assistant');
    const { createCardElement } = await window.loadCardHelpers();
    const place = document.body.appendChild(document.createElement('div'));
    const cards = Array.from({ length: 20 }, (_, index) =>
      createCardElement(
        index % 2
          ? {
              type: 'custom:cardcache-cached-card',
              card: { type: 'custom:mini-graph-card', entity: 'input_number.level' },
            }
          : { type: 'custom:cardcache-todo-card', entity: 'todo.none' },
      ),
    );
    for (const card of cards) {
      card.hass = hass;
      place.append(card);
    }
    const graphs = () => cards.flatMap((card) => card.shadowRoot?.querySelector('mini-graph-card') ?? []);
    while (graphs().length < 10) await new Promise(requestAnimationFrame);
    const counts = { handed: 0, rendered: 0, sent: 0 };
    const count = (object, method, name) => {
      const before = object[method];
      object[method] = function (...given) {
        counts[name] += 1;
        return before.apply(this, given);
      };
    };
    for (const graph of graphs()) {
      const { set, get } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(graph), 'hass');
      const counted = (value) => {
        counts.handed += 1;
        set.call(graph, value);
      };
      Object.defineProperty(graph, 'hass', { configurable: true, get: () => get?.call(graph), set: counted });
    }
    for (const card of cards.filter(({ localName }) => localName === 'cardcache-todo-card')) {
      await card.updateComplete;
      count(card, 'requestUpdate', 'rendered');
    }
    count(hass.connection, 'sendMessage', 'sent');
    count(hass.connection, 'sendMessagePromise', 'sent');
    for (let round = 0; round < 500; round += 1) {
      const next = { ...hass, states: { ...hass.states, [`sensor.s${round}`]: { state: String(round) } } };
      for (const card of cards) card.hass = next;
    }
    await Promise.all(cards.map(({ updateComplete }) => updateComplete));
    return counts;
  });
  assert.deepEqual(counts, { handed: 10 * 500, rendered: 0, sent: 0 });
});

test('the server logged no error but those that were ordered', () => {
  const others = bench.errors().filter((entry) => !/invalid_format/.test(entry));
  assert.deepEqual(others, []);
});
