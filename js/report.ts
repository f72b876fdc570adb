import type { SharedCache } from './sharedCache.ts';
import { nameStatistics, PageStatistics } from './border/statistics.ts';
import { toJson } from './values.ts';
import type { EntryInfo, Statistics } from './types.ts';

export const VERSION = '0.1.0';

const TIERS = ['memory', 'storage', 'both'] as const;

/** All zeros where the core does not run. */
export function statisticsOf({ core, remote }: SharedCache): Statistics {
  const wasm = core && { memoryBytes: core.memoryBytes, version: VERSION };
  return {
    ...(core?.statistics() ?? nameStatistics(new PageStatistics())),
    ...(remote && { remote: remote.statistics }),
    wasm,
  };
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
