import type { PageSizes } from '../border/page.ts';
import type { SpaceSizes } from '../border/engine.ts';
import { isUsable, localArea } from '../border/storageArea.ts';
import type { Log } from '../common/log.ts';
import type { CacheOptions, StorageArea } from '../types.ts';

/** Limits of the user's memory tier, and of alerts. The core fills in its defaults for what is undefined. */
export function pageSizesOf({ memory = {}, alerts = {} }: CacheOptions): PageSizes {
  const { ttl: memoryTtl, maxEntries, maxBytes } = memory;
  return { memoryTtl, maxEntries, maxBytes, alerts };
}

/** The storage area of the namespace, and its limits. */
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
  // With a remote tier, a missing localStorage is expected. On the console only a page warns: node and workers have none.
  if (asked || (!options.remote && (options.log || typeof document !== 'undefined'))) {
    log.once({ level: 'warn', what: 'no localStorage here: answers are kept in memory only' });
  }
  return null;
}
