// The remote tier: processes that share a real Redis, and tiers that fail in ways a Redis seldom does.
import assert from 'node:assert/strict';
import test, { after, before, describe } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import Keyv from 'keyv';
import { openCache } from '../../dist/index.js';
import { keyvTier } from '../../dist/node.js';
import { HOUR, listen, MINUTE, START } from './support/cache.mjs';
import { startRedis } from './support/redis.mjs';
import { startProcess } from './support/remote_processes.mjs';

let redis;
before(async () => (redis = await startRedis()));
after(() => redis?.close());

/** A test over the Redis, in a namespace that no other test uses. */
let spaces = 0;
function overRedis(title, body) {
  test(title, async (t) => {
    if (!redis) return t.skip('no Redis');
    const namespace = `space${++spaces}_`;
    await body((options) => startProcess(t, redis.url, { namespace, ...options }), namespace, t);
  });
}

describe('processes that share a store', () => {
  overRedis('what one has fetched the others do not fetch', async (start) => {
    const [one, two] = await Promise.all([start(), start()]);
    const asked = { key: 'plan:sara', value: { by: 'one' } };
    assert.deepEqual(await one.call('fetch', asked), { answer: { by: 'one' }, fetches: 1 });
    await one.call('flush');
    const found = await two.call('fetch', { ...asked, value: { by: 'two' } });
    assert.deepEqual(found, { answer: { by: 'one' }, fetches: 0 });
    const { remote, fetch } = await two.call('stats');
    assert.deepEqual([remote.hits, remote.misses, remote.hitRate, fetch.started], [1, 0, 1, 0]);
    assert.equal(await two.call('get', asked).then(({ by }) => by), 'one', 'it is kept in memory');
  });

  overRedis('what is set, and flushed, is there as well, and get alone never asks the store', async (start) => {
    const [one, two] = await Promise.all([start(), start()]);
    await one.call('set', { key: 'teams', value: [1, 2] });
    await one.call('flush');
    assert.equal(await two.call('get', { key: 'teams' }), 'nothing');
    assert.deepEqual((await two.call('fetch', { key: 'teams', value: [] })).answer, [1, 2]);
  });

  overRedis(
    'sensitive, encrypted and memory-only answers are neither written nor asked for',
    async (start, namespace) => {
      const one = await start();
      for (const policy of [{ sensitive: true }, { encrypted: true }, { tier: 'memory' }]) {
        await one.call('fetch', { key: `secret:${Object.keys(policy)}`, value: 'hush', ...policy });
      }
      await one.call('fetch', { key: 'open', value: 'seen' });
      await one.call('flush');
      const stored = (await one.call('stored')).filter((key) => key.includes(namespace));
      assert.deepEqual(stored, [`${namespace}open`]);
      assert.equal((await one.call('stats')).remote.misses, 1);
    },
  );

  overRedis('one user’s answers are not another’s', async (start) => {
    const [sara, tom] = await Promise.all([start({ user: 'sara' }), start({ user: 'tom' })]);
    await sara.call('fetch', { key: 'mine', value: 'of sara' });
    await sara.call('flush');
    assert.deepEqual(await tom.call('fetch', { key: 'mine', value: 'of tom' }), { answer: 'of tom', fetches: 1 });
    await tom.call('clear');
    await tom.call('flush');
    assert.equal(await sara.call('get', { key: 'mine' }), 'of sara', 'nor does one’s clearing reach the other’s');
  });

  for (const pubsub of [true, false]) {
    const how = pubsub ? 'at once, by pub/sub' : 'with the next question to the store, without pub/sub';
    overRedis(`an invalidation reaches the others ${how}`, async (start) => {
      const [one, two] = await Promise.all([start({ pubsub }), start({ pubsub })]);
      for (const key of ['plan:sara', 'plan:tom']) {
        await one.call('fetch', { key, value: 'old' });
        await one.call('flush');
        await two.call('fetch', { key, value: 'never' });
      }
      assert.equal(await one.call('invalidate', { selector: ':sara' }), 1);
      await one.call('flush');
      if (!pubsub) await two.call('fetch', { key: 'another', value: 0 });
      await two.until('nothing', 'get', { key: 'plan:sara' });
      assert.equal(await two.call('get', { key: 'plan:tom' }), 'old');
      assert.equal((await two.call('fetch', { key: 'plan:sara', value: 'new' })).answer, 'new');
    });
  }

  overRedis('an invalidation outlives the process that made it', async (start) => {
    const one = await start();
    await one.call('fetch', { key: 'plan', value: 'old', tags: ['week'] });
    await one.call('invalidate', { selector: { tag: 'week' } });
    await one.call('flush');
    one.kill();
    const later = await start();
    assert.deepEqual(await later.call('fetch', { key: 'plan', value: 'new' }), { answer: 'new', fetches: 1 });
    await later.call('flush');
    const last = await start();
    assert.deepEqual(await last.call('fetch', { key: 'plan', value: 'never' }), { answer: 'new', fetches: 0 });
  });

  overRedis('invalidations of many processes at once are all kept', async (start) => {
    const all = await Promise.all(Array.from({ length: 6 }, () => start({ pubsub: false })));
    await Promise.all(all.map((each, index) => each.call('fetch', { key: `plan:user${index}`, value: 'old' })));
    await Promise.all(all.map((each) => each.call('flush')));
    await Promise.all(all.map((each, index) => each.call('invalidate', { selector: `:user${index}` })));
    await Promise.all(all.map((each) => each.call('flush')));
    const late = await start({ pubsub: false });
    for (const index of all.keys()) {
      const { answer } = await late.call('fetch', { key: `plan:user${index}`, value: 'new' });
      assert.equal(answer, 'new', `of user${index}`);
    }
  });

  overRedis('a mutation event leaves floors that spare what policies keep', async (start) => {
    const options = { rules: { task_done: { endpoints: ['plan'] } } };
    const [one, two] = await Promise.all([start(options), start(options)]);
    const asked = [
      { key: 'plan:sara', value: 'old' },
      { key: 'plan:words', value: 'paid', onEvent: 'keep' },
      { key: 'teams', value: 'others' },
    ];
    for (const each of asked) await one.call('fetch', each);
    assert.equal(await one.call('event', { event: { event_type: 'task_done', data: {} } }), 1);
    await one.call('flush');
    const answers = [];
    for (const each of asked) answers.push((await two.call('fetch', { ...each, value: 'new' })).answer);
    assert.deepEqual(answers, ['new', 'paid', 'others']);
  });

  overRedis('what one deletes the store gives nobody any more', async (start) => {
    const [one, two] = await Promise.all([start(), start()]);
    await one.call('fetch', { key: 'plan', value: 'old' });
    await one.call('flush');
    assert.equal(await one.call('delete', { key: 'plan' }), true);
    assert.equal((await one.call('fetch', { key: 'plan', value: 'newer' })).answer, 'newer');
    await one.call('delete', { key: 'plan' });
    await one.call('flush');
    assert.equal((await two.call('fetch', { key: 'plan', value: 'new' })).answer, 'new');
  });

  overRedis('forceRefresh and a smaller maxAge pass the store by', async (start) => {
    const [one, two] = await Promise.all([start(), start()]);
    await one.call('fetch', { key: 'plan', value: 'old' });
    await one.call('flush');
    assert.equal((await two.call('fetch', { key: 'plan', value: 'forced', forceRefresh: true })).answer, 'forced');
    const three = await start();
    assert.equal((await three.call('fetch', { key: 'plan', value: 'young', maxAge: 0 })).answer, 'young');
  });

  overRedis('a watcher is shown the store’s answer, and after another’s invalidation a new one', async (start) => {
    const [one, two] = await Promise.all([start(), start()]);
    await one.call('fetch', { key: 'plan', value: 'first' });
    await one.call('flush');
    await two.call('watch', { key: 'plan', value: 'second' });
    const first = [
      [null, 'memory'],
      ['first', 'remote'],
    ];
    await two.until(first, 'shown');
    await one.call('invalidate', { selector: 'plan' });
    await two.until([...first, ['second', 'fetch']], 'shown');
  });

  overRedis(
    'after a write of one process the watchers of the others fetch, after an event they hear it themselves',
    async (start) => {
      const [one, two] = await Promise.all([start(), start()]);
      await two.call('watch', { key: 'plan', value: 'fetched' });
      const fetched = [
        [null, 'memory'],
        ['fetched', 'fetch'],
      ];
      await two.until(fetched, 'shown');
      const asks = () => two.call('asks');
      const before = await asks();
      await one.call('event', { event: { event_type: 'any', data: {} } });
      await one.call('flush');
      // What comes over one connection comes in order: once this has, the event's floor has been heard.
      await one.call('mutate', { selector: 'another' });
      await one.call('flush');
      await two.until('nothing', 'get', { key: 'plan' });
      assert.equal(await asks(), before);
      await one.call('mutate', { selector: 'plan' });
      await two.until(before + 1, 'asks');
    },
  );

  overRedis('a store that has gone costs answers nothing but its own, and comes back', async (start, _namespace, t) => {
    const one = await start({ pubsub: false });
    await redis.stop();
    t.after(() => redis.start());
    assert.deepEqual(await one.call('fetch', { key: 'plan', value: 'fetched' }), { answer: 'fetched', fetches: 1 });
    await one.call('flush');
    const { errors, remote } = await one.call('stats');
    assert.ok(errors.remote > 0);
    assert.equal(remote.misses, 1);
    await redis.start();
    for (let at = 0; ; at++) {
      await one.call('set', { key: `again${at}`, value: at });
      await one.call('flush');
      const two = await start({ pubsub: false });
      if ((await two.call('fetch', { key: `again${at}`, value: 'missed' })).answer === at) break;
      assert.ok(at < 20, 'it never came back');
    }
  });
});

// ---- tiers of one's own: what a Redis does only on a bad day

const answerOf = (value, timestamp, more = {}) => ({ data: value, timestamp, ...more });

/** A cache over a tier in this process, with a clock to move; `tier` overrides parts of one that has nothing. */
function openOver(t, tier, options = {}) {
  const clock = { now: START };
  const written = [];
  const whole = {
    get: async () => undefined,
    set: async (...write) => void written.push(write),
    invalidate: async (...floor) => void written.push(floor),
    ...tier,
  };
  const cache = openCache({
    namespace: `own${++spaces}_`,
    storage: false,
    clock: () => clock.now,
    remote: whole,
    ...options,
  });
  t.after(() => cache.close());
  return { cache, clock, written };
}

test('an answer of the tier is as old as it says, and ends when one from here would', async (t) => {
  const { cache, clock } = openOver(t, { get: async () => answerOf('kept', START - HOUR) });
  assert.equal(await cache.getOrFetch('plan', assert.fail, { ttl: 90 * MINUTE }), 'kept');
  assert.equal(cache.age('plan'), HOUR);
  assert.equal(cache.remainingTtl('plan'), 30 * MINUTE);
  clock.now += 30 * MINUTE;
  assert.equal(cache.get('plan'), undefined);
});

test('an answer that has ended, comes from the future, is of another version or fails the check is a miss', async (t) => {
  const refused = [
    [answerOf('old', START - 2 * HOUR), { ttl: HOUR }, 0],
    [answerOf('tomorrow', START + HOUR), {}, 0],
    [answerOf('v1', START, { version: '1' }), { version: '2' }, 1],
    [answerOf('no plan', START), { check: (value) => Array.isArray(value) }, 1],
    [answerOf('over', START), { expiresAt: () => START - 1 }, 0],
  ];
  for (const [record, policy, errors] of refused) {
    const { cache } = openOver(t, { get: async () => record });
    assert.equal(await cache.getOrFetch('plan', async () => ['fetched'], policy).then(String), 'fetched', record.data);
    assert.equal(cache.stats().errors.version, errors, record.data);
    assert.equal(cache.stats().remote.misses, 1);
  }
});

test('a tier that rejects, throws, hangs or gives nonsense is a counted miss', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const bad = {
    rejects: () => Promise.reject(new Error('down')),
    throws: () => {
      throw new Error('down');
    },
    hangs: () => new Promise(() => undefined),
    'gives nonsense': async () => ({ data: 1, timestamp: 'yesterday' }),
    'gives no data': async () => ({ timestamp: START }),
    'gives text': async () => 'plan',
  };
  for (const [name, get] of Object.entries(bad)) {
    const { cache } = openOver(t, { get });
    const heard = listen(cache, 'error');
    const answer = cache.getOrFetch('plan', async () => 'fetched');
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    t.mock.timers.tick(2_000);
    assert.equal(await answer, 'fetched', name);
    assert.deepEqual(
      heard.map(([, { kind, key }]) => [kind, key]),
      [['remote', 'plan']],
      name,
    );
    assert.equal(cache.stats().remote.misses, 1);
  }
});

test('a tier that takes nothing is counted, and flush resolves', async (t) => {
  const down = () => Promise.reject(new Error('down'));
  const { cache } = openOver(t, { set: down, invalidate: down });
  cache.set('plan', 1);
  cache.invalidate('plan');
  await cache.flush();
  assert.equal(cache.stats().errors.remote, 2);
});

test('flush waits for what is on its way to the tier', async (t) => {
  let arrive;
  const { cache } = openOver(t, { set: () => new Promise((resolve) => (arrive = resolve)) });
  cache.set('plan', 1);
  let flushed = false;
  const flush = cache.flush().then(() => (flushed = true));
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  assert.equal(flushed, false);
  arrive();
  await flush;
});

test('the tier is told how long an answer has yet to live, its version and its tags', async (t) => {
  const { cache, written } = openOver(t, {});
  cache.set('plan:sara', { tasks: [] }, { ttl: HOUR, version: '3', tags: ['week'] });
  await cache.flush();
  const [[key, record, ttl]] = written;
  assert.match(key, /^own\d+_plan:sara$/);
  assert.deepEqual(record, { data: { tasks: [] }, timestamp: START, version: '3', tags: ['week'] });
  assert.equal(ttl, HOUR);
});

test('what JSON cannot hold stays here', async (t) => {
  const { cache, written } = openOver(t, {});
  cache.set('map', new Map([[1, 2]]));
  await cache.flush();
  assert.deepEqual(written, []);
  assert.equal(cache.get('map').get(1), 2);
});

test('a question that all who asked have left is abandoned, and one flight asks for all', async (t) => {
  let asked = 0;
  let answer;
  const { cache } = openOver(t, { get: () => ((asked += 1), new Promise((resolve) => (answer = resolve))) });
  const controller = new AbortController();
  let fetched = 0;
  const left = cache.getOrFetch('plan', async () => (fetched += 1), { signal: controller.signal });
  await new Promise(setImmediate);
  controller.abort();
  await assert.rejects(left, { name: 'AbortError' });
  answer(undefined);
  await new Promise(setImmediate);
  assert.equal(fetched, 0);
  const both = Promise.all(['first', 'second'].map((name) => cache.getOrFetch('plan', async () => name)));
  await new Promise(setImmediate);
  answer(undefined);
  assert.deepEqual(await both, ['first', 'first']);
  assert.equal(asked, 2);
});

test('an invalidation while the tier is asked refuses what it then gives', async (t) => {
  let answer;
  const { cache } = openOver(t, { get: () => new Promise((resolve) => (answer = resolve)) });
  const asked = cache.getOrFetch('plan', async () => 'fetched');
  await new Promise(setImmediate);
  cache.invalidate('plan');
  answer(answerOf('void', START));
  assert.equal(await asked, 'fetched');
});

test('a forced fetch does not ask it', async (t) => {
  let asked = 0;
  const { cache } = openOver(t, { get: async () => void (asked += 1) });
  assert.equal(await cache.getOrFetch('plan', async () => 'forced', { forceRefresh: true }), 'forced');
  assert.equal(asked, 0);
});

test('what is invalidated here has arrived there before it is asked again', async (t) => {
  const calls = [];
  let arrive;
  const { cache } = openOver(t, {
    get: async () => void calls.push('get'),
    invalidate: () => new Promise((resolve) => (arrive = () => (calls.push('invalidated'), resolve()))),
  });
  cache.invalidate('plan');
  const asked = cache.getOrFetch('plan', async () => 'fetched');
  await new Promise(setImmediate);
  assert.deepEqual(calls, []);
  arrive();
  await asked;
  assert.deepEqual(calls, ['invalidated', 'get']);
});

test('hit and update are told as of the tier, and an equal answer keeps its reference', async (t) => {
  const { cache, clock } = openOver(t, { get: async () => answerOf({ tasks: [1] }, clock.now) });
  const heard = listen(cache, 'hit', 'update');
  const first = await cache.getOrFetch('plan', assert.fail, { ttl: HOUR });
  clock.now += MINUTE;
  const second = await cache.getOrFetch('plan', assert.fail, { ttl: HOUR, maxAge: 1_000 });
  assert.equal(second, first);
  await Promise.resolve();
  assert.deepEqual(heard, [
    ['hit', { key: 'plan', source: 'remote' }],
    ['update', { key: 'plan' }],
    ['hit', { key: 'plan', source: 'remote' }],
  ]);
});

test('clear starts its statistics anew', async (t) => {
  const { cache } = openOver(t, {});
  await cache.getOrFetch('plan', async () => 1);
  assert.equal(cache.stats().remote.misses, 1);
  cache.clear();
  assert.equal(cache.stats().remote.misses, 0);
});

test('what is no tier, and what is no Keyv, is refused at once', () => {
  assert.throws(() => openCache({ namespace: 'refused_', remote: {} }), TypeError);
  assert.throws(() => keyvTier({}), TypeError);
  for (const ttl of [0, -1, NaN, Infinity, '1']) assert.throws(() => keyvTier(new Keyv(), { ttl }), TypeError);
});

test('any Keyv will do: nothing lies there for longer than the tier’s ttl', async (t) => {
  const keyv = new Keyv();
  const seen = [];
  const { set } = keyv;
  keyv.set = (key, value, ttl) => (seen.push([key, ttl]), set.call(keyv, key, value, ttl));
  const { cache } = openOver(t, keyvTier(keyv, { ttl: MINUTE }), { clock: undefined });
  cache.set('plan', 1);
  cache.set('brief', 1, { ttl: 1000 });
  await cache.flush();
  assert.deepEqual(
    seen.map(([key, ttl]) => [key.replace(/^own\d+_/, ''), ttl <= 1000 ? 'its own' : ttl]),
    [
      ['plan', MINUTE],
      ['brief', 'its own'],
    ],
  );
});

test('hundreds of invalidations become one over everything, never less', async () => {
  const store = new Keyv();
  const [writer, reader] = [keyvTier(store), keyvTier(store)];
  const heard = [];
  reader.subscribe((selector, at, of) => heard.push([selector, at, of.scope]));
  const now = Date.now();
  for (let index = 0; index < 300; index++) {
    await writer.invalidate(`plan:user${index}`, now + index, { scope: 'a_', sparesKept: true, byWrite: false });
  }
  await reader.get('anything');
  assert.ok(heard.length <= 256);
  assert.ok(heard.some(([selector, at, scope]) => selector === '*' && at >= now + 256 && scope === 'a_'));
});

describe('a list of writers that another process has overwritten', () => {
  for (const [how, act] of [
    ['is mended some time later', (t) => t.mock.timers.tick(500)],
    ['is mended with the next question to the store', (_t, tier) => tier.get('another')],
  ]) {
    test(how, async (t) => {
      t.mock.timers.enable({ apis: ['setTimeout'] });
      const store = new Keyv();
      const one = keyvTier(store);
      await over(t, one.invalidate('plan', Date.now()));
      const [name] = await store.get('!cardcache:floors');
      // As one does that was held up between reading the list and writing it.
      await store.set('!cardcache:floors', []);
      await act(t, one);
      for (let turn = 0; !(await store.get('!cardcache:floors')).includes(name); turn += 1) {
        assert.ok(turn < 1_000);
        await immediate();
      }
      const heard = [];
      const two = keyvTier(store);
      two.subscribe((selector) => heard.push(selector));
      await two.get('plan');
      assert.deepEqual(heard, ['plan']);
    });
  }

  /** What waits for short timers, with the timers stopped. */
  async function over(t, promise) {
    let settled = false;
    promise.finally(() => (settled = true));
    while (!settled) {
      t.mock.timers.tick(1);
      await immediate();
    }
  }
});
