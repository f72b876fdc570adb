import type { Coordination, Core } from '../border/core.ts';
import type { AnyFetcher, FetchOutcome } from '../common/answers.ts';
import { callSafely } from '../common/emitter.ts';
import { isSecret } from '../common/policies.ts';
import { toldToWait } from './retryAfter.ts';
import type { Tabs } from '../peers/tabs.ts';
import { noop, type Release } from '../peers/fetchLocks.ts';
import type { FetchContext, FetchOptions, Key, Policy } from '../types.ts';

const DEFAULT_TIMEOUT = 30_000;
/** Timers hold 31 bits; a longer time-out counts as none. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The most keys whose last error is kept for callers during back-off. */
const MOST_ERRORS = 256;

/**
 * A lock is held for this many ms after the answer was sent, so that the next tab does not get the lock before the answer:
 * without this delay 3 of 30 polls of 4 tabs were fetched twice, with 4 ms none.
 */
const ANSWER_ARRIVES = 20;

interface Flight {
  promise: Promise<FetchOutcome>;
  controller: AbortController;
  callers: number;
  /** The core's number for the flight; 0 while it waits for another tab, and once it has ended. */
  id: number;
  /** The core, or its stand-in, that issued `id`. */
  judge: Coordination | undefined;
  forced: boolean;
  policy: Policy;
  release: Release;
  /** Flights that its fetcher joined or started while it was called. */
  awaits: Set<Flight>;
}

/**
 * The flights whose fetchers are being called right now, innermost last. Caches share this list, since a fetcher may call another
 * cache.
 */
let calling: readonly Flight[] = [];

/** The flights whose fetchers make the current call. Read before the first await. */
export type Askers = readonly Flight[];
export const askersNow = (): Askers => calling;

export interface Fetched {
  key: Key;
  value: unknown;
  policy: Policy;
  flight: number;
}

export interface FetchHost {
  commit(fetched: Fetched): FetchOutcome;
  stale(key: Key): unknown;
  failed(key: Key, error: unknown): void;
  /** An acceptable answer that has arrived in the meantime. */
  answered(key: Key, policy: Policy, notBefore: number): FetchOutcome | undefined;
  /** An acceptable answer of the remote tier; undefined if there is no tier to ask. */
  remote(key: Key, policy: FetchOptions): Promise<FetchOutcome | undefined> | undefined;
}

/**
 * At most one flight per key, which concurrent callers share. An abort concerns its caller only; once all callers have aborted,
 * the fetch is aborted and the key is free. If there are other tabs, one tab fetches and the others wait for its answer. The core
 * decides which flights are superseded and which answers are acceptable.
 */
export class Flights {
  readonly #host: FetchHost;
  readonly #flights = new Map<Key, Flight>();
  /** The last error of each key, with which callers are rejected while the key is in back-off. */
  readonly #errors = new Map<Key, Error>();
  /** The core or its stand-in; undefined once the core has ended. */
  #judge: Coordination | undefined;
  /** The other tabs, and the core that decides which of their answers are acceptable. */
  #others: { tabs: Tabs; core: Core } | undefined;

  constructor(host: FetchHost, poller: Coordination) {
    this.#host = host;
    this.#judge = poller;
  }

  /** Called when the core runs. */
  adopt(core: Core, tabs: Tabs | undefined): void {
    this.#judge = core;
    this.#others = tabs && { tabs, core };
  }

  /** Called when the core has ended. Flights in progress still answer their callers. */
  leave(): void {
    this.#judge = undefined;
    this.#others = undefined;
  }

  /** The core that issued the flight's number; undefined if it has ended or the flight has no number. */
  #judgeOf({ judge, id }: Flight): Coordination | undefined {
    return this.#judge && id !== 0 ? judge : undefined;
  }

  #isSuperseded(flight: Flight): boolean {
    const judge = this.#judgeOf(flight);
    return judge !== undefined && judge.isSuperseded(flight.id);
  }

  /** The policy of the key's flight. */
  policyOf(key: Key): Policy | undefined {
    return this.#flights.get(key)?.policy;
  }

  /** Releases the locks of superseded flights: their answers fill nothing, so other tabs need not wait for them. */
  superseded(ids: readonly number[]): void {
    for (const flight of this.#flights.values()) if (ids.includes(flight.id)) flight.release();
  }

  /** Joins the key's flight if it is still current, else starts one. */
  fetch(
    key: Key,
    fetcher: AnyFetcher,
    options: FetchOptions,
    attempts = 1,
    askers: Askers = calling,
  ): Promise<FetchOutcome> {
    const { signal, forceRefresh = false } = options;
    if (signal?.aborted) return Promise.reject(abortError(signal));
    const joined = this.#joinable(key, forceRefresh);
    const asking = askers.at(-1);
    if (joined && asking && (askers.includes(joined) || leads(joined, asking))) {
      return Promise.reject(new OwnKeyError(key));
    }
    // A new flight may call its fetcher at once: then only the given askers count as callers, whichever fetchers are being called
    // now.
    const before = calling;
    calling = askers;
    const flight = joined ?? this.#start(key, fetcher, options, forceRefresh, attempts);
    calling = before;
    asking?.awaits.add(flight);
    return this.#wait(key, flight, signal);
  }

  #joinable(key: Key, forced: boolean): Flight | undefined {
    const flight = this.#flights.get(key);
    if (!flight || (forced && !flight.forced) || this.#isSuperseded(flight)) return undefined;
    // The core started during this fetch, so the answer will not be cached.
    if (this.#judge && flight.id !== 0 && flight.judge !== this.#judge) return undefined;
    this.#judge?.countFetch('joined');
    return flight;
  }

  #start(key: Key, fetcher: AnyFetcher, policy: FetchOptions, forced: boolean, attempts: number): Flight {
    // A flight that cannot be joined is superseded: its answer will not be cached.
    this.#flights.get(key)?.release();
    const controller = new AbortController();
    const awaits = new Set<Flight>();
    const flight = { controller, callers: 0, id: 0, judge: undefined, forced, policy, release: noop, awaits } as Omit<
      Flight,
      'promise'
    > as Flight;
    this.#flights.set(key, flight);
    // Set `promise` before the fetcher is called: a background fetch that the fetcher starts may join this flight at once.
    let settle: (outcome: Promise<FetchOutcome>) => void = () => undefined;
    flight.promise = new Promise((resolve) => (settle = resolve));
    const taken = this.#take(key, fetcher, policy, flight, attempts).finally(() => {
      this.#judgeOf(flight)?.endFlight(flight.id);
      flight.release();
      awaits.clear();
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    settle(taken);
    return flight;
  }

  async #take(
    key: Key,
    fetcher: AnyFetcher,
    policy: FetchOptions,
    flight: Flight,
    attempts: number,
  ): Promise<FetchOutcome> {
    const { tabs, core } = this.#others ?? {};
    const { signal } = flight.controller;
    if (tabs?.hasPeers && !isSecret(policy) && !tabs.isTabLocal(key)) {
      const notBefore = core ? core.oldestToTake(key, policy) : Infinity;
      const { timeout = DEFAULT_TIMEOUT } = policy;
      // Wait for half of the time-out; the other half is left for a fetch of our own.
      const patience = (timeout > LONGEST_TIMER ? DEFAULT_TIMEOUT : timeout) / 2;
      const outcome = await tabs.locks.acquire(tabs.lockName(key, flight.forced), patience, signal, () =>
        tabs.isTabLocal(key) ? noop : this.#host.answered(key, policy, notBefore),
      );
      const newer = this.#flights.get(key);
      if (typeof outcome !== 'function') {
        this.#judge?.countFetch('joined');
        return outcome;
      }
      if (newer && newer !== flight) {
        outcome();
        return newer.promise;
      }
      flight.release = outcome;
    }
    const asked = flight.forced ? undefined : this.#host.remote(key, policy);
    if (asked) {
      const found = await asked;
      if (signal.aborted) throw abortError(signal);
      if (found) return found;
      const newer = this.#flights.get(key);
      if (newer && newer !== flight) return newer.promise;
    }
    const judge = (flight.judge = this.#judge);
    // Supersede a flight that was not joined: it could commit an older answer after this one.
    const { flight: id, wait } = judge?.beginFlight(key, policy, flight.forced) ?? { flight: 0, wait: 0 };
    if (wait > 0) throw this.#errors.get(key) ?? new Error(`cardcache: ${key} has failed and backs off for ${wait} ms`);
    flight.id = id;
    // After a recent failure one attempt is enough: the back-off replaces the others.
    const fetched = await this.#run(key, fetcher, policy, flight, wait < 0 ? 1 : attempts);
    // Hold the lock until the answer has reached the other tabs.
    const { release } = flight;
    if (release !== noop) setTimeout(release, ANSWER_ARRIVES);
    flight.release = noop;
    return fetched;
  }

  async #run(key: Key, fetcher: AnyFetcher, policy: Policy, flight: Flight, usual: number): Promise<FetchOutcome> {
    const { signal } = flight.controller;
    const started = performance.now();
    const { retry = {} } = policy;
    const { attempts = usual, baseDelay = 500, maxDelay = 30_000 } = retry;
    for (let attempt = 1; ; attempt++) {
      try {
        const value = await this.#attempt(key, fetcher, policy.timeout ?? DEFAULT_TIMEOUT, flight);
        if (value === undefined) {
          throw new TypeError(
            `cardcache: the fetcher of ${key} returned undefined, which cannot be cached: return null`,
          );
        }
        const judge = this.#judge;
        judge?.countFetch('succeeded');
        judge?.addLatency('fetch', started);
        this.#errors.delete(key);
        // The core started or ended during this fetch, so invalidations may have been missed. Return the answer without caching
        // it.
        if (judge !== flight.judge) return { value, timestamp: undefined, source: 'fetch' };
        const { id } = flight;
        // The commit ends the flight.
        flight.id = 0;
        return this.#host.commit({ key, value, policy, flight: id });
      } catch (error) {
        const judge = this.#judge;
        const told = toldToWait(error, judge?.now() ?? Date.now());
        const lasting = !signal.aborted && !allows(retry, error);
        if (attempt >= attempts || signal.aborted || lasting || told > maxDelay) {
          judge?.countFetch('failed');
          if (!signal.aborted) this.#failed(key, error, flight, policy, told, lasting);
          throw error;
        }
        judge?.countFetch('retried');
        const delay = judge?.retryAfter(attempt, baseDelay, maxDelay) ?? baseDelay;
        await pause(Math.max(delay, told), signal);
      }
    }
  }

  #failed(key: Key, error: unknown, flight: Flight, policy: Policy, told: number, lasting: boolean): void {
    this.#host.failed(key, error);
    // These errors say nothing about the server: the fetcher aborted itself, or asked for its own key.
    if (error instanceof OwnKeyError || (error instanceof Error && error.name === 'AbortError')) return;
    this.#errors.delete(key);
    if (this.#errors.size >= MOST_ERRORS) this.#errors.delete(this.#errors.keys().next().value as Key);
    this.#errors.set(key, error as Error);
    this.#judgeOf(flight)?.failFlight(flight.id, policy, told, lasting);
    flight.id = 0;
  }

  #attempt(key: Key, fetcher: AnyFetcher, timeout: number, flight: Flight): Promise<unknown> {
    const { signal } = flight.controller;
    // Each attempt has its own signal: a time-out aborts the attempt, and the flight goes on with the next one.
    const own = new AbortController();
    const stop = () => own.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timedOut = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(abortError(signal)), { once: true });
      if (timeout > LONGEST_TIMER) return;
      timer = setTimeout(() => {
        const error = new DOMException(`cardcache: ${key} took longer than ${timeout} ms`, 'TimeoutError');
        reject(error);
        own.abort(error);
      }, timeout);
    });
    const context: FetchContext<never> = { key, signal: own.signal, stale: this.#host.stale(key) as undefined };
    const answer = new Promise<unknown>((resolve) => {
      const before = calling;
      calling = [...before, flight];
      try {
        resolve(fetcher(context));
      } finally {
        calling = before;
      }
    });
    return Promise.race([answer, timedOut]).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    });
  }

  #wait(key: Key, flight: Flight, signal: AbortSignal | undefined): Promise<FetchOutcome> {
    flight.callers++;
    if (!signal) return flight.promise;
    return new Promise((resolve, reject) => {
      const leave = () => {
        reject(abortError(signal));
        if (--flight.callers > 0) return;
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        this.#judgeOf(flight)?.endFlight(flight.id);
        flight.controller.abort(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      flight.promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }
}

/** A fetcher asked for its own key, and would wait for itself. */
class OwnKeyError extends TypeError {
  constructor(key: Key) {
    super(
      `cardcache: the fetcher of ${key} asks the cache for ${key}, directly or through another key's fetcher, and would wait for itself. Ask the server there.`,
    );
  }
}

/** Whether a flight waits for another, directly or through further flights. */
function leads(from: Flight, to: Flight): boolean {
  for (const next of from.awaits) if (next === to || leads(next, to)) return true;
  return false;
}

/**
 * Whether the policy retries after this error. If `when` throws, the fetch is not retried, and the caller gets the fetcher's
 * error.
 */
function allows(retry: NonNullable<Policy['retry']>, error: unknown): boolean {
  let allowed = false;
  callSafely(() => {
    allowed = retry.when?.(error) ?? true;
  });
  return allowed;
}

function abortError(signal: AbortSignal): DOMException {
  const { reason } = signal as { reason: unknown };
  if (reason instanceof DOMException && reason.name === 'AbortError') return reason;
  return new DOMException('cardcache: the request was aborted', 'AbortError');
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(abortError(signal));
      },
      { once: true },
    );
  });
}
