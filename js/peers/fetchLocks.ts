import { areaPort } from '../border/storageArea.ts';
import type { StorageArea } from '../types.ts';

/** Releases a fetch lock, so that the next waiting tab gets it. */
export type Release = () => void;

/** Acquires the lock of this name once it is free, or steals it. Rejects once `waiting` is aborted. */
export type Acquire = (name: string, waiting: AbortSignal, steal?: boolean) => Promise<Release>;

/** Fetch locks with the Web Locks API: the browser releases the locks of a tab that goes away. */
export const acquireWebLock: Acquire = (name, signal, steal) =>
  new Promise((resolve, reject) => {
    const held = () => new Promise<void>(resolve);
    // `steal` allows no signal. The former holder's request rejects, which may be ignored.
    navigator.locks.request(name, steal ? { steal } : { signal }, held).catch(reject);
  });

/** The release for callers that proceed without the lock. */
export const noop: Release = () => undefined;

/**
 * Lets one tab at a time do what all tabs would do. A waiting tab checks for an answer whenever another tab sends a message, and
 * when it gets the lock. It waits no longer than its time-out: a tab that hangs, or is frozen, only delays the others.
 */
export class FetchLocks {
  readonly #acquire: Acquire;
  readonly #waiting = new Set<Pick<Acquisition<unknown>, 'recheck' | 'goAhead'>>();
  readonly #held = new Map<string, Release>();

  constructor(acquire: Acquire) {
    this.#acquire = acquire;
  }

  /** Called when another tab has sent a message: waiting callers check whether it answers them. */
  recheck(): void {
    for (const acquisition of [...this.#waiting]) acquisition.recheck();
  }

  /** Releases all locks of this tab. */
  release(): void {
    for (const release of [...this.#held.values()]) release();
  }

  /** Waiting callers proceed without the lock. */
  close(): void {
    for (const acquisition of this.#waiting) acquisition.goAhead();
    this.release();
  }

  /** Resolves with the first result of `answer` that is not undefined, or with the release of the lock. Rejects on `signal`. */
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

/** Waits for a lock, or for an answer that makes it needless. */
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

  /** Proceeds without the lock. */
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
   * Called when the lock's holder does not answer. All waiting tabs time out at once: one of them steals the lock and answers the
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

/**
 * How long a lease lasts without renewal, in ms: timers of hidden tabs run once a second. With 1 s two tabs fetched in 6 of 8
 * rounds.
 */
const LASTS = 5_000;
const RENEWED_EVERY = 2_000;
/** A new lease is read again after this time, in ms: without that 4 of 4 tabs took it at once, with it none in 40 rounds. */
const SETTLES = 20;
const LOOK_EVERY = 100;

/**
 * Fetch locks for insecure origins, which have no Web Locks: the holder leaves a note in the area with its end, and renews it.
 * Two tabs that write at the same moment may both believe that they hold the lock: then both fetch, which does no harm.
 */
export function leasesIn(storage: StorageArea, prefix: string): Acquire {
  const area = areaPort(storage);
  const me = Math.random().toString(36).slice(2);
  /** The owner of a lease, and for how many ms it still lasts. */
  const read = (note: string): [owner: string, left: number] => {
    const [owner = '', until] = (area.get(note) ?? '').split(' ');
    return [owner, Number(until) - Date.now()];
  };
  const write = (note: string) => area.set(note, `${me} ${Date.now() + LASTS}`) === 0;
  const isFree = (note: string) => {
    const [, left] = read(note);
    // A lease that lasts longer than LASTS was left before the clock was set back.
    return !(left > 0 && left <= LASTS);
  };
  const isMine = (note: string) => read(note)[0] === me;
  // Remove the leases of killed tabs.
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
      // Not throwIfAborted: Chromium has it only since version 100.
      if (waiting.aborted) throw new DOMException('cardcache: the wait for this lock was aborted', 'AbortError');
    }
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
