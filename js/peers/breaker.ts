import { unref } from '../common/clock.ts';
import type { LogEntry } from '../types.ts';

/** A store that hangs costs a fetch this long, ms. */
export const PATIENCE = 2_000;
/** So many failures in a row, and it is left alone. */
const MOST_FAILURES = 3;
/** For this long at first, twice as long after each try that fails, ms. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 30_000;
/** Who tries whether it is back waits no longer, ms; the try itself has its usual time. */
const PROBE_PATIENCE = 250;
/** A store that fails now and then is not worth a line each time, ms. */
const QUIET = 60_000;

type What = 'read' | 'write';

interface BreakerPort {
  now(): number;
  log(entry: LogEntry): void;
}

/**
 * Whether a store is worth asking: one that has failed three times in a row is not asked until a pause is over, then by one
 * request; others pass by at once. Its loss is said once, and once that it is back.
 */
export class Breaker {
  readonly #port: BreakerPort;
  #turn = 0;
  #failures = 0;
  #pause = FIRST_PAUSE;
  #openUntil: number | undefined;
  #probing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What it failed at, where that was said. */
  #lost: What | undefined;
  #saidAt = -Infinity;

  constructor(port: BreakerPort) {
    this.#port = port;
  }

  /** Counts how often the breaker has opened. A request that began before the last opening does not change the present state. */
  get turn(): number {
    return this.#turn;
  }

  /** Whether what it is told has a chance to arrive. */
  get takes(): boolean {
    return this.#openUntil === undefined || this.#port.now() >= this.#openUntil;
  }

  /** How long its answer is worth waiting for now, ms; 0: it is not to be asked. What was asked ends with `succeeded` or `failed`. */
  admit(): number {
    if (this.#openUntil === undefined) return PATIENCE;
    if (this.#probing || !this.takes) return 0;
    this.#probing = true;
    return PROBE_PATIENCE;
  }

  succeeded(what: What): void {
    if (what === 'read') {
      this.#failures = 0;
      this.#pause = FIRST_PAUSE;
      this.#openUntil = undefined;
      this.#probing = false;
    } else this.#mayTry();
    if (this.#lost !== what) return;
    this.#lost = undefined;
    this.#port.log({ level: 'info', what: 'the remote store is back' });
  }

  failed(what: What, error: unknown, turn: number): void {
    if (turn === this.#turn) {
      if (what === 'read') this.#failures++;
      if (this.#failures >= MOST_FAILURES) this.#open();
    }
    const now = this.#port.now();
    if (this.#lost || (this.takes && Math.abs(now - this.#saidAt) < QUIET)) return;
    this.#lost = what;
    this.#saidAt = now;
    this.#port.log({ level: 'warn', what: 'the remote store fails: answers come from their fetchers', detail: error });
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #open(): void {
    this.#turn++;
    this.#probing = false;
    this.#openUntil = this.#port.now() + this.#pause;
    // By a timer as well: a clock that was set back does not prolong it.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#mayTry(), this.#pause);
    unref(this.#timer);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #mayTry(): void {
    if (this.#openUntil !== undefined) this.#openUntil = -Infinity;
  }
}
