import { isListOf, isRecord } from '../records.ts';

/** What a statistic can be asked for; Home Assistant answers a measured one with the first three, a counted one with the rest. */
export const STAT_TYPES = ['mean', 'min', 'max', 'change', 'sum', 'state'] as const;
export type StatType = (typeof STAT_TYPES)[number];

export type Column = (number | null)[];

/** One statistic's rows as columns of equal length, oldest first: a third of what a list of rows takes. */
export interface Statistics {
  /** When all of it was last read at once, not only its tail. Milliseconds. */
  whole: number;
  /** When each period begins. Milliseconds. */
  start: number[];
  columns: Partial<Record<StatType, Column>>;
}

export interface StatisticMetadata {
  id: string;
  name: string | null;
  unit: string | null;
  unitClass: string | null;
  /** Measured, as a temperature is; else it counts up, as an energy meter does. */
  isMeasured: boolean;
}

/** Home Assistant's rows of one statistic, whatever it was asked for. */
export function readRows(answer: unknown, id: string, whole: number): Statistics {
  const listed = isRecord(answer) ? answer[id] : undefined;
  const rows = Array.isArray(listed) ? listed.filter(isRow) : [];
  const columns: Statistics['columns'] = {};
  for (const type of STAT_TYPES) {
    const column = rows.map((row) => numberOrNull(row[type]));
    if (column.some((value) => value !== null)) columns[type] = column;
  }
  return { whole, start: rows.map((row) => row.start), columns };
}

/** `before` with everything from the first row of `tail` on replaced by it, and without what began before `from`. */
export function withTail(before: Statistics, tail: Statistics, from: number): Statistics {
  const tailBegins = tail.start[0] ?? Infinity;
  const first = firstAt(before.start, from);
  const kept = firstAt(before.start, tailBegins);
  const columns: Statistics['columns'] = {};
  for (const type of STAT_TYPES) {
    const [old, added] = [before.columns[type], tail.columns[type]];
    if (!old && !added) continue;
    const head = old ?? before.start.map(() => null);
    columns[type] = [...head.slice(first, kept), ...(added ?? tail.start.map(() => null))];
  }
  return { whole: before.whole, start: [...before.start.slice(first, kept), ...tail.start], columns };
}

function firstAt(start: number[], time: number): number {
  const index = start.findIndex((each) => each >= time);
  return index < 0 ? start.length : index;
}

export function isStatistics(value: unknown): value is Statistics {
  if (!isRecord(value) || typeof value.whole !== 'number' || !isListOf(value.start, isNumber)) return false;
  const { start, columns } = value as { start: number[]; columns: unknown };
  return (
    isRecord(columns) &&
    Object.values(columns).every((column) => Array.isArray(column) && column.length === start.length)
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
  return isRecord(value) && typeof value.id === 'string' && typeof value.isMeasured === 'boolean';
}

type Row = Record<string, unknown> & { start: number };
const isRow = (row: unknown): row is Row => isRecord(row) && typeof row.start === 'number';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
