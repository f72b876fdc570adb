import type { SharedCache } from './sharedCache.ts';
import { nameStatistics } from './statistics.ts';
import type { EntryInfo, Statistics } from './types.ts';

export const VERSION = '0.1.0';

const TIERS = ['memory', 'storage', 'both'] as const;

/** The core's statistics; all zeros where it does not run. */
export function statisticsOf({ core }: SharedCache): Statistics {
  if (!core) return { ...nameStatistics([], [], []), wasm: undefined };
  return { ...core.statistics(), wasm: { memoryBytes: core.memoryBytes, version: VERSION } };
}

export function entriesOf(cache: SharedCache): EntryInfo[] {
  return (cache.core?.inspect() ?? []).map((entry) => ({
    ...entry,
    tier: TIERS[entry.tier] ?? 'memory',
    watched: cache.watches.isWatched(entry.key),
  }));
}
