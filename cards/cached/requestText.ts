import { isRecord } from '../records.ts';
import { wallClock } from '../wallClock.ts';
import { LONGEST, splitAtMoments, type Moment } from './moments.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
/** The greatest age, in ms, of a time that a card took as "now" when the request is sent. */
const DELAY = 100;

/** Time zones: first the server's, which applies to texts without a zone, then those in which cards may calculate. */
export type Zones = readonly string[];

/**
 * The question of a request as a text. Requests that one answer serves have equal texts. A fixed time (the start or end of a day, or a time
 * that somebody chose) stays as it is. A time that moves with the clock, such as the start of "the last 24 hours", becomes its distance
 * from now, rounded to `round` ms; otherwise no question would ever repeat.
 */
export function requestText(request: unknown, now: number, round: number, zones: Zones = ['UTC']): string {
  const parts = partsOf(request, now, zones);
  const clock = new Clock(parts.filter(isMoment), now, zones);
  return parts.map((part) => (isMoment(part) ? clock.textOf(part, round) : part)).join('');
}

/**
 * The length of the shortest window whose start moves with the clock, in ms; Infinity if none does. An answer of some age lacks that much
 * of the window: a card that asks for the last minute and appends it to its data would lose all of it.
 */
export function shortestWindow(request: unknown, now: number, zones: Zones = ['UTC']): number {
  const moments = partsOf(request, now, zones).filter(isMoment);
  return new Clock(moments, now, zones).shortestWindow();
}

/** The request as JSON, split into times and the text between them. */
function partsOf(request: unknown, now: number, zones: Zones): (string | Moment)[] {
  const json = JSON.stringify(request) as string | undefined;
  const parts: (string | Moment)[] = [];
  if (json === undefined) return parts;
  collect(JSON.parse(json), '', (text, name) => {
    parts.push(...splitAtMoments(text, name, now, zones[0] ?? 'UTC'));
  });
  return parts;
}

function isMoment(part: string | Moment): part is Moment {
  return typeof part !== 'string';
}

/** Writes JSON with sorted names, so that the order of a card's arguments does not matter. */
function collect(value: unknown, name: string, add: (text: string, name: string) => void): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      add(index === 0 ? '[' : ',', '');
      collect(item, name, add);
    });
    add(value.length === 0 ? '[]' : ']', '');
  } else if (isRecord(value)) {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    fields.forEach(([field, item], index) => {
      add(`${index === 0 ? '{' : ','}${JSON.stringify(field)}:`, '');
      collect(item, field, add);
    });
    add(fields.length === 0 ? '{}' : '}', '');
  } else {
    add(JSON.stringify(value), name);
  }
}

/** Decides which times of one request move with the clock. */
class Clock {
  readonly #moments: readonly Moment[];
  readonly #now: number;
  readonly #zones: Zones;
  readonly #minute: number;
  /** The full minute that "now" was rounded to, if the request contains it. */
  readonly #cut: number | undefined;

  constructor(moments: readonly Moment[], now: number, zones: Zones) {
    this.#moments = moments;
    this.#now = now;
    this.#zones = zones;
    this.#minute = now - mod(now, MINUTE);
    const near = [this.#minute, this.#minute + MINUTE];
    this.#cut = moments.map(fullMinute).find((at) => at !== undefined && near.includes(at));
  }

  textOf(moment: Moment, round: number): string {
    const origin = this.#originOf(moment);
    if (origin === undefined) return moment.text;
    // In the first second of a minute, "now" and that minute are the same.
    const name = origin === this.#now || this.#now - this.#minute < SECOND ? 'now' : 'minute';
    return `${name}${Math.round(((fullMinute(moment) ?? moment.at) - origin) / round) * (round / SECOND)}s${moment.form}`;
  }

  shortestWindow(): number {
    const latest = Math.max(...this.#moments.map(({ at }) => at));
    // The latest of several times is an end, whatever its name.
    const starts = this.#moments.filter(({ at, isEnd }) => !isEnd && (at < latest || this.#moments.length === 1));
    return Math.min(Infinity, ...starts.map((start) => this.#windowFrom(start, latest)));
  }

  #windowFrom(start: Moment, latest: number): number {
    const origin = this.#originOf(start);
    if (origin === undefined) return Infinity;
    const at = fullMinute(start) ?? start.at;
    const isAlone = this.#moments.length === 1;
    const delay = mod(start.at, SECOND) === 0 ? SECOND : DELAY;
    const isPast = origin - at > (origin === this.#now ? delay : 0);
    // Nothing happens after now, so a window's end in the future does not matter.
    if (isPast) return (isAlone ? origin : Math.min(latest, origin)) - at;
    // "From now on" without an end.
    return isAlone ? Infinity : latest - at;
  }

  /** The reference of a moving time: now, or the minute that "now" was rounded to. Undefined for a fixed time. */
  #originOf(moment: Moment): number | undefined {
    if (this.#isBoundary(moment) || Math.abs(moment.at - this.#now) > LONGEST) return undefined;
    const at = fullMinute(moment);
    if (at === undefined) return this.#now;
    // People choose full minutes, and some cards round "now" to one. Such a time counts as moving if two of three signs agree: a time of
    // the request is this minute; its distance from that is whole hours; it is not a quarter of an hour.
    const signs = [
      this.#cut !== undefined,
      mod(at - (this.#cut ?? this.#minute), HOUR) === 0,
      mod(moment.wall, QUARTER) !== 0,
    ];
    return signs.filter(Boolean).length < 2 ? undefined : this.#minute;
  }

  /** Days, weeks and months start and end with an hour of their zone: at its first second, its last second, or its last minute. */
  #isBoundary({ at, wall, form }: Moment): boolean {
    const instant = form === '-local' ? wall : at;
    const second = instant - mod(instant, SECOND);
    const clocks = [
      wall,
      instant,
      ...this.#zones.map((zone) => (wallClock(second, zone) ?? second) + instant - second),
    ];
    return clocks.some((clock) => {
      const past = mod(clock, HOUR);
      return past <= SECOND || past >= HOUR - SECOND || past === HOUR - MINUTE;
    });
  }
}

/** The full minute that a time is, or whose last millisecond it is. */
function fullMinute({ at }: Moment): number | undefined {
  const past = mod(at, MINUTE);
  if (past === 0) return at;
  return past === MINUTE - 1 ? at + 1 : undefined;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
