import { instantOf, wallClock } from '../wallClock.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

/** The longest window, in ms. Anything further from now is a date that somebody wrote down, or no time. */
export const LONGEST = 20 * 365 * 24 * HOUR;
/** Numbers without a name of a time count as times only if they lie nearer than this, in ms. */
const PLAUSIBLE_UNNAMED = 8 * 24 * HOUR;
const TIMES = new Set(
  'after at before begin beginning date datetime end ending finish from now since start stop time timestamp to ts until'.split(
    ' ',
  ),
);
/** Names with one of these words mark the end of a window, or the time of the request (`_` keeps browsers from caching it). */
const ENDS = new Set('_ before end ending finish now stop timestamp to ts until'.split(' '));
/** The last word of names of things: their values are never times. */
const IDENTIFIERS = new Set('id ids uid uids uuid key keys code pin serial phone version seq sequence'.split(' '));
/** The last word of names whose numbers are never times. */
const SIZES = new Set(
  'limit size count number total bytes length width height index offset page duration interval period timeout max min'.split(
    ' ',
  ),
);

/** A time in a request. */
export interface Moment {
  /** The original text. */
  text: string;
  /** The time in ms; a text without a zone is read in the server's zone. */
  at: number;
  /** The written wall-clock time, read as UTC, in ms. */
  wall: number;
  /** The notation, as far as it changes how the server reads the time. */
  form: '' | '-local' | '-s' | '-ms';
  /** The field's name says that it is the end of a window. */
  isEnd: boolean;
}

/** Dates with a time of day, percent-encoded or not, and seconds or milliseconds since 1970. */
const MOMENT = new RegExp(
  String.raw`(\d{4})(-?)(\d\d)\2(\d\d)(?:[T +]|%20|%2B)(\d\d)(:|%3A)?(\d\d)(?:\6(\d\d)(?:[.,](\d+))?)?` +
    String.raw`(Z|(?: |%20)?(?:[+-]|%2B)\d\d(?:(?::|%3A)?\d\d)?)?(?![\d:]|\.?\w)` +
    String.raw`|\d{10}(?:\d{3})?(?:\.\d+)?(?!\.?\w)`,
  'gi',
);

/**
 * The times in a text, in order, and the text between them. `name`: the field that holds the text, such as `start_time`. `zone`: the
 * server's, for times that name none.
 */
export function splitAtMoments(text: string, name: string, now: number, zone: string): (string | Moment)[] {
  const parts: (string | Moment)[] = [];
  let end = 0;
  for (const match of text.matchAll(MOMENT)) {
    const before = text.slice(Math.max(0, match.index - 80), match.index);
    // Not part of a word, such as a file name, or of another number. A percent escape may precede it.
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

/** The words of a field's or an argument's name. */
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
  // When the clocks change, a wall-clock time occurs twice or never, so its distance from now is unknown.
  const comings = [0, HOUR / 2, HOUR].filter((later) => (wallClock(at + later, zone) ?? seconds + later) === seconds);
  return comings.length === 1 ? { text, at: at + (wall - seconds), wall, form: '-local' } : undefined;
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes = '0'] = /([+-])(\d\d):?(\d\d)?/.exec(decodeURIComponent(text)) ?? [];
  return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * HOUR + Number(minutes) * 60 * SECOND);
}
