import type { Log } from './log.ts';
import { hasOwn } from './values.ts';

/** What a member must be where it is there; a list: one of these texts; `any`: whoever reads it sees to that. */
export type Kind = 'any' | 'function' | 'object' | 'positive' | 'span' | 'string' | 'texts' | readonly string[];

/** A kind for every name that a public type declares: what stands in neither is told to be misspelt. */
export type Kinds<T> = Readonly<Record<keyof T, Kind>>;

/**
 * TypeError where a member is there and is none of its kind. Names that are not known are said once, and that is all: later versions
 * may know them.
 */
export function checkMembers(owner: object, kinds: Readonly<Record<string, Kind>>, log: Log, before = ''): void {
  if (typeof owner !== 'object' || (owner as unknown) === null) {
    throw new TypeError(`cardcache: ${before.slice(0, -1) || 'options'} must be an object, not ${shown(owner)}`);
  }
  // By its own names: a policy has two or three, and comes with every set.
  for (const name in owner) {
    const value = (owner as Record<string, unknown>)[name];
    const kind = hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind !== undefined) check(value, kind, before + name);
    // What a page has added to all objects is no option.
    else if (hasOwn(owner, name)) warn(name, Object.keys(kinds), log, before);
  }
}

function check(value: unknown, kind: Kind, name: string): void {
  const expected = value === undefined ? undefined : expectation(value, kind);
  if (expected !== undefined) throw new TypeError(`cardcache: ${name} must be ${expected}, not ${shown(value)}`);
}

/** What the value should be; undefined where it is. */
function expectation(value: unknown, kind: Kind): string | undefined {
  if (typeof kind !== 'string') {
    return kind.includes(value as string) ? undefined : kind.map((text) => `'${text}'`).join(' or ');
  }
  switch (kind) {
    case 'any':
      return undefined;
    case 'span':
      return typeof value === 'number' && value >= 0 ? undefined : 'a number ≥ 0 or Infinity';
    case 'positive':
      return typeof value === 'number' && value > 0 ? undefined : 'a number > 0 or Infinity';
    case 'texts':
      return Array.isArray(value) && value.every((text) => typeof text === 'string') ? undefined : 'a list of texts';
    default:
      return typeof value === kind && value !== null ? undefined : `of type ${kind}`;
  }
}

/** A value as an error names it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  // What is an object may have no text, or far too much of it.
  return Object(value) === value ? (Array.isArray(value) ? 'a list' : `of type ${typeof value}`) : String(value);
}

function warn(name: string, known: string[], log: Log, before: string): void {
  log.hint(`there is no option '${before}${name}'`, () => {
    const [nearest, far] = known
      .map((each) => [each, distance(name.toLowerCase(), each.toLowerCase())] as const)
      .reduce((best, each) => (each[1] < best[1] ? each : best));
    return far < name.length ? `: was '${nearest}' meant?` : '';
  });
}

/** How many letters are to be put in, left out or changed. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let line = 0; line < from.length; line++) {
    const next = [line + 1];
    for (let at = 0; at < to.length; at++) {
      const changed = (row[at] ?? 0) + (to[at] === from[line] ? 0 : 1);
      next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
