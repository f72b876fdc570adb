/** Records are read so deep and no deeper; the same number as `JsonScanner::max_depth` in wasm/core/json_scanner.hpp. */
const DEEPEST = 2_000;

/** A value of more parts is in memory alone: what refers to the same part again and again could have any number. */
const MOST_PARTS = 10_000_000;

let partsLeft = 0;

/**
 * The JSON of a value, where parsing it gives one that means the same; undefined for any other. `CardCache.set` tells the rule.
 * What differs but means the same: −0 is written as 0, a member that is undefined is left out, a getter is read.
 */
export function toJson(value: unknown): string | undefined {
  try {
    partsLeft = MOST_PARTS;
    return isJson(value, DEEPEST) ? JSON.stringify(value) : undefined;
  } catch {
    // A getter that throws, a stack that was nearly used up, or a text longer than the engine allows.
    return undefined;
  }
}

/** What a value takes in bytes, as JSON; 0 for one that is none. */
export function sizeOf(value: unknown): number {
  return (toJson(value)?.length ?? 0) * 2;
}

/** `levels`: how many more it may be deep. */
function isJson(value: unknown, levels: number): boolean {
  if (--partsLeft < 0) return false;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      return levels > 0 && (Array.isArray(value) ? isList(value, levels - 1) : isPlain(value, levels - 1));
    default:
      return false;
  }
}

// Plain loops: closures and copies would take a third longer, and every write of storage comes by here.

function isList(array: unknown[], levels: number): boolean {
  // A hole reads as undefined, which is no JSON either.
  for (let index = 0; index < array.length; index++) if (!isJson(array[index], levels)) return false;
  return isPlainList(array);
}

function isPlain(value: object, levels: number): boolean {
  if (!isPlainObject(value) || typeof value.toJSON === 'function') return false;
  // Engines know where each member lies while its object's own names are gone through; a list of them takes twice as long.
  for (const name in value) {
    const member = value[name];
    // What a page has added to all objects is no member.
    if (member !== undefined && !isJson(member, levels) && hasOwn(value, name)) return false;
  }
  return true;
}

/**
 * True where both are the same plain JSON. 0 and −0 are the same: they are in storage and in other tabs, so telling them apart
 * here would make each poll a change.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  try {
    partsLeft = MOST_PARTS;
    asStored = false;
    return equal(a, b);
  } catch {
    return false;
  }
}

/** True where `read`, which came as JSON, is what `own` is once it is stored: members that are undefined have stayed behind. */
export function sameStored(own: unknown, read: unknown): boolean {
  try {
    partsLeft = MOST_PARTS;
    asStored = true;
    return equal(own, read);
  } catch {
    return false;
  }
}

let asStored = false;

function equal(a: unknown, b: unknown): boolean {
  // NaN equals itself as well.
  if (a === b || Object.is(a, b)) return true;
  if (--partsLeft < 0) return false;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (Array.isArray(b) || !isPlainObject(a) || !isPlainObject(b)) return false;
  // First of all a difference, which most new answers have: without lists of names it is found in a third of the time.
  for (const name in a) if (!equal(a[name], b[name]) && hasOwn(a, name)) return false;
  const names = namesOf(a);
  return names.length === namesOf(b).length && names.every((name) => hasOwn(b, name));
}

function namesOf(value: Record<string, unknown>): string[] {
  const names = Object.keys(value);
  return asStored ? names.filter((name) => value[name] !== undefined) : names;
}

function equalLists(a: unknown[], b: unknown[]): boolean {
  if (a.length !== b.length) return false;
  // A hole is no undefined: what is asked of the list tells them apart.
  for (let index = 0; index < a.length; index++) if (!equal(a[index], b[index])) return false;
  return isPlainList(a) && isPlainList(b);
}

/** False for a list with holes, or with members of its own beside its items, as a parser's rows or a match have; and of a class. */
function isPlainList(array: unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(array);
  return (
    (prototype === Array.prototype || isArrayPrototype(prototype)) &&
    Object.keys(array).length === array.length &&
    !withSymbols(array)
  );
}

/** Whether it has no prototype or Object's. */
function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null || isObjectPrototype(prototype as object);
  return plain && !withSymbols(value);
}

/** Another frame's: one that somebody made to inherit from has no `hasOwnProperty` of its own. */
function isObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && hasOwn(prototype, 'hasOwnProperty');
}

/** Another frame's: it is a list itself, and a class's is not. */
function isArrayPrototype(prototype: unknown): boolean {
  return Array.isArray(prototype) && isObjectPrototype(Object.getPrototypeOf(prototype) as object);
}

/** Members that JSON leaves out. */
function withSymbols(value: object): boolean {
  const symbols = Object.getOwnPropertySymbols(value);
  return symbols.length > 0 && symbols.some((symbol) => Object.getOwnPropertyDescriptor(value, symbol)?.enumerable);
}

/**
 * True where somewhere inside `value` an object says `id` (as number or text) of itself; also where that cannot be told, of a
 * cycle for instance: one fetch too many is better than showing what is no longer true.
 */
export function namesId(value: unknown, id: string): boolean {
  try {
    return says(value, id);
  } catch {
    return true;
  }
}

function says(value: unknown, id: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => says(item, id));
  const own = (value as { id?: unknown }).id;
  if ((typeof own === 'number' || typeof own === 'string') && String(own) === id) return true;
  return Object.values(value).some((member) => says(member, id));
}

/** Chromium 92 and Safari 15.3 have no Object.hasOwn. */
export function hasOwn(value: object, name: PropertyKey): boolean {
  return Object.prototype.hasOwnProperty.call(value, name);
}
