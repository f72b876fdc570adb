import type { StorageArea } from '../types.ts';

/** Where evaluations of this module leave what others on the page find: a host for each protocol. */
export const HOSTS = Symbol.for('cardcache.hosts');

let telling = false;

/** True while we dispatch our own storage event, so that we ignore it. */
export function isTelling(): boolean {
  return telling;
}

/**
 * A browser tells other tabs of a change to localStorage, and not the page that made it. Where a core of another protocol
 * stands on this page it has to hear of ours, and hears it as it hears other tabs. In a microtask: the core that makes the
 * change is in the middle of a call.
 */
export function tellNeighbours(area: StorageArea, key: string, newValue: string | null): void {
  const hosts = (globalThis as { [HOSTS]?: Map<number, unknown> })[HOSTS];
  if (!hosts || hosts.size < 2 || typeof StorageEvent === 'undefined') return;
  queueMicrotask(() => {
    telling = true;
    try {
      globalThis.dispatchEvent(new StorageEvent('storage', { key, newValue, storageArea: area }));
    } catch {
      // An area that is no Storage of this page's: nobody else has it.
    } finally {
      telling = false;
    }
  });
}
