import { escapeUser } from './keys.ts';
import type { Key, Selector } from '../types.ts';

/** A selector's fields, in the form that the core compares. */
export interface SelectorFields {
  endpoint: string | undefined;
  /** Escaped as in keys; null: keys without a user. */
  user: string | null | undefined;
  tag: string | undefined;
  keys: readonly Key[] | undefined;
}

/** The fields of a selector object; the core parses selector strings. TypeError for an empty selector. */
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

/** Throws a TypeError for an empty selector; used while no core runs to parse it. */
export function checkSelector(selector: Selector): void {
  if (typeof selector !== 'string') fieldsOf(selector);
  else if (/^:?$|::/.test(selector)) throw noSelector(selector);
}

/**
 * Copies `keys`, since an iterator can be read only once, but a selector is needed before and after a write, and for the core and
 * other processes.
 */
export function readOnce(selector: Selector): Selector {
  return typeof selector === 'string' || !selector.keys ? selector : { ...selector, keys: listOf(selector.keys) };
}

function listOf(keys: Iterable<Key>): Key[] {
  // A string is iterable, too: each of its characters would be a key.
  if (typeof keys === 'string') throw new TypeError("cardcache: a selector's keys must be a list of keys");
  return [...keys].map((key) => nonEmpty(key, 'keys'));
}

export function noSelector(selector: Selector): TypeError {
  const shown = typeof selector === 'string' ? `'${selector}'` : JSON.stringify(selector);
  return new TypeError(`cardcache: ${shown} is no selector: it, or a part of it, is empty; '*' selects everything`);
}

function nonEmpty(text: unknown, field: string): string {
  if (typeof text !== 'string' || text === '') throw new TypeError(`cardcache: a selector's ${field} must be a text`);
  return text;
}
