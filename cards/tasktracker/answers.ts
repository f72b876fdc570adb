import type { LogicalDay } from '../logicalDay.ts';
import { isListOf, isRecord } from '../records.ts';

/** What TaskTracker's services answer, as far as the cards read it; names are the server's. */
export interface DailyPlan {
  tasks: Task[];
  self_care: Task[];
  using_defaults?: boolean;
  /** Not among the server's data: it stands beside them in the answer, and is kept here because it tells the plan's end. */
  user_context?: LogicalDay;
}

export interface Task {
  /** Unique among tasks of the same type only. */
  id: number | string;
  task_type: string;
  name: string;
  assigned_users?: string[];
  duration_minutes?: number | null;
  priority?: number | null;
  notes?: string | null;
  completed?: boolean;
  is_overdue?: boolean;
  days_overdue?: number | null;
  overdue_severity?: number | null;
  last_completion_notes?: string | null;
  windows?: CareWindow[];
  required_occurrences?: number | null;
  outstanding_occurrences?: number | null;
}

/** When a self-care task is meant to be done; times `HH:MM` on the clocks of the plan's zone. */
export interface CareWindow {
  label: string;
  start: string;
  end: string;
  completed: boolean;
}

export interface People {
  enhanced_users: Person[];
}

export interface Person {
  username: string;
  display_name?: string | null;
  ha_user_id?: string | null;
}

/** The task's name among all tasks. */
export function taskId(task: Task): string {
  return `${task.task_type}:${task.id}`;
}

export function isDailyPlan(value: unknown): value is DailyPlan {
  return isRecord(value) && isListOf(value.tasks, isTask) && isListOf(value.self_care, isTask);
}

export function isPeople(value: unknown): value is People {
  return (
    isRecord(value) && isListOf(value.enhanced_users, (user) => isRecord(user) && typeof user.username === 'string')
  );
}

function isTask(value: unknown): boolean {
  return (
    isRecord(value) &&
    (typeof value.id === 'number' || typeof value.id === 'string') &&
    typeof value.task_type === 'string' &&
    typeof value.name === 'string'
  );
}
