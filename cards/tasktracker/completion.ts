import type { CardCache, Key } from '../../js/index.ts';
import type { CardHass } from '../hass.ts';
import { isRecord } from '../records.ts';
import { isDailyPlan, taskId, type DailyPlan, type Task } from './answers.ts';
import { PLAN_ENDPOINT } from './queries.ts';
import { callTaskTracker } from './service.ts';

/**
 * Completes a task for a user. Every cached plan that contains it shows so at once, and is rolled back if the server refuses. Returns the
 * completion's id, with which it can be undone, if the server tells it.
 */
export async function completeTask(
  hass: CardHass,
  cache: CardCache,
  task: Task,
  username: string,
): Promise<number | string | undefined> {
  const { data } = await cache.mutate(
    () =>
      callTaskTracker(hass, 'complete_task', {
        task_id: Number(task.id),
        task_type: task.task_type,
        completed_by: username,
      }),
    { optimistic: plansAfter(cache, task) },
  );
  const completion = isRecord(data) && isRecord(data.completion) ? data.completion.id : undefined;
  return typeof completion === 'number' || typeof completion === 'string' ? completion : undefined;
}

export async function undoCompletion(hass: CardHass, cache: CardCache, completion: number | string): Promise<void> {
  await cache.mutate(() => callTaskTracker(hass, 'delete_completion', { completion_id: Number(completion) }));
}

function plansAfter(cache: CardCache, task: Task): [Key, DailyPlan][] {
  const plans: [Key, DailyPlan][] = [];
  for (const key of cache.keys({ endpoint: PLAN_ENDPOINT })) {
    const plan = cache.peek(key);
    if (isDailyPlan(plan) && holds(plan, task)) plans.push([key, withCompleted(plan, task)]);
  }
  return plans;
}

function holds(plan: DailyPlan, task: Task): boolean {
  return [...plan.tasks, ...plan.self_care].some((other) => taskId(other) === taskId(task));
}

/** The plan after the task is done: without it or, if it is due several times a day, with one occurrence less. */
export function withCompleted(plan: DailyPlan, task: Task): DailyPlan {
  const after = (list: Task[]) =>
    list.flatMap((other) => (taskId(other) === taskId(task) ? completedOnce(other) : [other]));
  return { ...plan, tasks: after(plan.tasks), self_care: after(plan.self_care) };
}

function completedOnce(task: Task): Task[] {
  const left = (task.outstanding_occurrences ?? 1) - 1;
  if (left <= 0) return [];
  const ticked = task.windows?.findIndex((window) => !window.completed);
  const windows = task.windows?.map((window, index) => (index === ticked ? { ...window, completed: true } : window));
  return [{ ...task, outstanding_occurrences: left, ...(windows && { windows }) }];
}
