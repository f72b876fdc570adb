/** When TaskTracker's day is over: it turns at `daily_reset_time` on the clocks of the user's zone, not at midnight. */
export interface LogicalDay {
  /** IANA name, such as `Europe/Berlin`. */
  timezone: string;
  /** `HH:MM` or `HH:MM:SS`. */
  daily_reset_time: string;
  /** `YYYY-MM-DD`, the day that began at its reset time. */
  current_logical_date: string;
}

const DAY = 86_400_000;
const MINUTES_A_DAY = 1_440;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** The instant (ms) at which the next logical day begins; undefined where zone, date or time make no sense. */
export function logicalDayEnd(day: LogicalDay): number | undefined {
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day.current_logical_date);
  const minutes = minutesOf(day.daily_reset_time);
  if (!date || minutes === undefined) return undefined;
  const seconds = Number(/^\d{1,2}:\d{2}:(\d{2})/.exec(day.daily_reset_time)?.[1] ?? 0);
  const wall = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]) + 1, 0, minutes, seconds);
  return instantOf(wall, day.timezone);
}

/** Minutes from the logical day's beginning to the wall-clock time `minutes` past midnight: 01:00 comes after 23:00. */
export function minutesIntoDay(minutes: number, dailyResetTime: string): number {
  return (minutes - (minutesOf(dailyResetTime) ?? 0) + MINUTES_A_DAY) % MINUTES_A_DAY;
}

/** `HH:MM[:SS]` as minutes past midnight. */
export function minutesOf(time: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::\d{2})?/.exec(time);
  if (!match) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes < MINUTES_A_DAY ? minutes : undefined;
}

/** Minutes past midnight on the clocks of a zone; undefined for a zone this engine does not know. */
export function wallMinutes(instant: number, timeZone: string): number | undefined {
  const wall = wallClock(instant, timeZone);
  return wall === undefined ? undefined : Math.floor((((wall % DAY) + DAY) % DAY) / 60_000);
}

/**
 * The instant whose wall clock (written as if it were UTC) shows `wall`. A time that comes twice means its first coming; one
 * that is skipped is read with the offset before the gap, as Python's zoneinfo, which the server reckons with, reads it.
 */
function instantOf(wall: number, timeZone: string): number | undefined {
  const before = wallClock(wall - DAY, timeZone);
  const after = wallClock(wall + DAY, timeZone);
  if (before === undefined || after === undefined) return undefined;
  const candidates = [before - (wall - DAY), after - (wall + DAY)].map((offset) => wall - offset);
  const exact = candidates.filter((instant) => wallClock(instant, timeZone) === wall);
  return exact.length > 0 ? Math.min(...exact) : candidates[0];
}

function wallClock(instant: number, timeZone: string): number | undefined {
  let clock = clocks.get(timeZone);
  if (!clock) {
    try {
      clock = new Intl.DateTimeFormat('en-US', {
        timeZone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      return undefined;
    }
    clocks.set(timeZone, clock);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(instant)) part[type] = Number(value);
  const { year = NaN, month = NaN, day = NaN, hour = NaN, minute = NaN, second = NaN } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
