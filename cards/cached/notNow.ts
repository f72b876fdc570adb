import { errorCode } from '../errors.ts';
import { isRecord } from '../records.ts';

/**
 * Home Assistant's error codes for temporary failures. An integration that is loading has no commands or services yet; one that cannot
 * reach its device raises `home_assistant_error`.
 */
const CODES = new Set(['home_assistant_error', 'timeout', 'unknown_command', 'unknown_error']);
/** Names of errors for interrupted requests, by browsers and by the cache. A fetch that reached nobody is a TypeError. */
const NAMES = new Set(['AbortError', 'NetworkError', 'TimeoutError', 'TypeError']);
/** The 4xx status codes that are temporary. */
const LATER = new Set([408, 425, 429]);

/**
 * Whether a failure is temporary, so that an older answer may be used. Any other failure is an answer of its own: the thing is gone,
 * forbidden, or the request was wrong.
 */
export function saysNotNow(error: unknown, isService: boolean): boolean {
  const code = errorCode(error);
  // Errors of the websocket library itself: the question, or its answer, was lost.
  if (typeof code === 'number') return true;
  if (code !== undefined) return CODES.has(code) || (isService && code === 'not_found');
  const { status_code: status, error: text, name } = isRecord(error) ? error : {};
  if (typeof status === 'number') return status < 400 || status >= 500 || LATER.has(status);
  return text === 'Request error' || (typeof name === 'string' && NAMES.has(name));
}
