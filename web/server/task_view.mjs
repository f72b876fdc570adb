import { daysBetween, noon } from './logical_day.mjs';

/** Further fields of the real answers, which no card reads. */
const UNREAD = {
  energy_cost: 2,
  focus_cost: 2,
  pain_cost: 1,
  motivation_boost: 0,
  satisfaction: 3,
  impact: 3,
  suitable_after_hours: 'yes',
  allowed_days: [0, 1, 2, 3, 4, 5, 6],
  is_active: true,
};

/** The urgency of a task, from 0 to 1: overdue and important tasks come first. */
function recommendation(priority, daysOverdue) {
  const score = 0.95 - 0.15 * (priority - 1) + 0.05 * Math.min(daysOverdue, 3);
  return Math.round(Math.min(score, 1) * 100) / 100;
}

function selfCareFields(task, today) {
  const done = task.doneOn === today ? task.done : [];
  const outstanding = Math.max(0, task.required_occurrences - done.length);
  return {
    level: task.level,
    required_occurrences: task.required_occurrences,
    outstanding_occurrences: outstanding,
    windows: task.windows.map((window, index) => ({ ...window, completed: done.includes(index) })),
    completed: outstanding === 0,
    next_due: `${today}T23:59:00Z`,
    recommendation_score: recommendation(task.priority, 0),
    is_overdue: false,
    days_overdue: 0,
    overdue_severity: 0,
  };
}

function dueFields(task, today) {
  const daysOverdue = Math.max(0, daysBetween(task.due, today));
  const due = noon(task.due);
  return {
    due_date: due,
    ...(task.frequency_value && {
      next_due: due,
      frequency_value: task.frequency_value,
      frequency_unit: task.frequency_unit,
    }),
    completed: false,
    recommendation_score: task.score ?? recommendation(task.priority, daysOverdue),
    is_overdue: daysOverdue > 0,
    days_overdue: daysOverdue,
    overdue_severity: Math.min(3, daysOverdue),
  };
}

/** The fields that identify a task. */
export const thinView = ({ id, name, task_type, assigned_users }) => ({ id, name, task_type, assigned_users });

/** A task as TaskTracker's answers show it on the logical day `today`. */
export function taskView(task, today) {
  return {
    ...UNREAD,
    id: task.id,
    task_type: task.task_type,
    name: task.name,
    assigned_users: [...task.assigned_users],
    duration_minutes: task.duration_minutes,
    priority: task.priority,
    notes: task.notes,
    tags: [...task.tags],
    task_nudges: [...task.task_nudges],
    last_completed: task.last_completed,
    last_completion_notes: task.last_completion_notes,
    requires_fair_weather: task.requires_fair_weather,
    ...(task.task_type === 'SelfCareTask' ? selfCareFields(task, today) : dueFields(task, today)),
  };
}
