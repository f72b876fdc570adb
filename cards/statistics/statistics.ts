import { isListOf, isRecord } from '../records.ts';

/** What a statistic can be asked for; Home Assistant answers a measured one with the first three, a counted one with the rest. */
export const STAT_TYPES = ['mean', 'min', 'max', 'change', 'sum', 'state'] as const;
export type StatType = (typeof STAT_TYPES)[number];

export type Column = (number | null)[];

/** One statistic's rows as columns of equal length, oldest first: a third of what a list of rows takes. */
export interface Rows {
  /** When each period begins. Milliseconds. */
  start: number[];
  columns: Partial<Record<StatType, Column>>;
}

export interface Statistics extends Rows {
  /** When all of it was last read at once, not only its tail. Milliseconds. */
  whole: number;
  /** Of the values, whatever was wished for. */
  unit: string | null;
}

export interface StatisticMetadata {
  id: string;
  name: string | null;
  unit: string | null;
  unitClass: string | null;
  /** Measured, as a temperature is; else it counts up, as an energy meter does. */
  isMeasured: boolean;
}

/** Home Assistant's rows of one statistic, oldest first, whatever it was asked for; what is no row is left out. */
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

/** `before` with everything from the first row of `tail` on replaced by it, and without what begins where `isKept` says no. */
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

/**
 * Whether `tail` begins with the last row of `before` and goes on from the sum that the row before that one left: where it
 * does not, past rows were taken away or corrected.
 */
export function isContinuedBy(before: Rows, tail: Rows): boolean {
  if (tail.start[0] === undefined || tail.start[0] !== before.start.at(-1)) return false;
  const left = before.columns.sum?.at(-2) ?? null;
  const [sum, change] = [tail.columns.sum?.[0] ?? null, tail.columns.change?.[0] ?? null];
  if (left === null || sum === null || change === null) return true;
  return Math.abs(sum - change - left) <= ROUNDING * Math.max(Math.abs(sum), Math.abs(change), Math.abs(left), 1);
}

/** What adding and subtracting leaves of numbers of the same size. */
const ROUNDING = 1e-9;

/** Whether the last row of `wished` is in another unit than `own`, which begins with it. Zeros alone tell nothing. */
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

/** Of what lies in storage, whatever wrote it. */
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

/** The one that is asked for among those that Home Assistant answers; undefined where it knows none of that id. */
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

/** Nobody kept statistics before 1970 nor will after 2200: what says so would stretch the axis of time over them. */
const LAST_TIME = Date.UTC(2200);

type Row = Record<string, unknown> & { start: number };
const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= LAST_TIME;
const isRow = (row: unknown): row is Row => isRecord(row) && isTime(row.start);
const numberOrNull = (value: unknown): number | null => (Number.isFinite(value) ? (value as number) : null);
const isNumberOrNull = (value: unknown): boolean => value === null || Number.isFinite(value);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
