import type { CacheCore } from './coreless.ts';
import { sizeOf } from '../common/values.ts';
import type { EntryInfo, Key, Statistics, TierStatistics } from '../types.ts';

const TIERS = ['memory', 'storage', 'both'] as const;

/** All zeros while no core runs. */
export function statisticsOf(core: CacheCore, remote: TierStatistics | undefined): Statistics {
  const { memoryBytes } = core;
  const wasm = memoryBytes === undefined ? undefined : { memoryBytes, version: CARDCACHE_VERSION };
  return { ...core.statistics(), ...(remote && { remote }), wasm };
}

export function entriesOf(core: CacheCore, isWatched: (key: Key) => boolean): EntryInfo[] {
  return core.inspect().map((entry) => ({
    ...entry,
    // The size of a value that was never serialized is not known yet.
    bytes: entry.bytes || sizeOf(core.resident(entry.key)),
    tier: TIERS[entry.tier] ?? 'memory',
    watched: isWatched(entry.key),
  }));
}
