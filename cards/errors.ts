import { isRecord } from './records.ts';

/** Home Assistant rejects with plain objects of several shapes. These functions read the code and the message of all of them. */
export function errorCode(error: unknown): string | number | undefined {
  const code = detailsOf(error)?.code;
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
}

export function errorWords(error: unknown): string | undefined {
  const message = detailsOf(error)?.message;
  return typeof message === 'string' && message !== '' ? message : undefined;
}

function detailsOf(error: unknown): Record<string, unknown> | undefined {
  const inner = isRecord(error) && isRecord(error.error) ? error.error : error;
  return isRecord(inner) ? inner : undefined;
}

/** `ERR_CONNECTION_LOST` of Home Assistant's websocket library. */
const CONNECTION_LOST = 3;

export function isConnectionLost(error: unknown): boolean {
  return errorCode(error) === CONNECTION_LOST;
}

/** The error for writes that were not attempted, in the shape that Home Assistant uses while it is unreachable. */
export function connectionLost(): Error {
  return Object.assign(new Error('Connection lost'), { code: CONNECTION_LOST });
}
