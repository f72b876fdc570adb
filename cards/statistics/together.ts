/** How long what is asked alike is gathered: turns among tabs come some milliseconds apart. */
const GATHERED_FOR = 10;

interface Round<T> {
  ids: Set<string>;
  answer: Promise<T>;
}

/** Asks for several ids in one message: each of them has a key of its own in the cache, and so a fetch of its own. */
export class Together<T> {
  readonly #rounds = new Map<string, Round<T>>();

  /** `ask` of whoever comes first is called with the ids of all who named the same question meanwhile. */
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
