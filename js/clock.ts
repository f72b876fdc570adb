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
