import { ConfigFields } from '../configFields.ts';
import type { PlanFilter } from '../tasktracker/queries.ts';
import { textsOf } from './texts.ts';

export interface DailyPlanConfig {
  type: string;
  /** The TaskTracker username whose plan is shown; default: the signed-in user's. */
  user?: string;
  title?: string;
  /** True: only tasks that TaskTracker recommends for the day. */
  select_recommended?: boolean;
  /** Whether the weather suits outdoor tasks. Without it TaskTracker decides. */
  fair_weather?: boolean;
  show_encouragement?: boolean;
  show_self_care?: boolean;
}

export function readConfig(value: unknown): DailyPlanConfig {
  const fields = new ConfigFields(value);
  return {
    type: fields.text('type') ?? '',
    user: fields.text('user'),
    title: fields.text('title'),
    select_recommended: fields.flag('select_recommended'),
    fair_weather: fields.flag('fair_weather'),
    show_encouragement: fields.flag('show_encouragement') ?? true,
    show_self_care: fields.flag('show_self_care') ?? true,
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
