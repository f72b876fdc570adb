import { areaPort } from '../border/storageArea.ts';
import type { StorageArea } from '../types.ts';

/** Releases a fetch lock: the next tab that waits may have it. */
export type Release = () => void;

/** Acquires the lock of that name once it is free, or steals it; rejects once nobody waits any more. */
export type Acquire = (name: string, waiting: AbortSignal, steal?: boolean) => Promise<Release>;

/** Fetch locks by Web Locks: the browser releases those of a tab that goes away. */
export const acquireWebLock: Acquire = (name, signal, steal) =>
  new Promise((resolve, reject) => {
    const held = () => new Promise<void>(resolve);
    // A lock is stolen without a signal. Its holder sees a rejection, which it may ignore.
    navigator.locks.request(name, steal ? { steal } : { signal }, held).catch(reject);
  });

/** For callers that go ahead without the lock. */
export const noop: Release = () => undefined;

/**
 * One tab at a time does what all would do. A tab that waits looks for an answer whenever another tab has told something and when it
 * gets the lock, and waits no longer than its timeout: a tab that hangs, or is frozen, costs the others time and nothing else.
 */
export class FetchLocks {
  readonly #acquire: Acquire;
  readonly #waiting = new Set<Pick<Acquisition<unknown>, 'recheck' | 'goAhead'>>();
  readonly #held = new Map<string, Release>();

  constructor(acquire: Acquire) {
    this.#acquire = acquire;
  }

  /** Another tab has told something: those who wait look whether it answers them. */
  recheck(): void {
    for (const acquisition of [...this.#waiting]) acquisition.recheck();
  }

  /** Releases the locks that this tab holds. */
  release(): void {
    for (const release of [...this.#held.values()]) release();
  }

  /** Those who still wait go ahead without the lock. */
  close(): void {
    for (const acquisition of this.#waiting) acquisition.goAhead();
    this.release();
  }

  /** Resolves with what `answer` gives once it gives something, or with the release of the lock; rejects on `signal`. */
  async acquire<T>(
    name: string,
    timeout: number,
    signal: AbortSignal,
    answer: () => T | undefined,
  ): Promise<T | Release> {
    this.#held.get(name)?.();
    const acquisition = new Acquisition(this.#acquire, name, answer, (releases) => this.#hold(name, releases));
    this.#waiting.add(acquisition);
    try {
      return await acquisition.run(timeout, signal);
    } finally {
      this.#waiting.delete(acquisition);
    }
  }

  #hold(name: string, releases: Release[]): Release {
    const release = () => {
      if (this.#held.get(name) === release) this.#held.delete(name);
      for (const each of releases.splice(0)) each();
    };
    this.#held.set(name, release);
    return release;
  }
}

/** One wait for a lock, or for an answer that makes it needless. */
class Acquisition<T> {
  readonly #acquire: Acquire;
  readonly #name: string;
  readonly #answer: () => T | undefined;
  readonly #hold: (releases: Release[]) => Release;
  readonly #over = new AbortController();
  #resolve: (outcome: T | Release) => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(acquire: Acquire, name: string, answer: () => T | undefined, hold: (releases: Release[]) => Release) {
    this.#acquire = acquire;
    this.#name = name;
    this.#answer = answer;
    this.#hold = hold;
  }

  async run(timeout: number, signal: AbortSignal): Promise<T | Release> {
    try {
      return await new Promise<T | Release>((resolve, reject) => {
        this.#resolve = resolve;
        signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: this.#over.signal });
        this.#acquire(this.#name, this.#over.signal).then((release) => this.#acquired(release), this.goAhead);
        this.#timer = setTimeout(() => this.#steal(timeout), timeout);
      });
    } finally {
      clearTimeout(this.#timer);
      this.#over.abort();
    }
  }

  /** Without the lock. */
  readonly goAhead = (): void => this.#settle(noop);

  recheck(): void {
    const found = this.#isOver ? undefined : this.#answer();
    if (found !== undefined) this.#settle(found);
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  #settle(outcome: T | Release): void {
    this.#over.abort();
    this.#resolve(outcome);
  }

  #acquired(...releases: Release[]): void {
    this.recheck();
    if (this.#isOver) for (const release of releases) release();
    else this.#settle(this.#hold(releases));
  }

  /**
   * The tab that has the lock does not answer. All that wait find that out at once: one of them steals the lock and answers the
   * others, which wait half as long again.
   */
  #steal(timeout: number): void {
    this.#timer = setTimeout(this.goAhead, timeout / 2);
    this.#acquire(`${this.#name}!`, this.#over.signal)
      .then(async (release) => {
        this.recheck();
        const stolen = this.#isOver ? noop : await this.#acquire(this.#name, this.#over.signal, true);
        this.#acquired(stolen, release);
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
 * Fetch locks where there are no Web Locks (on insecure origins): their holder leaves a note in the area that says until when, and
 * renews it. Two tabs that write at the same moment may both believe it theirs: then both fetch, and no harm is done.
 */
export function leasesIn(storage: StorageArea, prefix: string): Acquire {
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

  const hold = (note: string): Release => {
    const timer = setInterval(() => isMine(note) && write(note), RENEWED_EVERY);
    return () => {
      clearInterval(timer);
      if (isMine(note)) area.remove(note);
    };
  };
  return async (name, waiting, steal) => {
    const note = prefix + name;
    for (;;) {
      const may = steal === true || isFree(note);
      if (may && !write(note)) return noop;
      await pause(may ? SETTLES : LOOK_EVERY);
      if (may && isMine(note)) return hold(note);
      // Not throwIfAborted, which Chromium has had since 100.
      if (waiting.aborted) throw new DOMException('cardcache: nobody waits for this lock any more', 'AbortError');
    }
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
