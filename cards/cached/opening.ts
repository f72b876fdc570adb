import { sameAnswer } from './sameAnswer.ts';

/** Cards ask when they are created, or when their code has loaded. Later the card shows something and can wait for a good answer. */
const OPENING = 5_000;

/** `isStaleWelcome`: an answer past its end is welcome at once; a new one is fetched all the same. */
export type Ask = (isStaleWelcome: boolean) => Promise<unknown>;

/** `askedAt`: ms since 1970. */
interface Given {
  answer: Promise<unknown>;
  askedAt: number;
}

/**
 * Serves a card while it opens: the old answer to each question at once, while a new one is fetched. When all new answers are there and one
 * differs, the card is rebuilt, once, from these answers.
 */
export class Opening {
  readonly #outdated: () => void;
  /** In ms since 1970; 0: the opening is over. */
  #until = 0;
  #isSecond = false;
  /** By question: the old answer given while the new one is under way; undefined once the new one is there. */
  readonly #given = new Map<string, Given | undefined>();
  /** The new answers, for the rebuilt card. */
  readonly #newest = new Map<string, Given>();
  #isOutdated = false;

  constructor(outdated: () => void) {
    this.#outdated = outdated;
  }

  /** A card was created, for the first time or because its predecessor was outdated. */
  begin(isSecond = false): void {
    if (!isSecond) this.#newest.clear();
    this.#until = Date.now() + OPENING;
    this.#isSecond = isSecond;
    this.#given.clear();
  }

  /** Something has changed: new answers, and those to earlier questions, are outdated. */
  end(): void {
    this.#until = 0;
    this.#given.clear();
    this.#newest.clear();
  }

  /** `maxAge`, in ms: answers to older questions do not count, because something has changed since. */
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
    // Both calls share one request, and one answer if there is no old one.
    const given = { answer: ask(true), askedAt: now };
    this.#given.set(question, given);
    void this.#renew(question, given, ask(false));
    return given.answer;
  }

  async #renew(question: string, given: Given, newest: Promise<unknown>): Promise<void> {
    const [old, answer] = await Promise.allSettled([given.answer, newest]);
    const isNew = answer.status === 'fulfilled';
    // While the server is unreachable the old answer came again. Any other failure is a refusal, which the card has to show.
    if (old.status === 'fulfilled' && !(isNew && sameAnswer(old.value, answer.value))) this.#isOutdated = true;
    if (this.#given.get(question) === given) {
      this.#given.set(question, undefined);
      if (isNew) this.#newest.set(question, { answer: newest, askedAt: given.askedAt });
    }
    // The card may react to this answer with another question.
    setTimeout(() => this.#settle(), 0);
  }

  #settle(): void {
    if (!this.#isOutdated || [...this.#given.values()].some(Boolean)) return;
    this.#isOutdated = false;
    this.#until = 0;
    this.#outdated();
  }
}
