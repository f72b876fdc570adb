// What tests of watching share.
import { open } from './cache.mjs';
import { stopTime } from './time.mjs';

/** A cache whose time stands still but for `pass`. */
export function openStill(t, options) {
  stopTime(t);
  return open(t, { clock: () => Date.now(), ...options });
}

/** A fetcher that answers at once with what `next` gives. */
export function counted(next) {
  const fetcher = async () => next(++fetcher.calls);
  fetcher.calls = 0;
  return fetcher;
}

/** Collects updates; `data` are the values alone. */
export function listener() {
  const updates = [];
  const listen = (update) => updates.push(update);
  listen.updates = updates;
  return Object.defineProperty(listen, 'data', { get: () => updates.map(({ data }) => data) });
}
