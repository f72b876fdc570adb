import { isRecord } from '../records.ts';
import type { RequestName } from './patterns.ts';
import type { RequestKind } from './requestKinds.ts';

/** A request of a card. */
export interface Asked {
  name: RequestName;
  /** For requests whose kind depends on more than the name. */
  kind?: RequestKind;
  /** A copy, because the card and the websocket library may change the original. Undefined if JSON cannot hold it. */
  content: Record<string, unknown> | undefined;
  /** The part that determines the answer. */
  question: unknown;
}

/**
 * Reads a websocket message, the arguments of `callApi`, or those of `callService` (a `call_service` message in other words). The library's
 * `id` stays in an object that a card reuses, so it is left out.
 */
export function requestOf(request: Record<string, unknown>): Asked {
  const content = copyOf({ ...request, id: undefined });
  const { type, method, path, domain, service, return_response: responds } = request;
  if (type === undefined && typeof path === 'string') {
    return { name: apiName(path, String(method)), content, question: content };
  }
  if (type === 'call_service') {
    const name = `service:${String(domain)}.${String(service)}`;
    const question = { data: content?.service_data, target: content?.target };
    // A call without a response is not a read, whatever its name says.
    return responds === true ? { name, content, question } : { name, kind: 'write', content, question };
  }
  const name = `ws:${String(type)}`;
  return type === 'supervisor/api' && String(method).toLowerCase() === 'get'
    ? { name, kind: 'passes', content, question: content }
    : { name, content, question: content };
}

/** `fetchWithAuth` gets the whole path, `callApi` the part after `/api/`. */
export function fetchName(path: string, method = 'GET'): RequestName {
  return apiName(String(path).replace(/^(?:\w+:\/\/[^/]*)?\/?api\//, ''), method);
}

function apiName(path: string, method: string): RequestName {
  const verb = method.toUpperCase();
  return verb === 'GET' ? `api:${path}` : `api/${verb}:${path}`;
}

function copyOf(request: Record<string, unknown>): Record<string, unknown> | undefined {
  try {
    const copy: unknown = JSON.parse(JSON.stringify(request));
    return isRecord(copy) ? copy : undefined;
  } catch {
    return undefined;
  }
}
