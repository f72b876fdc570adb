import { addition, statusChange } from './changes.ts';
import { isRemovable, type TodoItem } from './items.ts';
import type { TodoList } from './todoList.ts';

/**
 * Brings a deleted item back. To the server it is another one: added, ticked again where it was, and put back into its place
 * where the list can do that. `previous` is null where nobody can tell behind which it stood. Gives its new uid.
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
