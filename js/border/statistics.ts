import { ERRORS } from './names.ts';
import type { Statistics } from '../types.ts';

export type CoreStatistics = Omit<Statistics, 'wasm'>;

const FETCH_COUNTS = ['started', 'joined', 'succeeded', 'failed', 'retried', 'discarded'] as const;
const LATENCIES = ['persist', 'restore', 'fetch'] as const;
export type FetchCount = (typeof FETCH_COUNTS)[number];
export type LatencyOf = (typeof LATENCIES)[number];

/** How many recent durations the quantiles cover. */
const WINDOW = 128;

/** Durations in ms. */
class Latency {
  readonly #recent: number[] = [];
  #count = 0;
  #longest = 0;

  add(duration: number): void {
    this.#recent[this.#count++ % WINDOW] = duration;
    this.#longest = Math.max(this.#longest, duration);
  }

  get numbers() {
    return { count: this.#count, p50: this.#quantile(0.5), p95: this.#quantile(0.95), max: this.#longest };
  }

  /** The duration of the nearest rank; 0 if nothing was measured. */
  #quantile(share: number): number {
    const sorted = [...this.#recent].sort((a, b) => a - b);
    return sorted[Math.max(Math.ceil(share * sorted.length), 1) - 1] ?? 0;
  }
}

/** Counts that the page itself makes: fetches, and durations, since the core has no clock to measure with. */
export class PageStatistics {
  readonly fetch = tabulate(FETCH_COUNTS, () => 0);
  readonly #latencies = tabulate(LATENCIES, () => new Latency());

  count(what: FetchCount): void {
    this.fetch[what]++;
  }

  addLatency(of: LatencyOf, started: number): void {
    this.#latencies[of].add(performance.now() - started);
  }

  get latency() {
    return tabulate(LATENCIES, (of) => this.#latencies[of].numbers);
  }
}

const nothing = () => 0;

/**
 * Names the core's numbers: `next` returns them in the order of wasm/core/cache/statistics_report.hpp; `endpoints` returns three
 * per endpoint.
 */
export function nameStatistics(
  { fetch, latency }: PageStatistics,
  next: () => number = nothing,
  endpoints: () => (readonly [name: string, numbers: EndpointStatistics])[] = () => [],
): CoreStatistics {
  const take = <Name extends string>(...names: Name[]) => tabulate(names, next);
  const tier = () => take('entries', 'hits', 'misses', 'evictions', 'expired', 'hitRate');
  const memory = tier();
  const stored = tier();
  const available = take('available').available === 1;
  const storage = { ...stored, available, ...take('bytes', 'plainBytes', 'budget', 'floors') };
  const events = take('seen', 'concerned');
  const errors = take(...ERRORS);
  const backOff = take('failing', 'spared');
  return {
    memory,
    storage,
    fetch: { ...fetch },
    events,
    errors,
    latency,
    backOff,
    endpoints: Object.fromEntries(endpoints()),
  };
}

type EndpointStatistics = Statistics['endpoints'][string];

/** Reads the three numbers of an endpoint. */
export function endpointStatistics(next: () => number): EndpointStatistics {
  return tabulate(['hits', 'misses', 'entries'], next);
}

function tabulate<Name extends string, Value>(
  names: readonly Name[],
  give: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, give(name)])) as Record<Name, Value>;
}
