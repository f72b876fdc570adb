// Wrong use is a TypeError at once, and not a cache that keeps nothing, answers for somebody else, or fails when nobody looks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { defineQuery, key, openCache } from '../../dist/index.js';
import { CachedData, connectHass, openHassCache } from '../../dist/hass.js';
import { keyvTier } from '../../dist/node.js';
import { Origin } from './support/area.mjs';
import { listen, open } from './support/cache.mjs';
import { openStill } from './support/watching.mjs';

const options = {
  'a namespace that is no text': { namespace: ['page_'] },
  'a user that is a number': { user: 5 },
  'a user that is an object': { user: { id: 'sara' } },
  'memory: null': { memory: null },
  'memory.maxEntries as text': { memory: { maxEntries: '100' } },
  'storage: true': { storage: true },
  'storage: null': { storage: null },
  'storage.area as text': { storage: { area: 'localStorage' } },
  'alerts: null': { alerts: null },
  'alerts.errorsAbove as text': { alerts: { errorsAbove: '5' } },
  'a log that is the console': { log: console },
  'a clock that is a time': { clock: 1_000 },
  'policies: text': { policies: 'plan' },
  'a policy that is null': { policies: { plan: null } },
  'a rule that is null': { rules: { done: null } },
  'a rule with one endpoint as text': { rules: { done: { endpoints: 'plan' } } },
  'a rule of another subject': { rules: { done: { subject: 'user' } } },
  'a rule with assignees that are a list': { rules: { done: { assignees: ['sara'] } } },
};

for (const [what, wrong] of Object.entries(options)) {
  test(`openCache refuses ${what}`, () => {
    assert.throws(() => openCache({ namespace: 'wrong_', storage: false, ...wrong }), {
      name: 'TypeError',
      message: /^cardcache: /,
    });
  });
}

test('a later opener’s wrong options are refused, too, and change nothing', (t) => {
  const { cache } = open(t, { rules: { done: { endpoints: ['plan'] } } });
  const again = () => openCache({ namespace: 'test_', rules: { '*': { endpoints: 'goals' } } });
  assert.throws(again, TypeError);
  cache.setMany([
    ['plan', 1],
    ['goals', 1],
  ]);
  cache.applyEvent({ event_type: 'done' }, 'sara');
  assert.deepEqual(cache.keys(), ['goals']);
});

const policies = {
  'ttl: null': { ttl: null },
  'retry: 3': { retry: 3 },
  'retry.attempts as text': { retry: { attempts: '3' } },
  'retry.baseDelay: NaN': { retry: { baseDelay: NaN } },
  'retry.when: true': { retry: { when: true } },
  'expiresAt: a time': { expiresAt: Date.now() },
  'check: a text': { check: 'array' },
  'version: 2': { version: 2 },
  'tags: a text': { tags: 'plans' },
  'tags: numbers': { tags: [1] },
  'tags: a Set': { tags: new Set(['plans']) },
};

for (const [what, policy] of Object.entries(policies)) {
  test(`${what} is no policy: for a set, a fetch, a watch or an endpoint`, async (t) => {
    const { cache } = open(t);
    assert.throws(() => cache.set('plan', 1, policy), TypeError);
    assert.throws(() => cache.watch('plan', assert.fail, () => undefined, policy), TypeError);
    await assert.rejects(cache.getOrFetch('plan', assert.fail, policy), TypeError);
    assert.throws(() => openCache({ namespace: 'wrong_', storage: false, policies: { plan: policy } }), TypeError);
    assert.equal(cache.has('plan'), false);
  });
}

test('an invalid maxAge or signal is refused before any fetch', async (t) => {
  const { cache } = open(t);
  cache.set('plan', 1);
  for (const wrong of [{ maxAge: NaN }, { maxAge: -1 }, { maxAge: '5' }, { signal: {} }, { signal: true }]) {
    await assert.rejects(cache.getOrFetch('goals', assert.fail, wrong), { name: 'TypeError', message: /^cardcache/ });
  }
});

test('another user’s record, and the cache’s own notes, are no keys for get', (t) => {
  const origin = new Origin();
  open(t, { origin, user: 'bob' }).cache.set('plan', 'his');
  const { cache } = open(t, { origin });
  for (const wrong of ['@bob/plan', '!clock', '']) {
    assert.throws(() => cache.get(wrong), TypeError);
    assert.throws(() => cache.getMany([wrong]), TypeError);
  }
});

test('warm refuses queries without a key or a fetcher', (t) => {
  const { cache, origin } = open(t);
  const fetcher = async () => 'hers now';
  for (const wrong of [null, {}, { key: 'plan' }, { key: '@bob/plan', fetcher }, { fetcher }]) {
    assert.throws(() => cache.warm([wrong]), TypeError);
  }
  assert.deepEqual(
    origin.names.filter((name) => name.includes('plan')),
    [],
  );
});

test('mutate refuses an invalid write and undefined values, and shows nothing', (t) => {
  const { cache } = open(t);
  cache.set('plan', 'cached');
  assert.throws(() => cache.mutate(undefined), TypeError);
  for (const last of [['@bob/plan', 1], ['goals', undefined], ['', 1], undefined]) {
    assert.throws(() => cache.mutate(assert.fail, { optimistic: [['plan', 'optimistic'], last] }), TypeError);
    assert.equal(cache.get('plan'), 'cached');
  }
});

test('an invalid listener or user is refused', (t) => {
  const { cache } = open(t);
  cache.set('teams', 1);
  assert.throws(() => cache.on('hit'), TypeError);
  assert.throws(() => cache.on('hit', {}), TypeError);
  for (const user of [undefined, null, 5, '']) assert.throws(() => cache.invalidateUser(user), TypeError);
  assert.equal(cache.has('teams'), true);
});

test('an interval of 0 would ask the server without a pause: it is refused', (t) => {
  const { cache } = openStill(t);
  assert.throws(() => cache.watch('plan', assert.fail, () => undefined, { interval: 0 }), TypeError);
});

test('parameters that are alike as texts are refused', () => {
  for (const wrong of [{ days: 7 }, {}, [], () => 7, Symbol('7')]) {
    assert.throws(() => key('plan', 'sara', wrong), { name: 'TypeError', message: /^cardcache/ });
  }
});

test('a selector’s keys are a list of texts', (t) => {
  const { cache } = open(t);
  cache.setMany([
    ['a', 1],
    ['b', 1],
  ]);
  for (const keys of ['ab', [5], [''], [null], 5]) {
    assert.throws(() => cache.keys({ keys }), TypeError);
    assert.throws(() => cache.invalidate({ keys }), TypeError);
  }
  const heard = listen(cache, 'invalidate');
  assert.equal(cache.invalidate({ keys: new Map([['a', 1]]).keys() }), 1);
  assert.deepEqual(heard, [['invalidate', { selector: { keys: ['a'] }, count: 1 }]]);
});

const ofKey = /^cardcache: key\(endpoint, user, …params\): /;

test('key says which of its arguments is wrong, and what it was given', () => {
  for (const [args, message] of [
    [[], 'endpoint must be a text that is not empty, not undefined'],
    [[5], 'endpoint must be a text that is not empty, not 5'],
    [[''], "endpoint must be a text that is not empty, not ''"],
    [['plan', 5], 'user must be text or null, not 5'],
    [['plan', ''], "user must be text or null, not ''"],
    [['plan', { id: 'sara' }], 'user must be text or null, not of type object'],
    [['plan', Symbol('sara')], 'user must be text or null, not Symbol(sara)'],
    [['plan', Object.create(null)], 'user must be text or null, not of type object'],
    [['plan', true], 'user must be text or null, not true'],
    [['plan', null, Symbol('7')], 'params must be texts, numbers or booleans, not Symbol(7)'],
    [['plan', null, 1, [7]], 'params must be texts, numbers or booleans, not a list'],
  ]) {
    assert.throws(() => key(...args), {
      name: 'TypeError',
      message: `cardcache: key(endpoint, user, …params): ${message}`,
    });
  }
  assert.throws(() => defineQuery('plan', assert.fail)(5), { name: 'TypeError', message: ofKey });
});

/** A connection as far as the types of `hass` go, and no further. */
const connection = {
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  subscribeMessage: async () => () => undefined,
};

test('Home Assistant’s entry point says what it needs', (t) => {
  const { cache } = open(t);
  const wrong = [undefined, null, {}, 5, 'hass', { connection: null }, { connection: {} }, { connection: 5 }, cache];
  for (const hass of wrong) {
    for (const use of [() => openHassCache(hass), () => connectHass(cache, hass)]) {
      assert.throws(use, { name: 'TypeError', message: /^cardcache: .*hass object.*connection/ });
    }
  }
  const hass = { connection, connected: true, states: {} };
  for (const none of [undefined, null, {}, 5, hass]) {
    assert.throws(() => connectHass(none, hass), {
      name: 'TypeError',
      message: /^cardcache: connectHass needs a cache/,
    });
  }
  for (const options of [
    null,
    5,
    'x',
    { events: 'done' },
    { events: [5] },
    { pollInterval: 0 },
    { pollInterval: '5' },
  ]) {
    assert.throws(() => openHassCache(hass, options), { name: 'TypeError', message: /^cardcache: / });
    assert.throws(() => connectHass(cache, hass, options), { name: 'TypeError', message: /^cardcache: / });
  }
  const opened = openHassCache(hass, { namespace: 'wrong_', storage: false });
  t.after(() => opened.close());
  assert.throws(() => openHassCache(hass, { namespace: 'wrong_', events: 'done' }), { name: 'TypeError' });
});

test('CachedData says what it needs', () => {
  const host = { addController: () => undefined, requestUpdate: () => undefined };
  const options = { cache: () => undefined, query: () => undefined };
  for (const args of [[], [null, options], [{}, options], [5, options], [host], [host, null], [host, {}]]) {
    assert.throws(() => new CachedData(...args), {
      name: 'TypeError',
      message: /^cardcache: new CachedData\(host, options\)/,
    });
  }
  assert.throws(() => new CachedData(host, { ...options, query: { key: 'plan' } }), TypeError);
  assert.ok(new CachedData(host, options));
});

test('keyvTier says what it needs', () => {
  const keyv = { get: assert.fail, getMany: assert.fail, set: assert.fail };
  for (const none of [undefined, null, {}, 5, 'redis://', new Map()]) {
    assert.throws(() => keyvTier(none), { name: 'TypeError', message: /^cardcache: keyvTier needs a Keyv/ });
  }
  for (const pubsub of [null, 5, {}, { publish: assert.fail }, { subscribe: assert.fail }, 'redis://']) {
    assert.throws(() => keyvTier(keyv, { pubsub }), {
      name: 'TypeError',
      message: /^cardcache: pubsub must be a client/,
    });
  }
  const pubsub = { publish: async () => 0, subscribe: async () => undefined };
  for (const subscriber of [null, {}, 5]) {
    assert.throws(() => keyvTier(keyv, { pubsub, subscriber }), {
      name: 'TypeError',
      message: /^cardcache: subscriber/,
    });
  }
  assert.throws(() => keyvTier(keyv, { subscriber: pubsub }), { name: 'TypeError', message: /^cardcache: / });
  for (const options of [null, 5, 'x']) {
    assert.throws(() => keyvTier(keyv, options), { name: 'TypeError', message: /^cardcache: / });
  }
});

test('whatever a call is given, its error is a TypeError of ours', async (t) => {
  const { cache } = open(t);
  const nothing = [undefined, null, 5, {}, Symbol('plan'), [], () => undefined];
  const mine = { name: 'TypeError', message: /^cardcache: / };
  for (const wrong of nothing) {
    for (const use of ['get', 'peek', 'has', 'delete', 'age', 'remainingTtl', 'coordinator']) {
      assert.throws(() => cache[use](wrong), mine, use);
    }
    assert.throws(() => cache.set(wrong, 1), mine);
    assert.throws(() => cache.watch(wrong, async () => 1, () => undefined), mine); // prettier-ignore
    assert.throws(() => cache.getOrFetch(wrong), mine);
    assert.throws(() => cache.warm([wrong]), mine);
    if (wrong !== undefined && typeof wrong !== 'object') assert.throws(() => openCache(wrong), mine);
  }
  assert.throws(() => openCache(null), mine);
  for (const options of [5, 'ttl', true]) {
    assert.throws(() => cache.set('plan', 1, options), mine);
    assert.throws(() => cache.warm([], options), mine);
    assert.throws(() => cache.mutate(async () => 1, options), mine);
  }
});
