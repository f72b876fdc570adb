import { escapeUser } from './keys.ts';
import type { Staging } from './linearMemory.ts';
import type { Key, Selector } from './types.ts';

/** Which fields follow; the same bits as in wasm/bindings/selectors.cpp. */
const Field = { text: 1, endpoint: 2, user: 4, shared: 8, tag: 16, keys: 32 } as const;

/** Writes a selector for the core to read; answers which fields it has. TypeError for one that says nothing. */
export function stageSelector(memory: Staging, selector: Selector): number {
  if (typeof selector === 'string') {
    memory.stage().name(selector);
    return Field.text;
  }
  const { endpoint, user, tag } = selector;
  // What is iterated may be anybody's code, which may call the cache.
  const keys = selector.keys && listOf(selector.keys);
  memory.stage();
  let fields = 0;
  if (endpoint !== undefined) {
    fields |= Field.endpoint;
    memory.name(nonEmpty(endpoint, 'endpoint'));
  }
  if (user !== undefined && user !== null) {
    fields |= Field.user;
    memory.name(escapeUser(nonEmpty(user, 'user')));
  }
  if (user === null) fields |= Field.shared;
  if (tag !== undefined) {
    fields |= Field.tag;
    memory.name(nonEmpty(tag, 'tag'));
  }
  if (keys !== undefined) {
    fields |= Field.keys;
    memory.names(keys);
  }
  if (fields === 0) throw noSelector(selector);
  return fields;
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
