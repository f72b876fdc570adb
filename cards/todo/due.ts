import type { CardHass } from '../hass.ts';
import { instantOf, ownZone, wallClock } from '../wallClock.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** The due date of an item in the viewer's time zone. */
export interface Due {
  /** `YYYY-MM-DD`. */
  date: string;
  /** Minutes past midnight; undefined for a whole day. */
  minutes: number | undefined;
  /** Days from today. */
  days: number;
  isOverdue: boolean;
}

/** The time zone that this user has chosen: the browser's or the home's. */
export function zoneOf(hass: CardHass | undefined): string {
  return (hass?.locale?.time_zone === 'server' && hass.config?.time_zone) || ownZone();
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;

/** For a day, its start in UTC; undefined for texts that are no dates, which engines parse differently. */
export function instantOfDue(due: string): number | undefined {
  const isDay = DATE.test(due);
  const instant = isDay || MOMENT.test(due) ? Date.parse(due) : NaN;
  if (Number.isNaN(instant)) return undefined;
  // Engines read the 30th of February as another day.
  return isDay && !new Date(instant).toISOString().startsWith(due) ? undefined : instant;
}

/** Undefined if the text is no date. */
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

/** The `due` for the editor's fields (`YYYY-MM-DD`, and `HH:MM` or nothing); null for none. */
export function writeDue(date: string, time: string, zone: string): string | null {
  if (date === '') return null;
  if (time === '') return date;
  const wall = Date.parse(`${date}T${time}Z`);
  return new Date(instantOf(wall, zone) ?? wall).toISOString();
}

/** Formats minutes past midnight as the editor's `HH:MM`. */
export function timeField(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function startOfDay(wall: number): number {
  return Math.floor(wall / DAY) * DAY;
}
