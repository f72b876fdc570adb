import type { AreaPort } from './coreModule.ts';

/** localStorage where this page may use it: browsers answer null or throw in private modes and sandboxed frames. */
export function localArea(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** True where it answers at all. Whether it can be written shows with the first write: a probe would wake every other tab. */
export function isUsable(area: Storage): boolean {
  return safely(() => area.length >= 0, false);
}

function safely<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

const numbers = new WeakMap<Storage, number>();
let numbered = 0;

/** A number for each area, to name what lies in it. Held weakly: under node each test, or user, may bring one of its own. */
export function areaNumber(area: Storage): number {
  const number = numbers.get(area) ?? numbered++;
  numbers.set(area, number);
  return number;
}

/** The area as the module reaches it: whatever a browser throws becomes a value. */
export function areaPort(area: Storage): AreaPort {
  return {
    get: (key) => safely(() => area.getItem(key), null),
    set: (key, text) =>
      safely(() => {
        area.setItem(key, text);
        return true;
      }, false),
    remove: (key) => {
      safely(() => {
        area.removeItem(key);
      }, undefined);
    },
    keys: (prefix) => safely(() => keysOf(area).filter((key) => key.startsWith(prefix)), []),
  };
}

function keysOf(area: Storage): string[] {
  return Array.from({ length: area.length }, (_, index) => area.key(index)).filter((key) => key !== null);
}
