import { openCache, type CacheOptions, type CardCache } from '../index.ts';
import type { Connection } from './connection.ts';
import { Link, portOf } from './link.ts';
import type { HassLink, HassOptions, HomeAssistant } from './types.ts';

export { CachedData } from './cachedData.ts';
export type * from './types.ts';

/**
 * Connects an open cache: mutation events through the best source this user may use, `ready` after a reconnect, who is who. One
 * link serves all who connect the same cache to the same connection; it ends when the last of them has closed it.
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
  // A cache that is closed needs no events, whoever forgets to say so.
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

/** TypeError for what is not Home Assistant's. */
function checkHass(hass: unknown): asserts hass is HomeAssistant {
  const { connection } = (hass ?? {}) as { connection?: Partial<Connection> | null };
  if (typeof connection?.addEventListener === 'function') return;
  throw new TypeError('cardcache: this needs the hass object that Home Assistant gives its cards, with its connection');
}

interface Opened {
  cache: CardCache;
  link: HassLink;
  /** Options that were merged already: cards pass the same ones with every new hass. */
  seen: WeakSet<object>;
}

const opened = new WeakMap<object, Map<string, Opened>>();

/** The id of the signed-in user; '' while `hass` does not say who that is. */
function signedIn(hass: HomeAssistant): string {
  const id: unknown = hass.user?.id;
  return typeof id === 'string' ? id : '';
}

/** While nobody is known answers pass through: whoever signs in next must not find them. No other cache has this name. */
function keepingNothing(options: CacheOptions): CacheOptions {
  return { ...options, user: `nobody ${Math.random()}`, storage: false, memory: { maxEntries: 0 }, remote: undefined };
}

/**
 * openCache for the signed-in user, connected. Call again with each new hass: cheap, the same handle for the same user. It lives
 * as long as the connection: what cards show survives their elements. All who ask share it: whoever closes it closes it for them
 * as well, until they ask again. While `hass.user` is not known the handle is another one, which lets every fetch through and
 * keeps nothing.
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
    // Who still holds the handle from before is served, and polled. Events are heard once.
    ofConnection.get(`${namespace} `)?.link.close();
    ofConnection.delete(`${namespace} `);
  }
  return cache;
}
