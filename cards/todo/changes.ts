import { instantOfDue } from './due.ts';
import { isKnownByName, type Status, type TodoItem } from './items.ts';

/** One write: the service call, and how the card shows it before the server has answered. */
export interface Change {
  service: string;
  data: Record<string, unknown>;
  /** All uids of the item: writes to the same item wait for each other. Empty for an addition. */
  uids?: string[];
  apply(items: TodoItem[]): TodoItem[];
  /** Whether the server's list shows it. */
  isIn(items: TodoItem[]): boolean;
}

/** The editable fields of an item. */
export type Fields = Pick<TodoItem, 'summary' | 'due' | 'description'>;

/**
 * A recurring item gets a new due date instead of being completed, and some lists keep no completed items. In both cases the server's list
 * shows the change. `item`: as the server had it.
 */
export function statusChange(item: TodoItem, status: Status): Change {
  const { uid } = item;
  return {
    service: 'update_item',
    data: { item: targetOf(item), status },
    uids: [uid],
    apply: (items) => items.map((item) => (item.uid === uid ? { ...item, status } : item)),
    isIn: (items) => {
      const now = items.find((other) => other.uid === uid);
      return !now || now.status === status || !isSameDue(now.due, item.due);
    },
  };
}

/** The text by which the server finds an item. */
function targetOf({ uid, target }: TodoItem): string {
  return target ?? uid;
}

/** The item after an edit. An item without a uid is found by its new name. */
export function edited(item: TodoItem, fields: Fields): TodoItem {
  return { ...item, ...fields, ...(isKnownByName(item) && { uid: fields.summary }) };
}

/** Undefined if nothing changes. */
export function edit(item: TodoItem, fields: Fields): Change | undefined {
  const { uid } = item;
  const { uid: nextUid } = edited(item, fields);
  const data = {
    ...(fields.summary !== item.summary && { rename: fields.summary }),
    ...(!isSameDue(fields.due, item.due) && dueData(fields.due ?? null)),
    ...((fields.description ?? '') !== (item.description ?? '') && { description: fields.description ?? null }),
  };
  if (Object.keys(data).length === 0) return undefined;
  return {
    service: 'update_item',
    data: { item: targetOf(item), ...data },
    uids: [...new Set([uid, nextUid])],
    apply: (items) => {
      // Two items of one name can be told apart once the server's list shows them.
      const isFree = nextUid === uid || items.every((other) => other.uid !== nextUid);
      return items.map((other) => {
        if (other.uid !== uid) return other;
        return isFree ? edited(other, fields) : { ...other, ...fields, isAmbiguous: true as const };
      });
    },
    isIn: (items) => items.some((other) => hasFields(other, fields) && (other.uid === nextUid || nextUid !== uid)),
  };
}

export function removal(removed: TodoItem[]): Change {
  const uids = new Set(removed.map(({ uid }) => uid));
  const without = (items: TodoItem[]): TodoItem[] => items.filter(({ uid }) => !uids.has(uid));
  return {
    service: 'remove_item',
    data: { item: removed.map(targetOf) },
    uids: [...uids],
    apply: without,
    isIn: (items) => without(items).length === items.length,
  };
}

export interface Addition extends Change {
  /** The item as the server created it, once its list shows it. */
  made(items: TodoItem[]): TodoItem | undefined;
}

const PROVISIONAL = 'cardcache-new-';
let additions = 0;

/** `before`: the server's current list. The added item is the one of that name that it does not contain yet. */
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

/** The server has not given it a uid yet, so it offers no actions. */
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

/** The same time may be written with another offset. */
export function isSameDue(a: string | null | undefined, b: string | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  return a === b || (a.includes('T') && b.includes('T') && instantOfDue(a) === instantOfDue(b));
}
