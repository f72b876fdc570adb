import type { ChartType, StatisticsConfig } from './config.ts';
import { LENGTHS } from './periods.ts';
import type { Followed } from './statisticsFeed.ts';
import type { Column, StatType } from './statistics.ts';

/** One line, or one bar in every group of bars. */
export interface Series {
  /** The index of the card's statistic; determines the colour. */
  entity: number;
  name: string;
  color: string | undefined;
  type: StatType;
  unit: string;
  values: Column;
}

/** The data for the chart and the table, on one time axis. */
export interface Model {
  chart: ChartType;
  /** The start of each period, in ms. */
  times: number[];
  series: Series[];
  /** Pairs of series with a filled area between them: upper, lower. */
  bands: [number, number][];
  units: string[];
}

/** With more than two measured statistics the ranges would cover each other. */
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

/** Inserts a period without values into each gap; otherwise a line would cross it as if it had been measured. */
function withGaps(times: number[], length: number): number[] {
  return times.flatMap((time, index) =>
    (times[index + 1] ?? time) - time > 1.5 * length ? [time, time + length] : [time],
  );
}

/** The shortest distance between two periods, in ms: the room for a bar. Months differ in length. */
export function stepOf(times: number[]): number {
  let step = Infinity;
  for (let index = 1; index < times.length; index++) {
    step = Math.min(step, (times[index] ?? 0) - (times[index - 1] ?? 0));
  }
  return step === Infinity ? 3_600_000 : step;
}
