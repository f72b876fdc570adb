import type { PageSizes } from '../border/page.ts';
import type { SpaceSizes } from '../border/engine.ts';
import { isUsable, localArea } from '../border/storageArea.ts';
import type { Log } from '../common/log.ts';
import type { CacheOptions, StorageArea } from '../types.ts';

/** How large the user's part of memory may grow, and when to tell. What is undefined the core decides. */
export function pageSizesOf({ memory = {}, alerts = {} }: CacheOptions): PageSizes {
  const { ttl: memoryTtl, maxEntries, maxBytes } = memory;
  return { memoryTtl, maxEntries, maxBytes, alerts };
}

/** Where the namespace's records lie, and how much they may take. */
export function spaceSizesOf(options: CacheOptions, log: Log): SpaceSizes {
  const { storage = {}, namespace = 'cardcache_' } = options;
  const own = storage === false ? { area: null } : storage;
  const { area, maxBytes, ttl, compressAbove } = own;
  return { namespace, area: usableArea(area, options, log), maxBytes, ttl, compressAbove };
}

function usableArea(asked: StorageArea | null | undefined, options: CacheOptions, log: Log): StorageArea | null {
  if (asked === null) return null;
  const area = asked ?? localArea();
  if (area && isUsable(area)) return area;
  // Who brings a store that processes share expects none; on the console it is news in a page alone: node has none, nor have workers.
  if (asked || (!options.remote && (options.log || typeof document !== 'undefined'))) {
    log.once({ level: 'warn', what: 'no localStorage here: answers are kept in memory only' });
  }
  return null;
}
