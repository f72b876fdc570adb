// Policy.encrypted: what is at rest nobody can read, and what a page gets back of it. The browser's own key store is proven in
// tests/browser/encrypted.test.mjs; here stands a complete IndexedDB in memory, and node's WebCrypto.
import assert from 'node:assert/strict';
import test from 'node:test';
import { IDBFactory } from 'fake-indexeddb';
import 'fake-indexeddb/auto';
import { Origin } from './support/area.mjs';
import { entriesIn, HOUR, listen, MINUTE, NAMESPACE, open, recordOf, START } from './support/cache.mjs';
import { openTabs } from './support/tabs.mjs';
import { deferred, pass, settle, stopTime, until } from './support/time.mjs';
import { counted, listener } from './support/watching.mjs';

const CANARY = 'canary-7f3a9';
const policies = { plan: { encrypted: true } };
const options = { policies };

/** A browser without a key, which ends with the test. */
function newKeyStore(t, factory = new IDBFactory()) {
  const before = globalThis.indexedDB;
  globalThis.indexedDB = factory;
  t.after(() => {
    globalThis.indexedDB = before;
  });
}

test.beforeEach((t) => newKeyStore(t));

const isSealed = (area, key) => area.getItem(NAMESPACE + key)?.charCodeAt(0) >= 0x8100;
const unfetched = () => assert.fail('this was fetched');

/** Encryption, or decryption, that is done and then held back until the test lets go. */
function holdBack(t, what) {
  const gate = deferred();
  const begun = deferred();
  const real = crypto.subtle[what].bind(crypto.subtle);
  const held = t.mock.method(crypto.subtle, what, async (...args) => {
    const done = await real(...args);
    begun.resolve();
    await gate.promise;
    return done;
  });
  const letGo = () => {
    held.mock.restore();
    gate.resolve();
  };
  return { begun: begun.promise, letGo };
}

test('an encrypted set is readable at once, and stored as soon as it is encrypted', async (t) => {
  const { cache, area } = open(t, options);
  const value = { title: CANARY };
  cache.set('plan:sara', value);
  assert.equal(cache.get('plan:sara'), value);
  assert.deepEqual(entriesIn(area), []);
  await cache.flush();
  assert.ok(isSealed(area, 'plan:sara'));
  assert.deepEqual(cache.stats().errors.crypto, 0);
  const everything = JSON.stringify(area.records);
  for (const text of [CANARY, btoa(CANARY), 'title']) assert.ok(!everything.includes(text), text);
});

test('after a reload it is there when ready resolves, with its age, end, tags and version', async (t) => {
  const { cache, clock, reload, log } = open(t, options);
  const kept = { ttl: HOUR, tags: ['blue'], version: '2', cost: 1 / 3, onEvent: 'keep' };
  cache.set('plan:sara', { title: CANARY }, kept);
  cache.set('teams', 'in the clear');
  await cache.flush();
  clock.now += MINUTE;
  const again = reload();
  assert.equal(again.get('teams'), 'in the clear');
  assert.equal(again.get('plan:sara'), undefined);
  await again.ready;
  assert.deepEqual(again.get('plan:sara'), { title: CANARY });
  assert.equal(again.age('plan:sara'), MINUTE);
  assert.equal(again.remainingTtl('plan:sara'), HOUR - MINUTE);
  assert.deepEqual(again.keys({ tag: 'blue' }), ['plan:sara']);
  assert.deepEqual(await again.getOrFetch('plan:sara', unfetched, { version: '2' }), { title: CANARY });
  again.applyEvent({ event_type: 'anything' }, 'sara');
  assert.ok(again.has('plan:sara'));
  assert.deepEqual(log, []);
});

test('decrypting records when a cache opens does not count as hits or misses', async (t) => {
  const { cache, reload } = open(t, options);
  cache.set('plan', 1);
  await cache.flush();
  const again = reload();
  const heard = listen(again, 'hit', 'miss');
  await again.ready;
  const { memory, storage } = again.stats();
  assert.deepEqual([memory.hits, memory.misses, storage.hits, storage.misses], [0, 0, 0, 0]);
  assert.deepEqual(heard, []);
  again.get('plan');
  assert.deepEqual(heard, [['hit', { key: 'plan', source: 'memory' }]]);
});

test('values come back as they were, whatever they are', async (t) => {
  const { cache, reload } = open(t, options);
  const values = [0, '', false, null, [], 'ü🐉\ud800"\\', { nested: [[{}]] }, 'x'.repeat(100_000)];
  values.forEach((value, index) => cache.set(`plan:${index}`, value));
  await cache.flush();
  const again = reload();
  await again.ready;
  assert.deepEqual(
    values.map((_, index) => again.get(`plan:${index}`)),
    values,
  );
});

test('many are all opened', async (t) => {
  const { cache, reload } = open(t, options);
  for (let index = 0; index < 150; index++) cache.set(`plan:${index}`, index);
  await cache.flush();
  const again = reload();
  await again.ready;
  assert.equal(again.keys('plan').length, 150);
});

test('an expired encrypted answer is served for the grace of its call, after a reload and maintenance too', async (t) => {
  const { cache, clock, area, reload } = open(t);
  const failing = () => Promise.reject(new Error('down'));
  const policy = { encrypted: true, ttl: 1_000, staleIfError: HOUR };
  await cache.getOrFetch('plan', async () => ({ title: CANARY }), policy);
  await cache.flush();
  assert.ok(isSealed(area, 'plan'));
  for (const asked of [policy, { ...policy, forceRefresh: true }, { ...policy, staleWhileRevalidate: HOUR }]) {
    area.setItem(`${NAMESPACE}list`, JSON.stringify({ data: 1, timestamp: START, expires: START + 1 }));
    clock.now = START + HOUR;
    const again = reload();
    await again.ready;
    // What is kept for nobody shows when the idle slices have gone over the records.
    await until(() => !entriesIn(area).includes('list'));
    assert.equal(again.get('plan'), undefined);
    assert.deepEqual(await again.getOrFetch('plan', failing, asked), { title: CANARY });
  }
  clock.now = START + HOUR + 1_000;
  const late = reload();
  await late.ready;
  await assert.rejects(late.getOrFetch('plan', failing, policy), /down/);
});

test('of several sets in one task only the last is encrypted', async (t) => {
  const { cache } = open(t, options);
  const encrypt = t.mock.method(crypto.subtle, 'encrypt');
  for (let index = 0; index < 10; index++) cache.set('plan', index);
  await cache.flush();
  assert.equal(encrypt.mock.callCount(), 1);
});

test('a set removes the older record before the new one is encrypted', async (t) => {
  const { cache, area, reload } = open(t, options);
  cache.set('plan', 'old');
  await cache.flush();
  cache.set('plan', 'new');
  assert.deepEqual(entriesIn(area), []);
  const again = reload();
  await again.ready;
  assert.equal(again.get('plan'), undefined);
});

test('the last of several sets is stored, even if they overlap with encryption', async (t) => {
  const { cache, area, reload } = open(t, options);
  const { begun, letGo } = holdBack(t, 'encrypt');
  cache.set('plan', 'one');
  await begun;
  cache.set('plan', 'two');
  cache.set('plan', 'three');
  letGo();
  const { writes } = area;
  await cache.flush();
  assert.ok(area.writes - writes <= 3, 'a record, the mark that there are such, the clock');
  const again = reload();
  await again.ready;
  assert.equal(again.get('plan'), 'three');
});

for (const [what, overtake] of Object.entries({
  'a delete': (cache) => cache.delete('plan'),
  'an invalidation': (cache) => cache.invalidate('plan'),
  'an event': (cache) => cache.applyEvent({ event_type: 'any' }, 'sara'),
  clear: (cache) => cache.clear(),
  'a set that stays in memory': (cache) => cache.set('plan', 'new', { sensitive: true }),
  'the end of the last handle': (cache) => cache.close(),
})) {
  test(`${what} during encryption keeps it from being stored`, async (t) => {
    const { cache, area, reload } = open(t, options);
    const { begun, letGo } = holdBack(t, 'encrypt');
    cache.set('plan', 'old');
    await begun;
    void overtake(cache);
    letGo();
    if (what !== 'the end of the last handle') await cache.flush();
    // Node's own queue is empty after this: whatever was to be written has been.
    for (let turn = 0; turn < 5; turn++) await settle();
    assert.deepEqual(entriesIn(area), []);
    const again = reload();
    await again.ready;
    assert.equal(again.get('plan'), undefined);
  });
}

test('a pending encryption of a closed cache does not mix with the next cache’s', async (t) => {
  const { cache, reload } = open(t, options);
  const { begun, letGo } = holdBack(t, 'encrypt');
  cache.set('plan', 'old');
  await begun;
  const next = reload();
  next.set('plan', 'new');
  letGo();
  await next.flush();
  const again = reload();
  await again.ready;
  assert.equal(again.get('plan'), 'new');
});

test('an optimistic value during encryption does not', async (t) => {
  const { cache, reload } = open(t, options);
  const { begun, letGo } = holdBack(t, 'encrypt');
  cache.set('plan', 'true');
  await begun;
  const write = deferred();
  const written = cache.mutate(() => write.promise, { optimistic: [['plan', 'guess']], invalidate: 'teams' });
  await settle();
  assert.equal(cache.get('plan'), 'guess');
  letGo();
  await cache.flush();
  write.resolve();
  await written;
  assert.equal(await cache.getOrFetch('plan', unfetched), 'true');
  const again = reload();
  await again.ready;
  assert.equal(again.get('plan'), 'true');
});

test('another tab’s invalidation during encryption keeps it from being stored, heard of or not', async (t) => {
  const [one, two] = openTabs(t, 2, options);
  const { begun, letGo } = holdBack(t, 'encrypt');
  one.cache.set('plan', 'old');
  await begun;
  two.cache.invalidate('plan');
  letGo();
  await one.cache.flush();
  assert.deepEqual(entriesIn(one.area), []);
});

test('another tab’s newer answer during encryption stays', async (t) => {
  const [one, two] = openTabs(t, 2, options);
  const { begun, letGo } = holdBack(t, 'encrypt');
  one.cache.set('plan', 'old');
  await begun;
  two.clock.now += 1;
  two.cache.set('plan', 'new', { encrypted: false });
  letGo();
  await one.cache.flush();
  assert.equal(recordOf(one.area, 'plan').data, 'new');
});

test('another tab’s newer encrypted record is a miss for get, and getOrFetch waits for it', async (t) => {
  const [one, two] = openTabs(t, 2, options);
  await two.cache.ready;
  one.cache.set('plan', 'hers');
  await one.cache.flush();
  const heard = listen(two.cache, 'hit', 'miss');
  const decrypt = t.mock.method(crypto.subtle, 'decrypt');
  assert.deepEqual([two.cache.has('plan'), two.cache.keys(), two.cache.age('plan')], [false, [], undefined]);
  const both = await Promise.all([two.cache.getOrFetch('plan', unfetched), two.cache.getOrFetch('plan', unfetched)]);
  assert.deepEqual(both, ['hers', 'hers']);
  assert.equal(decrypt.mock.callCount(), 1);
  assert.deepEqual(
    heard.map(([event, { source }]) => source ?? event),
    ['storage', 'memory'],
  );
  const { memory, storage, fetch } = two.cache.stats();
  assert.deepEqual([memory.hits, memory.misses, storage.hits, storage.misses], [1, 1, 1, 0]);
  assert.equal(fetch.started, 0);
  assert.deepEqual([two.cache.get('plan'), two.cache.keys()], ['hers', ['plan']]);
});

test('a get that misses an encrypted record decrypts it for the next get', async (t) => {
  const [one, two] = openTabs(t, 2, options);
  one.cache.set('plan', 'hers');
  await one.cache.flush();
  const { begun, letGo } = holdBack(t, 'decrypt');
  assert.equal(two.cache.get('plan'), undefined);
  await begun;
  letGo();
  await until(() => two.cache.peek('plan') !== undefined);
  assert.equal(two.cache.get('plan'), 'hers');
});

test('an encrypted record counts as an entry: it is inspected, invalidated and deleted like others', async (t) => {
  const [one, two] = openTabs(t, 2, options);
  for (const key of ['plan:a', 'plan:b', 'plan:c']) one.cache.set(key, CANARY);
  await one.cache.flush();
  const entries = two.cache.inspect();
  assert.deepEqual(
    entries.map(({ key, tier, timestamp }) => [key, tier, timestamp]).sort(),
    ['plan:a', 'plan:b', 'plan:c'].map((key) => [key, 'storage', START]),
  );
  assert.ok(entries.every(({ storedBytes }) => storedBytes > 0));
  assert.equal(two.cache.stats().storage.entries, 3);
  assert.equal(two.cache.delete('plan:a'), true);
  assert.equal(two.cache.invalidate('plan'), 2);
  assert.deepEqual(entriesIn(one.area), []);
});

test('a watcher gets the decrypted answer without a fetch', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { ...options, clock: () => Date.now() });
  one.cache.set('plan', 'hers');
  await one.cache.flush();
  const { begun, letGo } = holdBack(t, 'decrypt');
  const seen = [];
  two.cache.watch('plan', unfetched, ({ data, source }) => seen.push([data, source]));
  await begun;
  await pass(t, 1_000);
  assert.deepEqual(
    seen.map(([data]) => data),
    [undefined],
  );
  letGo();
  await until(() => seen.length > 1);
  await pass(t, 1_000);
  assert.deepEqual(seen.at(-1), ['hers', 'storage']);
  assert.equal(seen.length, 2);
});

test('a watched answer that cannot be decrypted is fetched', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { ...options, clock: () => Date.now() });
  one.cache.set('plan', 'hers');
  await one.cache.flush();
  globalThis.indexedDB = new IDBFactory();
  const seen = [];
  two.cache.watch(
    'plan',
    async () => 'fetched',
    ({ data }) => seen.push(data),
  );
  await until(() => seen.length > 1);
  await pass(t, 1_000);
  assert.deepEqual(seen, [undefined, 'fetched']);
  assert.equal(two.cache.stats().fetch.started, 1);
});

test('a watcher gets another tab’s encrypted answer', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { ...options, clock: () => Date.now() });
  one.cache.set('plan', 'first');
  await one.cache.flush();
  two.hear();
  const seen = [];
  two.cache.watch('plan', unfetched, ({ data, source }) => seen.push([data, source]));
  await until(() => seen.at(-1)?.[0] === 'first');
  await pass(t, 1_000);
  one.cache.set('plan', 'second');
  await one.cache.flush();
  two.hear();
  await until(() => seen.at(-1)[0] !== 'first');
  await pass(t, 1_000);
  assert.deepEqual(seen.at(-1), ['second', 'tab']);
  assert.equal(two.cache.get('plan'), 'second');
});

test('a watcher whose policy does not say encrypted gets it, too', async (t) => {
  stopTime(t);
  const [one, two] = openTabs(t, 2, { clock: () => Date.now() });
  const seen = [];
  two.cache.watch('plan', unfetched, ({ data, source }) => seen.push([data, source]));
  one.cache.set('plan', 'hers', { encrypted: true });
  await one.cache.flush();
  two.hear();
  await until(() => seen.length > 1);
  assert.deepEqual(seen.at(-1), ['hers', 'tab']);
});

test('a resident encrypted answer is resident again after another tab renewed it', async (t) => {
  const [one, two] = openTabs(t, 2, options);
  one.cache.set('plan', 'first');
  await one.cache.flush();
  await two.cache.getOrFetch('plan', unfetched);
  one.clock.now = two.clock.now += 1_000;
  const changed = () => two.area.missed.filter(({ key }) => key === `${NAMESPACE}plan`);
  two.area.missed.length = 0;
  one.cache.set('plan', 'second');
  await one.cache.flush();
  assert.deepEqual(
    changed().map(({ newValue }) => typeof newValue),
    ['object', 'string'],
  );
  two.hear();
  assert.equal(two.cache.get('plan'), undefined);
  await until(() => two.cache.peek('plan') !== undefined);
  assert.equal(two.cache.get('plan'), 'second');
});

test('an encrypted answer that memory evicted is decrypted again', async (t) => {
  const { cache } = open(t, { ...options, memory: { maxEntries: 1 } });
  cache.set('plan:a', 'a');
  cache.set('plan:b', 'b');
  await cache.flush();
  assert.equal(cache.get('plan:a'), undefined);
  assert.equal(await cache.getOrFetch('plan:a', unfetched), 'a');
});

test('an encrypted answer is decrypted again after four hours in memory', async (t) => {
  const { cache, clock } = open(t, options);
  cache.set('plan', 1);
  await cache.flush();
  clock.now += 4 * HOUR;
  assert.equal(cache.get('plan'), undefined);
  assert.equal(await cache.getOrFetch('plan', unfetched), 1);
  assert.equal(cache.age('plan'), 4 * HOUR);
});

test('an encrypted answer expires at its end and is swept', async (t) => {
  stopTime(t);
  const { cache, area, reload } = open(t, { ...options, clock: () => Date.now() });
  cache.set('plan', 1, { ttl: HOUR });
  await cache.flush();
  t.mock.timers.setTime(START + HOUR);
  const again = reload();
  await again.ready;
  assert.equal(again.get('plan'), undefined);
  assert.equal(await again.getOrFetch('plan', async () => 'fetched'), 'fetched');
  await again.flush();
  t.mock.timers.setTime(START + 100 * HOUR);
  await pass(t, 61_000);
  assert.deepEqual(entriesIn(area), []);
});

test('an expired encrypted answer is served within the policy’s grace, after a reload too', async (t) => {
  const stale = { policies: { plan: { encrypted: true, ttl: HOUR, staleIfError: 8 * HOUR } } };
  const { cache, clock, reload } = open(t, stale);
  cache.set('plan', 'old');
  await cache.flush();
  clock.now += 2 * HOUR;
  const again = reload();
  const failing = async () => assert.fail('the server is away');
  assert.equal(await again.getOrFetch('plan', failing), 'old');
  assert.equal(again.get('plan'), undefined);
});

test('an encrypted answer of another version, or one that fails its check, is a miss and is removed', async (t) => {
  const { cache, area, origin } = open(t, options);
  cache.set('plan:a', 'a', { version: '1' });
  cache.set('plan:b', 'b', { version: '2' });
  await cache.flush();
  const newer = { plan: { encrypted: true, version: '2', check: (value) => value !== 'b' } };
  const again = open(t, { origin, policies: newer });
  await again.cache.ready;
  assert.deepEqual(again.cache.keys(), []);
  assert.equal(again.cache.stats().errors.version, 2);
  assert.deepEqual(entriesIn(area), []);
});

test('tabs that need the first key at the same time agree on one', async (t) => {
  const tabs = openTabs(t, 4, options);
  tabs.forEach(({ cache }, index) => cache.set(`plan:${index}`, index));
  await Promise.all(tabs.map(({ cache }) => cache.flush()));
  const [fresh] = openTabs(t, 1, { ...options, origin: tabs[0].origin });
  await fresh.cache.ready;
  assert.deepEqual(
    tabs.map((_, index) => fresh.cache.get(`plan:${index}`)),
    [0, 1, 2, 3],
  );
});

test('each user has a key of their own, and cannot read another’s records', async (t) => {
  const origin = new Origin();
  for (const user of ['sara', 'tom', null]) {
    const { cache } = open(t, { ...options, origin, user });
    cache.set('plan', user ?? 'nobody');
    await cache.flush();
  }
  for (const user of ['sara', 'tom', null]) {
    const { cache } = open(t, { ...options, origin, user, now: START + 1 });
    await cache.ready;
    assert.equal(cache.get('plan'), user ?? 'nobody');
    assert.deepEqual(cache.keys(), ['plan']);
  }
  const database = await new Promise((resolve) => {
    const opening = globalThis.indexedDB.open('cardcache', 1);
    opening.onsuccess = () => resolve(opening.result);
  });
  const names = await new Promise((resolve) => {
    const asked = database.transaction('keys').objectStore('keys').getAllKeys();
    asked.onsuccess = () => resolve(asked.result);
  });
  assert.deepEqual(names, ['test_', 'test_@sara', 'test_@tom']);
  const key = await new Promise((resolve) => {
    const asked = database.transaction('keys').objectStore('keys').get('test_');
    asked.onsuccess = () => resolve(asked.result);
  });
  assert.equal(key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey('raw', key));
});

test('a lost key makes misses: counted, removed, fetched anew', async (t) => {
  const { cache, area, reload } = open(t, options);
  cache.set('plan:a', 1);
  cache.set('plan:b', 2);
  await cache.flush();
  await new Promise((resolve, reject) => {
    const deleting = globalThis.indexedDB.deleteDatabase('cardcache');
    deleting.onsuccess = resolve;
    deleting.onblocked = () => reject(new Error('the cache holds the key store open'));
  });
  const again = reload();
  const heard = listen(again, 'error');
  await again.ready;
  assert.deepEqual([again.get('plan:a'), again.get('plan:b')], [undefined, undefined]);
  assert.deepEqual(
    heard.map(([, { kind, key }]) => [kind, key]),
    [
      ['crypto', 'plan:a'],
      ['crypto', 'plan:b'],
    ],
  );
  assert.deepEqual(entriesIn(area), []);
  assert.equal(await again.getOrFetch('plan:a', async () => 3), 3);
  await again.flush();
  const once = reload();
  await once.ready;
  assert.equal(once.get('plan:a'), 3);
});

test('a tab whose key was lost takes over the one that another tab made since', async (t) => {
  const [one, two] = openTabs(t, 2, options);
  one.cache.set('plan:a', 'old');
  await one.cache.flush();
  globalThis.indexedDB = new IDBFactory();
  two.cache.set('plan:b', 'new');
  await two.cache.flush();
  assert.equal(await one.cache.getOrFetch('plan:b', unfetched), 'new');
  one.cache.set('plan:a', 'newer');
  await one.cache.flush();
  assert.equal(await two.cache.getOrFetch('plan:a', unfetched), 'newer');
});

for (const [where, prepare] of Object.entries({
  'without WebCrypto': (t) => {
    const before = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
    Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues: () => 0 }, configurable: true });
    t.after(() => Object.defineProperty(globalThis, 'crypto', before));
  },
  'without IndexedDB': (t) => newKeyStore(t, null),
  'where IndexedDB throws': (t) =>
    newKeyStore(t, {
      open: () => {
        throw new DOMException('not here', 'SecurityError');
      },
    }),
  'where IndexedDB refuses': (t) =>
    newKeyStore(t, {
      open: () => {
        const opening = { error: new DOMException('not here', 'InvalidStateError') };
        queueMicrotask(() => opening.onerror());
        return opening;
      },
    }),
  'where keys cannot be written down': (t) =>
    t.mock.method(IDBObjectStore.prototype, 'put', () => {
      throw new DOMException('keys cannot be cloned', 'DataCloneError');
    }),
})) {
  test(`${where} encrypted answers stay in memory, and one warning says so`, async (t) => {
    prepare(t);
    const { cache, area, log, reload } = open(t, options);
    await cache.ready;
    cache.set('plan', 1);
    await cache.flush();
    cache.set('plan', 2);
    cache.set('plan:other', CANARY);
    await cache.flush();
    assert.deepEqual([cache.get('plan'), cache.get('plan:other')], [2, CANARY]);
    assert.deepEqual(entriesIn(area), []);
    // What cannot be encrypted is no error; that a key could not be had is one, for what was waiting for it.
    assert.equal(cache.stats().errors.crypto, /^without/.test(where) ? 0 : 1);
    const said = log.filter(({ level }) => level === 'warn').map(({ what }) => what);
    assert.deepEqual(said, ['encrypted answers are kept in memory only']);
    assert.equal(reload().get('plan'), undefined);
  });
}

test('a key store that hangs delays only ready, by two seconds, and the records stay', async (t) => {
  stopTime(t);
  const still = { ...options, clock: () => Date.now() };
  const { cache, area, reload, log } = open(t, still);
  cache.set('plan', 1);
  await cache.flush();
  const working = globalThis.indexedDB;
  globalThis.indexedDB = { open: () => ({}) };
  const again = reload();
  let isReady = false;
  void again.ready.then(() => (isReady = true));
  await pass(t, 1_990);
  assert.equal(isReady, false);
  await pass(t, 20);
  assert.equal(isReady, true);
  assert.equal(await again.getOrFetch('plan:b', async () => 'b'), 'b');
  const flushed = again.flush();
  await pass(t, 2_010);
  await flushed;
  assert.equal(again.get('plan:b'), 'b');
  assert.equal(again.stats().errors.crypto, 1);
  assert.deepEqual(entriesIn(area), ['plan']);
  assert.deepEqual(
    log.filter(({ level }) => level === 'warn'),
    [],
  );
  globalThis.indexedDB = working;
  const later = reload();
  await later.ready;
  assert.equal(later.get('plan'), 1);
});

test('a caller may abort at once while the key store hangs', async (t) => {
  stopTime(t);
  const { cache, reload } = open(t, { ...options, clock: () => Date.now() });
  cache.set('plan', 1);
  await cache.flush();
  globalThis.indexedDB = { open: () => ({}) };
  const again = reload();
  const leaving = new AbortController();
  const asked = again.getOrFetch('plan', unfetched, { signal: leaving.signal });
  const rejected = assert.rejects(asked, { name: 'AbortError' });
  leaving.abort();
  await rejected;
  await pass(t, 2_010);
});

test('sensitive answers, and those of memory’s tier, are not written down, encrypted or not', async (t) => {
  const { cache, area } = open(t);
  cache.set('plan', CANARY, { encrypted: true, sensitive: true });
  cache.set('list', CANARY, { encrypted: true, tier: 'memory' });
  await cache.flush();
  assert.deepEqual(entriesIn(area), []);
  assert.equal(cache.remainingTtl('list'), 4 * HOUR);
});

test('encrypted answers live as long as other stored answers', (t) => {
  const { cache } = open(t, options);
  cache.set('plan', 1);
  assert.equal(cache.remainingTtl('plan'), 72 * HOUR);
});

test('in agiletrack_ they stay in memory, and AgileTrack’s own records where they are', async (t) => {
  const { cache, area } = open(t, { namespace: 'agiletrack_', ...options });
  area.setItem('agiletrack_plan', JSON.stringify({ data: 'theirs', timestamp: START }));
  assert.equal(cache.get('plan'), 'theirs');
  assert.equal(recordOf(area, 'plan', 'agiletrack_').data, 'theirs');
  cache.set('plan:sara', CANARY);
  await cache.flush();
  assert.equal(cache.get('plan:sara'), CANARY);
  assert.deepEqual(Object.keys(area.records), ['agiletrack_plan']);
});

test('a value that JSON cannot hold stays in memory and is counted', async (t) => {
  const { cache, area } = open(t, options);
  const value = new Map();
  cache.set('plan', value);
  await cache.flush();
  assert.equal(cache.get('plan'), value);
  assert.equal(cache.stats().errors.serialize, 1);
  assert.deepEqual(entriesIn(area), []);
});

for (const secret of [{ encrypted: true }, { sensitive: true }]) {
  const [name] = Object.keys(secret);
  test(`plain records from before the policy said ${name} are removed when a cache opens, or when looked up`, async (t) => {
    const { cache, origin, area } = open(t);
    for (const key of ['plan', 'plan:sara', 'planner', 'list']) cache.set(key, 'x'.repeat(key === 'plan' ? 1_000 : 1));
    const later = open(t, { origin, policies: { plan: secret } });
    assert.deepEqual(entriesIn(area), ['planner', 'list']);
    assert.deepEqual(later.cache.keys().sort(), ['list', 'planner']);
    assert.equal(await later.cache.getOrFetch('list', async () => 'fetched', secret), 'fetched');
    await later.cache.flush();
    assert.notEqual(area.getItem('test_list')?.[0], '{');
    later.cache.set('goals', 1);
    // Another bundle of the same page, which shares the cache.
    const shared = open(t, { storage: { area: later.area }, policies: { goals: secret } });
    assert.deepEqual(entriesIn(area).includes('goals'), false);
    const look = t.mock.method(later.area, 'key');
    shared.reload();
    assert.equal(look.mock.callCount(), 0, 'an endpoint is looked through once');
  });
}

test('a policy that no longer says encrypted still reads what was', async (t) => {
  const { cache, origin } = open(t, options);
  cache.set('plan', 1);
  await cache.flush();
  const later = open(t, { origin });
  await later.cache.ready;
  assert.equal(later.cache.get('plan'), 1);
  later.clock.now += 5 * HOUR;
  assert.equal(await later.cache.getOrFetch('plan', unfetched), 1);
});

test('an encrypted answer without room in storage stays in memory and is counted', async (t) => {
  const { cache, area } = open(t, { ...options, storage: { maxBytes: 1_000 } });
  const value = Array.from({ length: 3_000 }, (_, index) => index);
  cache.set('plan', value);
  await cache.flush();
  assert.equal(cache.get('plan'), value);
  assert.equal(cache.stats().errors.quota, 1);
  assert.deepEqual(entriesIn(area), []);
});

test('encryption that fails leaves the value in memory, counted', async (t) => {
  const { cache, area } = open(t, options);
  const broken = new DOMException('no', 'OperationError');
  t.mock.method(crypto.subtle, 'encrypt', () => Promise.reject(broken));
  const heard = listen(cache, 'error');
  cache.set('plan', 1);
  await cache.flush();
  assert.equal(cache.get('plan'), 1);
  assert.deepEqual(heard, [['error', { kind: 'crypto', key: 'plan', cause: broken }]]);
  assert.deepEqual(entriesIn(area), []);
});

test('a page without encrypted answers asks for no key and looks for no record', async (t) => {
  newKeyStore(t, { open: () => assert.fail('asked for a key') });
  const { cache, origin } = open(t);
  for (let index = 0; index < 20; index++) cache.set(`list:${index}`, index);
  const later = open(t, { origin });
  const read = t.mock.method(later.area, 'getItem');
  const again = later.reload();
  await again.ready;
  assert.ok(read.mock.callCount() < 10, `${read.mock.callCount()} reads`);
});

test('after the last encrypted record is removed, caches stop looking for one', async (t) => {
  const { cache, area, reload } = open(t, options);
  cache.set('plan', 1);
  await cache.flush();
  assert.ok('test_!sealed' in area.records);
  cache.delete('plan');
  await reload().ready;
  assert.ok(!('test_!sealed' in area.records));
});

test('a forced fetch of what has to be decrypted first is not forgotten', async (t) => {
  const { cache, reload } = open(t, { policies: { plan: { encrypted: true } } });
  cache.set('plan', 'old');
  await cache.flush();
  const loaded = reload();
  const heard = listener();
  const fetcher = counted(() => 'new');
  loaded.watch('plan', fetcher, heard, { interval: Infinity, forceRefresh: true });
  await until(() => heard.data.at(-1) === 'new');
  loaded.watch('plan', fetcher, listener(), { interval: Infinity });
  await loaded.flush();
  await settle();
  assert.equal(fetcher.calls, 1);
});

test('an encrypted answer that covers a failure does not have the server asked again at once', async (t) => {
  const policy = { encrypted: true, ttl: MINUTE, staleIfError: HOUR, retry: { attempts: 1 } };
  const { cache, clock, reload } = open(t, { policies: { plan: policy } });
  cache.set('plan', 'old');
  await cache.flush();
  clock.now += 2 * MINUTE;
  const loaded = reload();
  const heard = listener();
  const fetcher = counted(() => Promise.reject(new Error('down')));
  loaded.watch('plan', fetcher, heard, { interval: HOUR });
  await until(() => heard.data.at(-1) === 'old');
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  assert.equal(fetcher.calls, 1);
  assert.equal(heard.updates.at(-1).error.message, 'down');
});
