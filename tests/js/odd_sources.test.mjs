// A source never throws: whatever Home Assistant, a tier, another tab or a script of the page hands to a callback of ours, no exception
// leaves it. What cannot be read says nothing, so it may concern everybody: one fetch too many is better than what is no longer true.
import assert from 'node:assert/strict';
import test from 'node:test';
import Keyv from 'keyv';
import { isConcerned, openCache } from '../../dist/index.js';
import { connectHass } from '../../dist/hass.js';
import { keyvTier } from '../../dist/node.js';
import { open, START } from './support/cache.mjs';
import { importCards } from './support/cards.mjs';
import { openTabs } from './support/tabs.mjs';
import { settle } from './support/time.mjs';
import { fakeHass, wrap } from './support/wrapping_card.mjs';

const thrower = () => {
  throw new Error('not to be read');
};
const throwing = (...names) =>
  Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { get: thrower, enumerable: true }])));
const revoked = (target) => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const hostile = new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getPrototypeOf: thrower });
const endless = { toString: thrower, [Symbol.toPrimitive]: thrower };
const bare = Object.create(null);
const cycle = [];
cycle.push(cycle);

/** What is no event, and events of which nothing can be read. */
const NO_EVENTS = {
  null: null,
  undefined,
  'a number': 5,
  'a text': 'tasktracker_task_completed',
  'a symbol': Symbol('event'),
  'a bigint': 5n,
  'a list': [],
  'a function': () => undefined,
  'an empty object': {},
  'an object without a prototype': bare,
  'a revoked proxy': revoked({}),
  'a hostile proxy': hostile,
  'throwing getters': throwing('event_type', 'type', 'data'),
  'a type that throws': throwing('event_type'),
  'no data': { event_type: 'done' },
  'data null': { event_type: 'done', data: null },
  'data that throw': Object.assign(throwing('data'), { event_type: 'done' }),
  'data that are a proxy': { event_type: 'done', data: hostile },
  'data that are a revoked proxy': { event_type: 'done', data: revoked([]) },
};
for (const [name, type] of Object.entries({
  list: ['a'],
  endless,
  symbol: Symbol('x'),
  number: 5,
  cycle,
  proxy: revoked([]),
})) {
  NO_EVENTS[`a type that is a ${name}`] = { event_type: type };
  NO_EVENTS[`a type, by its other name, that is a ${name}`] = { type };
}
for (const member of ['task_id', 'username', 'assigned_users']) {
  for (const [name, value] of Object.entries({
    endless,
    symbol: Symbol('x'),
    bigint: 5n,
    proxy: revoked([]),
    hostile,
    cycle,
    bare,
  })) {
    NO_EVENTS[`${member} that is ${name}`] = { event_type: 'done', data: { [member]: value } };
  }
  NO_EVENTS[`${member} that throws`] = { event_type: 'done', data: throwing(member) };
}
NO_EVENTS['a list of users that throws'] = {
  data: { assigned_users: Object.defineProperty(['tom', 'sara'], 1, { get: thrower }) },
};

const EVENTS = Object.entries(NO_EVENTS);

for (const [name, event] of EVENTS) {
  test(`applyEvent of ${name} throws nothing, and concerns everybody`, async (t) => {
    const { cache } = open(t);
    cache.set('plan:sara', 1);
    const heard = [];
    cache.on('event', (detail) => heard.push(detail));
    const decision = cache.applyEvent(event, 'sara');
    assert.deepEqual([decision.concerned, decision.reason, decision.invalidated], [true, 'unknown', 1]);
    assert.equal(cache.get('plan:sara'), undefined, 'what may be outdated has gone');
    assert.equal(heard.length, 1);
    assert.equal(heard[0].event, event);
    await cache.mutate(async () => 1, { event });
    assert.equal(isConcerned(event, 'sara'), true);
  });
}

/** A connection that hands out what was registered with it. */
class Connection {
  heard = [];
  listeners = new Map();
  addEventListener(type, listener) {
    this.listeners.set(type, listener);
  }
  removeEventListener() {}
  async subscribeMessage(listener) {
    this.heard.push(listener);
    return () => undefined;
  }
  subscribeEvents(listener) {
    return this.subscribeMessage(listener);
  }
}

function hassOf(connection, more = {}) {
  return {
    connection,
    connected: true,
    states: {},
    user: { id: 'id', is_admin: true },
    callService() {},
    callWS() {},
    ...more,
  };
}

/** Every rejection that nobody handles, and every error that is reported, while the test runs. */
function noteUnhandled(t) {
  const noted = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => noted.push(reason));
  t.after(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });
  return noted;
}

for (const source of ['command', 'events']) {
  test(`whatever comes by the source '${source}', nothing is thrown into the connection`, async (t) => {
    const { cache } = open(t);
    const connection = new Connection();
    const link = connectHass(cache, hassOf(connection), {
      events: ['done'],
      ...(source === 'command' && { subscribeCommand: 'x/subscribe' }),
    });
    t.after(() => link.close());
    await settle();
    assert.equal(link.source, source);
    for (const key of ['plan:sara', 'plan::5', 'plan:None', 'plan']) {
      cache.watch(
        key,
        async () => 1,
        () => undefined,
      );
    }
    for (const [name, event] of EVENTS) {
      cache.set('list', 1);
      for (const listener of connection.heard) assert.doesNotThrow(() => listener(event), name);
      assert.equal(cache.get('list'), undefined, name);
    }
    assert.doesNotThrow(() => connection.heard[0]({ data: { task_id: 5, username: 'tom', assigned_users: ['tom'] } }));
    for (const listener of connection.listeners.values()) assert.doesNotThrow(() => listener(hostile));
  });
}

test('a connected user without a name, and users that no key can have, throw nothing', async (t) => {
  const { cache } = open(t);
  for (const username of ['', 'None', '%', '%zz', ':', '*', '\ud800']) {
    const connection = new Connection();
    const link = connectHass(cache, hassOf(connection), { events: ['done'], username });
    await settle();
    cache.set(`plan:${username}`, { id: 5 });
    assert.doesNotThrow(() => connection.heard[0]({ event_type: 'done', data: { task_id: 5 } }), username);
    assert.doesNotThrow(() => cache.applyEvent({ event_type: 'done', data: { task_id: 5 } }, username), username);
    link.close();
  }
});

test('a connection that refuses oddly, or gives nothing to unsubscribe by, leaves no rejection behind', async (t) => {
  const noted = noteUnhandled(t);
  const refusals = [null, undefined, 5, hostile, revoked({}), throwing('code'), throwing('error'), endless];
  const ways = [
    ...refusals.map((refusal) => () => Promise.reject(refusal)),
    thrower,
    () => undefined,
    () => null,
    async () => undefined,
    async () => 5,
    async () => thrower,
    async () => () => Promise.reject(new Error('forgotten')),
  ];
  for (const way of ways) {
    const { cache } = open(t);
    const connection = Object.assign(new Connection(), { subscribeMessage: way, subscribeEvents: way });
    const link = connectHass(cache, hassOf(connection), { events: ['one', 'two'], subscribeCommand: 'x/subscribe' });
    await settle();
    assert.doesNotThrow(() => connection.listeners.get('ready')());
    connectHass(cache, hassOf(connection, { config: { state: 'RUNNING' } })).close();
    await settle();
    assert.doesNotThrow(() => link.close());
    await settle();
  }
  assert.deepEqual(noted, []);
});

test('a rule whose assignees are a list that throws counts as unknown', (t) => {
  const named = [
    Object.defineProperty(['tom'], 0, { get: thrower }),
    revoked([]),
    Object.assign(['tom'], { filter: thrower }),
  ];
  for (const list of named) {
    const reported = t.mock.method(console, 'error', () => undefined);
    const { cache } = open(t, { rules: { done: { assignees: () => list } } });
    assert.equal(cache.applyEvent({ event_type: 'done', data: {} }, 'sara').reason, 'unknown');
    reported.mock.restore();
    void cache.close();
  }
});

test('no storage event throws, and the tab goes on', (t) => {
  const [tab, other] = openTabs(t, 2);
  const errors = [];
  const onError = (error) => errors.push(error);
  process.on('uncaughtException', onError);
  t.after(() => process.off('uncaughtException', onError));
  for (const storageArea of [tab.area, null, undefined]) {
    for (const key of [
      null,
      undefined,
      5,
      {},
      [],
      endless,
      'test_plan',
      'test_@',
      'test_!floor:',
      'test_!clock',
      Symbol('x'),
    ]) {
      for (const newValue of [null, undefined, 5, {}, endless, 'x', '{', '"a"', '\ud800', Symbol('x')]) {
        tab.hearOf({ key, newValue, storageArea });
      }
    }
  }
  other.cache.set('plan', 1);
  tab.hear();
  assert.equal(tab.cache.get('plan'), 1);
  return settle().then(() => assert.deepEqual(errors, []));
});

test('an unreadable invalidation of a custom tier invalidates everything, and throws nothing', async (t) => {
  let told;
  const tier = {
    get: async () => undefined,
    set: async () => undefined,
    invalidate: async () => undefined,
    subscribe: (listener) => ((told = listener), () => undefined),
  };
  const { cache, clock } = open(t, { remote: tier });
  const odd = [undefined, null, 5, '', ':', 'a::b', {}, { keys: 'text' }, { keys: [5] }, { user: '' }, { endpoint: 5 }];
  for (const selector of [...odd, hostile, throwing('keys'), Symbol('x')]) {
    for (const at of ['now', NaN, undefined, 'yesterday']) {
      cache.set('plan', 1);
      clock.now += 1_000;
      assert.doesNotThrow(() => told(selector, at === 'now' ? clock.now : at));
      assert.equal(cache.get('plan'), undefined, `${typeof selector} at ${at}`);
      clock.now += 1_000;
    }
  }
  cache.set('plan', 1);
  told(5, clock.now + 1_000, { scope: 'another_', sparesKept: false, byWrite: false });
  assert.equal(cache.get('plan'), 1, 'what another cache is told is none of ours');
  const keys = (function* () {
    yield 'plan';
  })();
  told({ keys }, clock.now + 1_000);
  assert.equal(cache.get('plan'), undefined, 'keys that can be read once are');
  for (const of of [null, 5, hostile, { scope: 5 }, throwing('scope')])
    assert.doesNotThrow(() => told('plan', START, of));
});

test('a message of a shared channel that is no text throws nothing', async (t) => {
  let told;
  const pubsub = { publish: async () => undefined, subscribe: async (_channel, listener) => void (told = listener) };
  const tier = keyvTier(new Keyv(), { pubsub });
  const cache = openCache({ namespace: 'odd_', storage: false, remote: tier });
  t.after(() => cache.close());
  await settle();
  for (const message of [
    undefined,
    null,
    5,
    'x',
    '{',
    'null',
    '[]',
    '{"selector":{"keys":5},"at":1,"of":{}}',
    bare,
    endless,
    hostile,
    Symbol('x'),
  ]) {
    assert.doesNotThrow(() => told(message));
    assert.doesNotThrow(() => told(message, message));
  }
});

// ---- what cards register

test('a to-do list’s subscription never throws into the connection', async (t) => {
  const { Subscription } = await importCards('todo', 'subscription');
  const noted = noteUnhandled(t);
  const reported = t.mock.method(console, 'error', () => undefined);
  for (const end of [async () => thrower, async () => undefined, async () => () => Promise.reject(new Error('gone'))]) {
    const connection = Object.assign(new Connection(), {
      connected: true,
      async subscribeMessage(listener) {
        this.heard.push(listener);
        return end();
      },
    });
    const subscription = new Subscription(connection, { type: 'todo/item/subscribe' }, thrower);
    subscription.start();
    await settle();
    for (const message of [null, undefined, 5, hostile, { items: 5 }])
      assert.doesNotThrow(() => connection.heard[0](message));
    for (const listener of connection.listeners.values()) assert.doesNotThrow(listener);
    assert.doesNotThrow(() => subscription.renew());
    await settle();
    assert.doesNotThrow(() => subscription.stop());
    await settle();
  }
  assert.equal(reported.mock.callCount(), 15);
  assert.deepEqual(noted, []);
});

test('a wrapped card hears whatever comes, also what its wrapper cannot read', async (t) => {
  t.mock.method(console, 'error', () => undefined);
  const hass = fakeHass();
  const heard = [];
  hass.connection.subscribeMessage = async (listener) => heard.push(listener);
  const told = [];
  const card = wrap(hass);
  await card.callWS({ type: 'history/history_during_period' });
  await card.connection.subscribeMessage((message) => told.push(message), { type: 'any/subscribe' });
  for (const message of [null, undefined, 5, 5n, cycle, hostile, throwing('event_type'), Symbol('x')]) {
    assert.doesNotThrow(() => heard[0](message));
    assert.equal(told.at(-1), message);
  }
});
