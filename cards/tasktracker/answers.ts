import type { LogicalDay } from '../logicalDay.ts';
import { isListOf, isRecord } from '../records.ts';

/** The parts of TaskTracker's answers that the cards read; the names are the server's. */
export interface DailyPlan {
  tasks: Task[];
  self_care: Task[];
  using_defaults?: boolean;
  /** Not part of the server's `data`, but beside it in the answer. It is kept here because it determines the plan's end. */
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

/** The times of day for a self-care task: `HH:MM` in the plan's time zone. */
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

/** An id that is unique among all tasks. */
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
