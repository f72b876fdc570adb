// One of several processes that share a store: does what its parent says, and tells what came of it.
import KeyvRedis from '@keyv/redis';
import * as redis5 from '@redis/client';
import { Redis } from 'ioredis';
import Keyv from 'keyv';
import * as redis6 from 'redis-client-6';
import { openCache } from '../../../dist/index.js';
import { keyvTier } from '../../../dist/node.js';

const { url, options, pubsub } = JSON.parse(process.argv[2]);
const keyv = new Keyv({ store: new KeyvRedis(url) });
// Its failures are what some tests are about.
const quiet = (client) => client.on('error', () => undefined);
quiet(keyv);

const nodeRedis = ({ createClient }) => quiet(createClient({ url })).connect();
const ioredis = async (more) => quiet(new Redis(url, more));

/** The clients of a tier, by the name that a test gives them. */
const clients = {
  false: async () => ({}),
  // What wraps two clients.
  true: async () => {
    const [publisher, subscriber] = [await nodeRedis(redis5), await nodeRedis(redis5)];
    return {
      pubsub: {
        publish: (name, text) => publisher.publish(name, text),
        subscribe: (name, listener) => subscriber.subscribe(name, listener),
      },
    };
  },
  'node-redis 5, one client': async () => ({ pubsub: await nodeRedis(redis5) }),
  'node-redis 5, two clients': async () => ({ pubsub: await nodeRedis(redis5), subscriber: await nodeRedis(redis5) }),
  'node-redis 6, one client': async () => ({ pubsub: await nodeRedis(redis6) }),
  'node-redis 6, two clients': async () => ({ pubsub: await nodeRedis(redis6), subscriber: await nodeRedis(redis6) }),
  'ioredis, one client': async () => ({ pubsub: await ioredis() }),
  'ioredis, two clients': async () => ({ pubsub: await ioredis(), subscriber: await ioredis() }),
  'ioredis of the older protocol, one client': async () => ({ pubsub: await ioredis({ protocol: 2 }) }),
  'ioredis of the older protocol, two clients': async () => ({
    pubsub: await ioredis({ protocol: 2 }),
    subscriber: await ioredis({ protocol: 2 }),
  }),
  'ioredis that connects late': async () => ({ pubsub: await ioredis({ lazyConnect: true }) }),
};
const channel = await clients[String(pubsub)]();
const cache = openCache({ namespace: 'shared_', ...options, remote: keyvTier(keyv, channel), log: () => undefined });
await cache.ready;

let fetches = 0;
const shown = [];
const acts = {
  fetch: async ({ key, value, ...policy }) => {
    const answer = await cache.getOrFetch(key, async () => ((fetches += 1), value), policy);
    return { answer, fetches };
  },
  set: ({ key, value, ...policy }) => cache.set(key, value, policy),
  get: ({ key }) => cache.get(key) ?? 'nothing',
  delete: ({ key }) => cache.delete(key),
  invalidate: ({ selector }) => cache.invalidate(selector),
  mutate: ({ selector }) => cache.mutate(async () => 'written', { invalidate: selector }),
  clear: () => cache.clear(),
  event: ({ event }) => cache.applyEvent(event, 'sara').invalidated,
  flush: () => cache.flush(),
  stats: () => ({ remote: cache.stats().remote, errors: cache.stats().errors, fetch: cache.stats().fetch }),
  watch: ({ key, value }) => {
    cache.watch(
      key,
      async () => ((fetches += 1), value),
      ({ data, source }) => shown.push([data, source]),
      { debounce: 0 },
    );
  },
  shown: () => shown,
  asks: () => cache.stats().fetch.started,
  /** What lies in the store, as the store's own client sees it. */
  stored: async () => {
    const keys = [];
    for await (const [key] of keyv.iterator()) keys.push(key);
    return keys.sort();
  },
};

process.on('message', async ({ id, act, args }) => {
  try {
    process.send({ id, answer: (await acts[act](args)) ?? null });
  } catch (error) {
    process.send({ id, error: String(error) });
  }
});
process.send('ready');
