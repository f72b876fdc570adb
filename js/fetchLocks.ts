import { areaPort } from './border/storageArea.ts';
import type { StorageArea } from './types.ts';

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

/** For callers that go ahead without the lock. */
export const nobody: End = () => undefined;

/**
 * One tab at a time does what all would do. A tab that waits looks for an answer whenever another tab has told something and when it
 * gets the lock, and waits no longer than its timeout: a tab that hangs, or is frozen, costs the others time and nothing else.
 */
export class Turns {
  readonly #ask: Ask;
  readonly #waiting = new Set<Pick<Acquisition<unknown>, 'news' | 'goAhead'>>();
  readonly #ends = new Map<string, End>();

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Something has come from another tab: those who wait look whether it answers them. */
  news(): void {
    for (const acquisition of [...this.#waiting]) acquisition.news();
  }

  /** Ends the turns that this tab has. */
  end(): void {
    for (const end of [...this.#ends.values()]) end();
  }

  /** Those who still wait go ahead without the lock. */
  close(): void {
    for (const acquisition of this.#waiting) acquisition.goAhead();
    this.end();
  }

  /** Resolves with what `answer` gives once it gives something, or with the end of a turn; rejects on `signal`. */
  async wait<T>(name: string, timeout: number, signal: AbortSignal, answer: () => T | undefined): Promise<T | End> {
    this.#ends.get(name)?.();
    const acquisition = new Acquisition(this.#ask, name, answer, (ends) => this.#hold(name, ends));
    this.#waiting.add(acquisition);
    try {
      return await acquisition.run(timeout, signal);
    } finally {
      this.#waiting.delete(acquisition);
    }
  }

  #hold(name: string, ends: End[]): End {
    const end = () => {
      if (this.#ends.get(name) === end) this.#ends.delete(name);
      for (const each of ends.splice(0)) each();
    };
    this.#ends.set(name, end);
    return end;
  }
}

/** One wait for a lock, or for an answer that makes it needless. */
class Acquisition<T> {
  readonly #ask: Ask;
  readonly #name: string;
  readonly #answer: () => T | undefined;
  readonly #hold: (ends: End[]) => End;
  readonly #over = new AbortController();
  #resolve: (outcome: T | End) => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: Ask, name: string, answer: () => T | undefined, hold: (ends: End[]) => End) {
    this.#ask = ask;
    this.#name = name;
    this.#answer = answer;
    this.#hold = hold;
  }

  async run(timeout: number, signal: AbortSignal): Promise<T | End> {
    try {
      return await new Promise<T | End>((resolve, reject) => {
        this.#resolve = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: this.#over.signal });
        this.#ask(this.#name, this.#over.signal).then((end) => this.#acquired(end), this.goAhead);
        this.#timer = setTimeout(() => this.#steal(timeout), timeout);
      });
    } finally {
      clearTimeout(this.#timer);
      this.#over.abort();
    }
  }

  /** Without the lock. */
  readonly goAhead = (): void => this.#settle(nobody);

  news(): void {
    const found = this.#isOver ? undefined : this.#answer();
    if (found !== undefined) this.#settle(found);
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #settle(outcome: T | End): void {
    this.#over.abort();
    this.#resolve(outcome);
  }

  #acquired(...ends: End[]): void {
    this.news();
    if (this.#isOver) for (const end of ends) end();
    else this.#settle(this.#hold(ends));
  }

  /**
   * The tab that has the lock does not answer. All that wait find that out at once: one of them takes the lock away and answers the
   * others, which wait half as long again.
   */
  #steal(timeout: number): void {
    this.#timer = setTimeout(this.goAhead, timeout / 2);
    this.#ask(`${this.#name}!`, this.#over.signal)
      .then(async (end) => {
        this.news();
        this.#acquired(this.#isOver ? nobody : await this.#ask(this.#name, this.#over.signal, true), end);
      })
      .catch(this.goAhead);
  }
}

/** How long a lease stands without being renewed: timers of hidden tabs run once a second. With 1 s two tabs fetched in 6 of 8 rounds. */
const LASTS = 5_000;
const RENEWED_EVERY = 2_000;
/** A lease that was just written is read again after this long: without that 4 of 4 tabs took it at once, with it none in 40 rounds. */
const SETTLES = 20;
const LOOK_EVERY = 100;

/**
 * Turns where there are no Web Locks (on insecure origins): who has one leaves a note in the area that says until when, and
 * renews it. Two tabs that write at the same moment may both believe it theirs: then both fetch, and no harm is done.
 */
export function askLeases(storage: StorageArea, prefix: string): Ask {
  const area = areaPort(storage);
  const me = Math.random().toString(36).slice(2);
  /** Whose it is, and how many ms it still lasts. */
  const read = (note: string): [owner: string, left: number] => {
    const [owner = '', until] = (area.get(note) ?? '').split(' ');
    return [owner, Number(until) - Date.now()];
  };
  const write = (note: string) => area.set(note, `${me} ${Date.now() + LASTS}`) === 0;
  const isFree = (note: string) => {
    const [, left] = read(note);
    // One that lasts longer than any may was left before the clock was set back.
    return !(left > 0 && left <= LASTS);
  };
  const isMine = (note: string) => read(note)[0] === me;
  // Left by tabs that were killed.
  for (const note of area.keys(prefix).filter(isFree)) area.remove(note);

  const hold = (note: string): End => {
    const timer = setInterval(() => isMine(note) && write(note), RENEWED_EVERY);
    return () => {
      clearInterval(timer);
      if (isMine(note)) area.remove(note);
    };
  };
  return async (name, waiting, away) => {
    const note = prefix + name;
    for (;;) {
      const may = away === true || isFree(note);
      if (may && !write(note)) return nobody;
      await pause(may ? SETTLES : LOOK_EVERY);
      if (may && isMine(note)) return hold(note);
      // Not throwIfAborted, which Chromium has had since 100.
      if (waiting.aborted) throw new DOMException('cardcache: nobody waits for this turn any more', 'AbortError');
    }
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
