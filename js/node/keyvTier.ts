import type { FloorScope, RemoteRecord, RemoteTier } from '../types.ts';
import { Channel, type PubSub } from './channel.ts';
import { Invalidations, type Heard } from './invalidations.ts';
import { isKeyv, put, storeOf } from './store.ts';

export interface KeyvTierOptions {
  /** The longest life of a record in the store, in ms; default 3 600 000. */
  ttl?: number;
  /** The client that publishes, and subscribes unless there is a `subscriber`. */
  pubsub?: PubSub;
  /** The client that subscribes; default `pubsub`, or a duplicate of it. Closing the caches does not close it. */
  subscriber?: Pick<PubSub, 'subscribe'>;
}

const OPTIONS: Record<keyof KeyvTierOptions, true> = { ttl: true, pubsub: true, subscriber: true };

/**
 * Makes any keyv store the remote tier (Redis, Valkey, PostgreSQL …); several caches of a process may share it. `pubsub` sends
 * invalidations to other processes at once. Without it they learn of them with their next request to the store. The caller still
 * owns the Keyv and the clients: a program ends once it has closed them and its caches. Throws a TypeError if an argument is
 * wrong.
 */
export function keyvTier(keyv: unknown, options: KeyvTierOptions = {}): RemoteTier {
  if (!isKeyv(keyv)) throw new TypeError('cardcache: keyvTier needs a Keyv: new Keyv({ store })');
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('cardcache: keyvTier(keyv, options): options must be an object');
  }
  for (const name of Object.keys(options)) {
    if (!(name in OPTIONS))
      console.warn(`cardcache: keyvTier knows no option '${name}'. Its options are ttl, pubsub and subscriber`);
  }
  const { ttl = 3_600_000, pubsub, subscriber } = options;
  if (typeof ttl !== 'number' || !(ttl > 0) || ttl === Infinity) {
    throw new TypeError(`cardcache: ttl must be milliseconds > 0, not ${String(ttl)}`);
  }
  if (subscriber !== undefined && pubsub === undefined) {
    throw new TypeError('cardcache: the option subscriber needs pubsub as well, which publishes');
  }
  const store = storeOf(keyv);
  const listeners = new Set<Heard>();
  const invalidations = new Invalidations(store, ttl, (selector, at, of) => {
    for (const listener of [...listeners]) listener(selector, at, of);
  });
  // The owner may close the Keyv during a write; later requests would reconnect it.
  keyv.on?.('disconnect', () => invalidations.pause());
  // Invalidations that were sent while there was no connection are in the store.
  const catchUp = () => void invalidations.catchUp();
  const name = `cardcache:${store.namespace ?? ''}`;
  const channel =
    pubsub !== undefined
      ? new Channel(name, pubsub, subscriber, (text) => invalidations.hear(text), catchUp)
      : undefined;
  return {
    async get(key) {
      // Ask for the record first, so that the invalidations that are read are no older than the record.
      const record = store.get(key) as Promise<RemoteRecord | undefined>;
      const [found] = await Promise.all([record, invalidations.learn()]);
      return found;
    },
    async set(key, record, life) {
      await put(store, key, record, Math.min(life, ttl));
    },
    async invalidate(selector, at, of: FloorScope = { scope: '', sparesKept: false, byWrite: false }) {
      const text = invalidations.add(selector, at, of);
      const publish = () => channel?.publish(text);
      // Publish again once it is in the store: a process that subscribed meanwhile missed the first message, and read the store too early.
      await Promise.all([invalidations.write().then(publish), publish()]);
    },
    subscribe(listener) {
      listeners.add(listener);
      channel?.open();
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        channel?.close();
        invalidations.pause();
      };
    },
  };
}
