import type { Language } from '../language.ts';
import type { Fields } from './changes.ts';
import type { Features, TodoItem } from './items.ts';
import type { Texts } from './texts.ts';

/** What every part of the card needs to draw itself. */
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
