import type { ChartType, StatisticsConfig } from './config.ts';
import { LENGTHS } from './periods.ts';
import type { Followed } from './statisticsFeed.ts';
import type { Column, StatType } from './statistics.ts';

/** One line, or one bar in every group of bars. */
export interface Series {
  /** Which of the card's statistics it belongs to: gives it its colour. */
  entity: number;
  name: string;
  color: string | undefined;
  type: StatType;
  unit: string;
  values: Column;
}

/** What is drawn, and what the table lists: everything on one axis of time. */
export interface Model {
  chart: ChartType;
  /** When each period begins, ms. */
  times: number[];
  series: Series[];
  /** Pairs of series between which an area is filled: the one above, the one below. */
  bands: [number, number][];
  units: string[];
}

/** More than two measured statistics with a range each cover one another. */
const MOST_RANGES = 2;

export function modelOf(
  config: StatisticsConfig,
  followed: readonly Followed[],
  nameOf: (followed: Followed) => string,
): Model {
  const shown = followed.filter(({ rows }) => rows && rows.start.length > 0);
  const known = [...new Set(shown.flatMap(({ rows }) => rows?.start ?? []))].sort((a, b) => a - b);
  const times = withGaps(known, LENGTHS[config.period]);
  const at = new Map(times.map((time, index) => [time, index]));
  const measured = shown.filter(({ metadata }) => metadata?.isMeasured).length;
  const series: Series[] = [];
  const bands: Model['bands'] = [];
  followed.forEach((each, entity) => {
    const { rows, metadata } = each;
    if (!rows || !metadata) return;
    const own = new Map<StatType, number>();
    for (const type of config.statTypes ?? defaultTypes(metadata.isMeasured, measured <= MOST_RANGES)) {
      const column = rows.columns[type];
      if (!column) continue;
      const values: Column = times.map(() => null);
      rows.start.forEach((time, index) => (values[at.get(time) ?? 0] = column[index] ?? null));
      own.set(type, series.length);
      series.push({ entity, name: nameOf(each), color: each.entity.color, type, unit: rows.unit ?? '', values });
    }
    const [upper, lower] = [own.get('max'), own.get('min')];
    if (own.has('mean') && upper !== undefined && lower !== undefined) bands.push([upper, lower]);
  });
  const onlyChanges = series.length > 0 && series.every(({ type }) => type === 'change');
  return {
    chart: config.chart ?? (onlyChanges ? 'bar' : 'line'),
    times,
    series,
    bands,
    units: [...new Set(series.map(({ unit }) => unit))],
  };
}

function defaultTypes(isMeasured: boolean, withRange: boolean): StatType[] {
  if (!isMeasured) return ['change'];
  return withRange ? ['mean', 'min', 'max'] : ['mean'];
}

/** Where periods are missing, one without values: a line would lead over them as if they had been measured. */
function withGaps(times: number[], length: number): number[] {
  return times.flatMap((time, index) =>
    (times[index + 1] ?? time) - time > 1.5 * length ? [time, time + length] : [time],
  );
}

/** The shortest distance between two periods, ms: what a bar has room for. Months differ in length. */
export function stepOf(times: number[]): number {
  let step = Infinity;
  for (let index = 1; index < times.length; index++) {
    step = Math.min(step, (times[index] ?? 0) - (times[index - 1] ?? 0));
  }
  return step === Infinity ? 3_600_000 : step;
}
