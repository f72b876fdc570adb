import { shown } from './checks.ts';
import type { FetchContext, Key, Policy, Query, Segment } from '../types.ts';

/** Escapes the characters of a name that would be read as structure in a key. */
export function escapeSegment(text: string): string {
  return text.replace(/[%:*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Escapes a user's name for keys; a user `None` would be read as "shared by all". */
export function escapeUser(user: string): string {
  return user === 'None' ? '%4Eone' : escapeSegment(user);
}

/** The inverse of escapeUser. */
export function unescapeUser(segment: string): string {
  return segment.replace(/%(25|3A|2A|4E)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/**
 * Builds a key. Escapes `%`, `:` and `*` inside a segment, and a user whose name is `None`. Without a user the key is `endpoint`,
 * with null it is `endpoint:None`; both are shared by all users. `key('recommended_tasks', 'sara', 30)` →
 * `recommended_tasks:sara:30`.
 */
export function key(endpoint: string, user?: string | null, ...params: Segment[]): Key {
  if (typeof endpoint !== 'string' || endpoint === '')
    throw wrong('endpoint must be a text that is not empty', endpoint);
  checkKey(endpoint);
  if (user === '' || (user != null && typeof user !== 'string')) {
    throw wrong('user must be text or null', user);
  }
  const segments = [escapeSegment(endpoint)];
  if (user != null) segments.push(escapeUser(user));
  else if (user === null || params.length > 0) segments.push('None');
  for (const param of params) {
    // All objects would have the same string form.
    if (typeof param === 'symbol' || Object(param) === param)
      throw wrong('params must be texts, numbers or booleans', param);
    segments.push(escapeSegment(String(param)));
  }
  return segments.join(':');
}

function wrong(what: string, given: unknown): TypeError {
  return new TypeError(`cardcache: key(endpoint, user, …params): ${what}, not ${shown(given)}`);
}

/** A key that begins with `@` or `!` would be read as another user's record or as one of the cache's notes. */
export function checkKey(text: unknown): asserts text is Key {
  if (typeof text !== 'string' || text === '') {
    throw new TypeError(`cardcache: a key must be a text that is not empty, not ${shown(text)}`);
  }
  const first = text[0];
  if (first === '@' || first === '!') throw new TypeError(`cardcache: a key may not begin with ${first}: ${text}`);
}

/** The endpoint of a key: its first segment. */
export function endpointOf(text: Key): string {
  const colon = text.indexOf(':');
  return colon < 0 ? text : text.slice(0, colon);
}

/**
 * Defines key, fetcher and policy in one place: `const plan = defineQuery('daily_plan', (context, user) => …, { ttl: 300_000 })`,
 * then `cache.getOrFetch(plan('sara'))`.
 */
export function defineQuery<T, A extends Segment[] = []>(
  endpoint: string,
  fetch: (context: FetchContext<T>, user: string | null, ...params: A) => Promise<T>,
  policy: Policy<T> = {},
): (user?: string | null, ...params: A) => Query<T> {
  return (user, ...params) => ({
    ...policy,
    key: key(endpoint, user, ...params),
    fetcher: (context) => fetch(context, user ?? null, ...params),
  });
}
