import type { CardHass } from './hass.ts';
import { ownLanguage } from './ownLanguage.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** In days. Within half a year a date without a year is unambiguous. */
const HALF_A_YEAR = 180;

/** Formats numbers, times and dates in one language. Formatters are expensive to create, so each language keeps its own. */
export class Language {
  readonly tag: string;
  readonly #plural: Intl.PluralRules;
  readonly #relative: Intl.RelativeTimeFormat;
  readonly #list: Intl.ListFormat;
  readonly #hours: Intl.NumberFormat;
  readonly #minutes: Intl.NumberFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;
  readonly #farDate: Intl.DateTimeFormat;

  constructor(tag: string, hourCycle?: HourCycle) {
    this.tag = tag;
    // For the sentences, which are German or English whatever the language of the dates.
    this.#plural = new Intl.PluralRules(/^de\b/i.test(tag) ? 'de' : 'en');
    this.#relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' });
    this.#list = new Intl.ListFormat(tag, { type: 'conjunction' });
    this.#hours = new Intl.NumberFormat(tag, { style: 'unit', unit: 'hour', unitDisplay: 'short' });
    this.#minutes = new Intl.NumberFormat(tag, { style: 'unit', unit: 'minute', unitDisplay: 'short' });
    this.#clock = new Intl.DateTimeFormat(tag, { timeStyle: 'short', timeZone: 'UTC', hourCycle });
    this.#date = new Intl.DateTimeFormat(tag, { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' });
    this.#farDate = new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeZone: 'UTC' });
  }

  plural(count: number, one: string, other: string): string {
    return (this.#plural.select(count) === 'one' ? one : other).replace('#', String(count));
  }

  list(items: string[]): string {
    return this.#list.format(items);
  }

  /** 80 → `1 hr 20 min`. */
  duration(minutes: number): string {
    const hours = Math.floor(minutes / 60);
    const rest = Math.round(minutes % 60);
    if (hours === 0) return this.#minutes.format(rest);
    return rest === 0 ? this.#hours.format(hours) : `${this.#hours.format(hours)} ${this.#minutes.format(rest)}`;
  }

  /** How long ago: `5 minutes ago`, `yesterday`. */
  age(milliseconds: number): string {
    if (milliseconds < MINUTE) return this.#relative.format(0, 'second');
    if (milliseconds < HOUR) return this.#relative.format(-Math.floor(milliseconds / MINUTE), 'minute');
    if (milliseconds < DAY) return this.#relative.format(-Math.floor(milliseconds / HOUR), 'hour');
    return this.#relative.format(-Math.floor(milliseconds / DAY), 'day');
  }

  /** Minutes past midnight as a time of day. */
  time(minutes: number): string {
    return this.#clock.format(minutes * MINUTE);
  }

  /**
   * A day near today as its distance (`Tomorrow`), another as its date, a far one with its year. With `minutes` past midnight it includes
   * the time.
   */
  day(days: number, date: string, minutes?: number): string {
    const near = this.#relative.format(days, 'day');
    const other = (): string =>
      Math.abs(days) > HALF_A_YEAR ? this.#farDate.format(Date.parse(date)) : this.date(date);
    const day = Math.abs(days) > 1 ? other() : near.charAt(0).toLocaleUpperCase(this.tag) + near.slice(1);
    return minutes === undefined ? day : `${day}, ${this.time(minutes)}`;
  }

  /** `YYYY-MM-DD` as `Saturday, November 21`; returns the text itself if it is no date. */
  date(text: string): string {
    const time = Date.parse(`${text}T00:00:00Z`);
    return Number.isNaN(time) ? text : this.#date.format(time);
  }
}

const languages = new Map<string, Language>();

export type HourCycle = 'h12' | 'h23';

/**
 * The user's clock setting, as hours: `hour12` would show 24:00 for an American's midnight, and 00:00 PM for a German's noon. Undefined:
 * the default of the language.
 */
export function hourCycleOf(hass: CardHass | undefined): HourCycle | undefined {
  const format = hass?.locale?.time_format;
  if (format === '12') return 'h12';
  if (format === '24') return 'h23';
  if (format !== 'system') return undefined;
  return new Intl.DateTimeFormat(undefined, { hour: 'numeric' }).resolvedOptions().hour12 ? 'h12' : 'h23';
}

/** The language and clock that this user has chosen in Home Assistant. */
export function languageOf(hass: CardHass | undefined): Language {
  const wanted = hass?.locale?.language ?? hass?.language ?? ownLanguage;
  const hours = hourCycleOf(hass);
  const id = `${wanted} ${hours ?? ''}`;
  let language = languages.get(id);
  if (!language) {
    language = new Language(Intl.DateTimeFormat.supportedLocalesOf(validTag(wanted))[0] ?? 'en', hours);
    languages.set(id, language);
  }
  return language;
}

function validTag(tag: string): string {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
