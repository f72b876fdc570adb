import { ConfigFields } from '../configFields.ts';
import { isRecord } from '../records.ts';
import { isColor } from './look.ts';
import { PERIODS, type Period } from './periods.ts';
import { STAT_TYPES, type StatType } from './statistics.ts';
import { textsOf } from './texts.ts';

export interface StatisticsConfig {
  title: string | undefined;
  entities: EntityConfig[];
  period: Period;
  days: number;
  /** Default: the mean with the range from min to max for measured values, the change for counters. */
  statTypes: StatType[] | undefined;
  /** Default: bars for changes, lines for everything else. */
  chart: ChartType | undefined;
}

export interface EntityConfig {
  id: string;
  name: string | undefined;
  color: string | undefined;
  unit: string | undefined;
}

export const CHART_TYPES = ['line', 'bar'] as const;
export type ChartType = (typeof CHART_TYPES)[number];

const DAYS: Record<Period, number> = { '5minute': 1, hour: 7, day: 30, week: 90, month: 365 };
const ROWS_A_DAY: Record<Period, number> = { '5minute': 288, hour: 24, day: 1, week: 1 / 7, month: 1 / 30 };
/** More points than a wide screen has pixels, and about as much storage as one card should take. */
const MOST_ROWS = 5_000;
const MOST_ENTITIES = 12;

/** Throws an error whose message Home Assistant shows in the card's place. */
export function readConfig(value: unknown): StatisticsConfig {
  const fields = new ConfigFields(value);
  const period = fields.choice('period', PERIODS) ?? 'hour';
  return {
    title: fields.text('title'),
    entities: readEntities(fields.given('entities')),
    period,
    days: readDays(fields.given('days_to_show'), period),
    statTypes: readStatTypes(fields.given('stat_types')),
    chart: fields.choice('chart_type', CHART_TYPES),
  };
}

function readEntities(given: unknown): EntityConfig[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw new Error('"entities" must name at least one statistic, such as sensor.outdoor_temperature.');
  }
  if (given.length > MOST_ENTITIES) throw new Error(`"entities" may name ${MOST_ENTITIES} statistics at most.`);
  const entities = given.map(readEntity);
  const twice = entities.find(({ id }, index) => entities.findIndex((other) => other.id === id) !== index);
  if (twice) throw new Error(`"entities" names ${twice.id} twice.`);
  return entities;
}

function readEntity(given: unknown): EntityConfig {
  const fields = new ConfigFields(isRecord(given) ? given : { entity: given });
  const id = fields.text('entity');
  // The id of an entity, or `source:name` for imported statistics.
  if (id === undefined || !/^[\w]+[.:][\w.:-]+$/.test(id)) {
    throw new Error(
      `"entities" must name statistics, such as sensor.outdoor_temperature, not ${JSON.stringify(given)}.`,
    );
  }
  const color = fields.text('color');
  if (color !== undefined && !isColor(color)) {
    throw new Error(`"color" must be a colour, such as #2f9e8f or teal, not ${JSON.stringify(color)}.`);
  }
  return { id, name: fields.text('name'), color, unit: fields.text('unit') };
}

function readDays(given: unknown, period: Period): number {
  if (given === undefined) return DAYS[period];
  const most = Math.floor(MOST_ROWS / ROWS_A_DAY[period]);
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 1 || given > most) {
    throw new Error(
      `"days_to_show" must be a whole number from 1 to ${most} with this period, not ${JSON.stringify(given)}.`,
    );
  }
  return given;
}

function readStatTypes(given: unknown): StatType[] | undefined {
  if (given === undefined || (Array.isArray(given) && given.length === 0)) return undefined;
  const wanted: unknown[] = Array.isArray(given) ? given : [given];
  for (const type of wanted) {
    if (STAT_TYPES.some((each) => each === type)) continue;
    throw new Error(`"stat_types" must name some of ${STAT_TYPES.join(', ')}, not ${JSON.stringify(type)}.`);
  }
  return STAT_TYPES.filter((type) => wanted.includes(type));
}

/** Home Assistant's visual editor. */
export function configForm(): object {
  const { form } = textsOf(document.documentElement.lang);
  const select = (options: readonly string[], multiple = false): object => ({
    select: {
      multiple,
      mode: multiple ? 'list' : 'dropdown',
      options: options.map((value) => ({ value, label: form.options[value] ?? value })),
    },
  });
  return {
    schema: [
      { name: 'entities', required: true, selector: { statistic: { multiple: true } } },
      { name: 'title', selector: { text: {} } },
      { name: 'period', default: 'hour', selector: select(PERIODS) },
      { name: 'days_to_show', selector: { number: { min: 1, mode: 'box' } } },
      { name: 'stat_types', selector: select(STAT_TYPES, true) },
      { name: 'chart_type', selector: select(CHART_TYPES) },
    ],
    computeLabel: ({ name }: { name: string }) => form.labels[name] ?? name,
    computeHelper: ({ name }: { name: string }) => form.helpers[name],
    // The preview card checks the form's values. If this throws, Home Assistant replaces the form by the YAML editor.
    assertConfig: (value: unknown) => {
      const fields = new ConfigFields(value);
      const entities = fields.given('entities') ?? [];
      // The form would lose these names, colours and units.
      if (!Array.isArray(entities) || entities.some((entity) => typeof entity !== 'string')) {
        throw new Error('Names, colours and units of statistics are edited in YAML.');
      }
      fields.number('days_to_show');
      readConfig({ ...(value as object), entities: ['sensor.chosen'], days_to_show: undefined });
    },
  };
}
