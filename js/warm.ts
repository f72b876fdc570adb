import type { SharedCache } from './sharedCache.ts';
import { callSafely } from './emitter.ts';
import type { Query, WarmOptions, WarmResult } from './types.ts';

const DEFAULT_CONCURRENCY = 4;
const ATTEMPTS = 3;

/** Fetches what is not cached yet, a few at a time. Failures are told, not thrown; an abort ends what has not begun. */
export async function warm(
  cache: SharedCache,
  queries: Iterable<Query<unknown>>,
  { concurrency = DEFAULT_CONCURRENCY, signal, progress }: WarmOptions = {},
): Promise<WarmResult> {
  if (!(concurrency >= 1)) throw new TypeError(`cardcache: concurrency must be at least 1, not ${concurrency}`);
  const result: WarmResult = { warmed: [], failed: [] };
  const all = [...queries];
  const rest = all.values();
  const work = async () => {
    for (const { key, fetcher, ...policy } of rest) {
      try {
        await cache.getOrFetch(key, fetcher, { ...policy, ...(signal ? { signal } : {}) }, ATTEMPTS);
        result.warmed.push(key);
      } catch (error) {
        result.failed.push({ key, error });
      }
      callSafely(() => progress?.(result.warmed.length + result.failed.length, all.length));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, 64) }, work));
  return result;
}
