import { wallClock } from '../wallClock.ts';
import type { TodoConfig } from './config.ts';
import { instantOfDue } from './due.ts';
import type { TodoItem } from './items.ts';

/** Items as the configuration wants them; what is equal, or has no due date, keeps the list's own order, at the end. */
export function inOrder(items: TodoItem[], order: TodoConfig['order'], language: string, zone: string): TodoItem[] {
  if (order === 'due') return [...items].sort((a, b) => dueTime(a, zone) - dueTime(b, zone));
  if (order === 'name') return [...items].sort((a, b) => a.summary.localeCompare(b.summary, language));
  return items;
}

/** On the clocks of the person who looks: a day without a time is that person's, not the one in Greenwich. */
function dueTime({ due }: TodoItem, zone: string): number {
  const time = due ? instantOfDue(due) : undefined;
  if (time === undefined) return Number.MAX_VALUE;
  return due?.includes('T') ? (wallClock(time, zone) ?? time) : time;
}
