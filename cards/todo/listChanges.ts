import type { TodoItem } from './items.ts';

export interface ListChanges {
  added: TodoItem[];
  removed: TodoItem[];
  ticked: TodoItem[];
}

/** The items that appeared, left or were completed, for screen readers. */
export function changesBetween(before: TodoItem[], after: TodoItem[]): ListChanges {
  const old = new Map(before.map((item) => [item.uid, item]));
  const uids = new Set(after.map(({ uid }) => uid));
  return {
    added: after.filter(({ uid }) => !old.has(uid)),
    removed: before.filter(({ uid }) => !uids.has(uid)),
    ticked: after.filter(({ uid, status }) => status === 'completed' && old.get(uid)?.status === 'needs_action'),
  };
}
