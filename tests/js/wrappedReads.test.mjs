// What the wrapping card answers from the cache, what it lets pass, after what it forgets, and which failures old answers cover.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { pass, stopTime, settle } from './support/time.mjs';
import { fakeHass, kindOf, saysNotNow, wrap } from './support/wrapping_card.mjs';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const { commands, views, services } = JSON.parse(
  readFileSync(new URL('support/requests.json', import.meta.url), 'utf8'),
);
const HISTORY = {
  type: 'history/history_during_period',
  entity_ids: ['sensor.attic'],
  start_time: '2026-11-22T00:00:00Z',
};

/** How many times it was asked for this: a type of message, a path, `domain.service`. */
const timesOf = ({ asked }, wanted) =>
  asked.filter(([, first, second]) => first?.type === wanted || second === wanted || `${first}.${second}` === wanted)
    .length;

/** Whether what cards were given is still there after `act`. */
async function keeps(act, config) {
  const hass = fakeHass();
  const card = wrap(hass, config);
  await card.callWS({ ...HISTORY });
  await act(card);
  await settle();
  await card.callWS({ ...HISTORY });
  return timesOf(hass, HISTORY.type) === 1;
}

// ---- which question is which

test('a message that is used again is the same question, whatever the library has written into it', async () => {
  const hass = fakeHass(() => [1]);
  const card = wrap(hass);
  for (const ask of [card.callWS, (message) => card.connection.sendMessagePromise(message)]) {
    const message = { ...HISTORY };
    for (let time = 0; time < 3; time++) assert.deepEqual(await ask(message), [1]);
  }
  assert.equal(hass.asked.length, 1);
  assert.ok(!('id' in HISTORY));
});

test('a message that is changed after it was asked changes neither the request nor its answer', async () => {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  const hass = fakeHass(async (_way, message) => {
    await opened;
    return message.entity_ids;
  });
  const card = wrap(hass);
  const message = { ...HISTORY, entity_ids: ['sensor.attic'] };
  const first = card.callWS(message);
  message.entity_ids.push('sensor.cellar');
  message.type = 'something/else';
  open();
  assert.deepEqual(await first, ['sensor.attic']);
  assert.deepEqual(await card.callWS({ ...HISTORY }), ['sensor.attic']);
  assert.deepEqual(await card.callWS({ ...HISTORY, entity_ids: ['sensor.attic', 'sensor.cellar'] }), [
    'sensor.attic',
    'sensor.cellar',
  ]);
});

test('a service is one question by either way of calling it, and another one with other data', async () => {
  const hass = fakeHass((way) => ({ response: way }));
  const card = wrap(hass);
  const ask = (data) => card.callService('weather', 'get_forecasts', data, { entity_id: 'weather.home' }, false, true);
  const message = {
    type: 'call_service',
    domain: 'weather',
    service: 'get_forecasts',
    service_data: { type: 'daily' },
    target: { entity_id: 'weather.home' },
    return_response: true,
  };
  await ask({ type: 'daily' });
  await card.callWS(message);
  assert.equal(hass.asked.length, 1);
  await ask({ type: 'hourly' });
  await ask(undefined);
  assert.equal(hass.asked.length, 3);
  assert.deepEqual(hass.asked[2], [
    'callService',
    'weather',
    'get_forecasts',
    undefined,
    { entity_id: 'weather.home' },
    false,
    true,
  ]);
});

test('the end of a day asks once, whatever the clock says meanwhile', async (t) => {
  stopTime(t, Date.parse('2026-11-22T12:34:56.789Z'));
  const hass = fakeHass(() => ({}));
  const card = wrap(hass, { ttl: 3_600 });
  for (let minute = 0; minute < 30; minute++) {
    await card.callWS({ ...HISTORY, end_time: '2026-11-22T22:59:59.999Z' });
    await card.callApi('GET', `calendars/calendar.home?start=2026-11-22T00:00:00&end=2026-11-22T23:59:59`);
    t.mock.timers.tick(MINUTE);
  }
  assert.equal(hass.asked.length, 2);
});

/** How often the server is asked where a card asks three times for what was since `since(time of the last ask)`. */
async function askedInThree(t, every, since) {
  stopTime(t, Date.parse('2026-11-22T12:34:56.789Z'));
  const hass = fakeHass(() => [[]]);
  const card = wrap(hass);
  for (let time = 0; time < 3; time++) {
    await pass(t, every);
    const now = Date.now();
    const path = `history/period/${new Date(since(now)).toISOString()}?filter_entity_id=sensor.attic`;
    await card.callApi('GET', `${path}&end_time=${new Date(now).toISOString()}`).catch(() => undefined);
  }
  return hass.asked.length;
}

for (const every of [SECOND, 10 * SECOND, MINUTE, 4 * MINUTE])
  test(`what a card asks for since its last question, ${every / SECOND} s ago, is never its last answer`, async (t) => {
    assert.equal(await askedInThree(t, every, (now) => now - every - 1), 3);
  });

test('nor is it the last answer when the dashboard is opened again, or when the server cannot be reached', async (t) => {
  stopTime(t, Date.parse('2026-11-22T12:34:56.789Z'));
  let answers = 0;
  let isAway = false;
  const hass = fakeHass(() => {
    if (isAway) throw { code: 3, message: 'Connection lost' };
    return [[(answers += 1)]];
  });
  const ask = () => {
    const [start, end] = [2 * HOUR + 1, 0].map((before) => new Date(Date.now() - before).toISOString());
    return Promise.resolve(wrap(hass).callApi('GET', `history/period/${start}?end_time=${end}`));
  };
  for (const expected of [1, 2, 3]) {
    assert.deepEqual(await ask(), [[expected]]);
    await pass(t, 2 * HOUR);
  }
  isAway = true;
  await assert.rejects(ask());
});

test('the last 24 hours are asked for once in a few minutes', async (t) => {
  assert.equal(await askedInThree(t, MINUTE, (now) => now - 24 * HOUR), 1);
});

test('the last hour is asked for once in a few minutes', async (t) => {
  assert.equal(await askedInThree(t, MINUTE, (now) => now - HOUR), 1);
});

test('what JSON cannot hold passes as it is', async () => {
  const hass = fakeHass(() => 1);
  const card = wrap(hass, { reads: ['ws:*'] });
  const message = { type: 'things/list' };
  message.itself = message;
  await card.callWS(message);
  await card.callWS(message);
  assert.equal(hass.asked.length, 2);
  await card.callWS({ type: 'things/list', size: 1n });
  assert.equal(hass.asked[2][1].size, 1n);
});

// ---- a wrapper in a wrapped card

test('a wrapper inside a wrapped stack asks Home Assistant itself, and shares the answer', async () => {
  const hass = fakeHass(() => [1]);
  const outer = wrap(hass);
  for (const handed of [outer, { ...outer, states: {} }, wrap(outer)]) {
    const inner = wrap(handed);
    assert.deepEqual(await inner.callWS({ ...HISTORY }), [1]);
    assert.deepEqual(await inner.connection.sendMessagePromise({ ...HISTORY }), [1]);
    assert.deepEqual(await inner.callApi('GET', 'calendars'), [1]);
    assert.deepEqual(await inner.callService('calendar', 'get_events', {}, {}, false, true), [1]);
  }
  assert.equal(hass.asked.length, 3);
  assert.deepEqual(await outer.callWS({ ...HISTORY }), [1]);
  assert.equal(hass.asked.length, 3);
});

// ---- reads and writes

test('each command of Home Assistant is what its source says', () => {
  for (const [kind, types] of Object.entries(commands))
    for (const type of types) {
      assert.equal(kindOf(`ws:${type}`), kind, type);
      if (kind !== 'read') assert.equal(kindOf(`ws:${type}`, true), kind, `${type}, though it is named`);
    }
});

test('each HTTP view and each service with a response is what its source says', () => {
  for (const [kind, names] of Object.entries({ ...views }))
    for (const name of names) assert.equal(kindOf(name), kind, name);
  for (const [kind, names] of Object.entries(services))
    for (const name of names) assert.equal(kindOf(`service:${name}`), kind, name);
});

test('whatever is no read passes each time, whatever the patterns say', async () => {
  for (const act of [
    (card) => card.callWS({ type: 'shopping_list/items/add', name: 'Milk' }),
    (card) => card.callWS({ type: 'execute_script', sequence: [] }),
    (card) => card.connection.sendMessagePromise({ type: 'fire_event', event_type: 'x' }),
    (card) => card.callApi('POST', 'events/x'),
    (card) => card.callService('light', 'toggle', {}, { entity_id: 'light.attic' }),
    (card) => card.callService('script', 'get_milk', {}, {}, false, true),
    (card) => card.callService('todo', 'add_item', { item: 'Milk' }, {}, false, true),
    (card) => card.callWS({ type: 'things_of_mine/frobnicate' }),
    (card) => card.callWS({ type: 'subscribe_events' }),
    (card) => card.callWS({ type: 'supervisor/api', endpoint: '/info', method: 'get' }),
    (card) => card.callWS({ type: 'auth/sign_path', path: '/x' }),
  ]) {
    const hass = fakeHass();
    const card = wrap(hass, { reads: ['ws:*', 'api:*', 'service:*', 'ws:shopping_list/items/add'] });
    await act(card);
    await act(card);
    assert.equal(hass.asked.length, 2, String(act));
  }
});

test('what is named in full is a read where nothing tells otherwise', async () => {
  const hass = fakeHass();
  const card = wrap(hass, {
    reads: ['ws:things/overview', 'service:script.get_milk', 'service:ai_task.generate_data'],
  });
  for (let time = 0; time < 2; time++) {
    await card.callWS({ type: 'things/overview' });
    await card.callService('script', 'get_milk', {}, {}, false, true);
    await card.callService('ai_task', 'generate_data', { instructions: 'A greeting' }, {}, false, true);
  }
  assert.equal(hass.asked.length, 3);
});

for (const [what, act] of Object.entries({
  'an action': (card) => card.callService('light', 'turn_on', {}, { entity_id: 'light.attic' }),
  'an action with a response': (card) => card.callService('todo', 'add_item', {}, {}, false, true),
  'an action as a message': (card) => card.callWS({ type: 'call_service', domain: 'light', service: 'turn_on' }),
  execute_script: (card) => card.callWS({ type: 'execute_script', sequence: [] }),
  fire_event: (card) => card.callWS({ type: 'fire_event', event_type: 'x' }),
  'a change of statistics': (card) => card.callWS({ type: 'recorder/adjust_sum_statistics', statistic_id: 'a:b' }),
  'statistics cleared': (card) => card.callWS({ type: 'recorder/clear_statistics', statistic_ids: [] }),
  'another unit of statistics': (card) => card.callWS({ type: 'recorder/change_statistics_unit', statistic_id: 'a:b' }),
  'a POST': (card) => card.callApi('POST', 'services/light/turn_on', {}),
  'a DELETE': (card) => card.callApi('delete', 'states/sensor.attic'),
  'fetchWithAuth with POST': (card) => card.fetchWithAuth('/api/events/x', { method: 'post' }),
  'fetchWithAuth with a whole address': (card) => card.fetchWithAuth('http://ha.test/api/events/x', { method: 'PUT' }),
  sendWS: async (card) => card.sendWS({ type: 'config/area_registry/update' }),
  'sendMessage of the connection': async (card) => card.connection.sendMessage({ type: 'fire_event' }),
  'a command that nobody knows': (card) => card.callWS({ type: 'things/frobnicate' }),
}))
  test(`every answer is asked anew after ${what}`, async () => {
    assert.ok(!(await keeps(act)));
    assert.ok(!(await keeps(act, { reads: ['ws:*', 'api:*', 'service:*'] })), 'whatever the patterns say');
  });

for (const [what, act] of Object.entries({
  'a template that is rendered': (card) => card.callApi('POST', 'template', { template: '{{ now() }}' }),
  'a service that reads': (card) => card.callService('tasktracker', 'get_daily_plan', {}, {}, false, true),
  'a command that reads': (card) => card.callWS({ type: 'frigate/events/get' }),
  'fetchWithAuth with GET': (card) => card.fetchWithAuth('/api/states'),
  'a subscription': (card) => card.callWS({ type: 'subscribe_trigger', trigger: {} }),
  'a subscription that ends': async (card) => card.connection.sendMessage({ type: 'unsubscribe_events' }),
  'a path that is signed': (card) => card.callWS({ type: 'auth/sign_path', path: '/x' }),
  'a stream that is opened': (card) => card.callWS({ type: 'camera/stream', entity_id: 'camera.door' }),
  'a ping': (card) => card.callWS({ type: 'ping' }),
}))
  test(`answers stay after ${what}`, async () => assert.ok(await keeps(act)));

test('what is sent without waiting is given a second to take effect', async (t) => {
  stopTime(t);
  const hass = fakeHass();
  const card = wrap(hass);
  card.sendWS({ type: 'fire_event', event_type: 'x' });
  await card.callWS({ ...HISTORY });
  t.mock.timers.tick(SECOND);
  await card.callWS({ ...HISTORY });
  assert.equal(timesOf(hass, HISTORY.type), 2);
});

// ---- failures

const LOST = { type: 'result', success: false, error: { code: 3, message: 'Connection lost' } };
const FAILURES = {
  now: [
    LOST,
    { code: 1 },
    { code: 'timeout', message: 'Timeout' },
    { code: 'unknown_error', message: 'Unknown error' },
    { code: 'unknown_command', message: 'Unknown command.' },
    { code: 'home_assistant_error', message: 'The device does not answer' },
    { error: 'Request error', status_code: undefined, body: undefined },
    ...[500, 502, 503, 504, 429, 408].map((status_code) => ({ error: `Response error: ${status_code}`, status_code })),
    new TypeError('Failed to fetch'),
    new DOMException('took longer', 'TimeoutError'),
  ],
  refused: [
    { code: 'unauthorized', message: 'Unauthorized' },
    { code: 'invalid_format', message: 'extra keys not allowed' },
    { code: 'not_found', message: 'No such entity' },
    { code: 'not_allowed', message: 'Not allowed' },
    { code: 'service_validation_error', message: 'Needs an entity' },
    { code: 'something_of_its_own', message: 'No' },
    ...[400, 401, 403, 404, 410].map((status_code) => ({ error: `Response error: ${status_code}`, status_code })),
    new Error('what the card’s author said'),
    'no',
    undefined,
  ],
};

test('what only says "not now" is told from a refusal', () => {
  for (const error of FAILURES.now) assert.ok(saysNotNow(error, false), JSON.stringify(error));
  for (const error of FAILURES.refused) assert.ok(!saysNotNow(error, false), JSON.stringify(error));
  assert.ok(saysNotNow({ code: 'not_found', message: 'Service weather.get_forecasts not found.' }, true));
});

/** A card that was given an answer whose time is over when Home Assistant fails with `error`. */
async function failing(t, error) {
  stopTime(t, Date.parse('2026-11-22T12:34:56.789Z'));
  let fails = false;
  let told = 0;
  const hass = fakeHass(() => {
    if (fails) throw error;
    return ['old'];
  });
  const outdated = () => told++;
  const card = wrap(hass, {}, outdated);
  assert.deepEqual(await card.callWS({ ...HISTORY }), ['old']);
  t.mock.timers.tick(10 * MINUTE);
  fails = true;
  return { card, hass, told: () => told, outdated };
}

test('while Home Assistant is away the old answer stands in', async (t) => {
  const { card } = await failing(t, LOST);
  assert.deepEqual(await card.callWS({ ...HISTORY }), ['old']);
});

test('a refusal is told at once, and is not forgotten when the dashboard is opened', async (t) => {
  const error = { code: 'unauthorized', message: 'Unauthorized' };
  const { card, hass } = await failing(t, error);
  await assert.rejects(Promise.resolve(card.callWS({ ...HISTORY })), (told) => told.code === 'unauthorized');
  await assert.rejects(Promise.resolve(wrap(hass).callWS({ ...HISTORY })), (told) => told.code === 'unauthorized');
});

test('a card that was opened with an old answer is made again when what it shows is refused', async (t) => {
  const { hass, told, outdated } = await failing(t, { error: 'Response error: 404', status_code: 404 });
  const card = wrap(hass, {}, outdated);
  assert.deepEqual(await card.callWS({ ...HISTORY }), ['old']);
  for (let turn = 0; turn < 5; turn++) {
    await settle();
    t.mock.timers.tick(1);
  }
  assert.equal(told(), 1);
  await assert.rejects(Promise.resolve(card.callWS({ ...HISTORY })), (error) => error.status_code === 404);
});

test('a card that asks again after failures is told what the server says now', async () => {
  let fails = true;
  const hass = fakeHass(() => {
    if (fails) throw LOST;
    return ['here'];
  });
  const card = wrap(hass);
  for (let time = 0; time < 4; time++) await assert.rejects(Promise.resolve(card.callWS({ ...HISTORY })));
  assert.equal(hass.asked.length, 4);
  fails = false;
  assert.deepEqual(await card.callWS({ ...HISTORY }), ['here']);
});
