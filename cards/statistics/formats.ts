import type { CardHass } from '../hass.ts';
import { hourCycleOf, type HourCycle, type Language } from '../language.ts';
import { ownZone, wallClock } from '../wallClock.ts';
import type { Period } from './periods.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** In days; between the longest month and a year. */
const MONTHS = 27 * DAY;
/** Smaller values round to 0 with six decimals, for example rounding errors of a sum, and would show as "-0". */
const SMALLEST = 5e-7;
/** Ten petabytes in bytes have one digit more. */
const MOST_FIGURES = 16;

/** Formats numbers and times of statistics by the user's settings in Home Assistant, in the user's time zone. */
export interface Formats {
  timeZone: string;
  number(value: number): string;
  /** A period's date and time in full. */
  time(instant: number, period: Period): string;
  /** The label of a tick on the time axis; `step`: the distance to the next tick. */
  tick(instant: number, step: number): string;
}

const made = new Map<string, Formats>();

/** Formatters are expensive to create: each combination keeps its own. */
export function formatsOf(hass: CardHass | undefined, language: Language): Formats {
  const home = hass?.locale?.time_zone === 'server' ? hass.config?.time_zone : undefined;
  // Home Assistant may know a time zone that this browser does not.
  const timeZone = home !== undefined && wallClock(0, home) !== undefined ? home : ownZone();
  const numbers = (hass?.locale as { number_format?: string } | undefined)?.number_format ?? 'language';
  const hours = hourCycleOf(hass);
  const id = JSON.stringify([language.tag, timeZone, numbers, hours]);
  let formats = made.get(id);
  if (!formats) made.set(id, (formats = make(language.tag, timeZone, numbers, hours)));
  return formats;
}

function make(tag: string, timeZone: string, numbers: string, hourCycle: HourCycle | undefined): Formats {
  const date = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(tag, { timeZone, ...options });
  const clock = date({ hour: 'numeric', minute: '2-digit', hourCycle });
  const dayAndClock = date({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: 'numeric',
    minute: '2-digit',
    hourCycle,
  });
  const day = date({ day: 'numeric', month: 'short' });
  const fullDay = date({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
  const month = date({ month: 'short' });
  const fullMonth = date({ month: 'long', year: 'numeric' });
  const year = date({ year: 'numeric' });
  const midnight = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  const january = new Intl.DateTimeFormat('en-GB', { timeZone, month: 'numeric' });
  return {
    timeZone,
    number: (value) => format(value, numbers, tag),
    time: (instant, period) => {
      if (period === '5minute' || period === 'hour') return dayAndClock.format(instant);
      return (period === 'month' ? fullMonth : fullDay).format(instant);
    },
    tick: (instant, step) => {
      if (step >= MONTHS) return (january.format(instant) === '1' ? year : month).format(instant);
      if (step >= DAY || midnight.format(instant) === '00:00') return day.format(instant);
      return clock.format(instant);
    },
  };
}

/** As many digits as three figures need: 0.0123, 1.23, 123, 12 345. */
function format(value: number, numbers: string, tag: string): string {
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  const digits = Math.min(6, Math.max(0, 2 - magnitude));
  const options: Intl.NumberFormatOptions = {
    maximumFractionDigits: magnitude >= 1 ? Math.max(1, digits) : digits,
    useGrouping: numbers !== 'none',
    // More digits are unreadable, and do not fit.
    ...(magnitude >= MOST_FIGURES && { notation: 'scientific', maximumFractionDigits: 2 }),
  };
  return new Intl.NumberFormat(numberLanguage(numbers, tag), options).format(Math.abs(value) < SMALLEST ? 0 : value);
}

/** Home Assistant's number formats, each by a language that uses it. */
function numberLanguage(numbers: string, tag: string): string | undefined {
  const languages: Record<string, string | undefined> = {
    comma_decimal: 'en-US',
    decimal_comma: 'de',
    space_comma: 'fr',
    quote_decimal: 'de-CH',
    none: 'en-US',
    system: undefined,
  };
  return numbers in languages ? languages[numbers] : tag;
}
