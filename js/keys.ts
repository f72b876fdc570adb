import type { Key, Segment } from './types.ts';

/** A name as it stands in keys: what of it would be read as structure is escaped. */
export function escapeSegment(text: string): string {
  return text.replace(/[%:*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A user's name as it stands in keys; `None` would be read as "shared by all". */
export function escapeUser(user: string): string {
  return user === 'None' ? '%4Eone' : escapeSegment(user);
}

/** The inverse of escapeUser. */
export function unescapeUser(segment: string): string {
  return segment.replace(/%(25|3A|2A|4E)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/**
 * Builds a key, escaping `%`, `:` and `*` inside a segment (a user whose name is `None` too); without a user `endpoint`, with
 * null `endpoint:None`; both are shared. `key('recommended_tasks', 'sara', 30)` → `recommended_tasks:sara:30`.
 */
export function key(endpoint: string, user?: string | null, ...params: Segment[]): Key {
  checkKey(endpoint);
  if (user === '') throw new TypeError('cardcache: a user may not be empty; null or nothing means shared by all');
  const segments = [escapeSegment(endpoint)];
  if (user != null) segments.push(escapeUser(user));
  else if (user === null || params.length > 0) segments.push('None');
  for (const param of params) {
    // As texts all objects are alike.
    if (typeof param === 'symbol' || Object(param) === param)
      throw new TypeError('cardcache: a parameter must be plain');
    segments.push(escapeSegment(String(param)));
  }
  return segments.join(':');
}

/** Keys that begin with `@` or `!` would be read as other users' records or as the cache's own notes. */
export function checkKey(text: unknown): asserts text is Key {
  if (typeof text !== 'string' || text === '') throw new TypeError('cardcache: a key must be a text that is not empty');
  const first = text[0];
  if (first === '@' || first === '!') throw new TypeError(`cardcache: a key may not begin with ${first}: ${text}`);
}

/** The endpoint of a key: its first segment. */
export function endpointOf(text: Key): string {
  const colon = text.indexOf(':');
  return colon < 0 ? text : text.slice(0, colon);
}
