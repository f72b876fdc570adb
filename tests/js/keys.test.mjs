// Keys: how they are built, which texts are none, and how a query says its own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { defineQuery, key } from '../../dist/index.js';
import { open } from './support/cache.mjs';

test('a key is endpoint, user and parameters', () => {
  assert.equal(key('teams'), 'teams');
  assert.equal(key('daily_plan', 'gabriel'), 'daily_plan:gabriel');
  assert.equal(key('recommended_tasks', 'sara', 30), 'recommended_tasks:sara:30');
  assert.equal(key('daily_plan', 'sara', true, 'fair', 0), 'daily_plan:sara:true:fair:0');
});

test('null for a user means shared, and so does no user', () => {
  assert.equal(key('available_tasks', null), 'available_tasks:None');
  assert.equal(key('available_tasks', null, 7), 'available_tasks:None:7');
  assert.equal(key('available_tasks', undefined, 7), 'available_tasks:None:7');
  assert.equal(key('available_tasks', undefined), 'available_tasks');
});

test('a user whose name is None is a single user, not all users', (t) => {
  const { cache } = open(t);
  cache.set(key('daily_plan', 'None'), 'of the user None');
  cache.set(key('daily_plan', null), 'shared');
  assert.equal(cache.get(key('daily_plan', 'None')), 'of the user None');
  assert.deepEqual(cache.keys({ user: 'None' }), [key('daily_plan', 'None')]);
  assert.equal(cache.invalidateShared(), 1);
  assert.equal(cache.invalidateUser('None'), 1);
});

test('characters with a meaning in keys are escaped, so that no user reaches another’s keys', (t) => {
  const { cache } = open(t);
  const names = ['a:b', 'a', 'a:*', '*', 'a%3Ab', '%'];
  for (const name of names) cache.set(key('plan', name), name);
  for (const name of names) assert.equal(cache.get(key('plan', name)), name);
  for (const name of names) assert.deepEqual(cache.keys({ user: name }), [key('plan', name)]);
  assert.equal(cache.invalidateUser('*'), 1);
  assert.equal(cache.invalidateUser('a'), 1);
  assert.equal(cache.keys().length, names.length - 2);
});

test('an empty user and an empty endpoint are refused', () => {
  assert.throws(() => key('plan', ''), TypeError);
  assert.throws(() => key('', 'sara'), TypeError);
  assert.throws(() => key(undefined), TypeError);
});

test('texts that are no keys are refused by whatever takes a key', (t) => {
  const { cache } = open(t);
  for (const text of ['', '@sara/plan', '!floor:*', undefined, null, 7, {}]) {
    assert.throws(() => cache.set(text, 1), TypeError, `set(${String(text)})`);
    assert.throws(() => cache.delete(text), TypeError, `delete(${String(text)})`);
    assert.throws(() => cache.has(text), TypeError, `has(${String(text)})`);
    assert.throws(() => cache.peek(text), TypeError, `peek(${String(text)})`);
    assert.throws(() => cache.age(text), TypeError, `age(${String(text)})`);
    assert.throws(() => cache.remainingTtl(text), TypeError, `remainingTtl(${String(text)})`);
    assert.throws(() => cache.coordinator(text), TypeError, `coordinator(${String(text)})`);
    assert.throws(() => cache.getOrFetch(text, async () => 1), TypeError, `getOrFetch(${String(text)})`);
    assert.throws(
      () =>
        cache.watch(
          text,
          async () => 1,
          () => undefined,
        ),
      TypeError,
      `watch(${String(text)})`,
    );
  }
  for (const text of [undefined, null, 7, {}]) assert.throws(() => cache.get(text), TypeError, `get(${String(text)})`);
});

test('a raw key with a * in it is reached by its own name alone', (t) => {
  const { cache } = open(t);
  cache.setMany([
    ['plan:*', 'raw'],
    ['plan:sara', 'hers'],
  ]);
  assert.equal(cache.get('plan:*'), 'raw');
  assert.deepEqual(cache.keys({ keys: ['plan:*'] }), ['plan:*']);
  assert.equal(cache.delete('plan:*'), true);
  assert.equal(cache.get('plan:sara'), 'hers');
});

test('a query says key, fetcher and policy once', async (t) => {
  const { cache, clock } = open(t);
  const asked = [];
  const plan = defineQuery(
    'daily_plan',
    (context, user, fair) => {
      asked.push([context.key, user, fair]);
      return Promise.resolve({ of: user });
    },
    { ttl: 1_000, tags: ['plans'] },
  );
  assert.equal(plan('sara', true).key, 'daily_plan:sara:true');
  assert.deepEqual(await cache.getOrFetch(plan('sara', true)), { of: 'sara' });
  assert.deepEqual(cache.keys({ tag: 'plans' }), ['daily_plan:sara:true']);
  assert.equal(cache.remainingTtl('daily_plan:sara:true'), 1_000);
  clock.now += 1_000;
  assert.equal(cache.get('daily_plan:sara:true'), undefined);
  await cache.getOrFetch(plan('sara', true));
  assert.deepEqual(await cache.getOrFetch(plan(null)), { of: null });
  assert.deepEqual(asked, [
    ['daily_plan:sara:true', 'sara', true],
    ['daily_plan:sara:true', 'sara', true],
    ['daily_plan:None', null, undefined],
  ]);
});

test('a query without a fetcher is refused', (t) => {
  const { cache } = open(t);
  assert.throws(() => cache.getOrFetch({ key: 'plan' }), TypeError);
  assert.throws(() => cache.getOrFetch('plan'), TypeError);
  assert.throws(() => cache.watch({ key: 'plan' }, () => undefined), TypeError);
  assert.throws(() => cache.watch('plan', async () => 1), TypeError);
});
