import type { FloorScope, RemoteRecord, RemoteTier } from '../types.ts';
import { Floors, type Heard } from './floors.ts';
import { isStore, put } from './store.ts';

/** Carries invalidations between processes; node-redis and ioredis have clients of this shape. */
export interface PubSub {
  publish(channel: string, text: string): Promise<unknown>;
  subscribe(channel: string, listener: (text: string) => void): unknown;
}

export interface KeyvTierOptions {
  /** The longest that anything lies in the store, ms; default 3 600 000. */
  ttl?: number;
  pubsub?: PubSub;
}

/**
 * Any keyv store as the remote tier (Redis, Valkey, PostgreSQL …); several caches of a process may share it. `pubsub` carries
 * invalidations to the other processes at once; without it they learn of them when they next ask the store for anything.
 */
export function keyvTier(keyv: unknown, { ttl = 3_600_000, pubsub }: KeyvTierOptions = {}): RemoteTier {
  if (!isStore(keyv)) throw new TypeError('cardcache: keyvTier needs a Keyv');
  if (typeof ttl !== 'number' || !(ttl > 0) || ttl === Infinity) {
    throw new TypeError(`cardcache: ttl must be milliseconds > 0, not ${String(ttl)}`);
  }
  const listeners = new Set<Heard>();
  const floors = new Floors(keyv, ttl, (selector, at, of) => {
    for (const listener of [...listeners]) listener(selector, at, of);
  });
  const channel = `cardcache:${keyv.namespace ?? ''}`;
  // Its failure is told to whoever invalidates: until then nobody has missed anything.
  const subscribed = pubsub && Promise.resolve(pubsub.subscribe(channel, (text) => floors.hear(text)));
  subscribed?.catch(() => undefined);
  return {
    async get(key) {
      // Asked for first: floors that are read after it are no older than it.
      const record = keyv.get(key) as Promise<RemoteRecord | undefined>;
      const [found] = await Promise.all([record, floors.learn()]);
      return found;
    },
    async set(key, record, life) {
      await put(keyv, key, record, Math.min(life, ttl));
    },
    async invalidate(selector, at, of: FloorScope = { scope: '', sparesKept: false }) {
      const text = floors.raise(selector, at, of);
      const told = pubsub?.publish(channel, text);
      await Promise.all([floors.write(), told, subscribed]);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
