import { isListOf, isRecord } from '../records.ts';

/** One entry of a to-do list, as `todo/item/subscribe` gives it. */
export interface TodoItem {
  /** Unique in its list. */
  uid: string;
  summary: string;
  status: Status;
  /** `YYYY-MM-DD`, or a moment with its offset. */
  due?: string | null;
  description?: string | null;
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

/** Lists of integrations that give their items no uid are still shown: Home Assistant finds an item by its summary too. */
export function readItems(message: unknown): TodoItem[] {
  const items = isRecord(message) && Array.isArray(message.items) ? message.items.filter(isRecord) : [];
  return items.map((item) => {
    const summary = typeof item.summary === 'string' ? item.summary : '';
    return {
      uid: typeof item.uid === 'string' ? item.uid : summary,
      summary,
      status: item.status === 'completed' ? 'completed' : 'needs_action',
      ...(typeof item.due === 'string' && { due: item.due }),
      ...(typeof item.description === 'string' && { description: item.description }),
    };
  });
}

export function isTodoItems(value: unknown): value is TodoItem[] {
  return isListOf(
    value,
    (item) =>
      isRecord(item) &&
      typeof item.uid === 'string' &&
      typeof item.summary === 'string' &&
      (item.status === 'needs_action' || item.status === 'completed'),
  );
}
