import { instantOf, wallClock } from '../wallClock.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

/** No window is longer (ms): what lies further from now is a date that somebody has written down, or a number that is no time. */
export const LONGEST = 20 * 365 * 24 * HOUR;
/** Numbers whose name does not speak of time are times only where they lie nearer than this (ms). */
const PLAUSIBLE_UNNAMED = 8 * 24 * HOUR;
const TIMES = new Set(
  'after at before begin beginning date datetime end ending finish from now since start stop time timestamp to ts until'.split(
    ' ',
  ),
);
/** Names with one of these words say where a window ends, or when the request was made (`_` keeps browsers from caching it). */
const ENDS = new Set('_ before end ending finish now stop timestamp to ts until'.split(' '));
/** The last word of names of things: what stands there is no time, however it looks. */
const IDENTIFIERS = new Set('id ids uid uids uuid key keys code pin serial phone version seq sequence'.split(' '));
/** The last word of names whose numbers are no times. */
const SIZES = new Set(
  'limit size count number total bytes length width height index offset page duration interval period timeout max min'.split(
    ' ',
  ),
);

/** An instant that a request names. */
export interface Moment {
  /** As it stands there. */
  text: string;
  /** The instant, ms; for a text without a zone as the server reads it. */
  at: number;
  /** The wall clock as it is written, as if it were UTC (ms). */
  wall: number;
  /** How it is written, as far as the server reads other ways as other instants. */
  form: '' | '-local' | '-s' | '-ms';
  /** Its name says that it is the end of a window. */
  isEnd: boolean;
}

/** Dates with a time of day, also as they stand in addresses; and seconds or milliseconds since 1970. */
const MOMENT = new RegExp(
  String.raw`(\d{4})(-?)(\d\d)\2(\d\d)(?:[T +]|%20|%2B)(\d\d)(:|%3A)?(\d\d)(?:\6(\d\d)(?:[.,](\d+))?)?` +
    String.raw`(Z|(?: |%20)?(?:[+-]|%2B)\d\d(?:(?::|%3A)?\d\d)?)?(?![\d:]|\.?\w)` +
    String.raw`|\d{10}(?:\d{3})?(?:\.\d+)?(?!\.?\w)`,
  'gi',
);

/**
 * The moments in a text, in order, with what lies between them. `name` is that of the text itself, such as `start_time`; `zone`
 * that of the server, for moments that name none.
 */
export function splitAtMoments(text: string, name: string, now: number, zone: string): (string | Moment)[] {
  const parts: (string | Moment)[] = [];
  let end = 0;
  for (const match of text.matchAll(MOMENT)) {
    const before = text.slice(Math.max(0, match.index - 80), match.index);
    // No part of a word, such as the name of a file, or of another number; what stands before may be an escape of an address.
    if (!/(?:^|[^\w.-]|%[\da-f]{2})$/i.test(before)) continue;
    const words = wordsOf(/(\w+)(?:=|%3D)[\d.,]*$/i.exec(before)?.[1] ?? name);
    if (IDENTIFIERS.has(words[words.length - 1] ?? '')) continue;
    const moment = match[1] === undefined ? fromNumber(match[0], words, now) : fromDate(match, zone);
    if (!moment) continue;
    parts.push(text.slice(end, match.index), { ...moment, isEnd: words.some((word) => ENDS.has(word)) });
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** Of the name of a field or an argument. */
function wordsOf(name: string): string[] {
  if (name === '_') return [name];
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_');
}

function fromNumber(text: string, words: string[], now: number): Omit<Moment, 'isEnd'> | undefined {
  if (SIZES.has(words[words.length - 1] ?? '')) return undefined;
  const form = /^\d{13}/.test(text) ? '-ms' : '-s';
  const at = Math.round(Number(text) * (form === '-s' ? SECOND : 1));
  const plausible = words.some((word) => TIMES.has(word)) ? LONGEST : PLAUSIBLE_UNNAMED;
  return Math.abs(at - now) <= plausible ? { text, at, wall: at, form } : undefined;
}

function fromDate(match: RegExpMatchArray, zone: string): Omit<Moment, 'isEnd'> | undefined {
  const [text, year, , month, day, hour, , minute, second = '0', fraction = '', offset] = match;
  const [y, mon, d, h, min, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (mon < 1 || mon > 12 || d < 1 || d > 31 || h > 24 || min > 59 || s > 60) return undefined;
  const wall = Date.UTC(y, mon - 1, d, h, min, s) + Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (offset !== undefined) return { text, at: wall - offsetOf(offset), wall, form: '' };
  const seconds = Math.floor(wall / SECOND) * SECOND;
  const at = instantOf(seconds, zone) ?? seconds;
  // In the night when the clocks change a time comes twice or never: how far from now it is cannot be told.
  const comings = [0, HOUR / 2, HOUR].filter((later) => (wallClock(at + later, zone) ?? seconds + later) === seconds);
  return comings.length === 1 ? { text, at: at + (wall - seconds), wall, form: '-local' } : undefined;
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes = '0'] = /([+-])(\d\d):?(\d\d)?/.exec(decodeURIComponent(text)) ?? [];
  return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * HOUR + Number(minutes) * 60 * SECOND);
}
