import { escapeUser } from './keys.ts';
import type { Key, Selector } from '../types.ts';

/** A selector's fields as the core compares them. */
export interface SelectorFields {
  endpoint: string | undefined;
  /** As it stands in keys; null: keys without a user. */
  user: string | null | undefined;
  tag: string | undefined;
  keys: readonly Key[] | undefined;
}

/** TypeError for a selector that says nothing; a text is the core's to read. */
export function fieldsOf(selector: Exclude<Selector, string>): SelectorFields {
  const { endpoint, user, tag, keys } = selector;
  const fields = {
    endpoint: endpoint === undefined ? undefined : nonEmpty(endpoint, 'endpoint'),
    user: user === undefined || user === null ? user : escapeUser(nonEmpty(user, 'user')),
    tag: tag === undefined ? undefined : nonEmpty(tag, 'tag'),
    keys: keys && listOf(keys),
  };
  if (Object.values(fields).every((field) => field === undefined)) throw noSelector(selector);
  return fields;
}

/** TypeError for a selector that says nothing, where no core runs that could read it. */
export function checkSelector(selector: Selector): void {
  if (typeof selector !== 'string') fieldsOf(selector);
  else if (/^:?$|::/.test(selector)) throw noSelector(selector);
}

/** What is iterated can be read once: not before a write and after it, nor for the core and for other processes. */
export function readOnce(selector: Selector): Selector {
  return typeof selector === 'string' || !selector.keys ? selector : { ...selector, keys: listOf(selector.keys) };
}

function listOf(keys: Iterable<Key>): Key[] {
  // A text could be iterated, too: each of its characters a key.
  if (typeof keys === 'string') throw new TypeError("cardcache: a selector's keys must be a list of keys");
  return [...keys].map((key) => nonEmpty(key, 'keys'));
}

export function noSelector(selector: Selector): TypeError {
  const shown = typeof selector === 'string' ? `'${selector}'` : JSON.stringify(selector);
  return new TypeError(`cardcache: ${shown} selects nothing that can be said; '*' selects everything`);
}

function nonEmpty(text: unknown, field: string): string {
  if (typeof text !== 'string' || text === '') throw new TypeError(`cardcache: a selector's ${field} must be a text`);
  return text;
}
