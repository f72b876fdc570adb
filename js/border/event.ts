import { MOST_JSON_BYTES } from './names.ts';

/**
 * A mutation event as it came, for the core to read: as JSON, without what that cannot say (cycles, BigInts). One that is too long,
 * or throws when it is read, tells its type alone. An event is somebody else's object: a getter or a proxy of it may throw.
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

/** Leaves out BigInts, and of each object all but the first mention. */
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
