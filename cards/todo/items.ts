import { isListOf, isRecord } from '../records.ts';

/** One entry of a to-do list, as `todo/item/subscribe` gives it. */
export interface TodoItem {
  /** Unique in what is shown. The server's own where that is unique; the summary of an item that has none. */
  uid: string;
  summary: string;
  status: Status;
  /** `YYYY-MM-DD`, or a moment with its offset. */
  due?: string | null;
  description?: string | null;
  /** What the server finds the item by, where that is not `uid`. */
  target?: string;
  /** The server could not tell which item is meant: nothing is offered. */
  isAmbiguous?: true;
  /** The server's own uid, although it is the summary as well: only an item with one can be deleted. */
  isOwnUid?: true;
}

export type Status = 'needs_action' | 'completed';

/** What a list lets one do, as its entity says in `supported_features`. */
export const FEATURE = { add: 1, remove: 2, update: 4, move: 8, dueDate: 16, dueTime: 32, description: 64 } as const;

export type Features = Record<keyof typeof FEATURE, boolean>;

export function featuresOf(supported: unknown): Features {
  const bits = typeof supported === 'number' ? supported : 0;
  const entries = Object.entries(FEATURE).map(([name, bit]) => [name, (bits & bit) !== 0]);
  return Object.fromEntries(entries) as Features;
}

/**
 * The items of a list, each with a uid of its own. Home Assistant finds an item by going through its list for the first whose
 * uid or summary is the text it is given, and an integration then changes the one with that uid. So an item whose uid another
 * has too, or that has none and shares its summary, could not be named to the server.
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

/** Which items a text names: the first, how many, and of how many it is the uid. */
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

/** Whether the server knows the item by its summary alone, which a new name changes. */
export function isKnownByName({ uid, summary, isOwnUid, isAmbiguous }: TodoItem): boolean {
  return uid === summary && !isOwnUid && !isAmbiguous;
}

/** Home Assistant deletes, and moves, by uid alone. */
export function isRemovable(item: TodoItem): boolean {
  return !item.isAmbiguous && !isKnownByName(item);
}

/** Of what lies in storage, whatever wrote it. */
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
