// Whose answers they are: a `hass` that does not (yet) say who is signed in, one whose user comes later, changes or leaves.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCache } from '../../dist/index.js';
import { CachedData, connectHass, openHassCache } from '../../dist/hass.js';
import { Origin } from './support/area.mjs';
import { START } from './support/cache.mjs';
import { openTabs } from './support/tabs.mjs';
import { settle } from './support/time.mjs';

const SARA = { id: 'id-sara', name: 'Sara', is_admin: false };
const TOM = { id: 'id-tom', name: 'Tom', is_admin: false };
/** What `hass.user` may be while nobody is known to be signed in. */
const NOBODY = [undefined, null, {}, { id: undefined }, { id: null }, { id: '' }, { id: 5 }, { id: {} }, 'sara'];

/** A connection that refuses every subscription, or takes those of `events`. */
class Connection {
  subscribed = [];
  listeners = new Set();
  addEventListener(type, listener) {
    this.listeners.add(listener);
  }
  removeEventListener(type, listener) {
    this.listeners.delete(listener);
  }
  subscribeMessage() {
    return Promise.reject({ code: 'unknown_command' });
  }
  async subscribeEvents(listener, type) {
    this.subscribed.push(type);
    return () => this.subscribed.splice(this.subscribed.indexOf(type), 1);
  }
}

function hassOf(user, connection = new Connection()) {
  return { connection, user, connected: true, states: {}, callService() {}, callWS() {} };
}

let namespaces = 0;

/** A page of its own: a namespace, an origin, and what opens caches there. */
function page(t) {
  const origin = new Origin();
  const options = { namespace: `users${++namespaces}_`, storage: { area: origin.area() }, clock: () => START };
  const closing = (cache) => (t.after(() => cache.close()), cache);
  return {
    origin,
    options,
    open: (hass, more = {}) => closing(openHassCache(hass, { ...options, ...more })),
    openShared: () => closing(openCache(options)),
  };
}

for (const user of NOBODY) {
  test(`while hass.user is ${JSON.stringify(user) ?? 'undefined'} every fetch goes through and nothing is cached`, async (t) => {
    const { origin, open, openShared } = page(t);
    const shared = openShared();
    shared.set('plan', 'for all');
    const before = origin.names;
    const cache = open(hassOf(user));
    assert.equal(cache.get('plan'), undefined, 'what all share is not shown');
    assert.equal(await cache.getOrFetch('plan', async () => 'hers'), 'hers');
    cache.set('tasks:sara', 'hers');
    const told = [];
    let stop;
    await new Promise((resolve) => {
      const listener = ({ data }) => (told.push(data), data && resolve());
      stop = cache.watch('team', async () => 'fetched', listener);
    });
    await cache.mutate(async () => 'written', { optimistic: [['team', 'at once']], invalidate: 'nothing' });
    assert.deepEqual(told.slice(0, 3), [undefined, 'fetched', 'at once']);
    stop();
    await cache.flush();
    assert.deepEqual(origin.names, before);
    assert.equal(shared.get('plan'), 'for all');
    for (const key of ['plan', 'tasks:sara', 'team']) {
      assert.equal(cache.get(key), undefined, 'nor in memory');
      assert.equal(open(hassOf(SARA)).get(key), undefined);
      assert.equal(open(hassOf(user)).get(key), undefined);
    }
    assert.equal(openShared().get('tasks:sara'), undefined);
  });
}

test('while the user is unknown, all callers share one handle and merge their options', (t) => {
  const { open, options } = page(t);
  const connection = new Connection();
  const cache = open(hassOf(undefined, connection));
  assert.equal(open(hassOf(undefined, connection), { policies: { plan: { sensitive: true } } }), cache);
  assert.equal(openHassCache(hassOf({ id: '' }, connection), options), cache);
});

test('connections with unknown users do not share fetches', async (t) => {
  const { open } = page(t);
  const [one, other] = [open(hassOf(undefined)), open(hassOf(undefined))];
  const answers = await Promise.all([
    one.getOrFetch('plan', async () => 'hers'),
    other.getOrFetch('plan', async () => 'his'),
  ]);
  assert.deepEqual(answers, ['hers', 'his']);
});

test('while the user is unknown, the remote tier is not used', async (t) => {
  const { open } = page(t);
  const used = [];
  const use = (name) => async (key) => void used.push([name, key]);
  const remote = { get: use('get'), set: use('set'), invalidate: use('invalidate') };
  const connection = new Connection();
  const cache = open(hassOf(undefined, connection), { remote });
  open(hassOf(undefined, connection), { remote: { ...remote } });
  await cache.getOrFetch('plan', async () => 1);
  cache.invalidate('plan');
  await cache.flush();
  assert.deepEqual(used, []);
  await open(hassOf(SARA, connection), { remote }).getOrFetch('plan', async () => 1);
  assert.equal(used[0][0], 'get');
});

test('once the user is known the cache is theirs, with what lay there', async (t) => {
  const { origin, open, options } = page(t);
  const earlier = open(hassOf(SARA));
  earlier.set('plan', 'from before');
  await earlier.close();
  const connection = new Connection();
  const waiting = open(hassOf(undefined, connection));
  assert.equal(waiting.get('plan'), undefined);
  waiting.set('plan', 'whose?');
  const cache = open(hassOf(SARA, connection));
  assert.notEqual(cache, waiting);
  assert.equal(cache.get('plan'), 'from before');
  cache.set('tasks', 1);
  assert.ok(origin.names.includes(`${options.namespace}@id-sara/tasks`));
  assert.equal(open(hassOf(SARA, connection)), cache);
});

test('a Lit card shows its fetches while the user is unknown, and the user’s cached answers in the next render', async (t) => {
  const { open, options } = page(t);
  const earlier = open(hassOf(SARA));
  earlier.set('plan', 'from before');
  await earlier.close();
  const connection = new Connection();
  let hass = hassOf(undefined, connection);
  let render;
  const host = { addController: (controller) => (host.controller = controller), requestUpdate: () => render?.() };
  const plan = new CachedData(host, {
    cache: () => openHassCache(hass, options),
    query: () => ({ key: 'plan', fetcher: async () => 'fetched' }),
  });
  const shown = new Promise((resolve) => (render = () => plan.data && resolve(plan.data)));
  host.controller.hostConnected();
  assert.equal(plan.data, undefined);
  assert.equal(await shown, 'fetched');
  hass = hassOf(SARA, connection);
  t.after(() => openHassCache(hass, options).close());
  host.controller.hostUpdate();
  assert.equal(plan.data, 'from before');
  host.controller.hostDisconnected();
});

test('after a change of user on one connection, nothing of the former or the unknown user is visible', async (t) => {
  const { origin, open } = page(t);
  const connection = new Connection();
  const asked = [];
  for (const [user, answer] of [SARA, undefined, TOM, { id: '' }, SARA].map((who, index) => [who, index])) {
    const cache = open(hassOf(user, connection));
    asked.push(await cache.getOrFetch('plan', async () => answer));
  }
  assert.deepEqual(asked, [0, 1, 2, 3, 0], 'only what Sara had asked was kept for her');
  assert.equal(origin.names.filter((name) => !/@id-(sara|tom)\/|!/.test(name)).length, 0);
});

test('events reach the unknown user’s cache, and only the user’s cache from then on', async (t) => {
  const { open } = page(t);
  const connection = new Connection();
  const events = { events: ['changed'] };
  const waiting = open(hassOf({ is_admin: true }, connection), events);
  await settle();
  assert.deepEqual(connection.subscribed, ['changed']);
  const stop = waiting.watch(
    'plan',
    async () => 1,
    () => undefined,
  );
  open(hassOf({ ...SARA, is_admin: true }, connection), events);
  await settle();
  assert.deepEqual(connection.subscribed, ['changed']);
  assert.equal(connection.listeners.size, 1);
  assert.equal(await waiting.getOrFetch('plan', async () => 2), 2, 'who still holds it is served');
  stop();
});

test('an admin who becomes known later has events heard', async (t) => {
  const cache = openCache({ namespace: 'promoted_', storage: false });
  t.after(() => cache.close());
  const connection = new Connection();
  const link = connectHass(cache, hassOf(undefined, connection), { events: ['changed'] });
  await settle();
  assert.equal(link.source, 'polling');
  connectHass(cache, hassOf({ ...SARA, is_admin: true }, connection)).close();
  await settle();
  assert.equal(link.source, 'events');
});

test('a cache that is shared on purpose stays shared for every user', async (t) => {
  const { openShared, options } = page(t);
  const cache = openShared();
  connectHass(cache, hassOf(undefined)).close();
  connectHass(cache, hassOf(SARA)).close();
  cache.set('areas', 1);
  assert.equal(openCache({ ...options, user: null }).get('areas'), 1);
});

test('a hass that has no states yet can be connected', async (t) => {
  const cache = openCache({ namespace: 'stateless_', storage: false });
  t.after(() => cache.close());
  for (const states of [null, undefined]) {
    const hass = { ...hassOf(undefined), states };
    const link = connectHass(cache, hass, { events: ['changed'], revisionEntity: 'sensor.revision' });
    await settle();
    assert.equal(link.source, 'polling');
    connectHass(cache, { ...hass }).close();
    link.close();
  }
});

test('clear and close, as at a logout, remove that user’s answers in every tab, and no other user’s', async (t) => {
  const { origin, open, options } = page(t);
  const tabs = openTabs(t, 1, { origin, namespace: options.namespace, user: SARA.id });
  const connection = new Connection();
  const cache = open(hassOf(SARA, connection), { policies: { paid: { onEvent: 'keep' } } });
  const tom = open(hassOf(TOM));
  tom.set('plan', 'his');
  for (const key of ['plan', 'paid:sara', 'tasks:sara:30']) cache.set(key, 'hers');
  const [other] = tabs;
  other.hear();
  assert.equal(other.cache.get('plan'), 'hers');
  let fetched = 0;
  cache.watch(
    'plan',
    async () => ++fetched,
    () => undefined,
    { debounce: 0 },
  );
  let answer;
  const late = cache.getOrFetch('late', () => new Promise((resolve) => (answer = resolve)));
  await settle();
  cache.clear();
  const closed = cache.close();
  answer('late');
  assert.equal(await late.catch(() => 'late'), 'late');
  await closed;
  await new Promise((resolve) => setTimeout(resolve, 0));
  await settle();
  assert.equal(fetched, 0, 'what was watched is not fetched anew');
  const left = origin.names.filter((name) => name.includes('@id-sara/'));
  assert.deepEqual(
    left.filter((name) => /plan|paid|tasks|late/.test(name)),
    [],
  );
  other.hear();
  for (const key of ['plan', 'paid:sara', 'tasks:sara:30', 'late']) {
    assert.equal(other.cache.get(key), undefined, 'nor in another tab');
    assert.equal(open(hassOf(SARA, connection)).get(key), undefined);
  }
  assert.equal(tom.get('plan'), 'his');
  assert.ok(origin.names.includes(`${options.namespace}@id-tom/plan`));
});
