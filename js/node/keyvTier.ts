import type { FloorScope, RemoteRecord, RemoteTier } from '../types.ts';
import { Channel, type PubSub } from './channel.ts';
import { Floors, type Heard } from './floors.ts';
import { isKeyv, put, storeOf } from './store.ts';

export interface KeyvTierOptions {
  /** The longest that anything lies in the store, ms; default 3 600 000. */
  ttl?: number;
  /** One client for both, or the one that publishes. */
  pubsub?: PubSub;
  /** The client that listens; default `pubsub`, or a duplicate of it. It is not closed with the caches. */
  subscriber?: Pick<PubSub, 'subscribe'>;
}

const OPTIONS: Record<keyof KeyvTierOptions, true> = { ttl: true, pubsub: true, subscriber: true };

/**
 * Any keyv store as the remote tier (Redis, Valkey, PostgreSQL …); several caches of a process may share it. `pubsub` carries
 * invalidations to the other processes at once; without it they learn of them when they next ask the store for anything.
 * The Keyv and the clients stay their owner's: a program ends when it has closed them as well as its caches. TypeError for what
 * is no Keyv, no client, or no ttl.
 */
export function keyvTier(keyv: unknown, options: KeyvTierOptions = {}): RemoteTier {
  if (!isKeyv(keyv)) throw new TypeError('cardcache: keyvTier needs a Keyv, as new Keyv({ store }) gives');
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('cardcache: keyvTier(keyv, options): options must be an object');
  }
  for (const name of Object.keys(options)) {
    if (!(name in OPTIONS))
      console.warn(`cardcache: keyvTier knows no option '${name}', but ttl, pubsub and subscriber`);
  }
  const { ttl = 3_600_000, pubsub, subscriber } = options;
  if (typeof ttl !== 'number' || !(ttl > 0) || ttl === Infinity) {
    throw new TypeError(`cardcache: ttl must be milliseconds > 0, not ${String(ttl)}`);
  }
  if (subscriber !== undefined && pubsub === undefined) {
    throw new TypeError('cardcache: a subscriber needs a pubsub that publishes');
  }
  const store = storeOf(keyv);
  const listeners = new Set<Heard>();
  const floors = new Floors(store, ttl, (selector, at, of) => {
    for (const listener of [...listeners]) listener(selector, at, of);
  });
  // Its owner closes it, maybe in the midst of a write: whatever is asked of it later would connect it again.
  keyv.on?.('disconnect', () => floors.rest());
  // What was told while there was no connection lies in the store.
  const catchUp = () => void floors.learn().catch(() => undefined);
  const name = `cardcache:${store.namespace ?? ''}`;
  const channel =
    pubsub !== undefined ? new Channel(name, pubsub, subscriber, (text) => floors.hear(text), catchUp) : undefined;
  return {
    async get(key) {
      // Asked for first: floors that are read after it are no older than it.
      const record = store.get(key) as Promise<RemoteRecord | undefined>;
      const [found] = await Promise.all([record, floors.learn()]);
      return found;
    },
    async set(key, record, life) {
      await put(store, key, record, Math.min(life, ttl));
    },
    async invalidate(selector, at, of: FloorScope = { scope: '', sparesKept: false, byWrite: false }) {
      const text = floors.raise(selector, at, of);
      await Promise.all([floors.write(), channel?.publish(text)]);
    },
    subscribe(listener) {
      listeners.add(listener);
      channel?.open();
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        channel?.close();
        floors.rest();
      };
    },
  };
}
