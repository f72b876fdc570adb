import type { PlanFilter } from '../tasktracker/queries.ts';
import { isRecord } from '../tasktracker/answers.ts';
import { textsOf } from './texts.ts';

export interface DailyPlanConfig {
  type: string;
  /** Whose plan, by TaskTracker's username; default: the signed-in user's. */
  user?: string;
  title?: string;
  /** Only what TaskTracker recommends for the day. */
  select_recommended?: boolean;
  /** Whether the weather is fit for outdoor tasks; left out, TaskTracker decides. */
  fair_weather?: boolean;
  show_encouragement?: boolean;
  show_self_care?: boolean;
}

/** Throws with a text that Home Assistant shows in the card's place. Fields that Home Assistant adds of its own pass. */
export function readConfig(value: unknown): DailyPlanConfig {
  if (!isRecord(value)) throw new Error('The card needs a configuration with at least a type.');
  const text = (name: string): string | undefined => {
    const given = value[name];
    if (given === undefined || given === null || given === '') return undefined;
    if (typeof given !== 'string') throw new Error(`"${name}" must be a text, not ${JSON.stringify(given)}.`);
    return given;
  };
  const flag = (name: string): boolean | undefined => {
    const given = value[name];
    if (given === undefined || given === null) return undefined;
    if (typeof given !== 'boolean') throw new Error(`"${name}" must be true or false, not ${JSON.stringify(given)}.`);
    return given;
  };
  return {
    type: text('type') ?? '',
    user: text('user'),
    title: text('title'),
    select_recommended: flag('select_recommended'),
    fair_weather: flag('fair_weather'),
    show_encouragement: flag('show_encouragement') ?? true,
    show_self_care: flag('show_self_care') ?? true,
  };
}

export function planFilters(config: DailyPlanConfig): PlanFilter[] {
  const filters: PlanFilter[] = [];
  if (config.select_recommended) filters.push('recommended');
  if (config.fair_weather !== undefined) filters.push(config.fair_weather ? 'fair' : 'foul');
  return filters;
}

/** Home Assistant's visual editor. `fair_weather` has a third state, "not given", which no switch can show: it is set in YAML. */
export function configForm(): object {
  const { form } = textsOf(document.documentElement.lang);
  return {
    schema: [
      { name: 'user', selector: { text: {} } },
      { name: 'title', selector: { text: {} } },
      { name: 'select_recommended', default: false, selector: { boolean: {} } },
      { name: 'show_encouragement', default: true, selector: { boolean: {} } },
      { name: 'show_self_care', default: true, selector: { boolean: {} } },
    ],
    computeLabel: ({ name }: { name: string }) => form.labels[name] ?? name,
    computeHelper: ({ name }: { name: string }) => form.helpers[name],
    assertConfig: readConfig,
  };
}
