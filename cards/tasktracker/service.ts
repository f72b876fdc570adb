import { errorCode, errorWords } from '../errors.ts';
import type { CardHass } from '../hass.ts';
import type { LogicalDay } from '../logicalDay.ts';
import { isRecord } from '../records.ts';

export interface Answer {
  data: unknown;
  user_context: LogicalDay | undefined;
}

/** TaskTracker's answer is unusable. */
export class TaskTrackerError extends Error {
  override readonly name = 'TaskTrackerError';
}

/**
 * Calls a TaskTracker service. All of them, writes too, must be called with `return_response`. Home Assistant resolves `{success: false}`;
 * this function throws for it, so that it is never cached.
 */
export async function callTaskTracker(
  hass: CardHass,
  service: string,
  data: Record<string, unknown> = {},
): Promise<Answer> {
  const { response } = await hass.callService('tasktracker', service, data, {}, false, true);
  if (!isRecord(response) || response.success !== true) {
    const message = isRecord(response) && typeof response.message === 'string' ? response.message : undefined;
    throw new TaskTrackerError(
      message ?? `TaskTracker’s ${service} returned no answer. Try again, or look into Home Assistant’s log.`,
    );
  }
  return { data: response.data, user_context: readContext(response.user_context) };
}

function readContext(value: unknown): LogicalDay | undefined {
  if (!isRecord(value)) return undefined;
  const { timezone, daily_reset_time, current_logical_date } = value;
  if (
    typeof timezone !== 'string' ||
    typeof daily_reset_time !== 'string' ||
    typeof current_logical_date !== 'string'
  ) {
    return undefined;
  }
  return { timezone, daily_reset_time, current_logical_date };
}

/** Extracts the API's message from the integration's, which Python prints: "… status 500: {'message': 'Not today'}". */
export function errorMessage(error: unknown): string | undefined {
  const words = errorWords(error);
  return words && (/'message': (['"])(.+?)\1/.exec(words)?.[2] ?? words);
}

/**
 * False for errors that would come again: invalid data, or client errors of TaskTracker's own server (an unknown user). `not_found` is
 * temporary: it is the answer while the integration reloads.
 */
export function isWorthRetrying(error: unknown): boolean {
  if (['invalid_format', 'service_validation_error', 'unauthorized'].includes(String(errorCode(error)))) return false;
  return !/\bstatus 4\d\d\b/.test(errorWords(error) ?? '');
}
