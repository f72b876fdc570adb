import { addition, statusChange } from './changes.ts';
import { isRemovable, type TodoItem } from './items.ts';
import type { TodoList } from './todoList.ts';

/**
 * Restores a deleted item. For the server it is a new one: it is added, ticked again if it was, and moved to its old place if the list
 * supports that. `previous`: the uid before it; null if unknown. Returns the new uid.
 */
export async function restore(
  list: TodoList,
  item: TodoItem,
  previous: string | null | undefined,
): Promise<string | undefined> {
  const added = addition(item, list.confirmed);
  await list.write(added);
  await list.settled(added);
  const made = added.made(list.confirmed);
  if (!made || made.isAmbiguous) return undefined;
  if (item.status === 'completed') await list.write(statusChange(made, 'completed'));
  if (list.features.move && previous !== null && isRemovable(made)) await list.move(made.uid, previous);
  return made.uid;
}
