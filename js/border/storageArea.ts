import type { AreaPort, Head } from './coreModule.ts';
import { tellOtherCores } from '../common/otherCores.ts';
import type { StorageArea } from '../types.ts';

/** localStorage if this page may use it: in private modes and sandboxed frames browsers return null or throw. */
export function localArea(): StorageArea | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** True if the area can be read. The first write shows whether it can be written: a probe would wake every other tab. */
export function isUsable(area: StorageArea): boolean {
  return safely(() => area.length >= 0, false);
}

function safely<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

/**
 * The most keys that are visited: a storage area of the page's own may name keys without end. The same number as `most_keys` in
 * wasm/core/storage/maintenance.cpp.
 */
const MOST_KEYS = 1 << 20;

const numbers = new WeakMap<StorageArea, number>();
let numbered = 0;

/** A number for each area, used in names. Areas are held weakly: under node each test, or user, may bring its own. */
export function areaNumber(area: StorageArea): number {
  const number = numbers.get(area) ?? numbered++;
  numbers.set(area, number);
  return number;
}

/** Wraps the area for the module: returns values where a browser throws. */
export function areaPort(area: StorageArea): AreaPort {
  return {
    get: (key) => read(area, key),
    set: (key, text) => {
      try {
        area.setItem(key, text);
        tellOtherCores(area, key, text);
        return 0;
      } catch (error) {
        return isQuota(error) ? 1 : 2;
      }
    },
    remove: (key) =>
      safely(() => {
        area.removeItem(key);
        tellOtherCores(area, key, null);
        return true;
      }, false),
    head: (key, units) => headOf(area, key, units) ?? [],
    walk: (prefix, from, count, units) => {
      const heads: Head[] = [];
      let visited = 0;
      for (const key of keysOf(area, from, from + count)) {
        visited++;
        const head = key.startsWith(prefix) && headOf(area, key, units);
        if (head) heads.push(head);
      }
      return [visited, ...heads.flat()];
    },
    keys: (prefix) => {
      const found: string[] = [];
      for (const key of keysOf(area, 0, MOST_KEYS)) if (key.startsWith(prefix)) found.push(key);
      return found;
    },
  };
}

function read(area: StorageArea, key: string): string | null {
  const text: unknown = safely(() => area.getItem(key), null);
  return typeof text === 'string' ? text : null;
}

function headOf(area: StorageArea, key: string, units: number): Head | undefined {
  const text = read(area, key);
  if (text === null) return undefined;
  const packed = text.charCodeAt(0) > 0xff;
  const wide = packed || /[^\0-\xff]/.test(text);
  return [key, packed ? text.slice(0, units) : text, wide ? -text.length : text.length];
}

/** Whether an error means that the area is full, by the two names that browsers use. */
function isQuota(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED';
}

/**
 * The keys in the range, up to the first that is missing. `length` is not used, since not every Storage implements it correctly.
 */
function* keysOf(area: StorageArea, from: number, to: number): Iterable<string> {
  for (let index = from; index < to; index++) {
    const key: unknown = safely(() => area.key(index), null);
    if (typeof key !== 'string') return;
    yield key;
  }
}
