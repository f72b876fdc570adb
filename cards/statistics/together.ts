/** How long to collect equal questions, in ms: tabs take their turns some milliseconds apart. */
const GATHERED_FOR = 10;

interface Round<T> {
  ids: Set<string>;
  answer: Promise<T>;
}

/** Requests several ids in one message, though each has its own key in the cache, and so its own fetch. */
export class Together<T> {
  readonly #rounds = new Map<string, Round<T>>();

  /** Calls the first caller's `ask` with the ids of all who asked the same question in the meantime. */
  ask(question: string, id: string, ask: (ids: string[]) => Promise<T>): Promise<T> {
    let round = this.#rounds.get(question);
    if (!round) {
      const ids = new Set<string>();
      const answer = new Promise<void>((resolve) => setTimeout(resolve, GATHERED_FOR)).then(() => {
        this.#rounds.delete(question);
        return ask([...ids]);
      });
      round = { ids, answer };
      this.#rounds.set(question, round);
    }
    round.ids.add(id);
    return round.answer;
  }
}
