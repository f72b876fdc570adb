const DAY = 86_400_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** The browser's time zone; UTC if it reports one that it does not know itself, as with an odd TZ. */
export function ownZone(): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone as string | undefined;
  return zone !== undefined && wallClock(0, zone) !== undefined ? zone : 'UTC';
}

/** The wall-clock time of a zone at an instant, written as if it were UTC, in ms; undefined for a zone that this engine does not know. */
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
 * The instant at which a zone's wall clock shows `wall` (written as if it were UTC). A time that occurs twice means the first. A skipped
 * time is read with the offset before the gap, as Python's zoneinfo does on the server.
 */
export function instantOf(wall: number, timeZone: string): number | undefined {
  const before = wallClock(wall - DAY, timeZone);
  const after = wallClock(wall + DAY, timeZone);
  if (before === undefined || after === undefined) return undefined;
  const candidates = [before - (wall - DAY), after - (wall + DAY)].map((offset) => wall - offset);
  const exact = candidates.filter((instant) => wallClock(instant, timeZone) === wall);
  return exact.length > 0 ? Math.min(...exact) : candidates[0];
}
