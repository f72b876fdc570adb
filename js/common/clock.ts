/**
 * The wall clock, read once a task: `Date.now()` costs more than a whole hit. A microtask forgets it, so it is never later
 * than the running task.
 */
export class TaskClock {
  #now: number | undefined;
  readonly #forget = (): void => {
    this.#now = undefined;
  };

  now(): number {
    if (this.#now === undefined) {
      this.#now = Date.now();
      queueMicrotask(this.#forget);
    }
    return this.#now;
  }
}

export interface Clock {
  now(): number;
}

/** A clock of the user's own is read every time: tests move it between two lines. */
export function clockOf(own: (() => number) | undefined): Clock {
  return own ? { now: own } : new TaskClock();
}

/** Under node a timer of ours must not keep a finished program alive. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}

/** However busy the page is, a slice runs at least this often, ms. */
const LATEST = 10_000;
/** Where the browser does not tell when it is idle, slices are this far apart, ms. */
const GAP = 20;
/** A slice takes a millisecond or two: with less time left it waits for the next idle period, ms. */
const ENOUGH = 3;
/** After so many slices it waits anyway: a finger on the screen can cut an idle period of 50 ms short. */
const MOST = 3;

/** Work in small slices, for when the page has nothing else to do. `slice` does a little and says whether there is more. */
export class IdleTask {
  readonly #slice: () => boolean;
  #cancel: (() => void) | undefined;

  constructor(slice: () => boolean) {
    this.#slice = slice;
  }

  /** Runs it when the page is idle, until there is no more to do. */
  start(): void {
    if (this.#cancel) return;
    if (typeof requestIdleCallback === 'function') {
      const id = requestIdleCallback((deadline) => this.#run(deadline), { timeout: LATEST });
      this.#cancel = () => cancelIdleCallback(id);
    } else {
      const id = setTimeout(() => this.#run(), GAP);
      unref(id);
      this.#cancel = () => clearTimeout(id);
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #run(deadline?: IdleDeadline): void {
    let more = this.#slice();
    for (let done = 1; more && done < MOST && deadline && deadline.timeRemaining() > ENOUGH; done++) {
      more = this.#slice();
    }
    // Only now: the slices themselves say that there is something to do.
    this.#cancel = undefined;
    if (more) this.start();
  }
}
