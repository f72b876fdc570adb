const DAY = 86_400_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** The zone that the browser is in; UTC where it names one that it does not know itself, as with an odd TZ. */
export function ownZone(): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined;
  return zone !== undefined && wallClock(0, zone) !== undefined ? zone : 'UTC';
}

/** The wall clock of a zone at an instant, written as if it were UTC (ms); undefined for a zone this engine does not know. */
export function wallClock(instant: number, timeZone: string): number | undefined {
  let clock = clocks.get(timeZone);
  if (!clock) {
    try {
      clock = new Intl.DateTimeFormat('en-US', {
        timeZone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      return undefined;
    }
    clocks.set(timeZone, clock);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of clock.formatToParts(instant)) part[type] = Number(value);
  const { year = NaN, month = NaN, day = NaN, hour = NaN, minute = NaN, second = NaN } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The instant whose wall clock (written as if it were UTC) shows `wall`. A time that comes twice means its first coming; one
 * that is skipped is read with the offset before the gap, as Python's zoneinfo, which the server reckons with, reads it.
 */
export function instantOf(wall: number, timeZone: string): number | undefined {
  const before = wallClock(wall - DAY, timeZone);
  const after = wallClock(wall + DAY, timeZone);
  if (before === undefined || after === undefined) return undefined;
  const candidates = [before - (wall - DAY), after - (wall + DAY)].map((offset) => wall - offset);
  const exact = candidates.filter((instant) => wallClock(instant, timeZone) === wall);
  return exact.length > 0 ? Math.min(...exact) : candidates[0];
}
