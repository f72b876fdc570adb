import { isRecord } from './records.ts';

/** Home Assistant rejects with plain objects of several shapes; these are the code and the words in any of them. */
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

/** For writes that were not even tried, shaped as the rejection that Home Assistant gives while it cannot be reached. */
export function connectionLost(): Error {
  return Object.assign(new Error('Connection lost'), { code: CONNECTION_LOST });
}
