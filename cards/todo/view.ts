import type { Language } from '../language.ts';
import type { Fields } from './changes.ts';
import type { Features, TodoItem } from './items.ts';
import type { Texts } from './texts.ts';

/** The name of an item; some have a uid and no name. */
export function nameOf({ summary }: TodoItem, texts: Texts): string {
  return summary.trim() === '' ? texts.unnamed : summary;
}

/** What every part of the card needs to render. */
export interface View {
  texts: Texts;
  language: Language;
  now: number;
  zone: string;
  features: Features;
  toggle(item: TodoItem): void;
  /** Opens an item's editor. */
  edit(item: TodoItem): void;
  /** Closes it; with fields it saves. */
  close(item: TodoItem, fields?: Fields): void;
  remove(item: TodoItem): void;
}
