/** ISO moments, also as they stand in addresses. */
const MOMENT = /\d{4}-\d\d-\d\dT\d\d(?::|%3A)\d\d(?:(?::|%3A)\d\d(?:\.\d+)?)?(?:Z|(?:[+-]|%2B)\d\d(?::|%3A)?\d\d)?/gi;
const MINUTE = 60_000;

/**
 * What a request asks for, as text: equal for requests that one answer serves. A moment on a full minute (the beginning of a
 * day) is taken as it is. Any other moves with the clock, "the last 24 hours" for instance: it counts by its distance from
 * now, rounded to `round` ms, or the same question would never be asked twice.
 */
export function requestText(request: unknown, now: number, round: number): string {
  return (JSON.stringify(request, sorted) ?? '').replace(MOMENT, (text) => {
    const moment = Date.parse(decodeURIComponent(text));
    if (Number.isNaN(moment) || moment % MINUTE === 0) return text;
    return `now${Math.round((moment - now) / round) * (round / 1000)}s`;
  });
}

/** For JSON.stringify: the order in which a card names its arguments makes no difference. */
function sorted(_name: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
