import type { TodoConfig } from './config.ts';
import type { TodoItem } from './items.ts';

/** Items as the configuration wants them; what is equal, or has no due date, keeps the list's own order, at the end. */
export function inOrder(items: TodoItem[], order: TodoConfig['order'], language: string): TodoItem[] {
  if (order === 'due') return [...items].sort((a, b) => dueTime(a) - dueTime(b) || 0);
  if (order === 'name') return [...items].sort((a, b) => a.summary.localeCompare(b.summary, language));
  return items;
}

function dueTime({ due }: TodoItem): number {
  const time = due ? Date.parse(due) : NaN;
  return Number.isNaN(time) ? Number.MAX_VALUE : time;
}
