// Mutation events from Home Assistant: the real client library, against a server that speaks its protocol.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCache } from '../../dist/index.js';
import { connectHass, openHassCache } from '../../dist/hass.js';
import { Origin } from './support/area.mjs';
import { START } from './support/cache.mjs';
import { HassServer, openHass, SUBSCRIBE_COMMAND } from './support/hass_server.mjs';
import { settle } from './support/time.mjs';

const TYPES = ['tasktracker_task_completed', 'tasktracker_task_created', 'tasktracker_goal_created'];
const OPTIONS = { events: TYPES, subscribeCommand: SUBSCRIBE_COMMAND, username: 'sara' };

/** Waits for what comes over a real socket, without letting time decide. */
async function until(isTrue, what = String(isTrue)) {
  const deadline = Date.now() + 10_000;
  while (!isTrue()) {
    assert.ok(Date.now() < deadline, `in vain: ${what}`);
    await settle();
  }
}

/** What was on its way over the socket in both directions has come. */
const roundTrip = (hass) => hass.callWS({ type: 'supported_features', features: {} });

/** The connection is lost and stands again. */
async function loseConnection(server, hass) {
  const ready = new Promise((resolve) => {
    const listener = () => {
      hass.connection.removeEventListener('ready', listener);
      resolve();
    };
    hass.connection.addEventListener('ready', listener);
  });
  server.dropConnections();
  await ready;
  await roundTrip(hass);
}

/** A server, a user's hass, a cache with `keys` watched, and what was fetched for them. */
async function openLinked(t, { user, options = {}, keys = ['plan:sara'], prepare = () => undefined } = {}) {
  const server = await HassServer.start(t);
  prepare(server);
  const hass = await openHass(t, server, user);
  const clock = { now: START };
  const cache = openCache({ namespace: 'hass_', storage: { area: new Origin().area() }, clock: () => clock.now });
  t.after(() => cache.close());
  const fetched = [];
  for (const key of keys) {
    cache.set(key, 'cached');
    const fetcher = async () => (fetched.push(key), `fetch ${fetched.length}`);
    cache.watch(key, fetcher, () => undefined, { debounce: 0 });
  }
  await settle();
  clock.now += 1_000;
  const link = connectHass(cache, hass, { ...OPTIONS, ...options });
  t.after(() => link.close());
  await until(() => link.source !== 'none', 'a source was found');
  await settle();
  return { server, hass, cache, link, fetched, clock };
}

/** Lets the answers that a link fetches on its own arrive; gives what was fetched. */
async function drained({ fetched, clock }) {
  clock.now += 1_000;
  await settle();
  // Behind the timers that are due.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await settle();
  return fetched.splice(0);
}

test('a non-admin hears events by the integration’s own command, one subscription a type', async (t) => {
  const { server, link, cache, clock, fetched, hass } = await openLinked(t);
  assert.equal(link.source, 'command');
  assert.equal(link.user, 'sara');
  assert.deepEqual(server.subscriptions.map(({ type }) => type).sort(), [...TYPES].sort());
  assert.equal(server.count('subscribe_events'), 0);
  await drained({ fetched, clock });
  const decisions = [];
  cache.on('event', ({ user, decision }) => decisions.push([user, decision.reason]));
  server.fire('tasktracker_task_completed', { task_id: 1, username: 'gabriel', assigned_users: ['sara'] });
  await until(() => decisions.length > 0, 'the event came');
  assert.deepEqual(decisions, [['sara', 'assigned']]);
  await until(() => fetched.length > 0, 'what is watched was fetched');
  assert.deepEqual(fetched, ['plan:sara']);
  server.fire('tasktracker_unknown', { username: 'sara' });
  await roundTrip(hass);
  assert.equal(decisions.length, 1);
});

test('an event for others causes no fetch', async (t) => {
  const linked = await openLinked(t);
  await drained(linked);
  const decisions = [];
  linked.cache.on('event', ({ decision }) => decisions.push(decision));
  linked.server.fire('tasktracker_task_completed', { task_id: 1, username: 'gabriel', assigned_users: ['tom'] });
  await until(() => decisions.length > 0);
  assert.equal(decisions[0].concerned, false);
  assert.deepEqual(await drained(linked), []);
});

test('an admin without the command subscribes to the events themselves', async (t) => {
  const linked = await openLinked(t, { user: { is_admin: true }, prepare: (server) => (server.hasCommand = false) });
  assert.equal(linked.link.source, 'events');
  assert.equal(linked.server.count(SUBSCRIBE_COMMAND), 1, 'the first refusal says it all');
  assert.deepEqual(linked.server.subscriptions.map(({ type }) => type).sort(), [...TYPES].sort());
  await drained(linked);
  linked.server.fire('tasktracker_task_created', { task_name: 'Mop', assigned_users: ['sara'] });
  await until(() => linked.fetched.length > 0);
});

test('a non-admin without the command polls, and never asks for what it may not have', async (t) => {
  const { server, link } = await openLinked(t, { prepare: (one) => (one.hasCommand = false) });
  assert.equal(link.source, 'polling');
  assert.equal(server.count('subscribe_events'), 0);
});

test('without types of events there is nothing to ask for', async (t) => {
  const { server, link } = await openLinked(t, { options: { events: undefined } });
  assert.equal(link.source, 'polling');
  assert.equal(server.count(SUBSCRIBE_COMMAND), 0);
});

test('a request that was refused as unauthorized is never repeated', async (t) => {
  const { server, link, hass, cache } = await openLinked(t, { prepare: (one) => (one.commandRefuses = true) });
  assert.equal(link.source, 'polling');
  assert.equal(server.count(SUBSCRIBE_COMMAND), 1);
  await loseConnection(server, hass);
  const restarted = hass.next({ config: { state: 'NOT_RUNNING' } });
  for (const one of [restarted, restarted.next({ config: { state: 'RUNNING' } })]) {
    connectHass(cache, one, OPTIONS).close();
    await roundTrip(hass);
  }
  assert.equal(server.count(SUBSCRIBE_COMMAND), 1);
});

test('an integration that is not loaded yet is asked again when Home Assistant runs', async (t) => {
  const { server, link, hass, cache } = await openLinked(t, { prepare: (one) => (one.loaded = false) });
  assert.equal(link.source, 'polling');
  const starting = hass.next({ config: { state: 'NOT_RUNNING' } });
  connectHass(cache, starting, OPTIONS).close();
  server.loaded = true;
  connectHass(cache, starting.next({ config: { state: 'RUNNING' } }), OPTIONS).close();
  await until(() => link.source === 'command', 'the command was found');
  assert.equal(server.subscriptions.length, TYPES.length);
});

test('after a reconnect what is watched is fetched once: missed events are never replayed', async (t) => {
  const linked = await openLinked(t);
  const { server, hass, link } = linked;
  await drained(linked);
  assert.deepEqual(await drained(linked), []);
  await loseConnection(server, hass);
  await until(() => linked.fetched.length > 0, 'it was fetched');
  assert.deepEqual(await drained(linked), ['plan:sara']);
  assert.equal(link.source, 'command');
  await until(() => server.subscriptions.length === TYPES.length, 'the client has subscribed anew');
  server.fire('tasktracker_task_completed', { username: 'sara' });
  await until(() => linked.fetched.length > 0, 'events are heard again');
});

test('a subscription that died silently is made anew when Home Assistant runs again', async (t) => {
  // The client library leaves the rejection of a subscription that it makes anew to nobody; the runner would call it a failure.
  const lost = [];
  const listeners = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => lost.push(reason.code));
  t.after(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });
  const linked = await openLinked(t);
  const { server, hass, cache, link } = linked;
  server.loaded = false;
  await loseConnection(server, hass);
  await until(() => lost.length === TYPES.length, 'every subscription was refused');
  assert.ok(lost.every((code) => code === 'unknown_command'));
  assert.equal(server.subscriptions.length, 0);
  const stopped = hass.next({ config: { state: 'NOT_RUNNING' } });
  connectHass(cache, stopped, OPTIONS).close();
  server.loaded = true;
  await drained(linked);
  connectHass(cache, stopped.next({ config: { state: 'RUNNING' } }), OPTIONS).close();
  await until(() => server.subscriptions.length === TYPES.length, 'it subscribed anew');
  assert.equal(link.source, 'command');
  await roundTrip(hass);
  await drained(linked);
  server.fire('tasktracker_task_completed', { username: 'sara' });
  await until(() => linked.fetched.length > 0, 'and hears');
});

test('an entity that changes with every mutation serves where nothing else does', async (t) => {
  const server = await HassServer.start(t);
  server.hasCommand = false;
  const states = { 'sensor.revision': { state: '1' }, 'sun.sun': { state: 'up' } };
  const hass = (await openHass(t, server)).next({ states });
  const clock = { now: START };
  const cache = openCache({ namespace: 'entity_', storage: false, clock: () => clock.now });
  t.after(() => cache.close());
  const options = { ...OPTIONS, revisionEntity: 'sensor.revision' };
  const link = connectHass(cache, hass, options);
  t.after(() => link.close());
  await until(() => link.source !== 'none');
  assert.equal(link.source, 'entity');
  const seen = () => cache.stats().events.seen;
  connectHass(cache, hass.next({ states: { ...states, 'sun.sun': { state: 'down' } } }), options).close();
  assert.equal(seen(), 0);
  cache.set('plan:sara', 1);
  connectHass(cache, hass.next({ states: { ...states, 'sensor.revision': { state: '2' } } }), options).close();
  assert.equal(seen(), 1);
  assert.equal(cache.get('plan:sara'), undefined);
});

test('where only polling is left, pollInterval says how often', async (t) => {
  const linked = await openLinked(t, { options: { pollInterval: 20 }, prepare: (one) => (one.hasCommand = false) });
  assert.equal(linked.link.source, 'polling');
  for (let round = 0; round < 3; round++) {
    linked.fetched.length = 0;
    linked.clock.now += 1_000;
    await until(() => linked.fetched.length > 0, `poll ${round}`);
  }
});

test('a second card’s event types and command are used, too', async (t) => {
  const { server, hass, cache, link } = await openLinked(t, {
    options: { events: undefined, subscribeCommand: undefined },
  });
  assert.equal(link.source, 'polling');
  const [first, ...rest] = TYPES;
  for (const events of [[first], rest]) {
    const other = connectHass(cache, hass, { ...OPTIONS, events });
    t.after(() => other.close());
    await until(() => link.source === 'command' && server.subscriptions.some(({ type }) => type === events[0]));
  }
  await until(() => server.subscriptions.length === TYPES.length, 'one subscription a type');
  await roundTrip(hass);
  assert.deepEqual(server.subscriptions.map(({ type }) => type).sort(), [...TYPES].sort());
  const asked = server.count(SUBSCRIBE_COMMAND);
  connectHass(cache, hass, OPTIONS).close();
  await roundTrip(hass);
  assert.equal(server.count(SUBSCRIBE_COMMAND), asked, 'what is heard already is not asked for again');
});

test('a revision entity that a second card names is watched', async (t) => {
  const { hass, cache, link } = await openLinked(t, { prepare: (one) => (one.hasCommand = false) });
  assert.equal(link.source, 'polling');
  const states = { 'sensor.revision': { state: '1' } };
  const options = { ...OPTIONS, revisionEntity: 'sensor.revision' };
  connectHass(cache, hass.next({ states }), options).close();
  await until(() => link.source === 'entity');
  assert.equal(cache.stats().events.seen, 0);
  connectHass(cache, hass.next({ states: { 'sensor.revision': { state: '2' } } }), options).close();
  assert.equal(cache.stats().events.seen, 1);
});

test('invalid options are refused, and an infinite pollInterval never polls', async (t) => {
  const server = await HassServer.start(t);
  server.hasCommand = false;
  const hass = await openHass(t, server);
  for (const wrong of [
    { events: 'done' },
    { events: [5] },
    { pollInterval: 0 },
    { pollInterval: -1 },
    { pollInterval: NaN },
    { pollInterval: '5000' },
  ]) {
    assert.throws(() => openHassCache(hass, { namespace: 'refused_', storage: false, ...wrong }), TypeError);
  }
  const intervals = t.mock.method(globalThis, 'setInterval');
  const cache = openHassCache(hass, { namespace: 'endless_', storage: false, ...OPTIONS, pollInterval: Infinity });
  t.after(() => cache.close());
  await roundTrip(hass);
  await roundTrip(hass);
  assert.ok(intervals.mock.calls.every(({ arguments: [, milliseconds] }) => milliseconds <= 60_000));
});

test('a closed link has unsubscribed and hears nothing more', async (t) => {
  const { server, hass, link, cache } = await openLinked(t);
  const heard = [];
  cache.on('event', (detail) => heard.push(detail));
  link.close();
  link.close();
  assert.equal(link.source, 'none');
  await until(() => server.subscriptions.length === 0, 'it has unsubscribed');
  server.fire('tasktracker_task_completed', { username: 'sara' });
  await loseConnection(server, hass);
  assert.deepEqual(heard, []);
  assert.equal(server.subscriptions.length, 0);
});

test('a link that is closed at once asks for nothing', async (t) => {
  const server = await HassServer.start(t);
  const hass = await openHass(t, server);
  const cache = openCache({ namespace: 'closed_', storage: false });
  t.after(() => cache.close());
  const link = connectHass(cache, hass, { ...OPTIONS, pollInterval: 1 });
  link.close();
  await settle();
  await roundTrip(hass);
  assert.equal(server.count(SUBSCRIBE_COMMAND), 0);
  assert.equal(link.source, 'none');
});

test('many cards make one link: it ends when the last of them has closed it', async (t) => {
  const { server, hass, cache, link } = await openLinked(t);
  const others = Array.from({ length: 5 }, () => connectHass(cache, hass, OPTIONS));
  await roundTrip(hass);
  assert.equal(server.count(SUBSCRIBE_COMMAND), TYPES.length);
  link.close();
  others.slice(1).forEach((one) => one.close());
  await roundTrip(hass);
  assert.equal(server.subscriptions.length, TYPES.length);
  assert.equal(others[0].source, 'command');
  others[0].close();
  await until(() => server.subscriptions.length === 0);
});

test('the username may become known later', async (t) => {
  const { server, hass, cache, link } = await openLinked(t, { options: { username: undefined } });
  assert.equal(link.user, undefined);
  const users = [];
  cache.on('event', ({ user, decision }) => users.push([user, decision.reason]));
  const about = { task_id: 1, username: 'gabriel', assigned_users: ['gabriel'] };
  server.fire('tasktracker_task_completed', about);
  await until(() => users.length > 0);
  assert.deepEqual(users.splice(0), [['sara', 'other']], 'judged for whom keys are watched');
  connectHass(cache, hass, { ...OPTIONS, username: 'gabriel' }).close();
  server.fire('tasktracker_task_completed', about);
  await until(() => users.length > 0);
  assert.deepEqual(users, [
    ['gabriel', 'actor'],
    ['sara', 'other'],
  ]);
});

test('one page may show several people’s answers: each is judged by its own user', async (t) => {
  const linked = await openLinked(t, { keys: ['plan:sara', 'plan:tom', 'teams'] });
  await drained(linked);
  linked.server.fire('tasktracker_task_completed', { task_id: 1, username: 'gabriel', assigned_users: ['tom'] });
  await until(() => linked.fetched.length > 0);
  assert.deepEqual(await drained(linked), ['plan:tom']);
});

test('openHassCache gives one handle for every hass of a connection, with the user’s own records', async (t) => {
  const server = await HassServer.start(t);
  const hass = await openHass(t, server);
  const origin = new Origin();
  const area = origin.area();
  const options = { namespace: 'page_', storage: { area }, ...OPTIONS };
  const cache = openHassCache(hass, options);
  t.after(() => cache.close());
  assert.equal(openHassCache(hass.next({ states: {} }), options), cache);
  cache.set('plan:sara', 1);
  assert.ok(origin.names.includes('page_@id-sara/plan:sara'));
  const tom = await openHass(t, server, { id: 'id-tom', name: 'Tom' });
  const his = openHassCache(tom, options);
  t.after(() => his.close());
  assert.notEqual(his, cache);
  assert.equal(his.get('plan:sara'), undefined);
  await until(() => server.subscriptions.length === 2 * TYPES.length, 'both are linked');
  for (let change = 0; change < 100; change++) openHassCache(hass.next({ states: { change } }), options);
  await roundTrip(hass);
  assert.equal(server.count(SUBSCRIBE_COMMAND), 2 * TYPES.length);
});

test('openHassCache merges what a second card brings', async (t) => {
  const server = await HassServer.start(t);
  const hass = await openHass(t, server);
  const cache = openHassCache(hass, { namespace: 'second_', storage: false, policies: { plan: { ttl: 1_000 } } });
  t.after(() => cache.close());
  openHassCache(hass, { namespace: 'second_', storage: false, policies: { goals: { ttl: 2_000 } } });
  cache.setMany([
    ['plan', 1],
    ['goals', 1],
  ]);
  assert.ok(cache.remainingTtl('plan') <= 1_000 && cache.remainingTtl('goals') <= 2_000);
});

test('a closed cache gets no events, and the next caller gets an open one', async (t) => {
  const server = await HassServer.start(t);
  const hass = await openHass(t, server);
  const options = { namespace: 'reopened_', storage: false, ...OPTIONS };
  const cache = openHassCache(hass, options);
  await until(() => server.subscriptions.length === TYPES.length, 'it has subscribed');
  await cache.close();
  await until(() => server.subscriptions.length === 0, 'it has unsubscribed');
  const again = openHassCache(hass, options);
  t.after(() => again.close());
  again.set('plan:sara', 1);
  assert.equal(again.get('plan:sara'), 1);
  assert.equal(openHassCache(hass.next({}), options), again);
  await until(() => server.subscriptions.length === TYPES.length, 'it has subscribed anew');
});

test('a closed handle takes no events from others who connect the same cache', async (t) => {
  const { server, hass, cache, link } = await openLinked(t);
  const mine = openCache({ namespace: 'shared_', storage: false });
  const other = openCache({ namespace: 'shared_', storage: false });
  t.after(() => other.close());
  connectHass(mine, hass, OPTIONS);
  const kept = connectHass(other, hass, OPTIONS);
  await until(() => kept.source === 'command');
  await mine.close();
  assert.equal(kept.source, 'command');
  server.fire('tasktracker_task_created', {});
  await until(() => other.stats().events.seen === 1, 'the event came');
  assert.equal(link.source, 'command');
  await cache.close();
  assert.equal(link.source, 'none');
});

test('a write with an event of its own is judged for the connected user', async (t) => {
  const { cache } = await openLinked(t, { options: { username: 'gabriel' } });
  const users = [];
  cache.on('event', ({ user, decision }) => users.push([user, decision.reason]));
  await cache.mutate(async () => 1, {
    event: { event_type: 'x', data: { username: 'gabriel', assigned_users: ['sara'] } },
  });
  assert.deepEqual(users, [
    ['gabriel', 'actor'],
    ['sara', 'assigned'],
  ]);
});

// ---- after a load

const RULES = { 'tasktracker_*': { endpoints: ['plan', 'tasks'] } };

/** A page that is loaded over what an earlier one stored; gives what of it was fetched. */
async function fetchedAtLoad(t, options, { watched = {}, prepare = () => undefined, user, reloads = 1 } = {}) {
  const server = await HassServer.start(t);
  prepare(server);
  const origin = new Origin();
  const clock = { now: START };
  const fetched = [];
  for (let load = 0; load <= reloads; load++) {
    const hass = await openHass(t, server, user);
    const storage = { area: origin.area() };
    const cache = openHassCache(hass, { namespace: 'load_', storage, clock: () => clock.now, ...options });
    for (const key of ['plan:sara', 'tasks:sara', 'teams']) {
      if (load === 0) cache.set(key, 'cached');
      const fetcher = async () => (fetched.push(key), 'cached');
      cache.watch(key, fetcher, () => undefined, { interval: Infinity, debounce: 0, ...watched[key] });
    }
    await settle();
    if (load === 0) fetched.length = 0;
    for (let round = 0; round < 3; round++) {
      await roundTrip(hass);
      await new Promise((resolve) => setTimeout(resolve, 0));
      await settle();
    }
    if (load === 0) fetched.length = 0;
    await cache.close();
    clock.now += 10_000;
  }
  return fetched;
}

test('after a load nothing that is fresh is asked for where no event can have been missed', async (t) => {
  assert.deepEqual(await fetchedAtLoad(t, {}, { reloads: 11 }), []);
  assert.deepEqual(await fetchedAtLoad(t, { pollInterval: 3_600_000 }), []);
});

test('after a load what a rule’s endpoints name is caught up with, once', async (t) => {
  const caughtUp = ['plan:sara', 'tasks:sara'];
  assert.deepEqual(await fetchedAtLoad(t, { ...OPTIONS, rules: RULES }), caughtUp);
  const refuses = { prepare: (server) => (server.hasCommand = false) };
  assert.deepEqual(await fetchedAtLoad(t, { ...OPTIONS, rules: RULES }, refuses), caughtUp, 'by polling');
  const admin = { ...refuses, user: { is_admin: true } };
  assert.deepEqual(await fetchedAtLoad(t, { ...OPTIONS, rules: RULES }, admin), caughtUp, 'by events');
  assert.deepEqual(await fetchedAtLoad(t, { rules: RULES }), caughtUp, 'without a source');
});

test('after a load, events without a rule may have invalidated everything', async (t) => {
  assert.deepEqual(await fetchedAtLoad(t, OPTIONS), ['plan:sara', 'tasks:sara', 'teams']);
});

test('after a load a policy may say otherwise', async (t) => {
  const watched = {
    'plan:sara': { onEvent: 'keep' },
    'tasks:sara': { refetchOnLoad: 'stale' },
    teams: { refetchOnLoad: 'always' },
  };
  assert.deepEqual(await fetchedAtLoad(t, { ...OPTIONS, rules: RULES }, { watched }), ['teams']);
});

test('a watch that begins later is caught up with, too', async (t) => {
  const server = await HassServer.start(t);
  const hass = await openHass(t, server);
  const clock = { now: START };
  const storage = { area: new Origin().area() };
  const cache = openHassCache(hass, { namespace: 'later_', storage, clock: () => clock.now, ...OPTIONS, rules: RULES });
  t.after(() => cache.close());
  cache.set('plan:sara', 'cached');
  cache.set('teams', 'cached');
  clock.now += 1_000;
  await until(() => server.subscriptions.length === TYPES.length, 'it has subscribed');
  await roundTrip(hass);
  const fetched = [];
  for (const key of ['plan:sara', 'teams'])
    cache.watch(
      key,
      async () => (fetched.push(key), 'cached'),
      () => undefined,
      { interval: Infinity },
    );
  await until(() => fetched.length > 0, 'it was fetched');
  assert.deepEqual(await drained({ fetched, clock }), ['plan:sara']);
});

test('after a reconnect everything that is watched is caught up with, and what failed is tried again', async (t) => {
  const linked = await openLinked(t, { options: { events: undefined }, keys: ['plan:sara', 'teams'] });
  const { server, hass, cache, clock } = linked;
  await drained(linked);
  const failed = [];
  const failing = async () => (failed.push('failing'), Promise.reject({ code: 3 }));
  for (let call = 0; call < 5; call++) await cache.getOrFetch('failing', failing).catch(() => undefined);
  assert.equal(failed.length, 2);
  clock.now += 1_000;
  await loseConnection(server, hass);
  await until(() => linked.fetched.length > 0, 'it was fetched');
  assert.deepEqual(await drained(linked), ['plan:sara', 'teams']);
  await cache.getOrFetch('failing', failing).catch(() => undefined);
  assert.equal(failed.length, 3);
});

test('connectHass refuses what openCache did not give', async (t) => {
  const server = await HassServer.start(t);
  const hass = await openHass(t, server);
  assert.throws(() => connectHass({}, hass), TypeError);
});
