import { openCache, type CacheOptions, type CardCache } from '../index.ts';
import type { Connection } from './connection.ts';
import { Link, portOf } from './link.ts';
import type { HassLink, HassOptions, HomeAssistant } from './types.ts';

export { CachedData } from './cachedData.ts';
export type * from './types.ts';

/**
 * Connects an open cache: mutation events from the best source that this user may use, catching up after a reconnect, and the
 * user for whom events are judged. Callers that connect the same cache to the same connection share one link, which ends when all
 * have closed it.
 */
export function connectHass(cache: CardCache, hass: HomeAssistant, options: HassOptions = {}): HassLink {
  const port = portOf(cache);
  checkHass(hass);
  port.check(options);
  const { links } = port;
  let shared = links.get(hass.connection) as { link: Link; holders: number } | undefined;
  if (shared) {
    shared.link.merge(options);
    shared.link.update(hass);
  } else {
    const link = new Link(cache, hass, { ...options }, () => links.delete(hass.connection));
    shared = { link, holders: 0 };
    links.set(hass.connection, shared);
  }
  const held = shared;
  held.holders++;
  let closed = false;
  // A closed cache needs no events, even if the caller forgets to close its link.
  const close = port.untilClosed(() => {
    closed = true;
    if (--held.holders === 0) held.link.close();
  });
  return {
    get source() {
      return closed ? 'none' : held.link.source;
    },
    get user() {
      return held.link.user;
    },
    close,
  };
}

/** Throws a TypeError if this is not Home Assistant's `hass`. */
function checkHass(hass: unknown): asserts hass is HomeAssistant {
  const { connection } = (hass ?? {}) as { connection?: Partial<Connection> | null };
  if (typeof connection?.addEventListener === 'function') return;
  throw new TypeError('cardcache: this needs the hass object that Home Assistant gives its cards, with its connection');
}

interface Opened {
  cache: CardCache;
  link: HassLink;
  /** Options that are already merged: cards pass the same object with every new hass. */
  seen: WeakSet<object>;
}

const opened = new WeakMap<object, Map<string, Opened>>();

/** The id of the signed-in user; '' while `hass` does not know it. */
function signedIn(hass: HomeAssistant): string {
  const id: unknown = hass.user?.id;
  return typeof id === 'string' ? id : '';
}

/**
 * While the user is unknown, nothing is cached: the next user must not see these answers. The random name keeps other caches from
 * sharing this one.
 */
function keepingNothing(options: CacheOptions): CacheOptions {
  return { ...options, user: `nobody ${Math.random()}`, storage: false, memory: { maxEntries: 0 }, remote: undefined };
}

/**
 * openCache for the signed-in user, connected. Call it with each new hass: it is cheap and returns the same handle for the same
 * user. The handle lives as long as the connection, so that answers survive the cards' elements. All callers share it: one that
 * closes it closes it for all, until they call again. While `hass.user` is unknown it returns another handle, which caches
 * nothing and lets every fetch through.
 */
export function openHassCache(hass: HomeAssistant, options: Omit<CacheOptions, 'user'> & HassOptions = {}): CardCache {
  checkHass(hass);
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError('cardcache: openHassCache(hass, options): options must be an object');
  }
  const connection = hass.connection as object;
  let ofConnection = opened.get(connection);
  if (!ofConnection) opened.set(connection, (ofConnection = new Map<string, Opened>()));
  const user = signedIn(hass);
  const namespace = options.namespace ?? '';
  const name = `${namespace} ${user}`;
  const known = ofConnection.get(name);
  const own = (): CacheOptions => (user === '' ? keepingNothing(options) : { ...options, user });
  if (known && !portOf(known.cache).isClosed()) {
    const held = portOf(known.cache).links.get(connection) as { link: Link } | undefined;
    held?.link.update(hass);
    if (!known.seen.has(options)) {
      portOf(known.cache).check(options);
      known.seen.add(options);
      portOf(known.cache).merge(own());
      held?.link.merge(options);
    }
    return known.cache;
  }
  const { events, subscribeCommand, revisionEntity, pollInterval, username } = options;
  const cache = openCache(own());
  const link = connectHass(cache, hass, { events, subscribeCommand, revisionEntity, pollInterval, username });
  ofConnection.set(name, { cache, link, seen: new WeakSet([options]) });
  if (user !== '') {
    // Callers that still hold the handle for the unknown user are polled: its link ends, so that events are handled once.
    ofConnection.get(`${namespace} `)?.link.close();
    ofConnection.delete(`${namespace} `);
  }
  return cache;
}
