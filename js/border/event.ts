import { MOST_JSON_BYTES } from './names.ts';

/**
 * A mutation event as it came, for the core to read. What is no JSON, or too long, tells its type alone. An event is somebody else's
 * object: a getter or a proxy of it may throw, and then says nothing.
 */
export function eventJson(event: unknown): string {
  return jsonOf(() => event) ?? jsonOf(() => typesOf(event)) ?? '';
}

function typesOf(event: unknown): unknown {
  const { event_type, type } = (event ?? {}) as Record<string, unknown>;
  return { event_type, type };
}

function jsonOf(value: () => unknown): string | undefined {
  try {
    const json = JSON.stringify(value()) as string | undefined;
    return json !== undefined && json.length <= MOST_JSON_BYTES ? json : undefined;
  } catch {
    return undefined;
  }
}
