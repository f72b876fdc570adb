// What is past its end and may be served all the same: while a fetch runs, or where it fails.
import assert from 'node:assert/strict';
import test from 'node:test';
import { DAY, entriesIn, HOUR, open, START } from './support/cache.mjs';
import { controlledFetcher, pass, passSweep, settle } from './support/time.mjs';

test('staleWhileRevalidate serves what is past its end while a fetch runs', async (t) => {
  const { cache, clock } = open(t);
  const policy = { ttl: 1_000, staleWhileRevalidate: 10_000 };
  cache.set('plan', 'old', policy);
  clock.now += 10_999;
  const { fetcher, calls, answers } = controlledFetcher();
  assert.equal(cache.get('plan'), undefined, 'get never answers past the end');
  assert.equal(await cache.getOrFetch('plan', fetcher, policy), 'old');
  assert.equal(await cache.getOrFetch('plan', fetcher, policy), 'old');
  assert.equal(calls.length, 1);
  answers[0].resolve('new');
  await settle();
  assert.equal(cache.get('plan'), 'new');
  clock.now += 11_000;
  const late = cache.getOrFetch('plan', fetcher, policy);
  answers[1].resolve('newest');
  assert.equal(await late, 'newest', 'not longer than allowed');
});

test('staleWhileRevalidate outlasts a reload, and a failing fetch does not reject callers who were served', async (t) => {
  const policies = { plan: { ttl: 1_000, staleWhileRevalidate: HOUR } };
  const { cache, clock, reload } = open(t, { policies });
  cache.set('plan', 'old');
  clock.now += 1_000;
  const loaded = reload();
  assert.equal(await loaded.getOrFetch('plan', () => Promise.reject(new Error('down'))), 'old');
  await settle();
  assert.equal(loaded.stats().errors.fetch, 1);
});

test('staleIfError serves what is past its end when the fetch fails', async (t) => {
  const { cache, clock } = open(t);
  const policy = { ttl: 1_000, staleIfError: 10_000 };
  cache.set('plan', 'old', policy);
  clock.now += 10_999;
  const failing = () => Promise.reject(new Error('down'));
  assert.equal(await cache.getOrFetch('plan', failing, policy), 'old');
  assert.equal(await cache.getOrFetch('plan', () => Promise.resolve('new'), policy), 'new');
  clock.now += 11_000;
  await assert.rejects(cache.getOrFetch('plan', failing, policy), /down/);
});

test('a life of 0 still serves when the fetch fails', async (t) => {
  const { cache, clock } = open(t);
  const policy = { ttl: 0, staleIfError: HOUR };
  assert.equal(await cache.getOrFetch('plan', () => Promise.resolve('first'), policy), 'first');
  clock.now += 1;
  assert.equal(await cache.getOrFetch('plan', () => Promise.resolve('second'), policy), 'second');
  assert.equal(await cache.getOrFetch('plan', () => Promise.reject(new Error('down')), policy), 'second');
});

test('a sweep leaves what may still be served past its end', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, clock } = open(t);
  const policy = { ttl: 1_000, staleIfError: HOUR };
  cache.set('plan', 'old', policy);
  clock.now += HOUR;
  passSweep(t);
  assert.equal(await cache.getOrFetch('plan', () => Promise.reject(new Error('down')), policy), 'old');
});

test('a get past the end leaves what may still be served', async (t) => {
  const { cache, clock, reload } = open(t, { policies: { plan: { ttl: 1_000, staleIfError: HOUR } } });
  cache.set('plan', 'old');
  clock.now += 2_000;
  const loaded = reload();
  assert.equal(loaded.get('plan'), undefined);
  assert.equal(await loaded.getOrFetch('plan', () => Promise.reject(new Error('down'))), 'old');
});

test('staleWhen says which failures an older answer may cover', async (t) => {
  const { cache, clock } = open(t);
  const staleWhen = (error) => error.status >= 500;
  const policy = { ttl: 1_000, staleIfError: HOUR, staleWhen };
  cache.set('plan', 'old', policy);
  clock.now += 2_000;
  const failing = (status) => () => Promise.reject(Object.assign(new Error('no'), { status }));
  assert.equal(await cache.getOrFetch('plan', failing(503), { ...policy, forceRefresh: true }), 'old');
  await assert.rejects(cache.getOrFetch('plan', failing(404), { ...policy, forceRefresh: true }), { status: 404 });
});

test('a staleWhen that throws covers nothing: the caller gets the fetcher’s error', async (t) => {
  const { cache, clock } = open(t);
  globalThis.reportError = () => undefined;
  t.after(() => delete globalThis.reportError);
  const policies = { ttl: 1_000, staleIfError: HOUR, staleWhen: (error) => error.of.what };
  cache.set('plan', 'old', policies);
  clock.now += 2_000;
  await assert.rejects(
    cache.getOrFetch('plan', () => Promise.reject(new Error('down')), policies),
    /down/,
  );
  assert.throws(() => cache.set('plan', 1, { staleWhen: 503 }), TypeError);
});

const failing = () => Promise.reject(new Error('down'));
/** Plain and packed; and one without end. */
const kinds = [
  ['plain', 'old', HOUR],
  ['packed', Array.from({ length: 100 }, (_, id) => ({ id, title: `task ${id}` })), HOUR],
  ['without end', 'old', Infinity],
];
const ways = {
  'set under a policy': (cache, value, policy) => cache.set('plan', value, policy),
  'getOrFetch with staleIfError': (cache, value, { ttl, grace }) =>
    cache.getOrFetch('plan', async () => value, { ttl, staleIfError: grace }),
  'getOrFetch with staleWhileRevalidate': (cache, value, { ttl, grace }) =>
    cache.getOrFetch('plan', async () => value, { ttl, staleWhileRevalidate: grace }),
  'a watch': async (cache, value, { ttl, grace }, t) => {
    cache.watch(
      'plan',
      async () => value,
      () => undefined,
      { ttl, staleIfError: grace },
    );
    await pass(t, 10);
  },
  'an answer that is renewed': (cache, value, { ttl, grace }) => {
    cache.set('plan', value, { ttl });
    cache.set('plan', structuredClone(value), { ttl, staleIfError: grace });
  },
};

for (const [how, write] of Object.entries(ways)) {
  test(`the grace of a call outlasts a reload and maintenance: ${how}`, async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
    for (const [what, value, grace] of kinds) {
      const { cache, clock, area, origin, reload } = open(t);
      await write(cache, value, { ttl: 1_000, grace, staleIfError: grace }, t);
      cache.set('list', 'without', { ttl: 1_000 });
      clock.now += grace === Infinity ? 400 * DAY : HOUR;
      open(t, { origin, now: clock.now, user: 'tom' });
      const loaded = reload();
      passSweep(t);
      assert.deepEqual(entriesIn(area), ['plan'], `${what}: what was promised nothing has gone`);
      assert.equal(loaded.get('plan'), undefined);
      assert.deepEqual(loaded.keys(), []);
      assert.deepEqual(await loaded.getOrFetch('plan', failing, { ttl: 1_000, staleIfError: grace }), value, what);
      assert.deepEqual(
        await loaded.getOrFetch('plan', failing, { ttl: 1_000, staleWhileRevalidate: grace }),
        value,
        what,
      );
      if (grace === Infinity) continue;
      clock.now += grace;
      const late = reload();
      passSweep(t);
      await assert.rejects(late.getOrFetch('plan', failing, { staleIfError: DAY }), /down/);
    }
  });
}

test('an entry written without a grace is served to callers with one while it exists', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, clock, reload } = open(t);
  cache.set('plan', 'old', { ttl: 1_000 });
  clock.now += 1_000;
  const loaded = reload();
  const policy = { ttl: 1_000, staleWhileRevalidate: HOUR, staleIfError: HOUR };
  assert.equal(await loaded.getOrFetch('plan', failing, policy), 'old');
  await settle();
  passSweep(t);
  clock.now += HOUR - 1;
  passSweep(t);
  assert.equal(await loaded.getOrFetch('plan', failing, policy), 'old');
  await settle();
  clock.now += 1;
  await assert.rejects(loaded.getOrFetch('plan', failing, policy), /down/);
});

test('an endpoint’s policy keeps what was written without it, and nothing of other endpoints', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, clock, area, origin } = open(t);
  for (const key of ['plan', 'plan:sara', 'planets', 'list']) cache.set(key, 'old', { ttl: 1_000 });
  void cache.close();
  clock.now += HOUR;
  const { cache: loaded } = open(t, { origin, now: clock.now, policies: { plan: { staleIfError: HOUR } } });
  passSweep(t);
  assert.deepEqual(entriesIn(area).sort(), ['plan', 'plan:sara']);
  assert.equal(await loaded.getOrFetch('plan', failing), 'old');
});

test('an answer in memory alone is kept for its grace', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, clock } = open(t, { storage: false });
  const policy = { ttl: 1_000, staleIfError: HOUR };
  await cache.getOrFetch('plan', async () => 'old', policy);
  cache.set('list', 'without', { ttl: 1_000 });
  clock.now += HOUR;
  passSweep(t);
  assert.equal(await cache.getOrFetch('plan', failing, policy), 'old');
  await assert.rejects(cache.getOrFetch('list', failing, policy), /down/);
});

test('an answer of the remote tier is kept for the grace of its policy here', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  let record = { data: 'old', timestamp: START };
  const remote = { get: async () => record, set: async () => undefined, invalidate: async () => undefined };
  const { cache, clock } = open(t, { remote });
  const policy = { ttl: 1_000, staleIfError: HOUR };
  assert.equal(await cache.getOrFetch('plan', failing, policy), 'old');
  record = undefined;
  clock.now += HOUR;
  passSweep(t);
  assert.equal(await cache.getOrFetch('plan', failing, policy), 'old');
});

test('a hit under a grace that the core knows asks neither storage nor the core', async (t) => {
  const { cache, area } = open(t);
  const [usual, longer] = [HOUR, 2 * HOUR].map((grace) => ({ tier: 'memory', staleIfError: grace }));
  const unfetched = () => assert.fail('fetched');
  cache.set('plan', 'here', usual);
  const read = t.mock.method(area, 'getItem');
  const ask = async (policy) => {
    const before = read.mock.callCount();
    for (let time = 0; time < 10; time++) assert.equal(await cache.getOrFetch('plan', unfetched, policy), 'here');
    return read.mock.callCount() - before;
  };
  assert.equal(await ask(usual), 0);
  assert.ok((await ask(longer)) <= 1, 'a longer one is told once');
  assert.equal(await ask(longer), 0);
});

test('a hit keeps what is there for the grace of the call, after a reload too', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  const { cache, clock, reload } = open(t);
  cache.set('plan', 'old', { ttl: 1_000 });
  const policy = { ttl: 1_000, staleIfError: HOUR };
  assert.equal(await cache.getOrFetch('plan', failing, policy), 'old');
  clock.now += 2_000;
  passSweep(t);
  assert.equal(await cache.getOrFetch('plan', failing, policy), 'old');
  const loaded = reload();
  assert.equal(await loaded.getOrFetch('plan', failing, policy), 'old');
});
