import { wallClock } from '../wallClock.ts';
import type { TodoConfig } from './config.ts';
import { instantOfDue } from './due.ts';
import type { TodoItem } from './items.ts';

/** Sorts items as configured. Equal ones keep the list's order; those without a due date come last. */
export function inOrder(items: TodoItem[], order: TodoConfig['order'], language: string, zone: string): TodoItem[] {
  if (order === 'due') return [...items].sort((a, b) => dueTime(a, zone) - dueTime(b, zone));
  if (order === 'name') return [...items].sort((a, b) => a.summary.localeCompare(b.summary, language));
  return items;
}

/** In the viewer's time zone: a day without a time is the viewer's day, not UTC's. */
function dueTime({ due }: TodoItem, zone: string): number {
  const time = due ? instantOfDue(due) : undefined;
  if (time === undefined) return Number.MAX_VALUE;
  return due?.includes('T') ? (wallClock(time, zone) ?? time) : time;
}
