import type { Language } from '../language.ts';
import type { Notice, Notices } from '../notices.ts';
import { addition, edit, edited, isSameDue, removal, statusChange, type Change, type Fields } from './changes.ts';
import { isRemovable, type TodoItem } from './items.ts';
import { restore } from './restore.ts';
import type { Texts } from './texts.ts';
import type { TodoList } from './todoList.ts';
import { nameOf } from './view.ts';

/** The parts of the card that the actions use. */
export interface ActionsHost {
  readonly list: TodoList | undefined;
  readonly texts: Texts;
  readonly language: Language;
  readonly notices: Notices;
  describe(error: unknown): string;
  /** Moves the focus to an item's checkbox after the next render. */
  focusItem(uid: string): void;
}

/** The user's actions on the list: each is written, reported, and can be undone. A failure is reported and returns false. */
export class Actions {
  readonly #host: ActionsHost;
  #running = 0;

  constructor(host: ActionsHost) {
    this.#host = host;
  }

  /** While an action runs, changes are not announced as somebody else's. */
  get areRunning(): boolean {
    return this.#running > 0;
  }

  async toggle(item: TodoItem): Promise<void> {
    const { list, texts } = this.#host;
    if (!this.#isClear(item)) return;
    const isDone = item.status === 'completed';
    const status = isDone ? 'needs_action' : 'completed';
    const name = nameOf(item, texts);
    const confirmed = list?.confirmed.find(({ uid }) => uid === item.uid) ?? item;
    await this.#write(statusChange({ ...item, due: confirmed.due }, status), name, {
      text: isDone ? texts.unticked(name) : texts.ticked(name),
      tone: 'done',
      undo: () => {
        this.#host.focusItem(item.uid);
        void this.#untoggle(item, status);
      },
    });
  }

  /** A recurring item was not completed but got a new due date: it gets its old one back. */
  async #untoggle(item: TodoItem, status: TodoItem['status']): Promise<void> {
    const now = this.#host.list?.items?.find(({ uid }) => uid === item.uid);
    const hasMovedOn = now && now.status === item.status && !isSameDue(now.due, item.due);
    if (hasMovedOn) await this.edit(now, { ...now, due: item.due ?? null });
    else await this.toggle({ ...item, status });
  }

  /** The list may meanwhile contain a second item that the server cannot tell from it. */
  #isClear(item: TodoItem): boolean {
    const { list, notices, texts } = this.#host;
    const isKnown = list?.items?.some(({ uid, isAmbiguous }) => uid === item.uid && !isAmbiguous) ?? false;
    const hasTwin = list?.items?.some(({ summary, isAmbiguous }) => isAmbiguous && summary === item.summary) ?? false;
    if (!item.isAmbiguous && (isKnown || !hasTwin)) return true;
    notices.show({ text: texts.problem.notDone(nameOf(item, texts), texts.ambiguous), tone: 'problem' });
    return false;
  }

  async add(summary: string): Promise<boolean> {
    const { list, texts } = this.#host;
    return (
      list !== undefined && this.#write(addition({ summary }, list.confirmed), summary, said(texts.added(summary)))
    );
  }

  async edit(item: TodoItem, fields: Fields): Promise<boolean> {
    const { texts } = this.#host;
    const change = edit(item, fields);
    if (!change) return true;
    if (!this.#isClear(item)) return false;
    const after = edited(item, fields);
    return this.#write(change, nameOf(item, texts), {
      ...said(texts.changed(nameOf(after, texts))),
      undo: () => {
        this.#host.focusItem(item.uid);
        void this.edit(after, item);
      },
    });
  }

  async remove(wanted: TodoItem[]): Promise<void> {
    const { list, texts, language } = this.#host;
    const items = wanted.filter(isRemovable);
    const [first] = items;
    if (!list || !first) return;
    const { confirmed } = list;
    const places = items.map((item) => ({ item, previous: placeOf(item, confirmed) }));
    const names = language.list(items.map((item) => nameOf(item, texts)));
    await this.#write(removal(items), names, {
      ...said(items.length === 1 ? texts.removed(nameOf(first, texts)) : texts.cleared(items.length, language)),
      undo: () => void this.#restore(list, places),
    });
  }

  async #restore(list: TodoList, places: { item: TodoItem; previous: string | null | undefined }[]): Promise<void> {
    const { texts } = this.#host;
    await this.#doing(
      async () => {
        for (const { item, previous } of places) {
          const uid = await restore(list, item, previous);
          if (uid !== undefined) this.#host.focusItem(uid);
        }
        return said(texts.restored);
      },
      (why) => texts.problem.notRestored(why),
    );
  }

  async #write(change: Change, name: string, done: Notice): Promise<boolean> {
    const { list, texts } = this.#host;
    return this.#doing(
      async () => {
        await list?.write(change);
        return done;
      },
      (why) => texts.problem.notDone(name, why),
    );
  }

  async #doing(act: () => Promise<Notice>, failed: (why: string) => string): Promise<boolean> {
    const { notices } = this.#host;
    this.#running++;
    notices.show(undefined);
    try {
      notices.show(await act());
      return true;
    } catch (error) {
      notices.show({ text: failed(this.#host.describe(error)), tone: 'problem' });
      return false;
    } finally {
      this.#running--;
    }
  }
}

/** The uid of the previous item; undefined for the first item, null if the server has no uid for the previous one. */
function placeOf(item: TodoItem, confirmed: TodoItem[]): string | null | undefined {
  const index = confirmed.findIndex(({ uid }) => uid === item.uid);
  const previous = confirmed[index - 1];
  if (index === 0) return undefined;
  return previous && isRemovable(previous) ? previous.uid : null;
}

function said(text: string): Notice {
  return { text, tone: 'done' };
}
