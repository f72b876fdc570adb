import { sameAnswer } from './sameAnswer.ts';

/** A card asks when it is made, as soon as its code is there; later it shows something, and can wait for a good answer. */
const OPENING = 5_000;

/** `isStaleWelcome`: an answer past its end may be given at once; it is asked anew all the same. */
export type Ask = (isStaleWelcome: boolean) => Promise<unknown>;

/** `askedAt`: ms since 1970. */
interface Given {
  answer: Promise<unknown>;
  askedAt: number;
}

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
  readonly #given = new Map<string, Given | undefined>();
  /** What has come, for the card that is made again. */
  readonly #newest = new Map<string, Given>();
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

  /** `maxAge` (ms): what was asked longer ago does not count, for something has changed since then. */
  read(question: string, maxAge: number, ask: Ask): Promise<unknown> {
    const now = Date.now();
    const counts = (given: Given | undefined): given is Given =>
      given !== undefined && now - given.askedAt <= Math.min(maxAge, OPENING);
    if (now >= this.#until) return ask(false);
    if (this.#isSecond) {
      const newest = this.#newest.get(question);
      this.#newest.delete(question);
      return counts(newest) ? newest.answer : ask(false);
    }
    if (this.#given.has(question)) {
      const given = this.#given.get(question);
      return counts(given) ? given.answer : ask(false);
    }
    // Asked at the same time, they are one request, and one answer where there is no old one.
    const given = { answer: ask(true), askedAt: now };
    this.#given.set(question, given);
    void this.#renew(question, given, ask(false));
    return given.answer;
  }

  async #renew(question: string, given: Given, newest: Promise<unknown>): Promise<void> {
    const [old, answer] = await Promise.allSettled([given.answer, newest]);
    const isNew = answer.status === 'fulfilled';
    // Where the server is only out of reach the old answer came again. A failure is a refusal, which the card is to show.
    if (old.status === 'fulfilled' && !(isNew && sameAnswer(old.value, answer.value))) this.#isOutdated = true;
    if (this.#given.get(question) === given) {
      this.#given.set(question, undefined);
      if (isNew) this.#newest.set(question, { answer: newest, askedAt: given.askedAt });
    }
    // The card may ask for something else because of this answer.
    setTimeout(() => this.#settle(), 0);
  }

  #settle(): void {
    if (!this.#isOutdated || [...this.#given.values()].some(Boolean)) return;
    this.#isOutdated = false;
    this.#until = 0;
    this.#outdated();
  }
}
