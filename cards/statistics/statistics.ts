import { isListOf, isRecord } from '../records.ts';

/** The values of a statistic. Home Assistant answers the first three for measured ones, the others for counters. */
export const STAT_TYPES = ['mean', 'min', 'max', 'change', 'sum', 'state'] as const;
export type StatType = (typeof STAT_TYPES)[number];

export type Column = (number | null)[];

/** One statistic's rows as columns of equal length, oldest first: a third of the size of a list of rows. */
export interface Rows {
  /** The start of each period, in ms. */
  start: number[];
  columns: Partial<Record<StatType, Column>>;
}

export interface Statistics extends Rows {
  /** When everything was last read at once, not only the tail, in ms. */
  whole: number;
  /** The unit of the values, whatever was requested. */
  unit: string | null;
}

export interface StatisticMetadata {
  id: string;
  name: string | null;
  unit: string | null;
  unitClass: string | null;
  /** True: measured, like a temperature; false: a counter, like an energy meter. */
  isMeasured: boolean;
}

/** Reads Home Assistant's rows of one statistic, oldest first. Leaves out what is no row. */
export function readRows(answer: unknown, id: string): Rows {
  const listed = isRecord(answer) ? answer[id] : undefined;
  const rows = Array.isArray(listed) ? listed.filter(isRow).sort((a, b) => a.start - b.start) : [];
  const once = rows.filter(({ start }, index) => start !== rows[index + 1]?.start);
  const columns: Rows['columns'] = {};
  for (const type of STAT_TYPES) {
    const column = once.map((row) => numberOrNull(row[type]));
    if (column.some((value) => value !== null)) columns[type] = column;
  }
  return { start: once.map((row) => row.start), columns };
}

/** Replaces everything in `before` from the first row of `tail` on, and drops rows for which `isKept` returns false. */
export function withTail(before: Statistics, tail: Rows, isKept: (start: number) => boolean): Statistics {
  const tailBegins = tail.start[0] ?? Infinity;
  const first = firstIndex(before.start, isKept);
  const kept = Math.max(
    first,
    firstIndex(before.start, (start) => start >= tailBegins),
  );
  const columns: Statistics['columns'] = {};
  for (const type of STAT_TYPES) {
    const [old, added] = [before.columns[type], tail.columns[type]];
    if (!old && !added) continue;
    const head = old ?? before.start.map(() => null);
    columns[type] = [...head.slice(first, kept), ...(added ?? tail.start.map(() => null))];
  }
  return { ...before, start: [...before.start.slice(first, kept), ...tail.start], columns };
}

/** Whether `tail` begins with the last row of `before` and continues its sum. If not, past rows were removed or corrected. */
export function isContinuedBy(before: Rows, tail: Rows): boolean {
  if (tail.start[0] === undefined || tail.start[0] !== before.start.at(-1)) return false;
  const left = before.columns.sum?.at(-2) ?? null;
  const [sum, change] = [tail.columns.sum?.[0] ?? null, tail.columns.change?.[0] ?? null];
  if (left === null || sum === null || change === null) return true;
  return Math.abs(sum - change - left) <= ROUNDING * Math.max(Math.abs(sum), Math.abs(change), Math.abs(left), 1);
}

/** The rounding error of a sum of numbers of that size. */
const ROUNDING = 1e-9;

/** Whether the last row of `wished` has another unit than the first row of `own`. Zeros alone do not tell. */
export function areConverted(wished: Rows, own: Rows): boolean {
  if (own.start[0] === undefined || own.start[0] !== wished.start.at(-1)) return true;
  const pairs = STAT_TYPES.map((type) => [wished.columns[type]?.at(-1) ?? null, own.columns[type]?.[0] ?? null]);
  const isEqual = pairs.every(([value, other]) => value === other);
  return !isEqual || pairs.every(([value]) => !value);
}

function firstIndex(start: number[], isWanted: (start: number) => boolean): number {
  const index = start.findIndex(isWanted);
  return index < 0 ? start.length : index;
}

/** Checks a value from storage. */
export function isStatistics(value: unknown): value is Statistics {
  if (!isRecord(value) || typeof value.whole !== 'number' || !isTextOrNull(value.unit)) return false;
  if (!isRecord(value.columns) || !isListOf(value.start, isTime)) return false;
  const start = value.start as number[];
  return (
    start.every((time, index) => index === 0 || time > (start[index - 1] ?? 0)) &&
    Object.values(value.columns).every(
      (column) => isListOf(column, isNumberOrNull) && (column as Column).length === start.length,
    )
  );
}

/** Finds the requested one in Home Assistant's answer; undefined if Home Assistant does not know the id. */
export function readMetadata(answer: unknown, id: string): StatisticMetadata | undefined {
  const found = Array.isArray(answer) ? answer.filter(isRecord).find((each) => each.statistic_id === id) : undefined;
  if (!found) return undefined;
  return {
    id,
    name: textOrNull(found.name),
    unit: textOrNull(found.display_unit_of_measurement) ?? textOrNull(found.statistics_unit_of_measurement),
    unitClass: textOrNull(found.unit_class),
    isMeasured: found.has_mean === true || (typeof found.mean_type === 'number' && found.mean_type > 0),
  };
}

export function isMetadata(value: unknown): value is StatisticMetadata {
  return (
    isRecord(value) &&
    typeof value.id === 'string' &&
    typeof value.isMeasured === 'boolean' &&
    [value.name, value.unit, value.unitClass].every(isTextOrNull)
  );
}

/** No statistics exist from before 1970 or after 2200. Such a row would stretch the time axis. */
const LAST_TIME = Date.UTC(2200);

type Row = Record<string, unknown> & { start: number };
const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= LAST_TIME;
const isRow = (row: unknown): row is Row => isRecord(row) && isTime(row.start);
const numberOrNull = (value: unknown): number | null => (Number.isFinite(value) ? (value as number) : null);
const isNumberOrNull = (value: unknown): boolean => value === null || Number.isFinite(value);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
