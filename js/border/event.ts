import { MOST_JSON_BYTES } from './names.ts';

/**
 * The JSON of a mutation event, for the core to read. Leaves out what JSON cannot hold (cycles, BigInts). If the event is too
 * long or throws when it is read, the JSON holds only its type. An event is foreign code: its getters may throw.
 */
export function eventJson(event: unknown): string {
  return jsonOf(() => event) ?? jsonOf(() => event, sayable()) ?? jsonOf(() => typesOf(event)) ?? '';
}

function typesOf(event: unknown): unknown {
  const { event_type, type } = (event ?? {}) as Record<string, unknown>;
  return { event_type, type };
}

function jsonOf(value: () => unknown, replacer?: (name: string, member: unknown) => unknown): string | undefined {
  try {
    const json = JSON.stringify(value(), replacer) as string | undefined;
    return json !== undefined && json.length <= MOST_JSON_BYTES ? json : undefined;
  } catch {
    return undefined;
  }
}

/** A replacer that leaves out BigInts, and repeated references to an object. */
function sayable() {
  const seen = new WeakSet();
  return (_: string, member: unknown) => {
    if (typeof member === 'bigint') return undefined;
    if (typeof member !== 'object' || member === null) return member;
    if (seen.has(member)) return undefined;
    seen.add(member);
    return member;
  };
}
