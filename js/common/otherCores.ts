import type { StorageArea } from '../types.ts';

/** The global under which evaluations of this module find each other on a page: a host for each protocol. */
export const HOSTS = Symbol.for('cardcache.hosts');

let telling = false;

/** True while we dispatch our own storage event, so that we ignore it. */
export function isTellingOthers(): boolean {
  return telling;
}

/**
 * Browsers send `storage` events to other tabs, but not to the page that made the change. If a core of another protocol runs on
 * this page, it must hear of our changes as it hears of other tabs'. The event is dispatched in a microtask because our core is
 * in the middle of a call.
 */
export function tellOtherCores(area: StorageArea, key: string, newValue: string | null): void {
  const hosts = (globalThis as { [HOSTS]?: Map<number, unknown> })[HOSTS];
  if (!hosts || hosts.size < 2 || typeof StorageEvent === 'undefined') return;
  queueMicrotask(() => {
    telling = true;
    try {
      globalThis.dispatchEvent(new StorageEvent('storage', { key, newValue, storageArea: area }));
    } catch {
      // A storage area of the page's own is no Storage, and no other core uses it.
    } finally {
      telling = false;
    }
  });
}
