// One of several processes that share a store: does what its parent says, and tells what came of it.
import KeyvRedis from '@keyv/redis';
import { createClient } from '@redis/client';
import Keyv from 'keyv';
import { openCache } from '../../../dist/index.js';
import { keyvTier } from '../../../dist/node.js';

const { url, options, pubsub } = JSON.parse(process.argv[2]);
const keyv = new Keyv({ store: new KeyvRedis(url) });
// Its failures are what some tests are about.
keyv.on('error', () => undefined);
let channel;
if (pubsub) {
  const publisher = await createClient({ url })
    .on('error', () => undefined)
    .connect();
  const subscriber = await publisher
    .duplicate()
    .on('error', () => undefined)
    .connect();
  channel = {
    publish: (name, text) => publisher.publish(name, text),
    subscribe: (name, listener) => subscriber.subscribe(name, listener),
  };
}
const cache = openCache({ namespace: 'shared_', ...options, remote: keyvTier(keyv, { pubsub: channel }) });
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
