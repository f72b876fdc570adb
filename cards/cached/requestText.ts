import { isRecord } from '../records.ts';
import { wallClock } from '../wallClock.ts';
import { LONGEST, splitAtMoments, type Moment } from './moments.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
/** A time that a card took as "now" may be so much older (ms) when it asks. */
const DELAY = 100;

/** The server's time zone first, which is meant where a text names none; then those that cards may reckon in. */
export type Zones = readonly string[];

/**
 * What a request asks for, as text: equal for requests that one answer serves. A moment that stands still (the start or the end of
 * a day, a time that somebody has chosen) is taken as it is. One that moves with the clock, "the last 24 hours" for instance,
 * counts by its distance from now, rounded to `round` ms, or the same question would never be asked twice.
 */
export function requestText(request: unknown, now: number, round: number, zones: Zones = ['UTC']): string {
  const parts = partsOf(request, now, zones);
  const clock = new Clock(parts.filter(isMoment), now, zones);
  return parts.map((part) => (isMoment(part) ? clock.textOf(part, round) : part)).join('');
}

/**
 * How long the shortest window is whose start moves with the clock, ms; Infinity where none does. An answer of some age lacks as
 * much of such a window: a card that asks for the last minute, and adds it to what it has, would lose all of it for good.
 */
export function shortestWindow(request: unknown, now: number, zones: Zones = ['UTC']): number {
  const moments = partsOf(request, now, zones).filter(isMoment);
  return new Clock(moments, now, zones).shortestWindow();
}

/** The request as JSON, cut into moments and what lies between them. */
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

/** Writes JSON, in an order of its own: that in which a card names its arguments makes no difference. */
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

/** Tells which moments of one request move with the clock. */
class Clock {
  readonly #moments: readonly Moment[];
  readonly #now: number;
  readonly #zones: Zones;
  readonly #minute: number;
  /** The full minute that now was cut or rounded up to, where the request names it. */
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
    // In its first second a minute and the moment that was cut to it are the same.
    const name = origin === this.#now || this.#now - this.#minute < SECOND ? 'now' : 'minute';
    return `${name}${Math.round(((fullMinute(moment) ?? moment.at) - origin) / round) * (round / SECOND)}s${moment.form}`;
  }

  shortestWindow(): number {
    const latest = Math.max(...this.#moments.map(({ at }) => at));
    // Of several moments the latest is an end, whatever its name.
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
    // Whatever end a window of the past names, nothing has happened after now.
    if (isPast) return (isAlone ? origin : Math.min(latest, origin)) - at;
    // "From now on" without an end.
    return isAlone ? Infinity : latest - at;
  }

  /** The instant that a moment is a distance from: now, or the minute that now was cut to. Undefined where it stands still. */
  #originOf(moment: Moment): number | undefined {
    if (this.#isBoundary(moment) || Math.abs(moment.at - this.#now) > LONGEST) return undefined;
    const at = fullMinute(moment);
    if (at === undefined) return this.#now;
    // People choose full minutes, and some cards cut "now" to one. At least two of three signs must say that it moves: one of the
    // request's moments is this minute, it is whole hours away from that, it is no quarter of an hour.
    const signs = [
      this.#cut !== undefined,
      mod(at - (this.#cut ?? this.#minute), HOUR) === 0,
      mod(moment.wall, QUARTER) !== 0,
    ];
    return signs.filter(Boolean).length < 2 ? undefined : this.#minute;
  }

  /**
   * Days, weeks and months start and end with an hour of their zone: that hour's first or last second, to whatever part of it, or
   * its last minute.
   */
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

/** The full minute that a moment is, or is the last millisecond before. */
function fullMinute({ at }: Moment): number | undefined {
  const past = mod(at, MINUTE);
  if (past === 0) return at;
  return past === MINUTE - 1 ? at + 1 : undefined;
}

function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}
