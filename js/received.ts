import { accepts, type Core } from './border/core.ts';
import type { SharedCache } from './sharedCache.ts';
import type { Key, Policy, Update } from './types.ts';
import { sameStored } from './values.ts';

/** An answer that somebody else fetched, as it came here. */
export interface Received {
  readonly key: Key;
  readonly value: unknown;
  readonly version: string;
  readonly policy: Policy;
  readonly source: Update<unknown>['source'];
}

/**
 * Takes an answer where its policy accepts it and `adopt` says that the core keeps it; by its equal that is there already if there
 * is one, so that nothing re-renders. False where it was not taken.
 */
export function receive(
  cache: SharedCache,
  core: Core,
  received: Received,
  adopt: (kept: unknown) => boolean,
): boolean {
  const { key, value, version, policy, source } = received;
  const { emitter, watches } = cache;
  if ((policy.version ?? version) !== version || !accepts(policy, value)) {
    core.noteError('version', key);
    return false;
  }
  const shown = watches.shown(key);
  const before = core.resident(key) ?? shown;
  const equal = before !== undefined && sameStored(before, value);
  const kept = equal ? before : value;
  if (!adopt(kept)) return false;
  if (!equal) queueMicrotask(() => emitter.emit('update', { key }));
  if (!equal || !sameStored(shown, kept)) watches.changed(key, kept, source);
  return true;
}
