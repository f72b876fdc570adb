import { unref } from '../common/clock.ts';
import type { LogEntry } from '../types.ts';

/** The longest that a fetch waits for the store, in ms. */
export const TIMEOUT = 2_000;
/** After this many failures in a row the breaker opens. */
const MOST_FAILURES = 3;
/** The first pause, in ms; each failed probe doubles it. */
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 30_000;
/** How long the caller of a probe waits, in ms; the probe itself has the usual time. */
const PROBE_TIMEOUT = 250;
/** The least time between two warnings, in ms: a store that fails now and then is not worth a line each time. */
const QUIET = 60_000;

type What = 'read' | 'write';

interface BreakerPort {
  now(): number;
  log(entry: LogEntry): void;
}

/**
 * A circuit breaker: after three failures in a row the store is not asked until a pause is over. Then one request probes it,
 * while others skip it. The breaker logs the loss once, and the return once.
 */
export class Breaker {
  readonly #port: BreakerPort;
  #opening = 0;
  #failures = 0;
  #pause = FIRST_PAUSE;
  #openUntil: number | undefined;
  #probing = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The kind of request whose failure was logged. */
  #lost: What | undefined;
  #saidAt = -Infinity;

  constructor(port: BreakerPort) {
    this.#port = port;
  }

  /** Counts how often the breaker has opened. A request that began before the last opening does not change the present state. */
  get opening(): number {
    return this.#opening;
  }

  /** Whether a write has a chance to arrive. */
  get takes(): boolean {
    return this.#openUntil === undefined || this.#port.now() >= this.#openUntil;
  }

  /** How long to wait for the store's answer now, in ms; 0: do not ask it. Each request ends with `succeeded` or `failed`. */
  admit(): number {
    if (this.#openUntil === undefined) return TIMEOUT;
    if (this.#probing || !this.takes) return 0;
    this.#probing = true;
    return PROBE_TIMEOUT;
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

  failed(what: What, error: unknown, opening: number): void {
    if (opening === this.#opening) {
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
    this.#opening++;
    this.#probing = false;
    this.#openUntil = this.#port.now() + this.#pause;
    // A timer, too: a clock that is set back must not prolong the pause.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#mayTry(), this.#pause);
    unref(this.#timer);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #mayTry(): void {
    if (this.#openUntil !== undefined) this.#openUntil = -Infinity;
  }
}
