import { defineQuery, type Policy, type Query } from '../../js/index.ts';
import type { CardHass } from '../hass.ts';
import { logicalDayEnd } from '../logicalDay.ts';
import { isDailyPlan, isPeople, type DailyPlan, type People } from './answers.ts';
import { callTaskTracker, isWorthRetrying, TaskTrackerError } from './service.ts';

/** The server's filters for a plan. They change the plan, so they are part of the key. */
export type PlanFilter = 'recommended' | 'fair' | 'foul';

export const PLAN_ENDPOINT = 'daily_plan';
export const PEOPLE_ENDPOINT = 'available_users';

const HOUR = 3_600_000;
const retry = { attempts: 3, when: isWorthRetrying };

export const planPolicy: Policy<DailyPlan> = {
  version: '1',
  check: isDailyPlan,
  expiresAt: (plan) => plan.user_context && logicalDayEnd(plan.user_context),
  staleIfError: 48 * HOUR,
  retry,
};

/** No event announces a change, and the same users stay for months. */
export const peoplePolicy: Policy<People> = {
  version: '1',
  check: isPeople,
  onEvent: 'keep',
  staleIfError: 30 * 24 * HOUR,
  retry,
};

/** The queries to TaskTracker. They use the newest `hass` at the time of the request. */
export interface TaskTrackerQueries {
  dailyPlan(user: string, filters: PlanFilter[]): Query<DailyPlan>;
  people(): Query<People>;
}

export function taskTrackerQueries(hass: () => CardHass): TaskTrackerQueries {
  const dailyPlan = defineQuery<DailyPlan, string[]>(PLAN_ENDPOINT, async (_context, username, ...filters) => {
    const answer = await callTaskTracker(hass(), 'get_daily_plan', { username, ...filterArguments(filters) });
    if (!isDailyPlan(answer.data))
      throw new TaskTrackerError(
        'TaskTracker’s get_daily_plan returned no plan. Is this version of TaskTracker supported?',
      );
    return { ...answer.data, user_context: answer.user_context };
  });
  const people = defineQuery<People>(PEOPLE_ENDPOINT, async () => {
    const { data } = await callTaskTracker(hass(), 'get_available_users');
    if (!isPeople(data))
      throw new TaskTrackerError(
        'TaskTracker’s get_available_users returned no users. Is this version of TaskTracker supported?',
      );
    return data;
  });
  return { dailyPlan: (user, filters) => dailyPlan(user, ...filters), people: () => people() };
}

function filterArguments(filters: string[]): Record<string, boolean> {
  return {
    ...(filters.includes('recommended') && { select_recommended: true }),
    ...(filters.includes('fair') && { fair_weather: true }),
    ...(filters.includes('foul') && { fair_weather: false }),
  };
}
