import type { Core } from './core.ts';
import { ERRORS, FETCH_COUNTS, LATENCIES } from './coreNames.ts';
import { Word } from './linearMemory.ts';
import type { Statistics } from './types.ts';

type CoreStatistics = Omit<Statistics, 'wasm'>;

/** The core's statistics; all zeros without one. */
export function readStatistics(core: Core | undefined): CoreStatistics {
  if (!core) return nameStatistics([], [], []);
  return core.call(({ module, memory, page, now }) => {
    const endpoints = module.statistics(page, now);
    const at = (word: number) => memory.doubles(memory.words[word] ?? 0);
    return nameStatistics(at(Word.reportAt), endpoints, at(Word.endpointsAt));
  });
}

/**
 * Gives the core's numbers their names: `numbers` as wasm/core/statistics_report.hpp lists them, `ofEndpoints` three for each
 * of `endpoints`. What is missing is 0.
 */
function nameStatistics(
  numbers: ArrayLike<number>,
  endpoints: readonly string[],
  ofEndpoints: ArrayLike<number>,
): CoreStatistics {
  const take = reader(numbers);
  const tier = () => take('entries', 'hits', 'misses', 'evictions', 'expired', 'hitRate');
  const memory = tier();
  const stored = tier();
  const available = take('available').available === 1;
  const storage = { ...stored, available, ...take('bytes', 'plainBytes', 'budget', 'floors') };
  const fetch = take(...FETCH_COUNTS);
  const events = take('seen', 'concerned');
  const errors = take(...ERRORS);
  const latency = tabulate(LATENCIES, () => take('count', 'p50', 'p95', 'max'));
  const backOff = take('failing', 'spared');
  const takeOfEndpoint = reader(ofEndpoints);
  const byEndpoint = tabulate(endpoints, () => takeOfEndpoint('hits', 'misses', 'entries'));
  return { memory, storage, fetch, events, errors, latency, backOff, endpoints: byEndpoint };
}

/** Takes one number after the other, under the names that it is given. */
function reader(numbers: ArrayLike<number>) {
  let at = 0;
  return <Name extends string>(...names: Name[]) => tabulate(names, () => numbers[at++] ?? 0);
}

function tabulate<Name extends string, Value>(names: readonly Name[], next: () => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, next()])) as Record<Name, Value>;
}
