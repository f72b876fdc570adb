import { wallClock } from '../wallClock.ts';

/** The periods of Home Assistant's statistics, and their length in hours; long-term statistics are hourly. */
export const PERIODS = ['5minute', 'hour', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** 1 January 1970 was a Thursday; Home Assistant's weeks begin on Mondays, whatever the user's calendar begins with. */
const DAYS_INTO_FIRST_WEEK = 3;

/** A time after its start at which each period is over and the next is not, in ms, also when the clocks change. */
export const LENGTHS: Record<Period, number> = {
  '5minute': 5 * MINUTE,
  hour: HOUR,
  day: DAY + 2 * HOUR,
  week: 7 * DAY + 2 * HOUR,
  month: 31 * DAY + 2 * HOUR,
};

/**
 * Whether Home Assistant includes the row that begins at `start` when asked for everything since `from`. Days, weeks and months that
 * contain `from` are included whole. `timeZone` is the server's. Without it, or if this engine does not know it, the period's length
 * decides.
 */
export function isSince(from: number, start: number, period: Period, timeZone: string | undefined): boolean {
  if (start >= from) return true;
  if (period === '5minute' || period === 'hour') return false;
  const [begun, asked] = [start, from].map((time) => (timeZone === undefined ? undefined : wallClock(time, timeZone)));
  if (begun === undefined || asked === undefined) return from - start < LENGTHS[period];
  return nameOf(begun, period) === nameOf(asked, period);
}

/** The same for all instants of one period. */
function nameOf(wall: number, period: 'day' | 'week' | 'month'): number | string {
  if (period === 'month') return new Date(wall).toISOString().slice(0, 7);
  const day = Math.floor(wall / DAY);
  return period === 'day' ? day : Math.floor((day + DAYS_INTO_FIRST_WEEK) / 7);
}
