import type { SharedCache } from './sharedCache.ts';
import { readStatistics } from './statistics.ts';
import type { EntryInfo, Statistics } from './types.ts';

export const VERSION = '0.1.0';

const TIERS = ['memory', 'storage', 'both'] as const;

/** All zeros where the core does not run. */
export function statisticsOf({ core }: SharedCache): Statistics {
  const wasm = core && { memoryBytes: core.memoryBytes, version: VERSION };
  return { ...readStatistics(core), wasm };
}

export function entriesOf(cache: SharedCache): EntryInfo[] {
  return (cache.core?.call(({ module, page, now }) => module.inspect(page, now)) ?? []).map((entry) => ({
    ...entry,
    tier: TIERS[entry.tier] ?? 'memory',
    watched: cache.watches.isWatched(entry.key),
  }));
}
