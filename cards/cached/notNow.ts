import { errorCode } from '../errors.ts';
import { isRecord } from '../records.ts';

/**
 * Codes of Home Assistant that say that an answer cannot be had just now: an integration that is being loaded has no commands and
 * no services, and one that cannot reach its device raises `home_assistant_error`.
 */
const CODES = new Set(['home_assistant_error', 'timeout', 'unknown_command', 'unknown_error']);
/** Names of errors that browsers and the cache itself give up with; a fetch that got through to nobody is a TypeError. */
const NAMES = new Set(['AbortError', 'NetworkError', 'TimeoutError', 'TypeError']);
/** Of those that say that the request is wrong (4xx), these do not. */
const LATER = new Set([408, 425, 429]);

/**
 * Whether a failure only says "not now", so that an older answer may stand in. Anything else is an answer of its own: what was asked
 * for is gone, forbidden, or asked wrongly.
 */
export function saysNotNow(error: unknown, isService: boolean): boolean {
  const code = errorCode(error);
  // Of the websocket library itself: the question has not come to the server, or its answer not back.
  if (typeof code === 'number') return true;
  if (code !== undefined) return CODES.has(code) || (isService && code === 'not_found');
  const { status_code: status, error: text, name } = isRecord(error) ? error : {};
  if (typeof status === 'number') return status < 400 || status >= 500 || LATER.has(status);
  return text === 'Request error' || (typeof name === 'string' && NAMES.has(name));
}
