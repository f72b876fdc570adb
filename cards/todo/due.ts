import type { CardHass } from '../hass.ts';
import { instantOf, ownZone, wallClock } from '../wallClock.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** When an item is due, on the clocks of the person who looks at it. */
export interface Due {
  /** `YYYY-MM-DD`. */
  date: string;
  /** Minutes past midnight; undefined where the whole day is meant. */
  minutes: number | undefined;
  /** How many days from today. */
  days: number;
  isOverdue: boolean;
}

/** The zone this user wants times in: where the browser is, or where the home is. */
export function zoneOf(hass: CardHass | undefined): string {
  return (hass?.locale?.time_zone === 'server' && hass.config?.time_zone) || ownZone();
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** Of a day its beginning in Greenwich; undefined for what is no date, which engines read in ways of their own. */
export function instantOfDue(due: string): number | undefined {
  const isDay = DATE.test(due);
  const instant = isDay || MOMENT.test(due) ? Date.parse(due) : NaN;
  if (Number.isNaN(instant)) return undefined;
  // The 30th of February is another day.
  return isDay && !new Date(instant).toISOString().startsWith(due) ? undefined : instant;
}

/** Undefined for what is no date. */
export function readDue(due: string, now: number, zone: string): Due | undefined {
  const today = startOfDay(wallClock(now, zone) ?? now);
  const instant = instantOfDue(due);
  if (instant === undefined) return undefined;
  if (DATE.test(due)) {
    const days = Math.round((instant - today) / DAY);
    return { date: due, minutes: undefined, days, isOverdue: days < 0 };
  }
  const wall = wallClock(instant, zone) ?? instant;
  const day = startOfDay(wall);
  return {
    date: new Date(day).toISOString().slice(0, 10),
    minutes: Math.floor((wall - day) / MINUTE),
    days: Math.round((day - today) / DAY),
    isOverdue: instant < now,
  };
}

/** What the fields of the editor (`YYYY-MM-DD`, and `HH:MM` or nothing) mean as an item's `due`; null for none. */
export function writeDue(date: string, time: string, zone: string): string | null {
  if (date === '') return null;
  if (time === '') return date;
  const wall = Date.parse(`${date}T${time}Z`);
  return new Date(instantOf(wall, zone) ?? wall).toISOString();
}

/** Minutes past midnight as the editor's `HH:MM`. */
export function timeField(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function startOfDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}
