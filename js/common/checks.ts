import type { Log } from './log.ts';
import { hasOwn } from './values.ts';

/**
 * The type that an option must have if it is given. A list allows these strings only. With `any`, the code that reads the option
 * checks it.
 */
export type Kind = 'any' | 'function' | 'object' | 'positive' | 'span' | 'string' | 'texts' | readonly string[];

/** A kind for every name that a public type declares. Any other name is reported as misspelt. */
export type Kinds<T> = Readonly<Record<keyof T, Kind>>;

/**
 * Throws a TypeError if an option has the wrong type. Warns once of each unknown name, but accepts it: a later version may know
 * it.
 */
export function checkMembers(owner: object, kinds: Readonly<Record<string, Kind>>, log: Log, before = ''): void {
  if (typeof owner !== 'object' || (owner as unknown) === null) {
    throw new TypeError(`cardcache: ${before.slice(0, -1) || 'options'} must be an object, not ${shown(owner)}`);
  }
  // Iterate over the given names, not the known ones: a policy has two or three, and every set passes one.
  for (const name in owner) {
    const value = (owner as Record<string, unknown>)[name];
    const kind = hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind !== undefined) check(value, kind, before + name);
    // A member that a page has added to Object.prototype is no option.
    else if (hasOwn(owner, name)) warn(name, Object.keys(kinds), log, before);
  }
}

function check(value: unknown, kind: Kind, name: string): void {
  const expected = value === undefined ? undefined : expectation(value, kind);
  if (expected !== undefined) throw new TypeError(`cardcache: ${name} must be ${expected}, not ${shown(value)}`);
}

/** A description of the expected value; undefined if the value fits. */
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

/** The value as shown in error messages. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  // An object may have no string form, or a very long one.
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

/** The edit distance: how many letters must be inserted, removed or replaced. */
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
