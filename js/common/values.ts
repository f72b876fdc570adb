/** The depth to which records are read; the same number as `JsonScanner::max_depth` in wasm/core/codec/json_scanner.hpp. */
const DEEPEST = 2_000;

/** A value with more parts stays in memory: one that refers to the same part again and again could have any number of them. */
const MOST_PARTS = 10_000_000;

let partsLeft = 0;

/**
 * The JSON of a value if parsing it gives a value that means the same; else undefined. `CardCache.set` documents the rule. These
 * differences are accepted: −0 becomes 0, undefined members are left out, getters are read.
 */
export function toJson(value: unknown): string | undefined {
  try {
    partsLeft = MOST_PARTS;
    return isJson(value, DEEPEST) ? JSON.stringify(value) : undefined;
  } catch {
    // A getter threw, the stack is nearly full, or the text is longer than the engine allows.
    return undefined;
  }
}

/** The size of a value in bytes, as JSON; 0 if it has no JSON. */
export function sizeOf(value: unknown): number {
  return (toJson(value)?.length ?? 0) * 2;
}

/** `levels`: how many more levels of nesting are allowed. */
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

// Plain loops: closures and copies would take a third longer, and every write to storage runs this.

function isList(array: unknown[], levels: number): boolean {
  // A hole reads as undefined, which is not JSON either.
  for (let index = 0; index < array.length; index++) if (!isJson(array[index], levels)) return false;
  return isPlainList(array);
}

function isPlain(value: object, levels: number): boolean {
  if (!isPlainObject(value) || typeof value.toJSON === 'function') return false;
  // for…in: engines cache the offsets of an object's own names. Object.keys takes twice as long.
  for (const name in value) {
    const member = value[name];
    // Ignore members that a page has added to Object.prototype.
    if (member !== undefined && !isJson(member, levels) && hasOwn(value, name)) return false;
  }
  return true;
}

/**
 * True if both values are the same plain JSON. 0 equals −0: storage and other tabs turn −0 into 0, so that telling them apart
 * would make each poll a change.
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

/** True if `read`, parsed from JSON, equals `own` after storing, which leaves out undefined members. */
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
  // Object.is: NaN equals NaN.
  if (a === b || Object.is(a, b)) return true;
  if (--partsLeft < 0) return false;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (Array.isArray(b) || !isPlainObject(a) || !isPlainObject(b)) return false;
  // Look for a difference first, which most new answers have: without lists of names it is found in a third of the time.
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
  // A hole differs from undefined; isPlainList tells them apart.
  for (let index = 0; index < a.length; index++) if (!equal(a[index], b[index])) return false;
  return isPlainList(a) && isPlainList(b);
}

/** False for an array with holes, with members of its own (such as the result of `match`), or of a subclass. */
function isPlainList(array: unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(array);
  return (
    (prototype === Array.prototype || isArrayPrototype(prototype)) &&
    Object.keys(array).length === array.length &&
    !withSymbols(array)
  );
}

/** Whether its prototype is null or Object.prototype, of this or another frame. */
function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null || isObjectPrototype(prototype as object);
  return plain && !withSymbols(value);
}

/** Object.prototype of another frame. An object that a program made to inherit from has no own `hasOwnProperty`. */
function isObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && hasOwn(prototype, 'hasOwnProperty');
}

/** Array.prototype of another frame: it is itself an array, unlike the prototype of a subclass. */
function isArrayPrototype(prototype: unknown): boolean {
  return Array.isArray(prototype) && isObjectPrototype(Object.getPrototypeOf(prototype) as object);
}

/** Whether it has enumerable members under symbols, which JSON leaves out. */
function withSymbols(value: object): boolean {
  const symbols = Object.getOwnPropertySymbols(value);
  return symbols.length > 0 && symbols.some((symbol) => Object.getOwnPropertyDescriptor(value, symbol)?.enumerable);
}

/**
 * True if any object inside `value` has this `id`, as a number or a string. Also true if that cannot be told, for instance of a
 * cycle: one fetch too many is better than an outdated answer.
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
