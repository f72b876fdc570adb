/** Records are read so deep and no deeper; the same number as `JsonScanner::max_depth` in wasm/core/json_scanner.hpp. */
const DEEPEST = 2_000;

/**
 * The JSON of a value that JSON can hold whole, so that parsing it gives an equal value; undefined for any other (a Map, a
 * Date, a cycle, a function, NaN). A member that is undefined may be left out: reading it gives the same.
 */
export function toJson(value: unknown): string | undefined {
  try {
    return isJson(value, DEEPEST) ? JSON.stringify(value) : undefined;
  } catch {
    // A getter that throws, or a stack that was nearly used up.
    return undefined;
  }
}

/** `levels`: how many more it may be deep. */
function isJson(value: unknown, levels: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      // JSON writes −0 as 0.
      return Number.isFinite(value) && !Object.is(value, -0);
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

/** True where both are the same plain JSON. */
export function sameJson(a: unknown, b: unknown): boolean {
  try {
    return equal(a, b);
  } catch {
    return false;
  }
}

function equal(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (Array.isArray(b) || !isPlainObject(a) || !isPlainObject(b)) return false;
  // First of all a difference, which most new answers have: without lists of names it is found in a third of the time.
  for (const name in a) if (!equal(a[name], b[name]) && hasOwn(a, name)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => hasOwn(b, name));
}

function equalLists(a: unknown[], b: unknown[]): boolean {
  if (a.length !== b.length) return false;
  // A hole is no undefined: what is asked of the list tells them apart.
  for (let index = 0; index < a.length; index++) if (!equal(a[index], b[index])) return false;
  return isPlainList(a) && isPlainList(b);
}

/** False for a list with holes, or with members of its own beside its items, as a parser's rows or a match have; and of a class. */
function isPlainList(array: unknown[]): boolean {
  return Object.keys(array).length === array.length && isPlainObject(Object.getPrototypeOf(array) as object);
}

/** The prototype of plain objects has none itself; that holds for objects of another frame as well. */
function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
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
function hasOwn(value: object, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(value, name);
}
