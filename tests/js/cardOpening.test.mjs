// What a wrapped card is given while a dashboard opens and later, and when it has to be made again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { START } from './support/cache.mjs';
import { importCards } from './support/cards.mjs';
import { deferred, pass, settle, stopTime } from './support/time.mjs';

const { CachedHass, readConfig } = await importCards('cached', 'cachedHass', 'config');

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
let users = 0;

/** A server whose answers a test gives, and a user's `hass`. `asked` holds the questions that have reached it. */
function household(t, answers = {}) {
  stopTime(t);
  const asked = [];
  const ask = async (name) => {
    asked.push(name);
    const answer = typeof answers[name] === 'function' ? await answers[name]() : answers[name];
    return structuredClone(answer);
  };
  const connection = {
    sendMessagePromise: ({ type }) => ask(type),
    subscribeMessage: async () => () => undefined,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  };
  const hass = {
    connection,
    user: { id: `opening-${(users += 1)}` },
    states: {},
    callWS: ({ type }) => ask(type),
    callService: (domain, service) => ask(`${domain}.${service}`),
    callApi: (method, path) => ask(path),
  };
  return { hass, asked, answers };
}

/** A card's `hass`, as it is after each load of the page. */
function opened({ hass }, { ttl = 300, stale = 86_400, reads = ['ws:*', 'service:*', 'api:*'] } = {}) {
  const { rules } = readConfig({ type: 'custom:cardcache-cached-card', card: { type: 'map' }, ttl, stale, reads });
  const made = { again: 0 };
  const cached = new CachedHass(rules, () => (made.again += 1));
  cached.open?.(false);
  made.hass = cached.wrap(hass);
  made.make = () => {
    cached.open(true);
    made.hass = cached.wrap(hass);
  };
  made.next = (states) => {
    made.hass = cached.wrap({ ...hass, states });
  };
  return made;
}

const call = (hass, service, data = {}, target) => hass.callService('tasktracker', service, data, target, false, true);
const ws = (hass, type, more) => hass.callWS({ type, ...more });

for (const [kept, times] of [
  ['the answers are not kept at all', { ttl: 0, stale: 0 }],
  ['they are good for no time', { ttl: 0 }],
]) {
  test(`where ${kept}, each question is asked once and the card is made once`, async (t) => {
    const home = household(t, { 'a/list': [1], 'b/list': [2], 'c/list': [3] });
    for (let load = 1; load <= 3; load += 1) {
      const card = opened(home, times);
      for (const name of Object.keys(home.answers)) assert.deepEqual(await ws(card.hass, name), home.answers[name]);
      await pass(t, SECOND);
      assert.deepEqual([home.asked.length, card.again], [3 * load, 0]);
    }
  });
}

test('a card that was made again is given what came, without another question', async (t) => {
  const home = household(t, { 'a/list': [1], 'b/list': [1] });
  const read = async ({ hass }) => [await ws(hass, 'a/list'), await ws(hass, 'b/list')];
  await read(opened(home, { ttl: 0 }));
  await pass(t, HOUR);
  home.answers['b/list'] = [2];
  const card = opened(home, { ttl: 0 });
  assert.deepEqual(await read(card), [[1], [1]]);
  await pass(t, SECOND);
  assert.equal(card.again, 1);
  card.make();
  assert.deepEqual(await read(card), [[1], [2]]);
  await pass(t, SECOND);
  assert.equal(home.asked.length, 4);
  assert.equal(card.again, 1);
  await read(card);
  assert.equal(home.asked.length, 6, 'from then on as plain');
});

test('a card is not made again when what came says the same', async (t) => {
  let calls = 0;
  const home = household(t, {
    'tasktracker.get_tasks': () => {
      calls += 1;
      const response =
        calls % 2 ? { tasks: [{ id: 1, at: 0 }], more: null } : { more: null, tasks: [{ at: -0, id: 1 }] };
      return { context: { id: `call-${calls}`, parent_id: null, user_id: 'sara' }, response };
    },
    'a/list': () => ({ rows: [[1, 2, null]], name: 'a' }),
    'history/period?filter_entity_id=sensor.a': () => [[{ state: '1' }]],
  });
  const read = async ({ hass }) => [
    await call(hass, 'get_tasks'),
    await ws(hass, 'a/list'),
    await hass.callApi('GET', 'history/period?filter_entity_id=sensor.a'),
  ];
  const first = await read(opened(home));
  for (let load = 1; load <= 3; load += 1) {
    await pass(t, HOUR);
    const card = opened(home);
    const [tasks] = await read(card);
    assert.equal(tasks.response.tasks[0].id, first[0].response.tasks[0].id);
    await pass(t, SECOND);
    assert.deepEqual([home.asked.length, card.again], [3 + 3 * load, 0]);
  }
});

test('a service’s response that is another one has the card made again', async (t) => {
  let id = 0;
  const home = household(t, {
    'tasktracker.get_tasks': () => ({ context: { id: (id += 1) }, response: { count: id } }),
  });
  await call(opened(home).hass, 'get_tasks');
  await pass(t, HOUR);
  const card = opened(home);
  assert.equal((await call(card.hass, 'get_tasks')).response.count, 1);
  await pass(t, SECOND);
  assert.equal(card.again, 1);
});

test('a card that asks one thing after the other is made again once, when all of them have come', async (t) => {
  const names = ['a/list', 'b/list', 'c/list', 'd/list'];
  const home = household(t, Object.fromEntries(names.map((name) => [name, [1]])));
  const read = async ({ hass }) => {
    for (const name of names) await ws(hass, name);
  };
  await read(opened(home));
  await pass(t, HOUR);
  const slow = deferred();
  for (const name of names) home.answers[name] = [2];
  home.answers['c/list'] = () => slow.promise;
  const card = opened(home);
  await read(card);
  await pass(t, 2 * SECOND);
  assert.equal(card.again, 0);
  slow.resolve([2]);
  await pass(t, SECOND);
  assert.equal(card.again, 1);
  assert.equal(home.asked.length, 8);
});

test('who asks only after an answer that nobody has kept is waited for as well', async (t) => {
  const home = household(t, { 'a/list': [1], 'b/list': [1], 'new/list': [1] });
  const before = opened(home);
  await ws(before.hass, 'a/list');
  await ws(before.hass, 'b/list');
  await pass(t, HOUR);
  home.answers['a/list'] = home.answers['b/list'] = [2];
  const slow = deferred();
  home.answers['new/list'] = () => slow.promise;
  const card = opened(home);
  await ws(card.hass, 'a/list');
  const after = ws(card.hass, 'new/list').then(() => ws(card.hass, 'b/list'));
  await pass(t, SECOND);
  assert.equal(card.again, 0);
  slow.resolve([1]);
  assert.deepEqual(await after, [1]);
  await pass(t, SECOND);
  assert.equal(card.again, 1);
});

test('two cards in one stack that ask the same are both shown it at once, and asked once', async (t) => {
  const home = household(t, { 'a/list': [1] });
  await ws(opened(home).hass, 'a/list');
  await pass(t, HOUR);
  const slow = deferred();
  home.answers['a/list'] = () => slow.promise;
  const { hass } = opened(home);
  assert.deepEqual(await Promise.all([ws(hass, 'a/list'), ws(hass, 'a/list')]), [[1], [1]]);
  assert.equal(home.asked.length, 2);
  slow.resolve([1]);
});

test('what has come in this opening is not answered from before it', async (t) => {
  const home = household(t, { 'a/list': [1] });
  await ws(opened(home, { ttl: 0 }).hass, 'a/list');
  await pass(t, HOUR);
  const card = opened(home, { ttl: 0 });
  await ws(card.hass, 'a/list');
  await pass(t, 100);
  home.answers['a/list'] = [2];
  assert.deepEqual(await ws(card.hass, 'a/list'), [2]);
});

test('a server that fails leaves the card with what it has', async (t) => {
  const home = household(t, { 'a/list': [1] });
  await ws(opened(home).hass, 'a/list');
  await pass(t, HOUR);
  home.answers['a/list'] = () => Promise.reject({ error: { code: 3, message: 'Connection lost' } });
  const card = opened(home);
  assert.deepEqual(await ws(card.hass, 'a/list'), [1]);
  await pass(t, 60 * SECOND);
  assert.equal(card.again, 0);
});

test('a card that was made again and then writes is not given what came before that', async (t) => {
  const home = household(t, { 'a/list': [1], 'light.turn_on': { context: {} } });
  await ws(opened(home).hass, 'a/list');
  await pass(t, HOUR);
  home.answers['a/list'] = [2];
  const card = opened(home);
  await ws(card.hass, 'a/list');
  await pass(t, SECOND);
  card.make();
  home.answers['a/list'] = [3];
  await card.hass.callService('light', 'turn_on', {});
  assert.deepEqual(await ws(card.hass, 'a/list'), [3]);
});

/** A card that has to be made again since 'a/list' has come anew, as 2. */
async function outdated(t, home, { during = async () => undefined, ...times } = {}) {
  await ws(opened(home, times).hass, 'a/list', ATTIC);
  await pass(t, HOUR);
  home.answers['a/list'] = [2];
  const slow = deferred();
  home.answers['b/list'] = () => slow.promise;
  const card = opened(home, times);
  await ws(card.hass, 'a/list', ATTIC);
  const other = ws(card.hass, 'b/list');
  await pass(t, SECOND);
  home.answers['a/list'] = [3];
  await during(card);
  slow.resolve([1]);
  await other;
  await pass(t, SECOND);
  assert.equal(card.again, 1);
  return card;
}
const ATTIC = { entity_id: 'sensor.attic' };

test('a card that is made again long after what came for it is given what is true then', async (t) => {
  const home = household(t, { 'a/list': [1] });
  const card = await outdated(t, home, { ttl: 60 });
  await pass(t, HOUR);
  card.make();
  assert.deepEqual(await ws(card.hass, 'a/list', ATTIC), [3]);
});

test('a slow opening does not give a card that is made again what came before another card’s write', async (t) => {
  const home = household(t, { 'a/list': [1], 'light.turn_on': { context: {} } });
  const write = () => opened(home).hass.callService('light', 'turn_on', {});
  const card = await outdated(t, home, { during: write });
  card.make();
  assert.deepEqual(await ws(card.hass, 'a/list', ATTIC), [3]);
});

test('a slow opening does not give a card that is made again what came before a newer state', async (t) => {
  const home = household(t, { 'a/list': [1] });
  const during = async (card) => {
    home.hass.states = { 'sensor.attic': since(Date.now()) };
    card.next(home.hass.states);
  };
  const card = await outdated(t, home, { during });
  card.make();
  assert.deepEqual(await ws(card.hass, 'a/list', ATTIC), [3]);
});

// ---- what the page knows of changes

const since = (at) => ({
  state: 'on',
  last_changed: new Date(at).toISOString(),
  last_updated: new Date(at).toISOString(),
});
const QUESTIONS = {
  'history/history_during_period': { entity_ids: ['sensor.a', 'sensor.b'] },
  'recorder/statistics_during_period': { statistic_ids: ['sensor.b'] },
  'logbook/get_events': { entity_ids: ['sensor.b'] },
  'energy/fossil_energy_consumption': { energy_statistic_ids: ['sensor.b'] },
};

for (const [type, more] of Object.entries(QUESTIONS)) {
  test(`after a reload, ${type} of an entity with a newer state is shown at once and asked anew`, async (t) => {
    const home = household(t, { [type]: [1] });
    await ws(opened(home).hass, type, more);
    await pass(t, 30 * SECOND);
    home.hass.states = { 'sensor.a': since(START - HOUR), 'sensor.b': since(START + 20 * SECOND) };
    home.answers[type] = [2];
    const card = opened(home);
    assert.deepEqual(await ws(card.hass, type, more), [1]);
    await pass(t, SECOND);
    assert.deepEqual([home.asked.length, card.again], [2, 1]);
    card.make();
    assert.deepEqual(await ws(card.hass, type, more), [2]);
    const next = opened(home);
    assert.deepEqual(await ws(next.hass, type, more), [2]);
    await pass(t, SECOND);
    assert.deepEqual([home.asked.length, next.again], [2, 0], 'and not again while the state stays');
  });
}

test('an address names entities, too', async (t) => {
  const path = 'history/period/2026-11-22T00:00:00Z?filter_entity_id=sensor.a%2Csensor.b&minimal_response';
  const home = household(t, { [path]: [1] });
  await opened(home).hass.callApi('GET', path);
  await pass(t, 30 * SECOND);
  home.hass.states = { 'sensor.b': since(START + SECOND) };
  await opened(home).hass.callApi('GET', path);
  await pass(t, SECOND);
  assert.equal(home.asked.length, 2);
});

test('a graph on the screen may lag behind states; what else is said of an entity is as new as its state', async (t) => {
  const home = household(t, {
    'history/history_during_period': [1],
    'weather.get_forecasts': { context: {}, response: 1 },
  });
  const card = opened(home);
  const read = async () => [
    await ws(card.hass, 'history/history_during_period', { entity_ids: ['weather.home'] }),
    await card.hass.callService(
      'weather',
      'get_forecasts',
      { type: 'daily' },
      { entity_id: 'weather.home' },
      false,
      true,
    ),
  ];
  await read();
  for (let second = 1; second <= 30; second += 1) {
    await pass(t, SECOND);
    if (second % 3 === 0) card.next({ 'weather.home': since(Date.now()) });
    if (second === 2) await read();
  }
  await read();
  await read();
  assert.deepEqual(home.asked, ['history/history_during_period', 'weather.get_forecasts', 'weather.get_forecasts']);
  const another = opened(home);
  for (let second = 1; second <= 3; second += 1) {
    another.next({ 'weather.home': since(Date.now()) });
    await ws(another.hass, 'history/history_during_period', { entity_ids: ['weather.home'] });
    await pass(t, SECOND);
  }
  assert.equal(home.asked.length, 3, 'nor while it opens');
});

/** A household whose connection tells what a test has it tell, as `tell`. */
function talking(t, answers) {
  const home = household(t, answers);
  home.hass.connection.subscribeMessage = async (callback) => {
    home.tell = callback;
    return () => undefined;
  };
  return home;
}

for (const [kind, message, event] of [
  ['an event', { type: 'tasktracker/subscribe_events' }, { event_type: 'tasktracker_task_completed', data: {} }],
  ['a message of any form', { type: 'frigate/events/subscribe' }, { after: {} }],
]) {
  test(`${kind} of a card’s own subscription has it given the server’s answer, and after a reload, too`, async (t) => {
    const home = talking(t, { 'tasktracker.get_plan': { context: {}, response: 1 } });
    const card = opened(home);
    const heard = [];
    await card.hass.connection.subscribeMessage(async () => {
      heard.push((await call(card.hass, 'get_plan')).response);
    }, message);
    assert.equal((await call(card.hass, 'get_plan')).response, 1);
    await pass(t, 10 * SECOND);
    home.answers['tasktracker.get_plan'] = { context: {}, response: 2 };
    home.tell(event);
    await settle();
    assert.deepEqual(heard, [2]);
    home.answers['tasktracker.get_plan'] = { context: {}, response: 3 };
    const other = opened(home);
    await other.hass.connection.subscribeMessage(() => undefined, message);
    assert.equal((await call(other.hass, 'get_plan')).response, 2);
    // Within the same moment it would be the same event, heard by another card.
    await pass(t, SECOND);
    home.tell(event);
    assert.equal((await call(opened(home).hass, 'get_plan')).response, 3);
  });
}

test('data that is pushed drops nothing', async (t) => {
  const home = talking(t, { 'a/list': [1] });
  const card = opened(home);
  for (const type of ['weather/subscribe_forecast', 'calendar/event/subscribe', 'history/stream', 'render_template']) {
    await card.hass.connection.subscribeMessage(() => undefined, { type });
    await ws(card.hass, 'a/list');
    home.tell({ events: [], forecast: [], states: {}, result: '' });
  }
  await ws(card.hass, 'a/list');
  assert.equal(home.asked.length, 1);
});

test('an event that comes while a card opens has it asked for its news and not shown what was before', async (t) => {
  const home = talking(t, { 'a/list': [1], 'b/list': [1] });
  const before = opened(home);
  await ws(before.hass, 'a/list');
  await ws(before.hass, 'b/list');
  await pass(t, HOUR);
  const card = opened(home);
  await card.hass.connection.subscribeMessage(() => undefined, { type: 'tasktracker/subscribe_events' });
  await ws(card.hass, 'a/list');
  home.answers['a/list'] = home.answers['b/list'] = [2];
  home.tell({ event_type: 'tasktracker_task_created', data: {} });
  assert.deepEqual(await ws(card.hass, 'a/list'), [2]);
  assert.deepEqual(await ws(card.hass, 'b/list'), [2]);
});

test('after a reconnect what was answered before it is shown at once and asked anew', async (t) => {
  const home = household(t, { 'a/list': [1] });
  let back;
  home.hass.connection.addEventListener = (type, listener) => {
    if (type === 'ready') back = listener;
  };
  const card = opened(home);
  await ws(card.hass, 'a/list');
  await pass(t, 10 * SECOND);
  home.answers['a/list'] = [2];
  back();
  await pass(t, SECOND);
  const next = opened(home);
  assert.deepEqual(await ws(next.hass, 'a/list'), [1]);
  await pass(t, SECOND);
  assert.deepEqual([home.asked.length, next.again], [2, 1]);
});

// ---- what several cards hear

/** `count` cards that ask for `a/list`, and again with each event; `tell` tells all of them, one after the other. */
async function listening(t, count) {
  const home = household(t, { 'a/list': [1] });
  const listeners = [];
  home.hass.connection.subscribeMessage = async (callback) => {
    listeners.push(callback);
    return () => undefined;
  };
  const cards = Array.from({ length: count }, () => opened(home));
  const heard = cards.map(() => undefined);
  for (const [index, card] of cards.entries()) {
    const ask = async () => {
      [heard[index]] = await ws(card.hass, 'a/list');
    };
    await card.hass.connection.subscribeMessage(ask, { type: 'tasktracker/subscribe_events' });
    await ask();
  }
  await pass(t, 10 * SECOND);
  home.asked.length = 0;
  const tell = async (event, pause = 0) => {
    for (const listener of listeners) {
      listener(structuredClone(event));
      await settle();
      if (pause > 0) await pass(t, pause);
    }
    await settle();
  };
  return { ...home, cards, heard, tell };
}

for (const [how, pause] of [
  ['at once', 0],
  ['one after the other', 5],
])
  test(`an event that many cards hear ${how} has them ask once, and all are given the new answer`, async (t) => {
    const home = await listening(t, 5);
    for (const answer of [2, 3]) {
      home.answers['a/list'] = [answer];
      home.asked.length = 0;
      await home.tell({ event_type: 'tasktracker_task_completed', data: { task: 7 } }, pause);
      assert.deepEqual([home.heard, home.asked.length], [Array(5).fill(answer), 1]);
    }
  });

test('what only one of the cards asks is asked anew as well, also after the next reload', async (t) => {
  const home = await listening(t, 2);
  home.answers['b/list'] = [1];
  await ws(home.cards[1].hass, 'b/list');
  await pass(t, SECOND);
  home.answers['b/list'] = [2];
  await home.tell({ event_type: 'tasktracker_task_completed', data: {} });
  assert.deepEqual(await ws(opened(home).hass, 'b/list'), [2]);
});

test('an event drops what the card has asked since the one before, and nothing that it no longer asks', async (t) => {
  const home = await listening(t, 1);
  const [card] = home.cards;
  home.answers['b/list'] = [1];
  await ws(card.hass, 'b/list');
  await home.tell({ event_type: 'x', data: 1 });
  await ws(opened(home).hass, 'b/list');
  await pass(t, SECOND);
  home.asked.length = 0;
  await home.tell({ event_type: 'x', data: 2 });
  await ws(opened(home).hass, 'b/list');
  assert.deepEqual(home.asked, ['a/list']);
});
