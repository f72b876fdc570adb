import { key, type EventRule, type Key } from '../../js/index.ts';
import { isRecord } from '../records.ts';
import { isDailyPlan, type Task } from './answers.ts';
import { PLAN_ENDPOINT } from './queries.ts';

/** Every type that `tasktracker/subscribe_events` accepts. */
export const EVENT_TYPES = [
  'tasktracker_task_created',
  'tasktracker_task_updated',
  'tasktracker_task_completed',
  'tasktracker_task_deleted',
  'tasktracker_completion_updated',
  'tasktracker_completion_deleted',
  'tasktracker_leftover_created',
  'tasktracker_leftover_disposed',
  'tasktracker_daily_state_set',
  'tasktracker_daily_plan',
  'tasktracker_goal_created',
  'tasktracker_goal_updated',
  'tasktracker_goal_deleted',
];

/**
 * The meaning of TaskTracker's events. A rule without `endpoints` invalidates every answer, because nearly all contain tasks or
 * completions. `me`: the signed-in user's TaskTracker name, once known.
 */
export function eventRules(me: () => string | undefined): Record<string, EventRule> {
  const ofPerson = (...endpoints: string[]): EventRule => ({
    subject: 'username',
    endpoints: [PLAN_ENDPOINT, 'recommended_tasks', ...endpoints],
  });
  return {
    tasktracker_task_completed: { assignees: (data, cached) => whoHadTheTask(data, cached, me()) },
    tasktracker_task_updated: { assignees: (data, cached) => whoHadOrHasTheTask(data, cached, me()) },
    tasktracker_leftover_created: { endpoints: [PLAN_ENDPOINT, 'leftovers', 'available_tasks', 'recommended_tasks'] },
    tasktracker_daily_state_set: ofPerson('daily_state'),
    tasktracker_daily_plan: ofPerson(),
    'tasktracker_goal_*': ofPerson('goals', 'goal_tasks'),
  };
}

/**
 * The users whom a completion concerns. `assigned_users` is nearly always empty, because the server looks it up after the task has left the
 * plans. Plans that were cached or shown before the event know who had the task. If none contains it, the completion concerns its actor
 * alone. If my own plan is not cached, the answer is unknown (undefined), which counts as concerned.
 */
function whoHadTheTask(data: unknown, cached: Iterable<[Key, unknown]>, me: string | undefined): string[] | undefined {
  const plans = [...cached];
  const holders = holdersOf(data, plans, me);
  if (holders.length > 0) return holders;
  const isKnown = plans.some(([planKey, value]) => isDailyPlan(value) && (me === undefined || isPlanOf(planKey, me)));
  return isKnown && isRecord(data) && typeof data.username === 'string' ? [data.username] : undefined;
}

/** An update may reassign the task, so it concerns the old and the new users. */
function whoHadOrHasTheTask(
  data: unknown,
  cached: Iterable<[Key, unknown]>,
  me: string | undefined,
): string[] | undefined {
  const updated = isRecord(data) && isRecord(data.update_data) ? data.update_data.task : undefined;
  if (!isRecord(updated) || !Array.isArray(updated.assigned_users)) return undefined;
  const now = updated.assigned_users.filter((name) => typeof name === 'string');
  return [...now, ...holdersOf(data, [...cached], me)];
}

function holdersOf(data: unknown, cached: [Key, unknown][], me: string | undefined): string[] {
  const isMeant = matcherOf(data);
  const holders = new Set<string>();
  for (const [planKey, value] of cached) {
    if (!planKey.startsWith(`${PLAN_ENDPOINT}:`) || !isDailyPlan(value)) continue;
    for (const task of [...value.tasks, ...value.self_care].filter(isMeant)) {
      for (const name of task.assigned_users ?? []) holders.add(name);
      if (me !== undefined && isPlanOf(planKey, me)) holders.add(me);
    }
  }
  return [...holders];
}

/** Events name a task by its id (a number or a text, without the type) or, after a completion by voice, by its name. */
function matcherOf(data: unknown): (task: Task) => boolean {
  const { task_id: id, task_name: name } = isRecord(data) ? data : {};
  if (typeof id === 'number' || typeof id === 'string') return (task) => String(task.id) === String(id);
  if (typeof name === 'string') return (task) => task.name.toLowerCase() === name.toLowerCase();
  return () => false;
}

function isPlanOf(planKey: Key, user: string): boolean {
  const own = key(PLAN_ENDPOINT, user);
  return planKey === own || planKey.startsWith(`${own}:`);
}
