import type { Language } from '../language.ts';
import type { LogicalDay } from '../logicalDay.ts';
import type { Task } from '../tasktracker/answers.ts';
import type { Texts } from './texts.ts';

/** What every part of the card needs to render. */
export interface View {
  texts: Texts;
  language: Language;
  now: number;
  day: LogicalDay | undefined;
  isBusy(task: Task): boolean;
  /** The display names of the other users who have the task. */
  others(task: Task): string[];
  complete(task: Task): void;
}
