import { isRecord } from '../records.ts';
import { wallClock } from '../wallClock.ts';
import { splitAtMoments, type Moment } from './moments.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 60 * MINUTE;
/** No window is so long: what lies further from now is a date that somebody has written down. */
const LONGEST = 20 * 365 * 24 * HOUR;

/** The server's time zone first, which is meant where a text names none; then those that cards may reckon in. */
export type Zones = readonly string[];

/**
 * What a request asks for, as text: equal for requests that one answer serves. A moment that stands still (the start or the end of
 * a day, a time that somebody has chosen) is taken as it is. One that moves with the clock, "the last 24 hours" for instance,
 * counts by its distance from now, rounded to `round` ms, or the same question would never be asked twice.
 */
export function requestText(request: unknown, now: number, round: number, zones: Zones = ['UTC']): string {
  const json = JSON.stringify(request) as string | undefined;
  if (json === undefined) return '';
  const parts: (string | Moment)[] = [];
  collect(JSON.parse(json), '', (text, name) => {
    parts.push(...splitAtMoments(text, name, now, zones[0] ?? 'UTC'));
  });
  const clock = new Clock(
    parts.filter((part) => typeof part !== 'string'),
    now,
    zones,
  );
  return parts.map((part) => (typeof part === 'string' ? part : clock.textOf(part, round))).join('');
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
  readonly #now: number;
  readonly #zones: Zones;
  readonly #minute: number;
  /** The full minute that now was cut or rounded up to, where the request names it. */
  readonly #cut: number | undefined;

  constructor(moments: readonly Moment[], now: number, zones: Zones) {
    this.#now = now;
    this.#zones = zones;
    this.#minute = now - mod(now, MINUTE);
    const near = [this.#minute, this.#minute + MINUTE];
    this.#cut = moments.map(fullMinute).find((at) => at !== undefined && near.includes(at));
  }

  textOf(moment: Moment, round: number): string {
    if (this.#isBoundary(moment) || Math.abs(moment.at - this.#now) > LONGEST) return moment.text;
    const at = fullMinute(moment);
    if (at === undefined) return this.#distanceText('now', moment.at - this.#now, round, moment);
    // People choose full minutes, and some cards cut theirs to them. It counts from now where two of three signs say so.
    const signs = [
      this.#cut !== undefined,
      mod(at - (this.#cut ?? this.#minute), HOUR) === 0,
      mod(moment.wall, QUARTER) !== 0,
    ];
    if (signs.filter(Boolean).length < 2) return moment.text;
    // In the first second of a minute it is now cut to the second as well.
    const from = this.#now - this.#minute < SECOND ? 'now' : 'minute';
    return this.#distanceText(from, at - this.#minute, round, moment);
  }

  #distanceText(from: string, distance: number, round: number, { form }: Moment): string {
    return `${from}${Math.round(distance / round) * (round / SECOND)}s${form}`;
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
