import type { SharedCache } from './sharedCache.ts';
import type { Key, MutationEvent, Selector } from './types.ts';

export interface MutateOptions {
  optimistic?: Iterable<[Key, unknown]>;
  invalidate?: Selector;
  event?: MutationEvent;
}

/** All users' and shared entries: what a write may have changed when nobody says more. */
const EVERYTHING: Selector = '*';

/** One value that a write under way shows, and what it stands before. */
export interface Layer {
  readonly key: Key;
  readonly optimistic: unknown;
  before: unknown;
}

/**
 * Runs a write. What it may have changed is dropped when it has ended, well or not: whether a server that failed has applied
 * it cannot be known.
 */
export async function mutate<T>(cache: SharedCache, write: () => Promise<T>, options: MutateOptions): Promise<T> {
  const drop = (): void => settle(cache, options);
  cache.writes.add(drop);
  const layers: Layer[] = [];
  for (const [key, optimistic] of options.optimistic ?? []) {
    const kept = cache.peekValue(key);
    const layer = { key, optimistic, before: kept === undefined ? cache.watches.shown(key) : kept };
    layers.push(layer);
    cache.layers.add(layer);
    cache.setOptimistic(key, optimistic);
  }
  try {
    return await write();
  } catch (error) {
    for (const layer of [...layers].reverse()) takeBack(cache, layer);
    throw error;
  } finally {
    for (const layer of layers) {
      cache.layers.delete(layer);
      if (Object.is(cache.peekValue(layer.key), layer.optimistic)) cache.core?.dropResident(layer.key);
    }
    cache.writes.delete(drop);
    drop();
  }
}

/** The core has come while the write was under way: until that ends it answers what is shown, too. */
export function showAgain(cache: SharedCache, layer: Layer): void {
  const { key, optimistic } = layer;
  const kept = cache.peekValue(key);
  if (kept !== undefined && !Object.is(kept, optimistic)) layer.before = kept;
  cache.keepOptimistic(key, optimistic);
}

/** Where something newer has taken its place, that stands; but what a later write shows must not fall back to it. */
function takeBack({ layers, watches }: SharedCache, layer: Layer): void {
  const { key, optimistic, before } = layer;
  const ofKey = [...layers].filter((other) => other.key === key);
  const above = ofKey[ofKey.indexOf(layer) + 1];
  if (above && Object.is(above.before, optimistic)) above.before = before;
  if (Object.is(watches.shown(key), optimistic)) watches.changed(key, before, 'set');
}

function settle(cache: SharedCache, { invalidate, event }: MutateOptions): void {
  // An event says itself what it voids; beside it only what was named on top is dropped.
  if (event) cache.applyEventFor(event, cache.connectedUser);
  if (invalidate !== undefined || !event) cache.invalidate(invalidate ?? EVERYTHING, true);
}
