import { openCount } from '../border/engine.ts';
import { Handle } from './handle.ts';
import { HOSTS } from '../common/otherCores.ts';
import { checkOptions } from '../common/options.ts';
import { SharedCache } from '../cache/sharedCache.ts';
import { areaNumber } from '../border/storageArea.ts';
import type { CacheOptions, CardCache } from '../types.ts';

/**
 * The object through which evaluations of this module on one page (two bundles, `?v=1` and `?v=2`) share one core: the first
 * evaluation registers it, later ones open their handles in it. `protocol` rises when `open` can no longer serve older callers.
 * Evaluations of another protocol ignore this host and run a second core over the same records.
 */
interface Host {
  protocol: number;
  open(options: CacheOptions): CardCache;
  /** How many spaces and pages are open in the core. */
  openCount(): number;
}

const PROTOCOL = 1;

interface Shared {
  cache: SharedCache;
  handles: number;
}

class OwnHost implements Host {
  readonly protocol = PROTOCOL;
  readonly #shared = new Map<string, Shared>();

  open(options: CacheOptions): CardCache {
    const name = nameOf(options);
    let shared = this.#shared.get(name);
    if (shared) {
      shared.cache.merge(options);
    } else {
      shared = { cache: new SharedCache(options), handles: 0 };
      this.#shared.set(name, shared);
    }
    const { cache } = shared;
    shared.handles++;
    return new Handle(cache, () => this.#release(name));
  }

  openCount(): number {
    return openCount();
  }

  #release(name: string): Promise<void> {
    const shared = this.#shared.get(name);
    if (!shared || --shared.handles > 0) return Promise.resolve();
    this.#shared.delete(name);
    return shared.cache.close();
  }
}

function nameOf({ namespace = 'cardcache_', user = null, storage }: CacheOptions): string {
  const area = storage === false ? null : storage?.area;
  const place = area === null ? 'memory' : area === undefined ? 'default' : areaNumber(area);
  return JSON.stringify([namespace, user, place]);
}

function hostOfPage(): Host {
  const page = globalThis as { [HOSTS]?: Map<number, Host> };
  page[HOSTS] ??= new Map();
  let host = page[HOSTS].get(PROTOCOL);
  if (!host) {
    host = new OwnHost();
    page[HOSTS].set(PROTOCOL, host);
  }
  return host;
}

/**
 * Returns a handle at once, while the core loads. Within a page, callers with the same `namespace` and `user` share one cache,
 * whichever bundle they use.
 */
export function openCache(options: CacheOptions = {}): CardCache {
  checkOptions(options);
  return hostOfPage().open(options);
}
