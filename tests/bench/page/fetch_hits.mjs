// "Give me this, from the cache or from the server", where the cache has it; runs in a page and under node alike.
import { cachified } from '@epic-web/cachified';
import { QueryClient } from '@tanstack/query-core';
import { openCache } from 'cardcache';
import { LRUCache } from 'lru-cache';
import { shuffled, summary } from './measure.mjs';

const LIFE = 14_400_000;
const KEYS = 1_000;
const ROUNDS = 40;

/** Nanoseconds a call by contestant, each awaited before the next. */
export async function measureFetchHits() {
  const keys = Array.from({ length: KEYS }, (_, number) => `answer:user_${number % 50}:${number}`);
  const cache = openCache({ namespace: 'fetchhits_', storage: false });
  const client = new QueryClient();
  const lru = new LRUCache({ max: KEYS, ttl: LIFE });
  const contestants = [
    { name: 'cardcache', ask: (key, fetch) => cache.getOrFetch(key, fetch, { ttl: LIFE }) },
    {
      name: '@tanstack/query-core',
      ask: (key, fetch) => client.fetchQuery({ queryKey: [key], queryFn: fetch, staleTime: LIFE }),
    },
    {
      name: 'cachified over lru-cache',
      ask: (key, fetch) => cachified({ key, cache: lru, ttl: LIFE, getFreshValue: fetch }),
    },
  ];
  let fetches = 0;
  const fetch = async () => ({ number: (fetches += 1) });
  const samples = new Map(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, ask } of shuffled(contestants)) {
      const started = performance.now();
      for (const key of keys) if (!(await ask(key, fetch)).number) throw new Error(`${name} answered something else`);
      // The first round fetches.
      if (round > 0) samples.get(name).push(((performance.now() - started) * 1e6) / KEYS);
    }
  }
  if (fetches !== contestants.length * KEYS) throw new Error(`${fetches} fetches of ${contestants.length * KEYS}`);
  client.clear();
  await cache.close();
  return Object.fromEntries([...samples].map(([name, list]) => [name, summary(list)]));
}
