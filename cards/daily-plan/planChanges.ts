import { taskId, type DailyPlan, type Task } from '../tasktracker/answers.ts';

/** The tasks that appeared on a plan and that left it, for screen readers. */
export function changesBetween(
  before: DailyPlan,
  after: DailyPlan,
  isOwnDoing: (task: Task) => boolean,
): { added: Task[]; removed: Task[] } {
  const [old, current] = [tasksById(before), tasksById(after)];
  const missingIn = (tasks: Map<string, Task>, others: Map<string, Task>): Task[] =>
    [...tasks].filter(([id, task]) => !others.has(id) && !isOwnDoing(task)).map(([, task]) => task);
  return { added: missingIn(current, old), removed: missingIn(old, current) };
}

function tasksById(plan: DailyPlan): Map<string, Task> {
  return new Map([...plan.self_care, ...plan.tasks].map((task) => [taskId(task), task]));
}
