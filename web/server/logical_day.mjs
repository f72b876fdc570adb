export const DAY = 86_400_000;

/** The date and time of day in a zone at `now`: `{ date: 'YYYY-MM-DD', time: 'HH:MM:SS' }`. */
export function localTime(now, timeZone) {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(now);
  const part = (type) => parts.find((entry) => entry.type === type).value;
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}:${part('second')}`,
  };
}

/** A day as a time; TaskTracker uses noon. */
export const noon = (date) => `${date}T12:00:00Z`;

export function addDays(date, days) {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** The whole days from one date to another; negative if `to` is before `from`. */
export function daysBetween(from, to) {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

/** A household's day ends at its reset time: with a reset at 05:00, 02:00 still belongs to the day before. */
export function logicalDate(now, timeZone, resetTime) {
  const { date, time } = localTime(now, timeZone);
  return time < resetTime ? addDays(date, -1) : date;
}
