// A cache with a clock that tests move and an area that they can look into.
import { openCache } from '../../../dist/index.js';
import { Origin } from './area.mjs';

export const START = Date.UTC(2026, 10, 22, 6);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const NAMESPACE = 'test_';
/** Records that a test reads, or whose sizes it reckons with. */
export const PLAIN = { compressAbove: Infinity };

/**
 * A cache that ends with the test `t`, over an origin of its own unless one is given. `reload` opens another over the same
 * records, as a page does that is loaded again.
 */
export function open(t, { storage, origin = new Origin(), now = START, ...options } = {}) {
  const area = origin.area();
  const clock = { now };
  const log = [];
  const all = {
    namespace: NAMESPACE,
    storage: storage === false ? false : { area, ...storage },
    clock: () => clock.now,
    log: (entry) => log.push(entry),
    ...options,
  };
  let newest;
  const openHandle = () => {
    const cache = openCache(all);
    t.after(() => cache.close());
    return (newest = cache);
  };
  const cache = openHandle();
  const reload = () => {
    void newest.close();
    return openHandle();
  };
  return { cache, clock, area, origin, log, reload };
}

/** Everything that `cache` says from now on, as `[event, detail]`. */
export function listen(cache, ...events) {
  const heard = [];
  for (const event of events) cache.on(event, (detail) => heard.push([event, detail]));
  return heard;
}

/** The record of `key`, parsed; undefined where there is none. */
export function recordOf(area, key, prefix = NAMESPACE) {
  const text = area.getItem(prefix + key);
  return text === null ? undefined : JSON.parse(text);
}

/** Names in the area that are entries: neither notes nor another user's. */
export function entriesIn(area, prefix = NAMESPACE) {
  const names = Object.keys(area.records).filter((name) => name.startsWith(prefix));
  return names.map((name) => name.slice(prefix.length)).filter((name) => !/^[!@]/.test(name));
}
