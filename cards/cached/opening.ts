import { sameAnswer } from './sameAnswer.ts';

/** A card asks when it is made, as soon as its code is there; later it shows something, and can wait for a good answer. */
const OPENING = 5_000;

/** `isStaleWelcome`: an answer past its end may be given at once; it is asked anew all the same. */
export type Ask = (isStaleWelcome: boolean) => Promise<unknown>;

/**
 * What a card is given while it opens: each question's old answer at once, while a new one is on its way. When all of those have
 * come and one of them is another, the card is to be made again, once, and what came is kept for it.
 */
export class Opening {
  readonly #outdated: () => void;
  /** ms since 1970; 0: over. */
  #until = 0;
  #isSecond = false;
  /** By question: what was given while the new answer is on its way, undefined once that has come. */
  readonly #given = new Map<string, Promise<unknown> | undefined>();
  /** What has come, for the card that is made again. */
  readonly #newest = new Map<string, unknown>();
  #isOutdated = false;

  constructor(outdated: () => void) {
    this.#outdated = outdated;
  }

  /** A card is made: for the first time, or because it was outdated. */
  begin(isSecond = false): void {
    if (!isSecond) this.#newest.clear();
    this.#until = Date.now() + OPENING;
    this.#isSecond = isSecond;
    this.#given.clear();
  }

  /** Something has changed: what has come, or comes of what was asked before, is old by now. */
  end(): void {
    this.#until = 0;
    this.#given.clear();
    this.#newest.clear();
  }

  read(question: string, ask: Ask): Promise<unknown> {
    if (Date.now() >= this.#until) return ask(false);
    if (this.#isSecond) return this.#take(question, ask);
    if (this.#given.has(question)) return this.#given.get(question) ?? ask(false);
    // Asked at the same time, they are one request, and one answer where there is no old one.
    const given = ask(true);
    this.#given.set(question, given);
    void this.#renew(question, given, ask(false));
    return given;
  }

  #take(question: string, ask: Ask): Promise<unknown> {
    if (!this.#newest.has(question)) return ask(false);
    const answer = this.#newest.get(question);
    this.#newest.delete(question);
    return Promise.resolve(answer);
  }

  async #renew(question: string, given: Promise<unknown>, newest: Promise<unknown>): Promise<void> {
    const [old, answer] = await Promise.allSettled([given, newest]);
    const isNew = answer.status === 'fulfilled';
    // What failed for now was answered as before: a failure after an answer is a refusal, which the card is to show.
    if (old.status === 'fulfilled' && !(isNew && sameAnswer(old.value, answer.value))) this.#isOutdated = true;
    if (this.#given.get(question) === given) {
      this.#given.set(question, undefined);
      if (isNew) this.#newest.set(question, answer.value);
    }
    // Who was given this may have something else to ask.
    setTimeout(() => this.#settle(), 0);
  }

  #settle(): void {
    if (!this.#isOutdated || [...this.#given.values()].some(Boolean)) return;
    this.#isOutdated = false;
    this.#until = 0;
    this.#outdated();
  }
}
