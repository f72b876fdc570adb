/**
 * The lists that the core refers to by number. `tests/js/mirrors.test.mjs` compares each list with the header that its comment
 * names.
 */

/** wasm/core: statistics.hpp */
export const ERRORS = ['quota', 'unavailable', 'corrupt', 'serialize', 'crypto', 'fetch', 'remote', 'version'] as const;
/** entry_facts.hpp */
export const REMOVAL_CAUSES = ['expired', 'capacity', 'quota'] as const;
/** statistics.hpp */
export const ALERTS = ['hitRate', 'errors', 'storage'] as const;
/** event_filter.hpp */
export const REASONS = ['actor', 'assigned', 'unknown', 'other'] as const;
/** coordinator.hpp */
export const ON_EVENT = { refresh: 0, invalidate: 1, keep: 2 } as const;
/** coordinator.hpp: `refetchOnLoad`; 0 if the policy does not set it. */
export const ON_LOAD = { stale: 1, always: 2 } as const;
/** two_tier_cache.hpp: how far a value may go. */
export const Reach = { storage: 0, memory: 1, resident: 2, encrypted: 3 } as const;
/** wasm/border/calls_selectors.cpp: which fields of a selector follow. */
export const Field = { text: 1, endpoint: 2, user: 4, shared: 8, tag: 16, keys: 32 } as const;
/** wasm/border/calls_fetching.cpp: how a refresh ended. */
export const REFRESH_ENDS = ['succeeded', 'failed', 'discarded'] as const;
/** wasm/border/call.hpp: what else a call has changed. */
export const News = {
  refused: 1,
  clockSetBack: 2,
  upkeepWaits: 4,
  deadlinesMoved: 8,
  nextDueMoved: 16,
  slotsLetGo: 32,
  notices: 64,
  flightsSuperseded: 128,
  changedElsewhere: 256,
} as const;

/** JSON of more bytes is not stored; what has more UTF-16 units is not even sent to the core. `most_json_bytes` in wasm/core/codec/compressed_json.hpp. */
export const MOST_JSON_BYTES = 2 ** 20;
/**
 * How long a watch goes on after its last listener left, in ms: a card that is moved or rebuilt returns within a moment.
 * `Coordinator::linger`.
 */
export const LINGER = 5_000;
