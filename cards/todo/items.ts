import { isListOf, isRecord } from '../records.ts';

/** One item of a to-do list, as `todo/item/subscribe` sends it. */
export interface TodoItem {
  /** Unique in the shown list. The server's uid if that is unique; the summary if the item has none. */
  uid: string;
  summary: string;
  status: Status;
  /** `YYYY-MM-DD`, or a time with its offset. */
  due?: string | null;
  description?: string | null;
  /** The text by which the server finds the item, if that is not `uid`. */
  target?: string;
  /** The server could not tell which item is meant, so it offers no actions. */
  isAmbiguous?: true;
  /** `uid` is the server's own, although it equals the summary. Only items with a server uid can be deleted. */
  isOwnUid?: true;
}

export type Status = 'needs_action' | 'completed';

/** The list's features, from its entity's `supported_features`. */
export const FEATURE = { add: 1, remove: 2, update: 4, move: 8, dueDate: 16, dueTime: 32, description: 64 } as const;

export type Features = Record<keyof typeof FEATURE, boolean>;

export function featuresOf(supported: unknown): Features {
  const bits = typeof supported === 'number' ? supported : 0;
  const entries = Object.entries(FEATURE).map(([name, bit]) => [name, (bits & bit) !== 0]);
  return Object.fromEntries(entries) as Features;
}

/**
 * The items of a list, each with a unique uid. Home Assistant finds an item by the first uid or summary that equals the given text; the
 * integration then changes the item with that uid. So an item cannot be addressed if another has its uid, or if it has no uid and shares
 * its summary.
 */
export function readItems(message: unknown): TodoItem[] {
  const listed = isRecord(message) && Array.isArray(message.items) ? message.items.filter(isRecord) : [];
  const items = listed
    .map(readFields)
    .filter(({ uid, fields }) => uid !== '' || Object.keys(fields).length > 2 || fields.summary !== '');
  const names = new Map<string, Naming>();
  items.forEach(({ uid, fields }, index) => {
    for (const name of new Set([uid, fields.summary])) {
      const naming = names.get(name) ?? { first: index, count: 0, uids: 0 };
      names.set(name, { ...naming, count: naming.count + 1, uids: naming.uids + (name === uid ? 1 : 0) });
    }
  });
  const taken = new Set(items.map(({ uid }) => uid));
  let strangers = 0;
  return items.map(({ uid, fields }, index) => {
    const isNamedBy = (name: string): boolean => name !== '' && names.get(name)?.first === index;
    if (uid !== '' && names.get(uid)?.uids === 1) {
      const target = [uid, fields.summary].find(isNamedBy);
      return {
        uid,
        ...fields,
        ...(target === undefined ? { isAmbiguous: true } : target !== uid && { target }),
        ...(uid === fields.summary && { isOwnUid: true }),
      };
    }
    if (uid === '' && isNamedBy(fields.summary) && names.get(fields.summary)?.count === 1) {
      return { uid: fields.summary, ...fields };
    }
    let own: string;
    do own = `${uid} ${fields.summary} ${++strangers}`;
    while (taken.has(own));
    return { uid: own, ...fields, isAmbiguous: true };
  });
}

/** The items that a text names: the first one, how many, and for how many it is the uid. */
interface Naming {
  first: number;
  count: number;
  uids: number;
}

type Read = { uid: string; fields: Omit<TodoItem, 'uid'> };

function readFields({ uid, summary, status, due, description }: Record<string, unknown>): Read {
  return {
    uid: typeof uid === 'string' ? uid : '',
    fields: {
      summary: typeof summary === 'string' ? summary : '',
      status: status === 'completed' ? 'completed' : 'needs_action',
      ...(typeof due === 'string' && due !== '' && { due }),
      ...(typeof description === 'string' && description !== '' && { description }),
    },
  };
}

/** Whether the server finds the item only by its summary, which a new name changes. */
export function isKnownByName({ uid, summary, isOwnUid, isAmbiguous }: TodoItem): boolean {
  return uid === summary && !isOwnUid && !isAmbiguous;
}

/** Home Assistant deletes and moves by uid only. */
export function isRemovable(item: TodoItem): boolean {
  return !item.isAmbiguous && !isKnownByName(item);
}

/** Checks a value from storage. */
export function isTodoItems(value: unknown): value is TodoItem[] {
  const isText = (text: unknown): boolean => typeof text === 'string';
  const isTextOrNothing = (text: unknown): boolean => text === undefined || text === null || isText(text);
  return (
    isListOf(
      value,
      (item) =>
        isRecord(item) &&
        isText(item.uid) &&
        isText(item.summary) &&
        (item.status === 'needs_action' || item.status === 'completed') &&
        [item.due, item.description, item.target].every(isTextOrNothing),
    ) && new Set((value as TodoItem[]).map(({ uid }) => uid)).size === (value as TodoItem[]).length
  );
}
