// What a wrapped card may do with Home Assistant's connection, which in truth is a stand-in: the real client library, against a
// server that speaks its protocol.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Connection, createCollection, getCollection } from 'home-assistant-js-websocket';
import { importCards } from './support/cards.mjs';
import { HassServer, openHass } from './support/hass_server.mjs';
import { settle } from './support/time.mjs';

const { CachedHass, readConfig } = await importCards('cached', 'cachedHass', 'config');
const { rules } = readConfig({ type: 'custom:cardcache-cached-card', card: { type: 'map' }, ttl: 300, stale: 0 });

let users = 0;

/** A server with areas, Home Assistant's own `hass`, and that of a wrapped card. */
async function wrapped(t) {
  const server = await HassServer.start(t);
  server.areas = [{ area_id: 'attic' }];
  const hass = await openHass(t, server, { id: `user-${(users += 1)}`, is_admin: true });
  const own = new CachedHass(rules, () => assert.fail('made again'));
  own.open?.(false);
  return { server, hass, card: own.wrap(hass), real: hass.connection, connection: own.wrap(hass).connection };
}

const AREAS = 'config/area_registry/list';
const fetchAreas = (connection) => connection.sendMessagePromise({ type: AREAS });
/** As Home Assistant's own collections of registries are made. */
const subscribeUpdates = (connection, store) =>
  connection.subscribeEvents(
    () => fetchAreas(connection).then((areas) => store.setState(areas, true)),
    'area_registry_updated',
  );
const areasOf = (connection) => getCollection(connection, '_areaRegistry', fetchAreas, subscribeUpdates);

/** What the collection says, newest last. */
function follow(collection) {
  const told = [];
  collection.subscribe((areas) => told.push(areas.map(({ area_id }) => area_id).join()));
  return told;
}

async function until(isTrue) {
  const deadline = Date.now() + 10_000;
  while (!isTrue()) {
    assert.ok(Date.now() < deadline, `in vain: ${isTrue}`);
    await settle();
  }
}

test('a collection that a wrapped card is the first to make is not Home Assistant’s own', async (t) => {
  const { server, real, connection } = await wrapped(t);
  const told = follow(areasOf(connection));
  await until(() => told.includes('attic'));
  assert.equal(Object.hasOwn(real, '_areaRegistry'), false);
  assert.equal(areasOf(connection), areasOf(connection));
  server.areas = [{ area_id: 'cellar' }];
  const ours = follow(areasOf(real));
  await until(() => ours.length > 0);
  assert.deepEqual(ours, ['cellar']);
});

test('a collection that Home Assistant has already serves a wrapped card as well', async (t) => {
  const { server, real, connection } = await wrapped(t);
  const ours = follow(areasOf(real));
  await until(() => ours.length > 0);
  assert.equal(areasOf(connection), areasOf(real));
  assert.ok('_areaRegistry' in connection);
  const told = follow(areasOf(connection));
  await until(() => told.length > 0);
  assert.equal(server.count(AREAS), 1);
});

test('an answer through the connection comes in a task of its own, as from the socket, also from the cache', async (t) => {
  const { server, connection } = await wrapped(t);
  await fetchAreas(connection);
  let areas;
  void fetchAreas(connection).then((answer) => (areas = answer));
  for (let microtask = 0; microtask < 500; microtask += 1) await Promise.resolve();
  assert.equal(areas, undefined);
  await until(() => areas !== undefined);
  assert.equal(server.count(AREAS), 1);
});

test('what has changed is asked of the server when an event tells of it', async (t) => {
  const { server, connection } = await wrapped(t);
  const told = follow(areasOf(connection));
  await until(() => told.includes('attic'));
  for (const name of ['cellar', 'garden']) {
    server.areas = [{ area_id: name }];
    await until(() => server.subscriptions.length > 0);
    server.fire('area_registry_updated');
    await until(() => told.at(-1) === name);
  }
});

test('what may have been missed while the connection was lost is asked of the server', async (t) => {
  const { server, connection } = await wrapped(t);
  const told = follow(areasOf(connection));
  await until(() => told.includes('attic'));
  server.areas = [{ area_id: 'cellar' }];
  server.dropConnections();
  await until(() => told.at(-1) === 'cellar');
});

test('what an integration tells by a subscription of its own drops what the card was given before', async (t) => {
  const { server, connection } = await wrapped(t);
  const heard = [];
  const message = { type: 'tasktracker/subscribe_events', event_type: 'tasktracker_task_completed' };
  await connection.subscribeMessage((event) => heard.push(event), message);
  assert.deepEqual(await fetchAreas(connection), [{ area_id: 'attic' }]);
  server.areas = [];
  assert.deepEqual(await fetchAreas(connection), [{ area_id: 'attic' }]);
  server.fire('tasktracker_task_completed');
  await until(() => heard.length > 0);
  assert.deepEqual(await fetchAreas(connection), []);
});

test('a write through the library’s older way to make collections stays, too', async (t) => {
  const { real, connection } = await wrapped(t);
  const told = [];
  createCollection('_mine', fetchAreas, undefined, connection, (areas) => told.push(areas));
  await until(() => told.length > 0);
  assert.equal(real._mine, undefined);
  delete connection._mine;
  assert.equal('_mine' in connection, false);
});

test('states pass and drop nothing', async (t) => {
  const { server, connection } = await wrapped(t);
  const heard = [];
  await connection.subscribeEvents((event) => heard.push(event), 'state_changed');
  await fetchAreas(connection);
  server.fire('state_changed');
  await until(() => heard.length > 0);
  await fetchAreas(connection);
  assert.equal(server.count(AREAS), 1);
});

test('it is a Connection, the same for each hass, with methods that are the same ones and fields that move', async (t) => {
  const { real, hass, card, connection } = await wrapped(t);
  assert.ok(connection instanceof Connection);
  assert.equal(connection.constructor, real.constructor);
  assert.equal(connection.options, real.options);
  assert.equal(connection.haVersion, '2026.11.0');
  assert.equal(connection.connected, true);
  assert.equal(connection.reconnect, connection.reconnect);
  assert.notEqual(card, hass);
  const before = real.commandId;
  await connection.ping();
  assert.ok(real.commandId > before);
  assert.equal(connection.commandId, real.commandId);
  assert.ok(Object.keys(connection).includes('commandId'));
  connection._mine = 1;
  assert.ok(Object.hasOwn(connection, '_mine'));
  assert.equal('_mine' in real, false);
});

test('a listener is told of the connection that it was put on, and can be taken away', async (t) => {
  const { real, connection } = await wrapped(t);
  const told = [];
  const listener = (from) => told.push(from);
  connection.addEventListener('ready', listener);
  real.fireEvent('ready');
  assert.deepEqual(
    told.map((from) => from === connection),
    [true],
  );
  connection.removeEventListener('ready', listener);
  real.fireEvent('ready');
  assert.equal(told.length, 1);
});

test('a connection that keeps its state in private fields works wrapped as it does plain', async () => {
  class Private {
    #sent = [];
    addEventListener() {}
    removeEventListener() {}
    get sent() {
      return this.#sent;
    }
    set last(message) {
      this.#sent.push(message);
    }
    async sendMessagePromise(message) {
      this.#sent.push(message.type);
      return this.#sent.length;
    }
    sendMessage(message) {
      this.#sent.push(message.type);
    }
  }
  const real = new Private();
  const hass = {
    connection: real,
    user: { id: 'private' },
    states: {},
    callWS: (message) => real.sendMessagePromise(message),
  };
  const own = new CachedHass(rules, () => undefined);
  const { connection } = own.wrap(hass);
  connection.sendMessage({ type: 'a' });
  connection.last = 'b';
  assert.equal(await connection.sendMessagePromise({ type: 'c' }), 3);
  assert.deepEqual(connection.sent, ['a', 'b', 'c']);
  connection.sendMessage = () => connection.sent.push('mine');
  connection.sendMessage({ type: 'd' });
  real.sendMessage({ type: 'e' });
  assert.deepEqual(real.sent, ['a', 'b', 'c', 'mine', 'e']);
});
