import { isRecord } from '../records.ts';
import type { RequestName } from './patterns.ts';
import type { RequestKind } from './requestKinds.ts';

/** A request of a card. */
export interface Asked {
  name: RequestName;
  /** Where more than the name tells. */
  kind?: RequestKind;
  /** A copy of it: the card may change its own, and the websocket library does. Undefined where JSON cannot hold it. */
  content: Record<string, unknown> | undefined;
  /** What of it makes the answer. */
  question: unknown;
}

/**
 * Of a message to the websocket, of what `callApi` is given, or of what `callService` is given, which is a message of type
 * `call_service` in other words. The `id` of a message is the library's: it stays in an object that a card uses again.
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
    // What has no response is no read, whatever its name says.
    return responds === true ? { name, content, question } : { name, kind: 'write', content, question };
  }
  const name = `ws:${String(type)}`;
  return type === 'supervisor/api' && String(method).toLowerCase() === 'get'
    ? { name, kind: 'passes', content, question: content }
    : { name, content, question: content };
}

/** `fetchWithAuth` is given the path of the page, `callApi` what follows `/api/`. */
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
