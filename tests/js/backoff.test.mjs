// What fails again and again: for how long its key is left alone, what that is told to whoever asks, and what ends it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCache } from '../../dist/index.js';
import { HOUR, MINUTE, open } from './support/cache.mjs';
import { controlledFetcher, pass, settle } from './support/time.mjs';
import { counted, listener, openStill } from './support/watching.mjs';

const down = new Error('down');
const failing = () => counted(() => Promise.reject(down));

/** Rejected with this, a hundred times if need be; gives what it was rejected with. */
async function rejections(count, ask) {
  const errors = [];
  for (let index = 0; index < count; index++) await ask().catch((error) => errors.push(error));
  assert.equal(errors.length, count);
  return errors;
}

test('twenty calls of a failing key make two fetches; the others are rejected with the same error', async (t) => {
  const { cache } = open(t);
  const fetcher = failing();
  const errors = await rejections(20, () => cache.getOrFetch('plan', fetcher));
  assert.equal(fetcher.calls, 2);
  assert.ok(errors.every((error) => error === down));
  const { fetch, errors: counts, backOff } = cache.stats();
  assert.deepEqual([fetch.started, fetch.failed, counts.fetch], [2, 2, 2]);
  assert.deepEqual(backOff, { failing: 1, spared: 18 });
  assert.equal(await cache.getOrFetch('teams', async () => 'up'), 'up');
});

test('after one failure the next call asks at once, and an answer ends the row', async (t) => {
  const { cache } = open(t);
  const fetcher = counted((call) => (call % 2 ? Promise.reject(down) : call));
  for (let round = 0; round < 3; round++) {
    await assert.rejects(cache.getOrFetch('plan', fetcher, { ttl: 0 }), down);
    await cache.getOrFetch('plan', fetcher, { ttl: 0 });
  }
  assert.equal(fetcher.calls, 6);
  assert.equal(cache.stats().backOff.failing, 0);
});

test('the back-off grows to five minutes', async (t) => {
  t.mock.method(Math, 'random', () => 0.999_999);
  const { cache, clock } = open(t);
  const fetcher = failing();
  const waits = [];
  await rejections(2, () => cache.getOrFetch('plan', fetcher));
  for (let gone = 0; waits.length < 8; gone += 1_000, clock.now += 1_000) {
    const before = fetcher.calls;
    await rejections(1, () => cache.getOrFetch('plan', fetcher));
    if (fetcher.calls === before) continue;
    waits.push(gone / 1_000);
    gone = 0;
  }
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 300, 300, 300]);
});

for (const [what, end] of [
  ['forceRefresh', ({ cache }, fetcher) => cache.getOrFetch('plan:sara:7', fetcher, { forceRefresh: true })],
  ['a set', ({ cache }) => cache.set('plan:sara:7', 'set')],
  ['a delete', ({ cache }) => cache.delete('plan:sara:7')],
  ['invalidating its key', ({ cache }) => cache.invalidate('plan:sara:7')],
  ['invalidating its endpoint', ({ cache }) => cache.invalidate({ endpoint: 'plan' })],
  ['invalidating its user', ({ cache }) => cache.invalidateUser('sara')],
  ['invalidating its tag', ({ cache }) => cache.invalidate({ tag: 'daily' })],
  ['invalidating its keys', ({ cache }) => cache.invalidate({ keys: ['plan:sara:7'] })],
  ['invalidating all', ({ cache }) => cache.invalidateAll()],
  ['a clear', ({ cache }) => cache.clear()],
  ['a write', ({ cache }) => cache.mutate(async () => 1)],
  ['an event', ({ cache }) => cache.applyEvent({ event_type: 'done', data: {} }, 'sara')],
]) {
  test(`a back-off is ended by ${what}`, async (t) => {
    const opened = open(t);
    let isUp = false;
    const fetcher = counted(() => (isUp ? 'up' : Promise.reject(down)));
    const ask = () => opened.cache.getOrFetch('plan:sara:7', fetcher, { tags: ['daily'] });
    await rejections(9, ask);
    for (const other of ['teams', ':tom', 'plan:sara:8', { tag: 'weekly' }]) opened.cache.invalidate(other);
    await rejections(1, ask);
    assert.equal(fetcher.calls, 2);
    isUp = true;
    await end(opened, fetcher);
    assert.equal(await ask(), what === 'a set' ? 'set' : 'up');
  });
}

test('a back-off is ended when the browser is back online', async (t) => {
  const events = new EventTarget();
  globalThis.document = Object.assign(new EventTarget(), { hidden: false });
  globalThis.addEventListener = (...args) => events.addEventListener(...args);
  t.after(() => {
    delete globalThis.document;
    delete globalThis.addEventListener;
    delete globalThis.removeEventListener;
  });
  globalThis.removeEventListener = (...args) => events.removeEventListener(...args);
  const { cache } = openStill(t);
  const [asked, watched] = [failing(), failing()];
  cache.watch('watched', watched, listener(), { retry: { attempts: 1 } });
  await pass(t, MINUTE);
  await rejections(9, () => cache.getOrFetch('plan', asked));
  const before = watched.calls;
  events.dispatchEvent(new Event('online'));
  await pass(t, 1);
  await rejections(9, () => cache.getOrFetch('plan', asked));
  assert.deepEqual([asked.calls, watched.calls], [3, before + 1]);
});

test('a policy says for how long failures are remembered; 0: never', async (t) => {
  const { cache, clock } = open(t, { policies: { never: { retry: { maxBackoff: 0 } } } });
  const [never, briefly] = [failing(), failing()];
  await rejections(20, () => cache.getOrFetch('never', never));
  assert.equal(never.calls, 20);
  for (let second = 0; second < 60; second++, clock.now += 1_000)
    await rejections(1, () => cache.getOrFetch('briefly', briefly, { retry: { maxBackoff: 2_000 } }));
  assert.ok(briefly.calls >= 30 && briefly.calls < 60, `${briefly.calls}`);
  await assert.rejects(
    async () => cache.getOrFetch('plan', failing(), { retry: { maxBackoff: -1 } }),
    TypeError,
    'a wrong one is refused',
  );
});

test('all callers of a key share its back-off: handles, watchers, warm, refreshed coordinators', async (t) => {
  t.mock.method(Math, 'random', () => 0.5);
  const { cache, area } = openStill(t);
  const other = openCache({ namespace: 'test_', storage: { area } });
  t.after(() => other.close());
  const fetcher = failing();
  await rejections(4, () => cache.getOrFetch('plan', fetcher));
  await rejections(4, () => other.getOrFetch('plan', fetcher));
  const { failed } = await cache.warm([{ key: 'plan', fetcher }]);
  assert.equal(failed[0].error, down);
  const heard = listener();
  other.watch('plan', fetcher, heard, { interval: 1_000, retry: { attempts: 1 } });
  await pass(t, 5_000);
  assert.equal(fetcher.calls, 2);
  assert.equal(heard.updates.at(-1).error, down, 'a watcher is told why there is nothing');
  assert.equal(other.coordinator('plan').lastUpdateSuccess, false);
  await pass(t, 3_000);
  assert.equal(fetcher.calls, 3);
  await other.coordinator('plan').refresh();
  assert.equal(fetcher.calls, 4, 'by hand it is asked all the same');
  await pass(t, 20_000);
  assert.equal(fetcher.calls, 4);
  await rejections(1, () => cache.getOrFetch('plan', fetcher));
  assert.equal(fetcher.calls, 4);
});

test('while a key is left alone what is stale serves as if the fetch had failed', async (t) => {
  const { cache, clock } = open(t);
  for (const grace of ['staleIfError', 'staleWhileRevalidate']) {
    const fetcher = failing();
    const policy = { ttl: 1_000, [grace]: HOUR };
    cache.set(grace, 'old', policy);
    clock.now += 2_000;
    for (let call = 0; call < 20; call++) {
      assert.equal(await cache.getOrFetch(grace, fetcher, policy), 'old');
      await settle();
    }
    assert.equal(fetcher.calls, 2);
  }
});

test('an aborted fetch is no failure, whether by the caller’s signal or by the fetcher itself', async (t) => {
  const { cache } = open(t);
  const { fetcher, calls } = controlledFetcher();
  for (let call = 0; call < 5; call++) {
    const controller = new AbortController();
    const asked = cache.getOrFetch('plan', fetcher, { signal: controller.signal });
    await settle();
    controller.abort();
    await assert.rejects(asked, { name: 'AbortError' });
  }
  assert.equal(calls.length, 5);
  const own = counted(() => Promise.reject(new DOMException('gone', 'AbortError')));
  await rejections(5, () => cache.getOrFetch('plan', own));
  assert.equal(own.calls, 5);
  assert.equal(cache.stats().backOff.failing, 0);
});

// ---- what the server asks for

const dateIn = (clock, milliseconds) => new Date(clock.now + milliseconds).toUTCString();

for (const [where, errorOf] of [
  ['its retryAfter, in milliseconds', () => Object.assign(new Error('x'), { retryAfter: 60_000 })],
  ['its retryAfter, a Date', (clock) => ({ retryAfter: new Date(clock.now + 60_000) })],
  ['a Response that is thrown', () => new Response('', { status: 503, headers: { 'Retry-After': '60' } })],
  [
    'a Response that is thrown, with a date',
    (clock) => new Response('', { headers: { 'Retry-After': dateIn(clock, 60_000) } }),
  ],
  [
    'a response that it carries',
    () => Object.assign(new Error('x'), { response: new Response('', { headers: { 'retry-after': '60' } }) }),
  ],
  [
    'headers that it carries',
    () => Object.assign(new Error('x'), { status: 429, headers: new Headers({ 'retry-after': '60' }) }),
  ],
  ['headers that are a plain object', () => ({ response: { status: 429, headers: { 'retry-after': '60' } } })],
  ['headers with capitals', () => ({ headers: { 'Retry-After': '60' } })],
  ['headers that are lists', () => ({ response: { headers: { 'retry-after': ['60'] } } })],
  ['headers that are numbers', () => ({ response: { headers: { 'retry-after': 60 } } })],
  ['its cause', () => new Error('x', { cause: new Response('', { headers: { 'retry-after': '60' } }) })],
  ['its cause’s response', () => new Error('x', { cause: { response: { headers: { 'retry-after': '60' } } } })],
  [
    'a date by a server whose clock is another',
    () => ({
      headers: { 'retry-after': 'Fri, 01 Jan 2027 12:01:00 GMT', date: 'Fri, 01 Jan 2027 12:00:00 GMT' },
    }),
  ],
]) {
  test(`a server’s Retry-After is obeyed from the first failure on: ${where}`, async (t) => {
    const { cache, clock } = open(t);
    const error = errorOf(clock);
    const fetcher = counted(() => Promise.reject(error));
    for (let step = 0; step < 10; step++) {
      const [told] = await rejections(1, () => cache.getOrFetch('plan', fetcher));
      assert.equal(told, error);
      clock.now += 5_900;
    }
    assert.equal(fetcher.calls, 1);
    clock.now += 1_001;
    await rejections(1, () => cache.getOrFetch('plan', fetcher));
    assert.equal(fetcher.calls, 2);
  });
}

test('an error without a retry time backs off as usual', async (t) => {
  const { cache } = open(t);
  const cyclic = { cause: undefined };
  cyclic.cause = cyclic;
  const throwing = {
    get headers() {
      throw new Error('no');
    },
  };
  const odd = [
    undefined,
    null,
    'down',
    5,
    {},
    cyclic,
    throwing,
    { headers: null },
    { headers: { 'retry-after': 'soon' } },
  ];
  odd.push(
    { retryAfter: -5 },
    { retryAfter: NaN },
    { headers: { get: () => null } },
    { error: 'x', status_code: 500, body: {} },
  );
  for (const [index, error] of odd.entries()) {
    const fetcher = counted(() => Promise.reject(error));
    await rejections(5, () => cache.getOrFetch(`plan:${index}`, fetcher));
    assert.equal(fetcher.calls, 2, `${index}`);
  }
});

test('a Retry-After of a year is obeyed for an hour', async (t) => {
  const { cache, clock } = open(t);
  const fetcher = counted(() => Promise.reject({ retryAfter: 365 * 24 * HOUR }));
  await rejections(5, () => cache.getOrFetch('plan', fetcher));
  clock.now += HOUR - 1;
  await rejections(5, () => cache.getOrFetch('plan', fetcher));
  assert.equal(fetcher.calls, 1);
  clock.now += 2;
  await rejections(1, () => cache.getOrFetch('plan', fetcher));
  assert.equal(fetcher.calls, 2);
});

test('within a fetch the next attempt waits as long as the server asks for, or is not made', async (t) => {
  const { cache } = openStill(t);
  const start = Date.now();
  const at = { soon: [], late: [] };
  const fetcherOf = (key, retryAfter) => async () => {
    at[key].push(Date.now() - start);
    throw Object.assign(new Error('busy'), { retryAfter });
  };
  const retry = { attempts: 2 };
  for (const [key, retryAfter] of [
    ['soon', 20_000],
    ['late', 31_000],
  ]) {
    cache.getOrFetch(key, fetcherOf(key, retryAfter), { retry }).catch(() => undefined);
  }
  await pass(t, MINUTE);
  assert.equal(at.late.length, 1);
  assert.equal(at.soon.length, 2);
  assert.ok(at.soon[1] >= 20_000 && at.soon[1] < 20_500, `${at.soon}`);
});

// ---- what is watched

const RANDOMS = [0, 0.5, 0.999_999];

for (const random of RANDOMS) {
  test(`a failing server is polled less often than a healthy one (chance ${random})`, async (t) => {
    t.mock.method(Math, 'random', () => random);
    const { cache } = openStill(t);
    const fast = failing();
    cache.watch('fast', fast, listener(), { interval: 10_000, retry: { attempts: 1 } });
    const usual = failing();
    cache.watch('usual', usual, listener());
    const slow = failing();
    cache.watch('slow', slow, listener(), { interval: HOUR });
    await pass(t, 10 * MINUTE);
    assert.ok(fast.calls >= 5 && fast.calls < 15, `${fast.calls} of 60 in 10 minutes`);
    await pass(t, 50 * MINUTE);
    assert.ok(fast.calls < 40, `${fast.calls} of 360 in an hour`);
    // Three attempts at first and three quick polls, then no more than of a healthy one.
    assert.ok(usual.calls <= 6 + 19, `${usual.calls} of 20 in an hour`);
    assert.ok(slow.calls <= 6 + 1, `${slow.calls} of 1 in an hour`);
    const before = slow.calls;
    await pass(t, 10 * HOUR);
    assert.ok(slow.calls - before <= 10, `${slow.calls - before} of 10 in ten hours`);
  });
}

test('where policy says that trying again is in vain no poll is a quick one', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted(() => Promise.reject({ status_code: 404 }));
  cache.watch('plan', fetcher, listener(), { retry: { when: ({ status_code }) => status_code !== 404 } });
  await pass(t, 179_000);
  assert.equal(fetcher.calls, 1);
  await pass(t, HOUR);
  assert.ok(fetcher.calls <= 20, `${fetcher.calls}`);
});

test('a new watcher of a key in back-off gets the last error, even if another watched before', async (t) => {
  const { cache } = openStill(t);
  const fetcher = failing();
  for (let card = 0; card < 5; card++) {
    const heard = listener();
    const stop = cache.watch('plan', fetcher, heard, { retry: { attempts: 1 } });
    await pass(t, 100);
    assert.equal(heard.updates.at(-1).error, down);
    stop();
    await pass(t, card % 2 ? 100 : 6_000);
  }
  assert.ok(fetcher.calls <= 4, `${fetcher.calls}`);
});

test('a watcher waits as long as the server asks for', async (t) => {
  const { cache } = openStill(t);
  const fetcher = counted(() => Promise.reject(new Response('', { status: 429, headers: { 'retry-after': '120' } })));
  cache.watch('plan', fetcher, listener(), { interval: 10_000 });
  await pass(t, 119_000);
  assert.equal(fetcher.calls, 1);
  assert.ok(cache.coordinator('plan').nextRefresh >= Date.now() + 900);
  await pass(t, 2_000);
  assert.equal(fetcher.calls, 2);
});

test('once the server answers again polls come by their interval', async (t) => {
  const { cache } = openStill(t);
  let isUp = false;
  const fetcher = counted((call) => (isUp ? call : Promise.reject(down)));
  const heard = listener();
  cache.watch('plan', fetcher, heard, { interval: 10_000, retry: { attempts: 1 } });
  await pass(t, 5 * MINUTE);
  isUp = true;
  await pass(t, 5 * MINUTE);
  assert.equal(heard.updates.at(-1).error, undefined);
  const before = fetcher.calls;
  await pass(t, 100_000);
  assert.equal(fetcher.calls - before, 10);
});
