// Writes: what is shown before the server has answered, and what is dropped when it has.
import assert from 'node:assert/strict';
import test from 'node:test';
import { listen, open, recordOf } from './support/cache.mjs';
import { deferred, pass, settle, stopTime } from './support/time.mjs';

test('a write’s answer is handed on, and everything is dropped after it', async (t) => {
  const { cache } = open(t);
  cache.setMany([
    ['plan:sara', 1],
    ['teams', 1],
  ]);
  const write = deferred();
  const writing = cache.mutate(() => write.promise);
  assert.equal(cache.get('teams'), 1, 'not before');
  write.resolve({ done: true });
  assert.deepEqual(await writing, { done: true });
  assert.deepEqual(cache.keys(), []);
});

test('a selector says what a write has changed', async (t) => {
  const { cache } = open(t);
  cache.setMany([
    ['plan:sara', 1],
    ['teams', 1],
  ]);
  await cache.mutate(async () => 1, { invalidate: ':sara' });
  assert.deepEqual(cache.keys(), ['teams']);
});

test('a selector that says nothing is refused before the write', (t) => {
  const { cache } = open(t);
  let written = false;
  const write = async () => (written = true);
  assert.throws(() => cache.mutate(write, { invalidate: {} }), TypeError);
  assert.throws(() => cache.mutate(write, { invalidate: '' }), TypeError);
  assert.equal(written, false);
});

test('an optimistic value stands in memory at once and never reaches storage', async (t) => {
  const { cache, area } = open(t);
  cache.set('plan:sara', ['a', 'b']);
  const write = deferred();
  const writing = cache.mutate(() => write.promise, { optimistic: [['plan:sara', ['b']]] });
  assert.deepEqual(cache.get('plan:sara'), ['b']);
  assert.deepEqual(recordOf(area, 'plan:sara').data, ['a', 'b']);
  write.resolve();
  await writing;
  assert.equal(cache.get('plan:sara'), undefined, 'what the server says is fetched');
});

test('a failed write rolls back, rejects with its error and invalidates all the same', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  cache.set('plan:sara', ['a', 'b']);
  const shown = [];
  let fetches = 0;
  const fetcher = async () => (fetches++, ['a', 'b']);
  cache.watch('plan:sara', fetcher, ({ data }) => shown.push(data));
  await settle();
  const write = deferred();
  const writing = cache.mutate(() => write.promise, { optimistic: [['plan:sara', ['b']]] });
  assert.deepEqual(shown, [['a', 'b'], ['b']]);
  const failure = { code: 3, message: 'Connection lost' };
  write.reject(failure);
  await assert.rejects(writing, (error) => error === failure);
  assert.deepEqual(shown.at(-1), ['a', 'b']);
  assert.equal(cache.get('plan:sara'), undefined);
  await pass(t, 300);
  assert.equal(fetches, 1);
});

test('a failed write gives back what its invalidation does not select', async (t) => {
  const { cache, clock } = open(t);
  cache.set('plan:sara', { tasks: ['a'] });
  clock.now += 1_000;
  const failing = () => Promise.reject(new Error('refused'));
  const options = { optimistic: [['plan:sara', { tasks: [] }]], invalidate: 'goals' };
  await assert.rejects(cache.mutate(failing, options), /refused/);
  assert.deepEqual(cache.get('plan:sara'), { tasks: ['a'] });
  assert.equal(cache.age('plan:sara'), 1_000);
});

test('a failed write leaves nothing where nothing was', async (t) => {
  const { cache } = open(t);
  const failing = () => Promise.reject(new Error('refused'));
  await assert.rejects(cache.mutate(failing, { optimistic: [['plan:sara', 1]], invalidate: 'goals' }), /refused/);
  assert.equal(cache.get('plan:sara'), undefined);
});

test('a write that throws at once rolls back too', async (t) => {
  const { cache } = open(t);
  cache.set('plan:sara', 'before');
  const throwing = () => {
    throw new RangeError('at once');
  };
  const options = { optimistic: [['plan:sara', 'optimistic']], invalidate: 'goals' };
  await assert.rejects(cache.mutate(throwing, options), RangeError);
  assert.equal(cache.get('plan:sara'), 'before');
});

test('a value that has replaced the optimistic one stays', async (t) => {
  const { cache } = open(t);
  cache.set('plan:sara', 'before');
  const write = deferred();
  const options = { optimistic: [['plan:sara', 'optimistic']], invalidate: 'goals' };
  const writing = cache.mutate(() => write.promise, options);
  cache.set('plan:sara', 'newer');
  write.reject(new Error('refused'));
  await assert.rejects(writing, /refused/);
  assert.equal(cache.get('plan:sara'), 'newer');
});

test('keys that can be iterated once are dropped after the write all the same', async (t) => {
  const { cache } = open(t);
  cache.setMany([
    ['plan:sara', 1],
    ['teams', 1],
  ]);
  await cache.mutate(async () => 1, { invalidate: { keys: new Set(['plan:sara']).values() } });
  assert.deepEqual(cache.keys(), ['teams']);
});

for (const [order, first, second] of [
  ['the first', 0, 1],
  ['the second', 1, 0],
]) {
  test(`two writes of a key that both fail, ${order} one first, leave what was shown before both`, async (t) => {
    stopTime(t);
    const { cache } = open(t, { clock: () => Date.now() });
    cache.set('list', 'before');
    const shown = [];
    const away = () => Promise.reject(new Error('away'));
    cache.watch('list', away, ({ data }) => shown.push(data), { retry: { attempts: 1 } });
    await settle();
    const writes = [deferred(), deferred()];
    const running = ['one', 'two'].map((value, index) =>
      cache.mutate(() => writes[index].promise, { optimistic: [['list', value]] }),
    );
    await settle();
    assert.equal(shown.at(-1), 'two');
    for (const index of [first, second]) {
      writes[index].reject(new Error('refused'));
      await assert.rejects(running[index], /refused/);
    }
    await pass(t, 1_000);
    assert.equal(shown.at(-1), 'before');
  });
}

test('a key that a write shows twice falls back to what was there before', async (t) => {
  const { cache } = open(t);
  cache.set('list', 'before');
  const shown = [];
  cache.watch('list', assert.fail, ({ data }) => shown.push(data));
  await settle();
  const optimistic = [
    ['list', 'one'],
    ['list', 'two'],
  ];
  const failing = () => Promise.reject(new Error('refused'));
  await assert.rejects(cache.mutate(failing, { optimistic, invalidate: 'goals' }), /refused/);
  assert.deepEqual([shown.at(-1), cache.get('list')], ['before', 'before']);
});

test('NaN is taken back as any other optimistic value', async (t) => {
  const { cache } = open(t, { storage: false });
  const failing = () => Promise.reject(new Error('refused'));
  await assert.rejects(cache.mutate(failing, { optimistic: [['load', NaN]], invalidate: 'goals' }), /refused/);
  assert.equal(cache.get('load'), undefined);
});

test('a fetch that began before the write ended fills nothing', async (t) => {
  const { cache } = open(t);
  const answer = deferred();
  const asked = cache.getOrFetch('plan:sara', () => answer.promise);
  await cache.mutate(async () => 1);
  answer.resolve('read before the write');
  assert.equal(await asked, 'read before the write');
  assert.equal(cache.get('plan:sara'), undefined);
});

test('a write invalidates even if the cache closes before it has ended', async (t) => {
  const { cache, reload } = open(t);
  cache.set('plan:sara', 'before the write');
  const write = deferred();
  const writing = cache.mutate(() => write.promise, { optimistic: [['plan:sara', 'optimistic']] });
  const loaded = reload();
  assert.equal(loaded.get('plan:sara'), undefined);
  write.resolve('written');
  assert.equal(await writing, 'written');
  assert.equal(loaded.get('plan:sara'), undefined);
});

test('a watched key is fetched once, 300 ms after the write, however many echoes come', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  cache.set('plan:sara', 0);
  let fetches = 0;
  cache.watch(
    'plan:sara',
    async () => ++fetches,
    () => undefined,
  );
  await settle();
  await cache.mutate(async () => 1);
  await pass(t, 100);
  cache.applyEvent({ event_type: 'done', data: { username: 'sara' } }, 'sara');
  await pass(t, 299);
  assert.equal(fetches, 0);
  await pass(t, 1);
  assert.equal(fetches, 1);
});

test('an event of its own says what a write has changed and whom it concerns', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now(), rules: { done: { endpoints: ['plan'] } } });
  const heard = listen(cache, 'event');
  const fetched = [];
  for (const key of ['plan:sara', 'plan:tom', 'goals:sara']) {
    cache.set(key, 'cached');
    cache.watch(
      key,
      async () => (fetched.push(key), 'fetched'),
      () => undefined,
    );
  }
  await settle();
  const event = { event_type: 'done', data: { username: 'sara', assigned_users: ['sara'] } };
  await cache.mutate(async () => 1, { event });
  await pass(t, 1_000);
  assert.deepEqual(fetched, ['plan:sara']);
  assert.equal(cache.get('plan:tom'), undefined);
  assert.equal(cache.get('goals:sara'), 'cached');
  assert.equal(heard.length, 2);
});

test('without a connected user an event concerns every user whom it does not leave out', async (t) => {
  stopTime(t);
  const { cache } = open(t, { clock: () => Date.now() });
  const fetched = [];
  for (const key of ['plan:sara', 'plan:tom', 'teams']) {
    cache.set(key, 'cached');
    cache.watch(
      key,
      async () => (fetched.push(key), 'fetched'),
      () => undefined,
    );
  }
  await settle();
  await cache.mutate(async () => 1, { event: { event_type: 'done', data: {} } });
  await pass(t, 1_000);
  assert.deepEqual(fetched.sort(), ['plan:sara', 'plan:tom', 'teams']);
});

test('onEvent holds for a write too', async (t) => {
  stopTime(t);
  const policies = { kept: { onEvent: 'keep' }, dropped: { onEvent: 'invalidate' } };
  const { cache } = open(t, { clock: () => Date.now(), policies });
  const fetched = [];
  for (const key of ['kept:sara', 'dropped:sara', 'plan:sara']) {
    cache.set(key, 'cached');
    cache.watch(
      key,
      async () => (fetched.push(key), 'fetched'),
      () => undefined,
    );
  }
  await settle();
  await cache.mutate(async () => 1);
  await pass(t, 1_000);
  assert.equal(cache.get('kept:sara'), 'cached');
  assert.equal(cache.get('dropped:sara'), undefined);
  assert.deepEqual(fetched, ['plan:sara']);
});
