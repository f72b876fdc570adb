// What an invalidation takes, what it leaves, and what comes back after it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { key } from '../../dist/index.js';
import { entriesIn, HOUR, listen, open, START } from './support/cache.mjs';
import { controlledFetcher } from './support/time.mjs';

const KEYS = [
  'daily_plan:sara',
  'daily_plan:sarah',
  'daily_plan:sar',
  'daily_plan:gabriel',
  'recommended_tasks:sara:30',
  'recommended_tasks:sara:60',
  'sara',
  'sara:gabriel',
  'teams',
  'available_tasks:None',
];

function openFull(t, options) {
  const opened = open(t, options);
  for (const key of KEYS) opened.cache.set(key, key);
  return opened;
}

function assertGone({ cache, area, reload }, gone) {
  const left = KEYS.filter((key) => !gone.includes(key)).sort();
  assert.deepEqual(cache.keys().sort(), left);
  assert.deepEqual(entriesIn(area).sort(), left);
  for (const key of KEYS) assert.equal(cache.get(key), left.includes(key) ? key : undefined, key);
  assert.deepEqual(reload().keys().sort(), left, 'after a reload');
}

test('sara’s entries are sara’s: sarah, sar and an endpoint of that name keep theirs', (t) => {
  const opened = openFull(t);
  assert.equal(opened.cache.invalidateUser('sara'), 3);
  assertGone(opened, ['daily_plan:sara', 'recommended_tasks:sara:30', 'recommended_tasks:sara:60']);
});

test('an endpoint’s name is meant as key() takes it: in selectors, policies and rules', (t) => {
  const rules = { changed: { endpoints: ['a:b'] } };
  const { cache, clock } = open(t, { policies: { 'a:b': { ttl: HOUR } }, rules });
  cache.set(key('a:b', 'sara'), 1);
  cache.set('a:b', 2);
  assert.equal(cache.remainingTtl(key('a:b', 'sara')), HOUR);
  assert.equal(cache.applyEvent({ event_type: 'changed', data: {} }, 'sara').invalidated, 1);
  clock.now += 1;
  cache.set(key('a:b', 'sara'), 1);
  assert.equal(cache.invalidate({ endpoint: 'a:b' }), 1);
  assert.equal(cache.get('a:b'), 2);
  cache.set(key('a:b', 'sara'), 1);
  assert.equal(cache.invalidate({ endpoint: '*' }), 2);
});

test('shared entries are those without a user and those of None', (t) => {
  const opened = openFull(t);
  assert.equal(opened.cache.invalidateShared(), 3);
  assertGone(opened, ['sara', 'teams', 'available_tasks:None']);
});

test('everything of ours', (t) => {
  const opened = openFull(t);
  opened.area.setItem('other_plan', 'not ours');
  opened.area.setItem('testing', 'not ours either');
  assert.equal(opened.cache.invalidateAll(), KEYS.length);
  assertGone(opened, KEYS);
  assert.equal(opened.area.getItem('other_plan'), 'not ours');
  assert.equal(opened.area.getItem('testing'), 'not ours either');
});

test('a tag selects what carries it, in memory and after a reload', (t) => {
  const { cache, reload } = open(t);
  cache.set('team_7_metrics', 1, { tags: ['metrics', 'seven'] });
  cache.set('team_8_metrics', 1, { tags: ['metrics'] });
  cache.set('metrics', 1);
  assert.equal(cache.invalidate({ tag: 'seven' }), 1);
  const loaded = reload();
  assert.equal(loaded.invalidate({ tag: 'metrics' }), 1);
  assert.deepEqual(loaded.keys(), ['metrics']);
});

test('a value set anew carries its new tags and not its old ones', (t) => {
  const { cache } = open(t);
  cache.set('plan', 1, { tags: ['old'] });
  cache.set('plan', 2, { tags: ['new'] });
  assert.equal(cache.invalidate({ tag: 'old' }), 0);
  assert.equal(cache.invalidate({ tag: 'new' }), 1);
});

test('the invalidate event has the count', (t) => {
  const { cache } = openFull(t);
  const heard = listen(cache, 'invalidate');
  cache.invalidate(':sara');
  cache.invalidate({ tag: 'nothing' });
  assert.deepEqual(heard, [
    ['invalidate', { selector: ':sara', count: 3 }],
    ['invalidate', { selector: { tag: 'nothing' }, count: 0 }],
  ]);
});

test('an older record that appears after an invalidation is a miss', (t) => {
  const { cache, clock, area, reload } = open(t);
  cache.set('plan:sara', 'old');
  // As AgileTrack would write it: with our checksum a copy under another key would be corrupt.
  const text = JSON.stringify(JSON.parse(area.getItem('test_plan:sara')));
  clock.now += 1_000;
  cache.invalidate(':sara');
  area.setItem('test_plan:sara', text);
  area.setItem('test_plan:sarah', text);
  assert.equal(cache.get('plan:sara'), undefined);
  assert.equal(cache.get('plan:sarah'), 'old');
  area.setItem('test_plan:sara', text);
  const loaded = reload();
  assert.equal(loaded.get('plan:sara'), undefined, 'after a reload');
  assert.equal(loaded.get('plan:sarah'), 'old');
});

test('thousands of different invalidations keep within their share of the budget and lose none', (t) => {
  const budget = 100_000;
  const { cache, clock, area } = open(t, { storage: { maxBytes: budget } });
  for (let index = 0; index < 3_000; index++) cache.set(`plan:user_${index}`, index, { tier: 'memory' });
  const old = JSON.stringify({ data: 'old', timestamp: START });
  clock.now += 1_000;
  for (let index = 0; index < 3_000; index++) cache.invalidateUser(`user_${index}`);
  const floors = Object.entries(area.records).filter(([name]) => name.startsWith('test_!floor:'));
  const bytes = floors.reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  assert.ok(bytes <= budget / 5, `${floors.length} floors take ${bytes} bytes`);
  for (const index of [0, 1, 1_500, 2_999]) {
    area.setItem(`test_plan:user_${index}`, old);
    assert.equal(cache.get(`plan:user_${index}`), undefined, `of user ${index}`);
  }
});

test('a fetch that was under way fills nothing, and answers who already waits', async (t) => {
  const { cache } = open(t);
  const { fetcher, answers, calls } = controlledFetcher();
  const before = cache.getOrFetch('plan:sara', fetcher);
  cache.invalidate(':sara');
  const after = cache.getOrFetch('plan:sara', fetcher);
  assert.equal(calls.length, 2, 'later callers start another');
  answers[1].resolve('new');
  assert.equal(await after, 'new');
  answers[0].resolve('outdated');
  assert.equal(await before, 'outdated');
  assert.equal(cache.get('plan:sara'), 'new');
  assert.equal(cache.stats().fetch.discarded, 1);
});

for (const [what, act, voids] of [
  ['its user', (cache) => cache.invalidateUser('sara'), true],
  ['its tag', (cache) => cache.invalidate({ tag: 'plans' }), true],
  ['clear', (cache) => cache.clear(), true],
  ['a set', (cache) => cache.set('plan:sara', 'set'), true],
  ['a delete', (cache) => cache.delete('plan:sara'), true],
  ['another user', (cache) => cache.invalidateUser('sarah'), false],
]) {
  test(`${what} ${voids ? 'supersedes' : 'does not supersede'} a flight`, async (t) => {
    const { cache } = open(t);
    const { fetcher, answers } = controlledFetcher();
    const asked = cache.getOrFetch('plan:sara', fetcher, { tags: ['plans'] });
    act(cache);
    answers[0].resolve('answer');
    assert.equal(await asked, 'answer');
    assert.equal(cache.get('plan:sara') === 'answer', !voids);
  });
}

test('clear forgets the statistics too', (t) => {
  const { cache } = openFull(t);
  cache.get('teams');
  cache.get('missing');
  cache.clear();
  const { memory, errors, endpoints } = cache.stats();
  assert.deepEqual([memory.hits, memory.misses, memory.entries], [0, 0, 0]);
  assert.ok(Object.values(errors).every((count) => count === 0));
  assert.ok(Object.values(endpoints).every(({ hits, misses, entries }) => hits + misses + entries === 0));
});

test('clear and invalidateAll remove only the records of the handle’s own user', (t) => {
  const nobody = open(t);
  const sara = open(t, { origin: nobody.origin, user: 'id-sara' });
  const tom = open(t, { origin: nobody.origin, user: 'id-tom' });
  for (const { cache } of [nobody, sara, tom]) cache.set('plan', 'kept');
  sara.cache.clear();
  assert.deepEqual(
    [nobody, sara, tom].map(({ cache }) => cache.get('plan')),
    ['kept', undefined, 'kept'],
  );
  nobody.cache.invalidateAll();
  assert.deepEqual(
    [nobody, sara, tom].map(({ cache }) => cache.get('plan')),
    [undefined, undefined, 'kept'],
  );
  assert.equal(tom.reload().get('plan'), 'kept');
});
