import type { Status, TodoItem } from './items.ts';

/** One write, as the server is asked for it and as the card shows it before the server has answered. */
export interface Change {
  service: string;
  data: Record<string, unknown>;
  /** The item it is about: writes to the same one wait for each other. None for an addition. */
  uid?: string;
  apply(items: TodoItem[]): TodoItem[];
  /** Whether the server's list shows it. */
  isIn(items: TodoItem[]): boolean;
}

/** The fields of an item that a person writes. */
export type Fields = Pick<TodoItem, 'summary' | 'due' | 'description'>;

export function statusChange({ uid }: TodoItem, status: Status): Change {
  return {
    service: 'update_item',
    data: { item: uid, status },
    uid,
    apply: (items) => items.map((item) => (item.uid === uid ? { ...item, status } : item)),
    isIn: (items) => items.some((item) => item.uid === uid && item.status === status),
  };
}

/** Undefined where nothing is to be changed. */
export function edit(item: TodoItem, fields: Fields): Change | undefined {
  const { uid } = item;
  const data = {
    ...(fields.summary !== item.summary && { rename: fields.summary }),
    ...(!isSameDue(fields.due, item.due) && dueData(fields.due ?? null)),
    ...((fields.description ?? '') !== (item.description ?? '') && { description: fields.description ?? null }),
  };
  if (Object.keys(data).length === 0) return undefined;
  return {
    service: 'update_item',
    data: { item: uid, ...data },
    uid,
    apply: (items) => items.map((other) => (other.uid === uid ? { ...other, ...fields } : other)),
    isIn: (items) => items.some((other) => other.uid === uid && hasFields(other, fields)),
  };
}

export function removal(removed: TodoItem[]): Change {
  const uids = new Set(removed.map(({ uid }) => uid));
  const without = (items: TodoItem[]): TodoItem[] => items.filter(({ uid }) => !uids.has(uid));
  return {
    service: 'remove_item',
    data: { item: [...uids] },
    ...(removed.length === 1 && removed[0] && { uid: removed[0].uid }),
    apply: without,
    isIn: (items) => without(items).length === items.length,
  };
}

export interface Addition extends Change {
  /** The item as the server made it, once its list shows it. */
  made(items: TodoItem[]): TodoItem | undefined;
}

const PROVISIONAL = 'cardcache-new-';
let additions = 0;

/** `before`: the server's list as it is now; what it does not hold yet and is called the same is what was added. */
export function addition(fields: Fields, before: TodoItem[]): Addition {
  const { summary, due, description } = fields;
  const known = new Set(before.map(({ uid }) => uid));
  const provisional: TodoItem = { ...fields, uid: PROVISIONAL + String(++additions), status: 'needs_action' };
  const made = (items: TodoItem[]): TodoItem | undefined =>
    items.find((item) => !known.has(item.uid) && item.summary === summary);
  return {
    service: 'add_item',
    data: { item: summary, ...(due && dueData(due)), ...(description && { description }) },
    apply: (items) => [...items, provisional],
    isIn: (items) => made(items) !== undefined,
    made,
  };
}

/** The server has not named it yet, so nothing can be done with it. */
export function isProvisional({ uid }: TodoItem): boolean {
  return uid.startsWith(PROVISIONAL);
}

function dueData(due: string | null): Record<string, string | null> {
  return due === null || !due.includes('T') ? { due_date: due } : { due_datetime: due };
}

function hasFields(item: TodoItem, fields: Fields): boolean {
  return (
    item.summary === fields.summary &&
    isSameDue(item.due, fields.due) &&
    (item.description ?? '') === (fields.description ?? '')
  );
}

/** The same moment may be written with another offset. */
function isSameDue(a: string | null | undefined, b: string | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  return a === b || (a.includes('T') && b.includes('T') && Date.parse(a) === Date.parse(b));
}
