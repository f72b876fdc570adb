import type { SharedCache } from './sharedCache.ts';
import type { Key, MutationEvent, Selector } from './types.ts';

export interface MutateOptions {
  optimistic?: Iterable<[Key, unknown]>;
  invalidate?: Selector;
  event?: MutationEvent;
}

/** All users' and shared entries: what a write may have changed when nobody says more. */
const EVERYTHING: Selector = '*';

/**
 * Runs a write. What it may have changed is dropped when it has ended, well or not: whether a server that failed has applied
 * it cannot be known.
 */
export async function mutate<T>(cache: SharedCache, write: () => Promise<T>, options: MutateOptions): Promise<T> {
  if (!cache.core) await cache.ready;
  const shown = new Map<Key, { before: unknown; optimistic: unknown }>();
  for (const [key, optimistic] of options.optimistic ?? []) {
    const kept = cache.peekValue(key);
    shown.set(key, { before: kept === undefined ? cache.watches.shown(key) : kept, optimistic });
    cache.setOptimistic(key, optimistic);
  }
  try {
    return await write();
  } catch (error) {
    for (const [key, { before, optimistic }] of shown) {
      // Where something newer has taken its place, that stands.
      if (cache.watches.shown(key) === optimistic) cache.watches.changed(key, before, 'set');
    }
    throw error;
  } finally {
    for (const [key, { optimistic }] of shown) {
      if (cache.peekValue(key) === optimistic) cache.core?.dropResident(key);
    }
    settle(cache, options);
  }
}

function settle(cache: SharedCache, { invalidate, event }: MutateOptions): void {
  // An event says itself what it voids; beside it only what was named on top is dropped.
  if (event) cache.applyEventFor(event, cache.connectedUser);
  if (invalidate !== undefined || !event) cache.invalidate(invalidate ?? EVERYTHING, true);
}
