import { instantOf, wallClock } from './wallClock.ts';

/** The end of TaskTracker's day: it changes at `daily_reset_time` in the user's time zone, not at midnight. */
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

/** The time, in ms, at which the next logical day begins; undefined if zone, date or time are invalid. */
export function logicalDayEnd(day: LogicalDay): number | undefined {
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day.current_logical_date);
  const minutes = minutesOf(day.daily_reset_time);
  if (!date || minutes === undefined) return undefined;
  const seconds = Number(/^\d{1,2}:\d{2}:(\d{2})/.exec(day.daily_reset_time)?.[1] ?? 0);
  const wall = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]) + 1, 0, minutes, seconds);
  return instantOf(wall, day.timezone);
}

/** Minutes from the beginning of the logical day to the wall-clock time `minutes` past midnight: 01:00 comes after 23:00. */
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

/** Minutes past midnight in a time zone; undefined for a zone that this engine does not know. */
export function wallMinutes(instant: number, timeZone: string): number | undefined {
  const wall = wallClock(instant, timeZone);
  return wall === undefined ? undefined : Math.floor((((wall % DAY) + DAY) % DAY) / 60_000);
}
