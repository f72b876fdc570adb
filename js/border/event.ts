import { MOST_JSON_BYTES } from './names.ts';

/**
 * The JSON of a mutation event's type and data, for the core to read, without what JSON cannot hold (cycles, BigInts). Of an event that is too long
 * or throws when it is read, the JSON holds only what the core looks for. An event is foreign code: its getters may throw.
 */
export function eventJson(event: unknown): string {
  const types = { event_type: memberOf(event, 'event_type'), type: memberOf(event, 'type') };
  const data = memberOf(event, 'data');
  return (
    jsonOf({ ...types, data }) ??
    jsonOf({ ...types, data }, withoutCycles()) ??
    jsonOf({ ...types, data: factsOf(data) }) ??
    jsonOf(types) ??
    ''
  );
}

/** The members of an event's data that the core reads. */
function factsOf(data: unknown): object {
  const names = ['username', 'assigned_users', 'task_id'];
  return Object.fromEntries(names.map((name) => [name, memberOf(data, name)]));
}

function memberOf(value: unknown, name: string): unknown {
  try {
    return (value as Record<string, unknown> | null | undefined)?.[name];
  } catch {
    return undefined;
  }
}

function jsonOf(value: unknown, replacer?: (this: unknown, name: string, member: unknown) => unknown) {
  try {
    const json = JSON.stringify(value, replacer) as string | undefined;
    return json !== undefined && json.length <= MOST_JSON_BYTES ? json : undefined;
  } catch {
    return undefined;
  }
}

/** A replacer that leaves out BigInts, and members that hold an object in which they lie. */
function withoutCycles() {
  const around: unknown[] = [];
  return function (this: unknown, _: string, member: unknown): unknown {
    if (typeof member === 'bigint') return undefined;
    while (around.length > 0 && around[around.length - 1] !== this) around.pop();
    if (around.includes(member)) return undefined;
    if (typeof member === 'object') around.push(member);
    return member;
  };
}
