/** Ends a turn: the next of those who wait may have it. */
export type End = () => void;

/** Gives the turn of that name once nobody has it, or takes it away from who does; rejects once nobody waits any more. */
export type Ask = (name: string, waiting: AbortSignal, away?: boolean) => Promise<End>;

/** Turns by Web Locks: those of a tab that goes away are ended by the browser. */
export const askLocks: Ask = (name, signal, steal) =>
  new Promise((resolve, reject) => {
    const held = () => new Promise<void>(resolve);
    // A signal is refused where a lock is taken away. Whom it is taken from hears it as a rejection, and needs not to.
    navigator.locks.request(name, steal ? { steal } : { signal }, held).catch(reject);
  });

/** No turn, and nothing to end: who goes ahead all the same. */
export const nobody: End = () => undefined;

/**
 * One tab at a time does what all would do. Who waits looks for an answer whenever there is news and when its turn comes, and
 * waits no longer than its patience: a tab that hangs, or is frozen, costs the others time and nothing else.
 */
export class Turns {
  readonly #ask: Ask;
  readonly #looks = new Set<() => void>();
  readonly #ends = new Map<string, End>();
  readonly #closed = new AbortController();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Something has come from another tab: those who wait look whether it answers them. */
  news(): void {
    for (const look of [...this.#looks]) look();
  }

  /** Ends the turns that this tab has. */
  end(): void {
    for (const end of [...this.#ends.values()]) end();
  }

  /** Who still waits goes ahead without a turn. */
  close(): void {
    this.#closed.abort();
    this.end();
  }

  /** Resolves with what `answer` gives once it gives something, or with the end of a turn; rejects on `signal`. */
  async wait<T>(name: string, patience: number, signal: AbortSignal, answer: () => T | undefined): Promise<T | End> {
    this.#ends.get(name)?.();
    const over = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let look: (() => void) | undefined;
    try {
      return await new Promise<T | End>((resolve, reject) => {
        const settle = (outcome: T | End) => {
          over.abort();
          resolve(outcome);
        };
        const alone = () => settle(nobody);
        look = () => {
          const found = over.signal.aborted ? undefined : answer();
          if (found !== undefined) settle(found);
        };
        const lead = (...turns: End[]) => {
          const end = () => {
            if (this.#ends.get(name) === end) this.#ends.delete(name);
            for (const turn of turns.splice(0)) turn();
          };
          look?.();
          if (over.signal.aborted) {
            end();
          } else {
            this.#ends.set(name, end);
            settle(end);
          }
        };
        this.#looks.add(look);
        this.#closed.signal.addEventListener('abort', alone, { signal: over.signal });
        signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: over.signal });
        this.#ask(name, over.signal).then(lead, alone);
        timer = setTimeout(() => {
          timer = setTimeout(alone, patience / 2);
          // They lose patience all at once: one of them takes the place of who does not answer, and answers the others.
          this.#ask(`${name}!`, over.signal)
            .then(async (end) => {
              look?.();
              lead(over.signal.aborted ? nobody : await this.#ask(name, over.signal, true), end);
            })
            .catch(alone);
        }, patience);
      });
    } finally {
      clearTimeout(timer);
      over.abort();
      if (look) this.#looks.delete(look);
    }
  }
}
