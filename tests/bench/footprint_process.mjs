// Prints the bytes that an entry costs beside its key and value: `node --expose-gc tests/bench/footprint_process.mjs Map`.
import { cardcache, lruCache, bareMap } from './page/memory_contestants.mjs';

const ENTRIES = 100_000;
const makers = { cardcache, 'lru-cache, ttl': lruCache, Map: bareMap };

const keys = Array.from({ length: ENTRIES }, (_, number) => `answer:user_${number % 500}:${number}`);
const values = keys.map((_, number) => ({ number }));
// What is there once for all, such as the module itself, is no part of an entry.
const make = makers[process.argv[2]];
const first = make(1);
first.set(keys[0], values[0]);
const before = bytes();
const made = make(ENTRIES);
keys.forEach((key, number) => made.set(key, values[number]));
await new Promise((resolve) => setTimeout(resolve));
console.log((bytes() - before) / ENTRIES);

function bytes() {
  globalThis.gc();
  globalThis.gc();
  // The memory of modules is external to the heap.
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
