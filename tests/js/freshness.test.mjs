// How long an answer is fresh, whatever the clock does and wherever the answer lies.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCache } from '../../dist/index.js';
import { Origin } from './support/area.mjs';
import { DAY, entriesIn, HOUR, listen, MINUTE, open, recordOf, START } from './support/cache.mjs';
import { controlledFetcher, passSweep, settle } from './support/time.mjs';

test('an answer is fresh until its end and a miss from that millisecond on', (t) => {
  const { cache, clock } = open(t);
  cache.set('plan', 1, { ttl: 1_000 });
  clock.now += 999;
  assert.deepEqual([cache.get('plan'), cache.has('plan'), cache.peek('plan')], [1, true, 1]);
  assert.equal(cache.remainingTtl('plan'), 1);
  clock.now += 1;
  assert.deepEqual([cache.get('plan'), cache.has('plan'), cache.peek('plan')], [undefined, false, undefined]);
  assert.equal(cache.remainingTtl('plan'), undefined);
  assert.equal(cache.age('plan'), undefined);
  assert.deepEqual(cache.keys(), []);
  assert.deepEqual([...cache.getMany(['plan'])], []);
  assert.equal(cache.delete('plan'), false);
});

test('answers that may be stored live three days, others four hours', (t) => {
  const { cache } = open(t);
  cache.set('both', 1);
  cache.set('memory', 1, { tier: 'memory' });
  cache.set('secret', 1, { sensitive: true });
  assert.equal(cache.remainingTtl('both'), 3 * DAY);
  assert.equal(cache.remainingTtl('memory'), 4 * HOUR);
  assert.equal(cache.remainingTtl('secret'), 4 * HOUR);
});

test('a repeated set in memory gets its own ttl, though no key crosses the border', (t) => {
  const { cache, clock } = open(t, { storage: false });
  cache.set('plan', 1, { ttl: MINUTE });
  clock.now += 1_000;
  cache.set('plan', 2, { ttl: HOUR });
  assert.deepEqual([cache.get('plan'), cache.age('plan'), cache.remainingTtl('plan')], [2, 0, HOUR]);
  const end = clock.now + 5;
  cache.set('plan', 3, { expiresAt: () => end });
  assert.deepEqual([cache.get('plan'), cache.remainingTtl('plan')], [3, 5]);
  clock.now = end;
  assert.equal(cache.get('plan'), undefined);
  cache.set('plan', 4);
  assert.deepEqual([cache.get('plan'), cache.remainingTtl('plan')], [4, 4 * HOUR]);
  // A clock that goes back empties every slot.
  clock.now -= HOUR;
  cache.set('plan', 5);
  assert.deepEqual([cache.get('plan'), cache.keys()], [5, ['plan']]);
});

test('the tiers’ lives are options', (t) => {
  const { cache } = open(t, { memory: { ttl: MINUTE }, storage: { ttl: HOUR } });
  cache.set('both', 1);
  cache.set('memory', 1, { tier: 'memory' });
  assert.equal(cache.remainingTtl('both'), HOUR);
  assert.equal(cache.remainingTtl('memory'), MINUTE);
});

test('after four hours in memory it is read from storage, with the age that it has', (t) => {
  const { cache, clock } = open(t);
  const heard = listen(cache, 'hit');
  const value = { a: 1 };
  cache.set('plan', value);
  clock.now += 4 * HOUR - 1;
  assert.equal(cache.get('plan'), value);
  clock.now += 1;
  assert.deepEqual(cache.get('plan'), { a: 1 });
  assert.equal(cache.age('plan'), 4 * HOUR);
  clock.now += 1;
  assert.deepEqual(cache.get('plan'), { a: 1 });
  assert.deepEqual(
    heard.map(([, { source }]) => source),
    ['memory', 'storage', 'memory'],
  );
});

test('a life of its own holds after a reload, shorter or longer than the default', (t) => {
  const { cache, clock, reload } = open(t);
  cache.set('short', 1, { ttl: MINUTE });
  cache.set('long', 1, { ttl: 10 * DAY });
  cache.set('for ever', 1, { ttl: Infinity });
  const loaded = reload();
  assert.equal(loaded.remainingTtl('short'), MINUTE);
  assert.equal(loaded.remainingTtl('for ever'), Infinity);
  clock.now += 10 * DAY - 1;
  assert.deepEqual([loaded.get('short'), loaded.get('long'), loaded.get('for ever')], [undefined, 1, 1]);
  clock.now += 1;
  assert.deepEqual([loaded.get('long'), loaded.get('for ever')], [undefined, 1]);
});

test('invalid ttls are refused', (t) => {
  const { cache } = open(t);
  for (const ttl of [NaN, -1, -Infinity, '60000', null]) {
    assert.throws(() => cache.set('plan', 1, { ttl }), TypeError, String(ttl));
    assert.throws(() => openCache({ namespace: 'never_', memory: { ttl } }), TypeError, String(ttl));
    assert.throws(() => openCache({ namespace: 'never_', storage: { ttl } }), TypeError, String(ttl));
    assert.throws(() => openCache({ namespace: 'never_', policies: { plan: { ttl } } }), TypeError, String(ttl));
  }
});

test('an expiresAt that gives null, or what is no time, sets no end', async (t) => {
  const { cache } = open(t);
  for (const until of [null, '', false, 'tomorrow', 5n, {}]) {
    const policy = { ttl: HOUR, expiresAt: () => until };
    const fetched = `fetched:${String(until)}`;
    cache.set('plan', 1, policy);
    assert.equal(cache.remainingTtl('plan'), HOUR);
    assert.equal(await cache.getOrFetch(fetched, async () => 1, policy), 1);
    assert.equal(cache.remainingTtl(fetched), HOUR);
  }
  cache.set('plan', 1, { ttl: HOUR, expiresAt: () => new Date(START + 1_000) });
  assert.equal(cache.remainingTtl('plan'), 1_000);
});

test('an answer that version or check refuses has no age', (t) => {
  const { cache, area } = open(t);
  cache.set('plan', 1, { version: '1' });
  const policies = { plan: { version: '2' } };
  const { cache: updated } = open(t, { storage: { area }, namespace: 'test_', policies, origin: undefined });
  assert.deepEqual([updated.has('plan'), updated.age('plan')], [false, undefined]);
});

test('the end that a value knows itself holds where it is earlier', (t) => {
  const { cache, clock, reload } = open(t);
  const policy = { ttl: HOUR, expiresAt: (plan) => plan.until };
  cache.set('earlier', { until: START + MINUTE }, policy);
  cache.set('later', { until: START + DAY }, policy);
  cache.set('unknown', { until: undefined }, policy);
  cache.set('failing', null, policy);
  assert.equal(cache.remainingTtl('earlier'), MINUTE);
  for (const key of ['later', 'unknown', 'failing']) assert.equal(cache.remainingTtl(key), HOUR, key);
  const loaded = reload();
  clock.now += MINUTE;
  assert.equal(loaded.get('earlier'), undefined);
  assert.deepEqual(loaded.get('later'), { until: START + DAY });
});

test('an answer is as old as the start of its fetch', async (t) => {
  const { cache, clock, area } = open(t);
  const { fetcher, answers } = controlledFetcher();
  const asked = cache.getOrFetch('plan', fetcher, { ttl: MINUTE });
  clock.now += 20_000;
  answers[0].resolve('slow');
  assert.equal(await asked, 'slow');
  assert.equal(cache.age('plan'), 20_000);
  assert.equal(cache.remainingTtl('plan'), 40_000);
  assert.equal(recordOf(area, 'plan').timestamp, START);
});

test('an answer that was under way longer than its life is given to who asked and never again', async (t) => {
  const { cache, clock } = open(t);
  const { fetcher, answers } = controlledFetcher();
  const asked = cache.getOrFetch('plan', fetcher, { ttl: 1_000 });
  clock.now += 1_000;
  answers[0].resolve('late');
  assert.equal(await asked, 'late');
  assert.equal(cache.get('plan'), undefined);
});

test('maxAge asks for a younger answer than the one that is there', async (t) => {
  const { cache, clock } = open(t);
  cache.set('plan', 'old');
  clock.now += 10_000;
  const fetcher = () => Promise.resolve('new');
  assert.equal(await cache.getOrFetch('plan', fetcher, { maxAge: 10_000 }), 'old');
  assert.equal(await cache.getOrFetch('plan', fetcher, { maxAge: 9_999 }), 'new');
  assert.equal(await cache.getOrFetch('plan', () => Promise.resolve('newest'), { maxAge: 0 }), 'new');
});

test('a clock set back by more than a minute makes the cache start anew', (t) => {
  const { cache, clock, area, log } = open(t);
  cache.set('plan', 1);
  cache.set('memory', 1, { tier: 'memory' });
  clock.now -= MINUTE;
  assert.deepEqual([cache.get('plan'), cache.get('memory')], [1, 1]);
  clock.now -= 1;
  assert.deepEqual([cache.get('plan'), cache.get('memory')], [undefined, undefined]);
  assert.deepEqual(entriesIn(area), []);
  assert.ok(log.some(({ level, what }) => level === 'warn' && what.includes('clock')));
  cache.set('plan', 2);
  assert.equal(cache.get('plan'), 2);
  assert.equal(cache.age('plan'), 0);
});

for (const [whose, options] of Object.entries({ 'one of its own': {}, 'Date.now': { clock: undefined } })) {
  test(`with hits alone, a clock set back is noticed by the next: ${whose}`, async (t) => {
    // No sweep comes, and no other call: what time it was the hits alone have seen.
    t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
    let now = START;
    t.mock.method(Date, 'now', () => now);
    const { cache, log } = open(t, { clock: () => now, ...options });
    const at = async (time) => {
      // Date.now is read once a task.
      await settle();
      now = time;
    };
    cache.set('plan', 'kept', { ttl: HOUR });
    await at(START + 50 * MINUTE);
    assert.equal(cache.get('plan'), 'kept');
    await at(START + 49 * MINUTE);
    assert.equal(cache.get('plan'), 'kept', 'within a minute it may have been a correction');
    await at(START + 49 * MINUTE - 1);
    assert.equal(cache.get('plan'), undefined);
    assert.equal(log.filter(({ what }) => what.includes('set back')).length, 1);
    cache.set('plan', 'new', { ttl: HOUR });
    assert.equal(cache.get('plan'), 'new');
  });
}

test('the time of a hit counts for later calls and for the next page', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const asks = {
    get: (cache) => cache.get('plan'),
    peek: (cache) => cache.peek('plan'),
    has: (cache) => cache.has('plan') || undefined,
    keys: (cache) => cache.keys()[0],
    getOrFetch: (cache) => cache.getOrFetch('plan', async () => undefined).catch(() => undefined),
    'a reload': (_cache, reload) => reload().get('plan'),
  };
  for (const [what, ask] of Object.entries(asks)) {
    const { cache, clock, reload } = open(t);
    cache.set('plan', 'kept', { ttl: HOUR });
    clock.now += 50 * MINUTE;
    assert.equal(cache.get('plan'), 'kept');
    // Seen and set back a little: a call in between must not make that forgotten.
    clock.now -= 40_000;
    cache.set('other', 1);
    if (what === 'a reload') passSweep(t);
    clock.now -= 20_001;
    assert.equal(await ask(cache, reload), undefined, what);
  }
});

test('records of another version are misses', (t) => {
  const { cache, reload, area } = open(t, { policies: { plan: { version: '2' } } });
  cache.set('plan:new', 'right');
  cache.set('plan:old', 'wrong', { version: '1' });
  area.setItem('test_plan:plain', JSON.stringify({ data: 'without', timestamp: START }));
  const loaded = reload();
  assert.equal(loaded.get('plan:new'), 'right');
  assert.equal(loaded.get('plan:old'), undefined);
  assert.equal(loaded.get('plan:plain'), undefined);
  assert.equal(loaded.stats().errors.version, 2);
  assert.equal(loaded.stats().errors.corrupt, 0);
  assert.deepEqual(entriesIn(area), ['plan:new']);
});

test('a restored value that fails its check is a miss, counted as version', (t) => {
  const { cache, reload } = open(t, { policies: { plan: { check: (plan) => plan.tasks.length > 0 } } });
  cache.set('plan:good', { tasks: [1] });
  cache.set('plan:empty', { tasks: [] });
  cache.set('plan:other', 'no tasks at all');
  const loaded = reload();
  const heard = listen(loaded, 'error');
  assert.deepEqual(loaded.get('plan:good'), { tasks: [1] });
  assert.equal(loaded.get('plan:empty'), undefined);
  assert.equal(loaded.get('plan:other'), undefined);
  assert.equal(loaded.stats().errors.version, 2);
  assert.deepEqual(
    heard.map(([, { kind, key }]) => [kind, key]),
    [
      ['version', 'plan:empty'],
      ['version', 'plan:other'],
    ],
  );
});

test('the policy of a call overrides its endpoint’s, field by field', (t) => {
  const { cache } = open(t, { policies: { plan: { ttl: MINUTE, tags: ['plans'] } } });
  cache.set('plan:a', 1);
  cache.set('plan:b', 1, { ttl: HOUR });
  cache.set('plan:c', 1, { ttl: undefined });
  cache.set('plan:d', 1, { tags: ['own'] });
  cache.set('plans', 1);
  assert.deepEqual(
    ['plan:a', 'plan:b', 'plan:c', 'plan:d', 'plans'].map((key) => cache.remainingTtl(key)),
    [MINUTE, HOUR, MINUTE, MINUTE, 3 * DAY],
  );
  assert.deepEqual(cache.keys({ tag: 'plans' }).sort(), ['plan:a', 'plan:b', 'plan:c']);
});

test('policies that mean nothing are refused', (t) => {
  const { cache } = open(t);
  for (const policy of [
    { tier: 'disk' },
    { cost: -1 },
    { cost: NaN },
    { onEvent: 'ignore' },
    { timeout: -1 },
    { staleIfError: NaN },
    { staleWhileRevalidate: -1 },
  ]) {
    assert.throws(() => cache.set('plan', 1, policy), TypeError, JSON.stringify(policy));
  }
});

test('without the option clock the cache reads Date.now once per task', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: START });
  const { cache } = open(t, { clock: undefined, storage: { area: new Origin().area() } });
  cache.set('plan', 1, { ttl: 1_000 });
  t.mock.timers.setTime(START + 999);
  await settle();
  assert.equal(cache.get('plan'), 1);
  t.mock.timers.setTime(START + 1_000);
  await settle();
  assert.equal(cache.get('plan'), undefined);
});

test('sensitive answers are never stored', async (t) => {
  const { cache, area, reload } = open(t, { policies: { token: { sensitive: true } } });
  cache.set('token', 'secret word');
  await cache.getOrFetch('other', () => Promise.resolve('secret word'), { sensitive: true });
  assert.equal(cache.get('token'), 'secret word');
  assert.ok(!JSON.stringify(area.records).includes('secret word'));
  assert.deepEqual(entriesIn(area), []);
  assert.equal(reload().get('token'), undefined);
});

test('encrypted answers are stored in no other form', async (t) => {
  const { cache, area } = open(t);
  cache.set('token', 'secret word', { encrypted: true });
  assert.equal(cache.get('token'), 'secret word');
  await cache.flush();
  assert.ok(!JSON.stringify(area.records).includes('secret word'));
});

test('a key that becomes sensitive takes its older record from storage', (t) => {
  const { cache, area } = open(t);
  cache.set('plan', 'open');
  assert.deepEqual(entriesIn(area), ['plan']);
  cache.set('plan', 'secret', { sensitive: true });
  assert.deepEqual(entriesIn(area), []);
});
