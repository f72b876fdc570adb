import { checkSpan } from './policies.ts';
import { FOREIGN_NAMESPACE, openCount } from './engine.ts';
import { Handle } from './handle.ts';
import { HOSTS } from './neighbours.ts';
import { SharedCache } from './sharedCache.ts';
import { areaNumber } from './storageArea.ts';
import type { CacheOptions, CardCache } from './types.ts';

/**
 * What one evaluation of this module leaves for the next on the same page (two bundles, `?v=1` and `?v=2`): whoever finds it
 * opens its handles there, so that all cards share one core. `protocol` rises when `open` can no longer serve older callers;
 * a host of another protocol is left alone, and a second core stands over the same records.
 */
interface Host {
  protocol: number;
  open(options: CacheOptions): CardCache;
  /** How much stands open in the core. */
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

  #release(name: string): void {
    const shared = this.#shared.get(name);
    if (!shared || --shared.handles > 0) return;
    this.#shared.delete(name);
    shared.cache.close();
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

/** A handle at once; the core loads behind it. The same `namespace` and `user` share one core on the page, whichever bundle asked. */
export function openCache(options: CacheOptions = {}): CardCache {
  const { namespace = 'cardcache_', user, memory, storage, remote } = options;
  if (!/^[a-z0-9]+_$/.test(namespace)) {
    throw new TypeError(`cardcache: a namespace is small letters and digits with one _ at its end, not ${namespace}`);
  }
  if (user === '') throw new TypeError('cardcache: a user may not be empty; null means not separated');
  if (namespace === FOREIGN_NAMESPACE && user != null) {
    throw new TypeError(`cardcache: ${namespace} is AgileTrack's own and knows no users`);
  }
  if (remote && (['get', 'set', 'invalidate'] as const).some((name) => typeof remote[name] !== 'function')) {
    throw new TypeError('cardcache: remote must be a RemoteTier, such as keyvTier of cardcache/node gives');
  }
  checkSpan(memory?.ttl, 'memory.ttl');
  checkSpan(memory?.maxEntries, 'memory.maxEntries');
  checkSpan(memory?.maxBytes, 'memory.maxBytes');
  if (storage) {
    checkSpan(storage.ttl, 'storage.ttl');
    checkSpan(storage.maxBytes, 'storage.maxBytes');
    checkSpan(storage.compressAbove, 'storage.compressAbove');
  }
  return hostOfPage().open(options);
}
