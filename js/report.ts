import type { SharedCache } from './sharedCache.ts';
import { nameStatistics } from './border/statistics.ts';
import { toJson } from './values.ts';
import type { EntryInfo, Statistics } from './types.ts';

const TIERS = ['memory', 'storage', 'both'] as const;

/** All zeros where the core does not run. */
export function statisticsOf({ core, remote }: SharedCache): Statistics {
  const wasm = core && { memoryBytes: core.memoryBytes, version: CARDCACHE_VERSION };
  return { ...(core?.statistics() ?? nameStatistics([], [], [])), ...(remote && { remote: remote.statistics }), wasm };
}

export function entriesOf(cache: SharedCache): EntryInfo[] {
  return (cache.core?.inspect() ?? []).map((entry) => ({
    ...entry,
    // Of what never was written nobody has asked the size before.
    bytes: entry.bytes || 2 * (toJson(cache.core?.resident(entry.key))?.length ?? 0),
    tier: TIERS[entry.tier] ?? 'memory',
    watched: cache.watches.isWatched(entry.key),
  }));
}
