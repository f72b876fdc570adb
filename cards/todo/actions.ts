import type { Language } from '../language.ts';
import type { Notice, Notices } from '../notices.ts';
import { addition, edit, removal, statusChange, type Change, type Fields } from './changes.ts';
import type { TodoItem } from './items.ts';
import { restore } from './restore.ts';
import type { Texts } from './texts.ts';
import type { TodoList } from './todoList.ts';

/** What the actions need of the card. */
export interface ActionsHost {
  readonly list: TodoList | undefined;
  readonly texts: Texts;
  readonly language: Language;
  readonly notices: Notices;
  describe(error: unknown): string;
  /** Moves the focus to an item's box, once the card has drawn what came of it. */
  focusItem(uid: string): void;
}

/** What a person does to the list: written, said, and offered to be undone. What has failed has been said, and gives false. */
export class Actions {
  readonly #host: ActionsHost;
  #running = 0;

  constructor(host: ActionsHost) {
    this.#host = host;
  }

  /** While one is, what changes is not announced as others' doing. */
  get areRunning(): boolean {
    return this.#running > 0;
  }

  async toggle(item: TodoItem): Promise<void> {
    const { texts } = this.#host;
    const isDone = item.status === 'completed';
    const status = isDone ? 'needs_action' : 'completed';
    await this.#write(statusChange(item, status), item.summary, {
      text: isDone ? texts.unticked(item.summary) : texts.ticked(item.summary),
      tone: 'done',
      undo: () => {
        this.#host.focusItem(item.uid);
        void this.toggle({ ...item, status });
      },
    });
  }

  async add(summary: string): Promise<boolean> {
    const { list, texts } = this.#host;
    return (
      list !== undefined && this.#write(addition({ summary }, list.confirmed), summary, said(texts.added(summary)))
    );
  }

  async edit(item: TodoItem, fields: Fields): Promise<boolean> {
    const change = edit(item, fields);
    if (!change) return true;
    return this.#write(change, item.summary, {
      ...said(this.#host.texts.changed(fields.summary)),
      undo: () => {
        this.#host.focusItem(item.uid);
        void this.edit({ ...item, ...fields }, item);
      },
    });
  }

  async remove(items: TodoItem[]): Promise<void> {
    const { list, texts, language } = this.#host;
    const [first] = items;
    if (!list || !first) return;
    const { confirmed } = list;
    const places = items.map((item) => ({
      item,
      previous: confirmed[confirmed.findIndex(({ uid }) => uid === item.uid) - 1]?.uid,
    }));
    const names = language.list(items.map(({ summary }) => summary));
    await this.#write(removal(items), names, {
      ...said(items.length === 1 ? texts.removed(first.summary) : texts.cleared(items.length, language)),
      undo: () => void this.#restore(list, places),
    });
  }

  async #restore(list: TodoList, places: { item: TodoItem; previous: string | undefined }[]): Promise<void> {
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

function said(text: string): Notice {
  return { text, tone: 'done' };
}
