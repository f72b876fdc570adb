// The remote tier: processes that share a real Redis, and tiers that fail in ways a Redis seldom does.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import test, { after, before, describe } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import Keyv from 'keyv';
import { openCache } from '../../dist/index.js';
import { keyvTier } from '../../dist/node.js';
import { HOUR, listen, MINUTE, START } from './support/cache.mjs';
import { startRedis } from './support/redis.mjs';
import { deferred } from './support/time.mjs';
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

  for (const pubsub of [
    'node-redis 5, one client',
    'node-redis 5, two clients',
    'node-redis 6, one client',
    'node-redis 6, two clients',
    'ioredis, one client',
    'ioredis, two clients',
    'ioredis of the older protocol, one client',
    'ioredis of the older protocol, two clients',
    'ioredis that connects late',
  ]) {
    overRedis(`${pubsub}: invalidations arrive at once, both ways, and what was missed later`, async (start, _, t) => {
      const both = await Promise.all([start({ pubsub }), start({ pubsub })]);
      const passes = async ([from, to], key) => {
        for (const each of [from, to]) await each.call('set', { key, value: 'old' });
        await from.call('invalidate', { selector: key });
        await to.until('nothing', 'get', { key });
      };
      await passes(both, 'plan:sara');
      await passes(both.toReversed(), 'plan:tom');
      if (pubsub.includes('two') || pubsub.includes('older')) return;
      await redis.stop();
      t.after(() => redis.start());
      for (const each of both) await each.call('set', { key: 'away', value: 'old' });
      // Nobody can hear it now; nobody asks the store for anything later.
      await both[0].call('invalidate', { selector: 'away' });
      await redis.start();
      await both[1].until('nothing', 'get', { key: 'away' });
      await passes(both, 'plan:again');
      await passes(both.toReversed(), 'plan:back');
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

test('the tier gets an answer’s remaining ttl, version and tags', async (t) => {
  const { cache, written } = openOver(t, {});
  cache.set('plan:sara', { tasks: [] }, { ttl: HOUR, version: '3', tags: ['week'] });
  await cache.flush();
  const [[key, record, ttl]] = written;
  assert.match(key, /^own\d+_plan:sara$/);
  assert.deepEqual(record, { data: { tasks: [] }, timestamp: START, version: '3', tags: ['week'] });
  assert.equal(ttl, HOUR);
});

test('values that JSON cannot hold are not sent to the tier', async (t) => {
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

test('an invalidation arrives at the tier before the next read', async (t) => {
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

test('hit and update have the source remote, and an equal answer keeps its reference', async (t) => {
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

test('an answer that lacks only what JSON leaves out counts as equal, and no listener is called', async (t) => {
  const held = { unit: undefined, days: [{ low: -0, note: undefined }] };
  const { cache, clock } = openOver(t, { get: async () => answerOf(JSON.parse(JSON.stringify(held)), clock.now) });
  cache.set('plan', held);
  await Promise.resolve();
  const heard = listen(cache, 'update');
  for (let poll = 0; poll < 3; poll++) {
    clock.now += MINUTE;
    assert.equal(await cache.getOrFetch('plan', assert.fail, { maxAge: 1_000 }), held);
  }
  await Promise.resolve();
  assert.deepEqual(heard, []);
});

test('clear starts its statistics anew', async (t) => {
  const { cache } = openOver(t, {});
  await cache.getOrFetch('plan', async () => 1);
  assert.equal(cache.stats().remote.misses, 1);
  cache.clear();
  assert.equal(cache.stats().remote.misses, 0);
});

test('an invalid tier or Keyv is refused at once', () => {
  assert.throws(() => openCache({ namespace: 'refused_', remote: {} }), TypeError);
  assert.throws(() => keyvTier({}), TypeError);
  for (const ttl of [0, -1, NaN, Infinity, '1']) assert.throws(() => keyvTier(new Keyv(), { ttl }), TypeError);
});

test('any Keyv works, and holds nothing for longer than the tier’s ttl', async (t) => {
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

describe('a tier that does not answer', () => {
  /** Over a tier that `state.how` makes fail, with its log; `ask` gives whether the answer is the tier's, `pass` has time go by. */
  function openOverFailing(t) {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const state = { how: 'well', asked: 0, took: [], floors: [] };
    const act = {
      well: (answer) => Promise.resolve(answer?.()),
      hangs: () => new Promise(() => undefined),
      rejects: () => Promise.reject(new Error('down')),
      'rejects slowly': () => new Promise((_, reject) => setTimeout(() => reject(new Error('down')), 1_900)),
    };
    const log = [];
    const opened = openOver(
      t,
      {
        get: (key) => ((state.asked += 1), act[state.how](() => answerOf(`stored ${key}`, START + 1))),
        set: (key) => act[state.how](() => void state.took.push(key)),
        invalidate: (selector) => act[state.how](() => void state.floors.push(selector)),
      },
      { log: (entry) => entry.level !== 'debug' && log.push(entry) },
    );
    const { cache, clock } = opened;
    const turns = async () => {
      for (let turn = 0; turn < 60; turn++) await Promise.resolve();
    };
    let keys = 0;
    const ask = async (patience = 0) => {
      let answer;
      const asked = cache.getOrFetch(`k${++keys}`, async () => 'fetched', { ttl: HOUR });
      void asked.then((value) => (answer = value));
      await turns();
      if (patience > 0 && answer === undefined) {
        t.mock.timers.tick(patience);
        await turns();
      }
      return answer === undefined ? 'waits' : answer === 'fetched' ? 'fetched' : 'stored';
    };
    const pass = async (time) => {
      clock.now += time;
      t.mock.timers.tick(time);
      await turns();
    };
    return { ...opened, state, log, ask, pass, turns };
  }

  for (const how of ['hangs', 'rejects', 'rejects slowly']) {
    test(`one that ${how} three times is left alone, then asked by one request`, async (t) => {
      const { state, log, ask, pass } = openOverFailing(t);
      state.how = how;
      for (let time = 0; time < 3; time++) assert.equal(await ask(2_000), 'fetched');
      assert.equal(state.asked, 3);
      for (let time = 0; time < 20; time++) assert.equal(await ask(), 'fetched', 'at once');
      assert.equal(state.asked, 3);
      await pass(5_000);
      const first = ask();
      for (let time = 0; time < 5; time++) assert.equal(await ask(), 'fetched', 'beside the one that tries');
      await first;
      await pass(2_000);
      assert.equal(state.asked, 4);
      await pass(5_000);
      assert.equal(await ask(), 'fetched', 'it waits longer each time');
      assert.equal(state.asked, 4);
      await pass(5_000);
      state.how = 'well';
      assert.equal(await ask(), 'stored');
      assert.equal(await ask(), 'stored');
      assert.deepEqual(
        log.map(({ level }) => level),
        ['warn', 'info'],
      );
    });
  }

  test('a probe delays its caller by a quarter of a second at most', async (t) => {
    const { state, ask, pass } = openOverFailing(t);
    state.how = 'hangs';
    for (let time = 0; time < 3; time++) await ask(2_000);
    await pass(5_000);
    assert.equal(await ask(249), 'waits');
    await pass(10_000);
    assert.equal(await ask(250), 'fetched');
  });

  test('an answer between two failures starts the count anew, and a clock that is set back prolongs no pause', async (t) => {
    const { state, ask, clock, log } = openOverFailing(t);
    for (let round = 0; round < 3; round++) {
      state.how = 'rejects';
      assert.deepEqual([await ask(), await ask()], ['fetched', 'fetched']);
      state.how = 'well';
      assert.equal(await ask(), 'stored');
    }
    assert.equal(state.asked, 9);
    assert.deepEqual(log.map(({ level }) => level), ['warn', 'info'], 'not each time'); // prettier-ignore
    state.how = 'rejects';
    for (let time = 0; time < 3; time++) await ask();
    clock.now -= HOUR;
    state.how = 'well';
    t.mock.timers.tick(5_000);
    assert.equal(await ask(), 'fetched', 'a record from the future is none');
    assert.equal(state.asked, 13);
  });

  test('a second loss after a return is logged again', async (t) => {
    const { state, log, ask, pass } = openOverFailing(t);
    for (let round = 0; round < 2; round++) {
      state.how = 'hangs';
      for (let time = 0; time < 3; time++) await ask(2_000);
      state.how = 'well';
      await pass(5_000);
      assert.equal(await ask(), 'stored');
    }
    assert.deepEqual(
      log.map(({ level, what }) => [level, what]),
      [
        ['warn', 'the remote store fails: answers come from their fetchers'],
        ['info', 'the remote store is back'],
        ['warn', 'the remote store fails: answers come from their fetchers'],
        ['info', 'the remote store is back'],
      ],
    );
    assert.ok(log[0].detail instanceof Error);
  });

  test('nonsense under one key is counted, and no loss of the store', async (t) => {
    const { cache } = openOver(t, { get: async () => 'nonsense' });
    for (let time = 0; time < 5; time++) await cache.getOrFetch(`k${time}`, async () => 1);
    assert.equal(cache.stats().errors.remote, 5);
  });

  test('answers are not sent to a lost store, and flush does not wait for them', async (t) => {
    const { cache, state, ask, turns, pass } = openOverFailing(t);
    state.how = 'rejects';
    for (let time = 0; time < 3; time++) await ask();
    state.how = 'hangs';
    let flushed = false;
    cache.set('plan', 1);
    void cache.flush().then(() => (flushed = true));
    await turns();
    assert.equal(flushed, true);
    state.how = 'well';
    await pass(5_000);
    cache.set('plan', 2);
    await turns();
    assert.equal(state.took.length, 1, 'and when the pause is over they are');
  });

  for (const how of ['hangs', 'rejects']) {
    test(`invalidations while it ${how} are sent when it is back: by a timer, with a probe, with the next one, by flush`, async (t) => {
      for (const occasion of ['time', 'try', 'next', 'flush']) {
        const { cache, state, ask, pass, turns } = openOverFailing(t);
        state.how = how;
        cache.invalidate('plan:sara');
        cache.invalidateUser('tom');
        await pass(5_000);
        for (let time = 0; time < 3; time++) await ask(2_000);
        assert.deepEqual(state.floors, []);
        state.how = 'well';
        if (occasion === 'time') for (let time = 0; time < 10; time++) await pass(1_000);
        if (occasion === 'next') {
          cache.invalidate('goals');
          // The one that is under way hangs for good.
          await pass(5_000);
        }
        if (occasion === 'flush') await Promise.race([cache.flush(), pass(5_000).then(() => pass(5_000))]);
        if (occasion === 'try') {
          await pass(5_000);
          assert.equal(await ask(), 'stored');
        }
        await turns();
        assert.deepEqual(state.floors.slice(0, 2), ['plan:sara', { user: 'tom' }], occasion);
        t.mock.timers.reset();
      }
    });
  }

  test('hundreds of invalidations that it misses become one over everything, never less', async (t) => {
    const { cache, state, pass } = openOverFailing(t);
    state.how = 'rejects';
    for (let index = 0; index < 1_000; index++) cache.invalidate(`plan:user${index}`);
    await pass(1);
    state.how = 'well';
    for (let time = 0; time < 10; time++) await pass(1_000);
    assert.ok(state.floors.includes('*'));
    assert.ok(state.floors.length <= 256, String(state.floors.length));
  });
});

test('a Keyv that swallows its store’s failures is lost as well, and comes back', async (t) => {
  for (const failing of [
    { get: () => Promise.reject(new Error('down')) },
    { get: () => Promise.reject(new Error('down')), getMany: () => Promise.reject(new Error('down')) },
  ]) {
    const state = { down: true, asked: 0 };
    const map = new Map();
    const whenUp = (act, fail) => (...args) => ((state.asked += 1), state.down ? fail() : act(...args)); // prettier-ignore
    const store = {
      get: whenUp(async (key) => map.get(key), failing.get),
      set: whenUp(async (key, value) => void map.set(key, value), failing.get),
      delete: async () => true,
      clear: async () => undefined,
      ...(failing.getMany && { getMany: whenUp(async (keys) => keys.map((key) => map.get(key)), failing.getMany) }),
    };
    const keyv = new Keyv({ store });
    const log = [];
    const { cache, clock } = openOver(t, keyvTier(keyv), { log: ({ level }) => log.push(level) });
    for (let time = 0; time < 4; time++) await cache.getOrFetch(`k${time}`, async () => 1);
    const { asked } = state;
    await cache.getOrFetch('passed by', async () => 1);
    assert.equal(state.asked, asked);
    assert.equal(log.filter((level) => level === 'warn').length, 1);
    state.down = false;
    clock.now += MINUTE;
    await cache.getOrFetch('tries', async () => 1);
    assert.ok(log.includes('info'));
    assert.equal(keyv.throwOnErrors, false, 'for its other users it is as it was');
  }
});

test('an invalidation that the store missed arrives once it is back, without another one', async (t) => {
  const map = new Map();
  let down = false;
  const orFail = (act) => (...args) => (down ? Promise.reject(new Error('down')) : act(...args)); // prettier-ignore
  const keyv = new Keyv({
    store: {
      get: orFail(async (key) => map.get(key)),
      set: orFail(async (key, value) => void map.set(key, value)),
      delete: async () => true,
      clear: async () => undefined,
    },
  });
  const one = openOver(t, keyvTier(keyv), { namespace: 'missed_', clock: undefined });
  const other = keyvTier(keyv);
  const heard = [];
  other.subscribe((selector) => heard.push(selector));
  one.cache.invalidate('earlier');
  await one.cache.flush();
  down = true;
  one.cache.invalidate('plan');
  await one.cache.flush();
  down = false;
  await one.cache.flush();
  await other.get('anything');
  assert.deepEqual(heard, ['earlier', 'plan']);
});

test('names that differ in halves of a pair alone are different in a store that speaks UTF-8', async (t) => {
  const map = new Map();
  const utf8 = (text) => Buffer.from(text).toString();
  const tier = {
    get: async (key) => map.get(utf8(key)),
    set: async (key, record) => void map.set(utf8(key), record),
    invalidate: async () => undefined,
  };
  const halves = ['\ud800', '\udfff', '\ufffd', '%d800', '\udfff\ud800', '🐉'];
  const open = (user, namespace) => {
    const cache = openCache({ namespace, user, storage: false, remote: tier });
    t.after(() => cache.close());
    return cache;
  };
  for (const [at, user] of halves.entries()) {
    const cache = open(user, 'halves_');
    assert.equal(await cache.getOrFetch('plan', async () => at), at, `of user ${at}`);
    await cache.flush();
  }
  const cache = open(null, 'keys_');
  const again = openCache({ namespace: 'keys_', storage: { area: null }, remote: tier });
  for (const [at, half] of halves.entries()) assert.equal(await cache.getOrFetch(`plan:${half}`, async () => at), at);
  await cache.flush();
  await cache.close();
  await again.close();
  const later = open(null, 'keys_');
  for (const [at, half] of halves.entries()) assert.equal(await later.getOrFetch(`plan:${half}`, assert.fail), at);
});

describe('the store’s lists are read within bounds', () => {
  const reader = async (keyv) => {
    const heard = [];
    const tier = keyvTier(keyv);
    tier.subscribe((selector, at, of) => heard.push([selector, at, of.scope]));
    return { tier, heard };
  };
  const floor = (selector, at, scope = 'a_') => ({ selector, at, of: { scope, sparesKept: false, byWrite: false } });

  test('a list longer than any of ours invalidates everything in its scope', async () => {
    const keyv = new Keyv();
    await keyv.set('!cardcache:floors', ['w']);
    const list = Array.from({ length: 100_000 }, (_, at) => floor(`plan:${at}`, at, at % 2 ? 'a_' : 'b_'));
    await keyv.set('!cardcache:floors:w', list);
    const { tier, heard } = await reader(keyv);
    await tier.get('plan');
    assert.deepEqual(heard, [
      ['*', 99_998, 'b_'],
      ['*', 99_999, 'a_'],
    ]);
  });

  test('a selector of very many keys counts as one that selects everything, sent or read', async () => {
    const keyv = new Keyv();
    const [writer, { tier, heard }] = [keyvTier(keyv), await reader(keyv)];
    const keys = Array.from({ length: 200_000 }, (_, at) => `plan:${at}`);
    const at = Date.now();
    await writer.invalidate({ keys }, at, { scope: 'a_', sparesKept: false, byWrite: false });
    await tier.get('plan');
    assert.deepEqual(heard, [['*', at, 'a_']]);
    assert.ok(JSON.stringify([...keyv.opts.store.values()]).length < 2_000);
  });

  test('a list of too many processes makes the store count as lost', async () => {
    const keyv = new Keyv();
    await keyv.set(
      '!cardcache:floors',
      Array.from({ length: 100_000 }, (_, at) => `w${at}`),
    );
    await assert.rejects((await reader(keyv)).tier.get('plan'), /too many processes/);
  });
});

describe('a client for pub/sub', () => {
  const NAME = 'cardcache:';
  /** Two tiers over clients of a shape; gives what the second hears of the first. */
  async function heardThrough(pubsub, subscriber) {
    const keyv = new Keyv();
    keyv.namespace = undefined;
    const [one, two] = [keyvTier(keyv, { pubsub, subscriber }), keyvTier(keyv, { pubsub, subscriber })];
    const heard = [];
    const stops = [one.subscribe(() => undefined), two.subscribe((selector) => heard.push(selector))];
    await one.invalidate('plan', 1, { scope: 'a_', sparesKept: false, byWrite: false });
    for (let turn = 0; turn < 10; turn++) await immediate();
    return { heard, stops, one, two };
  }

  /** As ioredis: a subscription is confirmed in a callback, messages are events, and who listens cannot publish. */
  class Emitting extends EventEmitter {
    static all = new Set();
    listens = new Set();
    constructor(options = {}) {
      super();
      this.options = options;
      Emitting.all.add(this);
    }
    async publish(channel, text) {
      if (this.listens.size > 0) throw new Error('Connection in subscriber mode, only subscriber commands may be used');
      for (const each of Emitting.all) if (each.listens.has(channel)) each.emit('message', channel, text);
      return 1;
    }
    subscribe(channel, callback) {
      this.listens.add(channel);
      setImmediate(() => callback(null, this.listens.size));
      return this.options.promises ? Promise.resolve(1) : true;
    }
    unsubscribe(channel, callback) {
      this.listens.delete(channel);
      callback?.(null, 0);
    }
    disconnect() {
      Emitting.all.delete(this);
      this.listens.clear();
    }
  }
  class Duplicating extends Emitting {
    duplicate() {
      return new Duplicating(this.options);
    }
  }

  test('that confirms in a callback and tells messages by an event is heard, alone or as one of two', async () => {
    for (const promises of [true, false]) {
      for (const clients of [
        [new Duplicating({ promises })],
        [new Duplicating({ promises }), new Emitting({ promises })],
        [new Emitting({ promises }), new Emitting({ promises })],
      ]) {
        const before = Emitting.all.size;
        const { heard, stops, two } = await heardThrough(...clients);
        assert.ok(heard.length > 0 && heard.every((selector) => selector === 'plan'));
        for (const stop of stops) stop();
        for (let turn = 0; turn < 5; turn++) await immediate();
        for (const each of Emitting.all) assert.equal(each.listens.size, 0, 'it unsubscribes when the last has closed');
        assert.equal(Emitting.all.size, before, 'its duplicates end');
        heard.length = 0;
        two.subscribe((selector) => heard.push(selector))();
      }
    }
  });

  test('that wraps one whose messages are events is an error that says what to give', async () => {
    const client = new Emitting();
    const pubsub = {
      publish: async () => 1,
      subscribe: (channel, listener) => client.subscribe(channel, listener) && new Promise(setImmediate),
    };
    const tier = keyvTier(new Keyv(), { pubsub });
    tier.subscribe(() => undefined);
    await assert.rejects(tier.invalidate('plan', 1), { name: 'TypeError', message: /on\('message'\)/ });
  });

  test('like GLIDE is polled for messages, and gets text and channel in its order', async () => {
    const waiting = [];
    const messages = [];
    const subscribed = [];
    const client = {
      publish: async (message, channel) => {
        assert.equal(channel, NAME);
        const next = waiting.shift();
        if (next) next({ channel, message });
        else messages.push({ channel, message });
      },
      subscribe: async (channels) => void subscribed.push(...channels),
      unsubscribe: async (channels) => void subscribed.splice(0, channels.length),
      getPubSubMessage: () =>
        new Promise((resolve) => (messages.length > 0 ? resolve(messages.shift()) : waiting.push(resolve))),
    };
    const keyv = new Keyv();
    keyv.namespace = undefined;
    const heard = [];
    const tier = keyvTier(keyv, { pubsub: client });
    const stop = tier.subscribe((selector) => heard.push(selector));
    await keyvTier(keyv, { pubsub: client }).invalidate('plan', 1);
    for (let turn = 0; turn < 10; turn++) await immediate();
    assert.deepEqual([heard, subscribed], [['plan'], [NAME]]);
    stop();
    for (let turn = 0; turn < 10; turn++) await immediate();
    assert.deepEqual(subscribed, []);
  });

  test('that could not subscribe tries again with the next invalidation', async () => {
    let refusals = 1;
    const pubsub = {
      publish: async () => 1,
      subscribe: async () => {
        if (refusals-- > 0) throw new Error('not yet');
      },
    };
    const tier = keyvTier(new Keyv(), { pubsub });
    tier.subscribe(() => undefined);
    await assert.rejects(tier.invalidate('plan', 1), /not yet/);
    await tier.invalidate('plan', 2);
    await tier.invalidate('plan', 3);
  });
});

describe('a client that subscribes while others invalidate', () => {
  const of = { scope: 'a_', sparesKept: false, byWrite: false };
  /** Clients of one server: what is published reaches those whose subscription stands. */
  function server() {
    const listeners = new Set();
    const client = (confirmed = Promise.resolve()) => ({
      publish: async (_channel, text) => listeners.forEach((listener) => listener(text)),
      subscribe: async (_channel, listener) => {
        await confirmed;
        listeners.add(listener);
      },
    });
    return { client };
  }
  const turns = async (count) => {
    for (let turn = 0; turn < count; turn++) await immediate();
  };

  test('hears of what was told before it listened and is written after it has read', async () => {
    const store = new Map();
    const { client } = server();
    const [confirmed, written] = [deferred(), deferred()];
    const slow = new Keyv({
      store: Object.assign(new Map(store), {
        get: async (key) => store.get(key),
        set: async (key, value) => (await written.promise, store.set(key, value)),
      }),
    });
    const heard = [];
    keyvTier(new Keyv({ store }), { pubsub: client(confirmed.promise) }).subscribe((selector) => heard.push(selector));
    const told = keyvTier(slow, { pubsub: client() }).invalidate('plan', Date.now(), of);
    await turns(10);
    confirmed.resolve();
    await turns(10);
    written.resolve();
    await told;
    await turns(10);
    assert.deepEqual(heard, ['plan']);
  });

  test('reads again where the store could not be read', async (t) => {
    const store = new Map();
    await keyvTier(new Keyv({ store })).invalidate('plan', Date.now(), of);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let failures = 3;
    const lost = new Keyv({
      store: Object.assign(new Map(), {
        get: async (key) => {
          if (failures-- > 0) throw new Error('lost');
          return store.get(key);
        },
      }),
    });
    lost.on('error', () => undefined);
    const heard = [];
    const stop = keyvTier(lost, { pubsub: server().client() }).subscribe((selector) => heard.push(selector));
    for (let second = 0; second < 10; second++) {
      await turns(10);
      t.mock.timers.tick(1_000);
    }
    assert.deepEqual(heard, ['plan']);
    stop();
  });

  /** As node-redis: one that is destroyed while it connects leaves the connection open, and one that cannot connect tries for ever. */
  class Connecting extends EventEmitter {
    static connections = 0;
    static trying = 0;
    isOpen = false;
    attempt = deferred();
    async connect() {
      this.isOpen = true;
      Connecting.trying++;
      await this.attempt.promise;
      Connecting.trying--;
      Connecting.connections++;
      this.isReady = true;
    }
    fail() {
      this.emit('error', new Error('refused'));
    }
    destroy() {
      if (!this.isOpen) throw new Error('The client is closed');
      this.isOpen = false;
      if (this.isReady) Connecting.connections--;
      else if (!this.isLost) this.isLost = Connecting.trying--;
    }
    async publish() {}
    async subscribe() {
      if (!this.isOpen) throw new Error('The client is closed');
    }
  }

  for (const outcome of ['connected', 'failed', 'connected at once']) {
    test(`leaves no connection where its cache is closed before it has ${outcome}`, async () => {
      Connecting.connections = Connecting.trying = 0;
      const own = new Connecting();
      const made = new Connecting();
      const pubsub = Object.assign(own, { duplicate: () => made });
      const stop = keyvTier(new Keyv(), { pubsub }).subscribe(() => undefined);
      if (outcome === 'connected at once') made.attempt.resolve();
      stop();
      await turns(3);
      if (outcome === 'connected') made.attempt.resolve();
      if (outcome === 'failed') made.fail();
      await turns(3);
      assert.deepEqual([Connecting.connections, Connecting.trying, made.isOpen], [0, 0, false]);
    });
  }
});

describe('an invalidation just before closing reaches the store', () => {
  for (const [how, act] of [
    ['an invalidation just before', (cache) => void cache.invalidate('plan')],
    ['several', (cache) => ['list', 'plan'].forEach((selector) => cache.invalidate(selector))],
    ['a write under way', (cache) => void cache.mutate(() => new Promise(() => undefined))],
  ]) {
    test(how, async (t) => {
      const store = new Map();
      const options = { namespace: `closing${++spaces}_`, clock: undefined };
      const one = openOver(t, keyvTier(new Keyv({ store })), options);
      one.cache.set('plan', 'old');
      await one.cache.flush();
      act(one.cache);
      await one.cache.close();
      const two = openOver(t, keyvTier(new Keyv({ store })), options);
      assert.equal(await two.cache.getOrFetch('plan', async () => 'new'), 'new');
    });
  }
});
