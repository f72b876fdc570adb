import type { SharedCache } from './sharedCache.ts';
import type { EntryInfo, Statistics, TierStatistics } from './types.ts';

export const VERSION = '0.1.0';

const TIERS = ['memory', 'storage', 'both'] as const;

/** The core's statistics; all zeros where it does not run. */
export function statisticsOf(cache: SharedCache): Statistics {
  const { core } = cache;
  if (!core) return { ...emptyStatistics(), wasm: undefined };
  const told = JSON.parse(core.statistics()) as Omit<Statistics, 'wasm'>;
  return { ...told, wasm: { memoryBytes: core.memoryBytes, version: VERSION } };
}

export function entriesOf(cache: SharedCache): EntryInfo[] {
  return (cache.core?.inspect() ?? []).map((entry) => ({
    ...entry,
    tier: TIERS[entry.tier] ?? 'memory',
    watched: cache.watches.isWatched(entry.key),
  }));
}

function emptyStatistics(): Omit<Statistics, 'wasm'> {
  const tier = (): TierStatistics => ({ entries: 0, hits: 0, misses: 0, evictions: 0, expired: 0, hitRate: 0 });
  const latency = () => ({ count: 0, p50: 0, p95: 0, max: 0 });
  return {
    memory: tier(),
    storage: { ...tier(), available: false, bytes: 0, budget: 0, plainBytes: 0, floors: 0 },
    fetch: { started: 0, joined: 0, succeeded: 0, failed: 0, retried: 0, discarded: 0 },
    events: { seen: 0, concerned: 0 },
    errors: { quota: 0, unavailable: 0, corrupt: 0, serialize: 0, crypto: 0, fetch: 0, remote: 0, version: 0 },
    latency: { persist: latency(), restore: latency(), fetch: latency() },
    endpoints: {},
  };
}
