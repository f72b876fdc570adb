// Whoever keeps values in memory: each made for a number of entries, and for a life where it knows any.
import { TTLCache } from '@isaacs/ttlcache';
import { QueryClient } from '@tanstack/query-core';
import { openCache } from 'cardcache';
import { LRUCache } from 'lru-cache';
import QuickLRU from 'quick-lru';
import { lru } from 'tiny-lru';

const LIFE = 14_400_000;
let opened = 0;

/** `{ name, get, set, close? }` each. Sizes are such that nothing is evicted while `entries` keys are in use. */
export function memoryContestants(entries) {
  return [
    cardcache(entries),
    lruCache(entries),
    ttlCache('@isaacs/ttlcache', { max: entries, ttl: LIFE }),
    ttlCache('@isaacs/ttlcache, age checked', { max: entries, ttl: LIFE, checkAgeOnGet: true }),
    quickLru(entries),
    tinyLru(entries),
    queryCore(),
    bareMap(),
    timedMap(),
  ];
}

export function cardcache(entries) {
  // A namespace of its own, so that each begins empty; statistics, eviction and lives are what they are on any page.
  const cache = openCache({ namespace: `bench${(opened += 1)}_`, storage: false, memory: { maxEntries: entries } });
  return {
    name: 'cardcache',
    cache,
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value),
    close: () => cache.close(),
  };
}

export function lruCache(entries) {
  const cache = new LRUCache({ max: entries, ttl: LIFE });
  return { name: 'lru-cache, ttl', get: (key) => cache.get(key), set: (key, value) => cache.set(key, value) };
}

function ttlCache(name, options) {
  const cache = new TTLCache(options);
  return { name, get: (key) => cache.get(key), set: (key, value) => cache.set(key, value), close: () => cache.clear() };
}

function quickLru(entries) {
  const cache = new QuickLRU({ maxSize: entries, maxAge: LIFE });
  return { name: 'quick-lru, maxAge', get: (key) => cache.get(key), set: (key, value) => cache.set(key, value) };
}

function tinyLru(entries) {
  const cache = lru(entries, LIFE);
  return { name: 'tiny-lru, ttl', get: (key) => cache.get(key), set: (key, value) => cache.set(key, value) };
}

/** What its users call for a value that is there. */
function queryCore() {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: LIFE } } });
  return {
    name: '@tanstack/query-core',
    get: (key) => client.getQueryData([key]),
    set: (key, value) => client.setQueryData([key], value),
    close: () => client.clear(),
  };
}

export function bareMap() {
  const map = new Map();
  return { name: 'Map', map, get: (key) => map.get(key), set: (key, value) => map.set(key, value) };
}

/** What card authors write by hand. */
function timedMap() {
  const map = new Map();
  return {
    name: 'Map + Date.now()',
    get(key) {
      const entry = map.get(key);
      if (entry === undefined) return undefined;
      if (Date.now() - entry.timestamp < LIFE) return entry.value;
      map.delete(key);
      return undefined;
    },
    set: (key, value) => map.set(key, { value, timestamp: Date.now() }),
  };
}
