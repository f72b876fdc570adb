// Several tabs over one localStorage, each with its own view of it.
import { Origin } from './area.mjs';
import { open } from './cache.mjs';

/** Tabs that are open at the same time; `hear` lets one of them come to the events that it missed. */
export function openTabs(t, count, { origin = new Origin(), ...options } = {}) {
  return Array.from({ length: count }, () => {
    const events = new EventTarget();
    // What this tab's window would be: node has no storage events of its own.
    globalThis.addEventListener = (...args) => events.addEventListener(...args);
    const tab = open(t, { origin, ...options });
    delete globalThis.addEventListener;
    const hear = () => {
      for (const change of tab.area.missed.splice(0)) {
        events.dispatchEvent(Object.assign(new Event('storage'), { ...change, storageArea: tab.area }));
      }
    };
    const hearOf = (change) => events.dispatchEvent(Object.assign(new Event('storage'), change));
    return { ...tab, hear, hearOf };
  });
}
