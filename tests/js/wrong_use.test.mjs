// Wrong use is a TypeError at once, and not a cache that keeps nothing, answers for somebody else, or fails when nobody looks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { key, openCache } from '../../dist/index.js';
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

test('what a further opener brings is refused as well, and changes nothing', (t) => {
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

test('maxAge and signal that are none are refused before anything is fetched', async (t) => {
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

test('mutate refuses a write that is none and values that are none, and shows nothing', (t) => {
  const { cache } = open(t);
  cache.set('plan', 'cached');
  assert.throws(() => cache.mutate(undefined), TypeError);
  for (const last of [['@bob/plan', 1], ['goals', undefined], ['', 1], undefined]) {
    assert.throws(() => cache.mutate(assert.fail, { optimistic: [['plan', 'optimistic'], last] }), TypeError);
    assert.equal(cache.get('plan'), 'cached');
  }
});

test('a listener that is none, and a user that is none, are refused', (t) => {
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
