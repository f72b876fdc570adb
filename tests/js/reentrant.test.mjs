// Code of the page that runs in the midst of a call: listeners, storage areas, lists that are read.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCache } from '../../dist/index.js';

let opened = 0;

function open(t, options = {}) {
  const cache = openCache({ namespace: `reentrant${++opened}_`, storage: false, log() {}, ...options });
  t.after(() => cache.close());
  return cache;
}

/** An area that calls `inside` within each setItem. */
function areaCalling(inside) {
  const items = new Map();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem(key, text) {
      inside(key);
      items.set(key, text);
    },
    removeItem: (key) => items.delete(key),
  };
}

for (const [what, drop] of Object.entries({
  deletes: (cache) => cache.delete('b:1'),
  invalidates: (cache) => cache.invalidate('*'),
}))
  test(`a key whose set evicts, and which the listener ${what}, never shows another key’s value`, (t) => {
    const cache = open(t, { memory: { maxEntries: 1 } });
    cache.set('a:1', 'A');
    cache.on('evict', () => drop(cache));
    cache.set('b:1', 'B');
    cache.set('z:1', 'Z');
    assert.ok([undefined, 'B'].includes(cache.get('b:1')));
    assert.ok([undefined, 'Z'].includes(cache.get('z:1')));
  });

test('a listener that an eviction calls finds the value that was set', async (t) => {
  const cache = open(t, { memory: { maxEntries: 1 } });
  cache.set('a', 'A');
  const found = [];
  cache.on('evict', () =>
    found.push(
      cache.get('b'),
      cache.getOrFetch('b', async () => 'fetched'),
    ),
  );
  cache.set('b', 'B');
  assert.deepEqual(await Promise.all(found), ['B', 'B']);
});

test('of random calls out of listeners none mixes up values', (t) => {
  const seed = Number(process.env.CARDCACHE_SEED ?? Date.now() % 1e8);
  t.diagnostic(`seed ${seed}`);
  let state = seed;
  const random = (end) => (state = (state * 48271 + 11) % 2147483647) % end;
  const cache = open(t, { memory: { maxEntries: 3 } });
  let depth = 0;
  let number = 0;
  const step = () => {
    const key = `k:${random(6)}`;
    const act = random(5);
    if (act < 3) cache.set(key, `${key} ${++number}`);
    else if (act === 3) cache.delete(key);
    else cache.invalidate(random(2) ? key : '*');
  };
  cache.on('evict', () => {
    if (depth > 2) return;
    depth++;
    step();
    depth--;
  });
  for (let count = 0; count < 2_000; count++) {
    step();
    for (let index = 0; index < 6; index++) {
      const value = cache.get(`k:${index}`);
      assert.ok(value === undefined || value.startsWith(`k:${index} `), `k:${index} shows ${value}; seed ${seed}`);
    }
  }
});

test('a storage area that calls the cache is told so; the set that called it goes on', (t) => {
  const refused = [];
  const cache = open(t, {
    storage: {
      area: areaCalling((name) => {
        if (!name.includes('plan')) return;
        try {
          cache.get('other');
        } catch (error) {
          refused.push(error.message);
        }
      }),
    },
  });
  cache.set('plan', { v: 1 });
  assert.match(refused[0], /storage area must not call the cache/);
  assert.deepEqual([cache.get('plan'), cache.keys('*')], [{ v: 1 }, ['plan']]);
});

test('tags and endpoints whose reading calls the cache are read before the core is called', async (t) => {
  const cache = open(t);
  cache.set('other', 1);
  const spying = (list) => new Proxy(list, { get: (...at) => (cache.get('nothing'), Reflect.get(...at)) });
  cache.set('plan', 'A', { tags: spying(['x']) });
  assert.equal(await cache.getOrFetch('late', async () => 'B', { tags: spying(['x']) }), 'B');
  const stop = cache.watch(
    'watched',
    async () => 'C',
    () => undefined,
    { tags: spying(['x']) },
  );
  stop();
  assert.equal(cache.invalidate({ tag: 'x' }), 2);
});

test('options that are true or not without being booleans count as such', async (t) => {
  const cache = open(t);
  cache.set('plan', 'old');
  assert.equal(await cache.getOrFetch('plan', async () => 'new', { forceRefresh: 'yes' }), 'new');
  cache.watch(
    'plan',
    async () => 'newer',
    () => undefined,
    { whileHidden: 1 },
  )();
});

test('a listener that closes the cache while a set runs ends nothing with an error', (t) => {
  let now = 1e12;
  const cache = open(t, { clock: () => now });
  cache.set('a', 1);
  cache.on('evict', () => cache.close());
  now -= 3_600_000;
  assert.doesNotThrow(() => cache.set('a', 2));
});
