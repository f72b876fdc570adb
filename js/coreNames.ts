/** Names of the core's numbers, in the order of wasm/core/statistics.hpp and two_tier_cache.hpp. */
export const ERRORS = ['quota', 'unavailable', 'corrupt', 'serialize', 'crypto', 'fetch', 'remote', 'version'] as const;
export const FETCH_COUNTS = ['started', 'joined', 'succeeded', 'failed', 'retried', 'discarded'] as const;
export const LATENCIES = ['persist', 'restore', 'fetch'] as const;
export const WHYS = ['expired', 'capacity', 'quota'] as const;
export const ALERTS = ['hitRate', 'errors', 'storage'] as const;
export const REASONS = ['actor', 'assigned', 'unknown', 'other'] as const;
export const ON_EVENT = { refresh: 0, invalidate: 1, keep: 2 } as const;
/** What a policy says of a load; 0 where it says nothing. */
export const ON_LOAD = { stale: 1, always: 2 } as const;
