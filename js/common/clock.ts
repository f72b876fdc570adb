/**
 * The wall clock, read once per task: `Date.now()` costs more than a whole hit. A microtask resets it, so it never lags behind
 * the running task.
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

/** A clock from the options is called each time: tests move it between two lines. */
export function clockOf(own: (() => number) | undefined): Clock {
  return own ? { now: own } : new TaskClock();
}

/** Keeps the timer from holding a node program alive. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}

/** A slice runs at least this often, in ms, however busy the page is. */
const LATEST = 10_000;
/** The time between slices, in ms, in browsers without requestIdleCallback. */
const GAP = 20;
/** A slice takes a millisecond or two. If less than this is left, in ms, it waits for the next idle period. */
const ENOUGH = 3;
/** The most slices in one idle period: a touch can cut a period of 50 ms short. */
const MOST = 3;

/** Work that runs in small slices while the page is idle. `slice` does a little and returns whether there is more. */
export class IdleTask {
  readonly #slice: () => boolean;
  #cancel: (() => void) | undefined;

  constructor(slice: () => boolean) {
    this.#slice = slice;
  }

  /** Runs slices while the page is idle, until there is nothing left to do. */
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
    // Reset only now: a slice may itself call start().
    this.#cancel = undefined;
    if (more) this.start();
  }
}
