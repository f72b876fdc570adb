import type { Clock } from '../common/clock.ts';
import type { Begun, Coordination, RefreshEnd, WatchStatus, WatchTimes } from '../border/core.ts';
import { LINGER } from '../border/names.ts';
import type { Key, Policy } from '../types.ts';

/** How long a first fetch waits for the core to start, in ms: its answer may be stored. A slow tablet compiles in less time. */
export const CORE_TIMEOUT = 5_000;

/** A failed fetch is repeated after this time or after its interval, whichever is shorter, in ms. */
const TRIED_AGAIN = 180_000;

interface Watcher {
  id: number;
  /** The interval, in ms. */
  every: number;
  /** The debounce, in ms. */
  pause: number;
  whileHidden: boolean;
}

interface State {
  watchers: Watcher[];
  onEvent: NonNullable<Policy['onEvent']>;
  since: number;
  updated: number | undefined;
  requested: number | undefined;
  /** The time of the request that the running fetch answers. */
  serving: number | undefined;
  failed: number | undefined;
  immediate: boolean;
  fetching: boolean;
  left: number;
}

interface Flight {
  key: Key;
  exempt: boolean;
  began: number;
}

/**
 * Coordinates fetching while no core runs: polls watched keys, and lets every fetch through. It understands neither selectors nor
 * rules, so after any invalidation it refetches every watched key.
 */
export class Poller implements Coordination {
  /** Events before this time may have been missed. The core is told when it starts. */
  missedSince = -Infinity;
  /** Types of events that no page heard before `since`. The core is told when it starts. */
  unheard: { since: number; types: readonly string[] } | undefined;
  /** Called whenever the next due time may have changed. */
  onMoved: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #states = new Map<Key, State>();
  readonly #flights = new Map<number, Flight>();
  #coreTimeout = CORE_TIMEOUT;
  #numbered = 0;
  #visible = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  addLatency(): void {
    // Statistics need the core.
  }

  /** Called when no core will start. */
  giveUp(): void {
    this.#coreTimeout = 0;
    this.onMoved();
  }

  /** Called when a value was set or fetched for a key that may be watched. */
  protected renewed(key: Key, timestamp: number): void {
    const state = this.#states.get(key);
    if (!state) return;
    state.updated = timestamp;
    state.requested = state.serving = state.failed = undefined;
    this.onMoved();
  }

  /** The timestamp of the key's shown answer; undefined if there is none, or if it has been invalidated. */
  timestampOf(key: Key): number | undefined {
    const state = this.#states.get(key);
    return state && state.requested === undefined && !state.immediate ? state.updated : undefined;
  }

  /** Refetches every watched key: any of them may be selected. */
  protected refetchAll(skipsExempt: boolean): void {
    this.#refetch(({ onEvent }) => !skipsExempt || onEvent !== 'keep', skipsExempt);
  }

  /** Refetches every watched key that events refresh: only the core can tell whom an event concerns. */
  protected refetchAfterEvent(): void {
    this.#refetch(({ onEvent }) => onEvent === 'refresh', true);
  }

  #refetch(isConcerned: (state: State) => boolean, skipsExempt: boolean): void {
    const now = this.now();
    for (const state of this.#states.values()) if (isConcerned(state)) state.requested = now;
    for (const [id, { exempt }] of this.#flights) if (!skipsExempt || !exempt) this.#flights.delete(id);
    this.onMoved();
  }

  /** When the flight began; undefined if it was superseded. */
  protected beganAt(flight: number): number | undefined {
    return this.#flights.get(flight)?.began;
  }

  isSuperseded(flight: number): boolean {
    return !this.#flights.has(flight);
  }

  beginFlight(key: Key, { onEvent }: Policy): Begun {
    this.supersedeFlights(key);
    this.#flights.set(++this.#numbered, { key, exempt: onEvent === 'keep', began: this.now() });
    return { flight: this.#numbered, wait: 0 };
  }

  endFlight(flight: number): void {
    this.#flights.delete(flight);
  }

  supersedeFlights(superseded: Key): void {
    for (const [id, { key }] of this.#flights) if (key === superseded) this.#flights.delete(id);
  }

  /** Back-off needs the core. */
  failFlight(flight: number): void {
    this.endFlight(flight);
  }

  retryAfter(_attempt: number, base: number, most: number): number {
    return Math.min(base, most);
  }

  countFetch(): void {
    // Statistics need the core.
  }

  beginWatch(key: Key, { interval, debounce, whileHidden }: WatchTimes, policy: Policy, timestamp: number): number {
    const state = this.#states.get(key) ?? newState(this.now());
    this.#states.set(key, state);
    // Only what this watcher shows counts: an earlier watcher's answer may be gone.
    if (state.watchers.length === 0) state.updated = Number.isNaN(timestamp) ? undefined : timestamp;
    state.onEvent = policy.onEvent ?? 'refresh';
    const id = ++this.#numbered;
    state.watchers.push({ id, every: interval, pause: debounce, whileHidden });
    this.onMoved();
    return id;
  }

  outdated(key: Key): void {
    const state = this.#states.get(key);
    if (state) state.immediate = true;
    this.onMoved();
  }

  endWatch(id: number): void {
    for (const state of this.#states.values()) {
      const left = state.watchers.filter((watcher) => watcher.id !== id);
      if (left.length < state.watchers.length) state.left = this.now();
      state.watchers = left;
    }
    this.onMoved();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.onMoved();
  }

  catchUp(since: number): void {
    this.missedSince = Math.max(this.missedSince, since);
    for (const state of this.#states.values()) {
      const { onEvent, updated } = state;
      if (onEvent === 'refresh' && updated !== undefined && updated < since) state.immediate = true;
    }
    this.onMoved();
  }

  /** Watched answers were fetched by this page; only the core knows the stored ones. */
  catchUpAfterLoad(since: number, types: readonly string[]): void {
    this.unheard = { since, types };
  }

  retryFailed(): void {
    for (const state of this.#states.values()) state.immediate ||= state.failed !== undefined;
    this.onMoved();
  }

  beginRefresh(key: Key): void {
    const state = this.#states.get(key);
    if (!state) return;
    state.fetching = true;
    state.serving = state.requested ?? state.serving;
    state.requested = undefined;
    state.immediate = false;
    this.onMoved();
  }

  endRefresh(key: Key, end: RefreshEnd, timestamp?: number): void {
    const state = this.#states.get(key);
    if (!state) return;
    state.fetching = false;
    state.failed = end === 'failed' ? this.now() : undefined;
    if (end === 'succeeded') state.updated = timestamp;
    // The request is still unanswered.
    if (end === 'discarded') state.requested ??= state.serving;
    state.serving = undefined;
    this.onMoved();
  }

  nextDue(): number {
    return Math.min(Infinity, ...[...this.#states.values()].map((state) => this.#due(state)));
  }

  takeDue(): Key[] {
    const now = this.now();
    const due: Key[] = [];
    for (const [key, state] of this.#states) {
      if (this.#due(state) <= now) due.push(key);
      else if (state.watchers.length === 0 && !state.fetching && state.left + LINGER <= now) this.#states.delete(key);
    }
    for (const key of due) this.beginRefresh(key);
    return due;
  }

  watchStatus(key: Key): WatchStatus | undefined {
    const state = this.#states.get(key);
    if (!state) return undefined;
    const { failed, updated = NaN, watchers } = state;
    return { success: failed === undefined, updated, next: this.#due(state), watchers: watchers.length };
  }

  #due({ watchers, since, updated, requested, failed, immediate, fetching }: State): number {
    const active = watchers.filter(({ whileHidden }) => this.#visible || whileHidden);
    if (active.length === 0 || fetching) return Infinity;
    if (immediate) return -Infinity;
    const every = Math.min(...active.map((watcher) => watcher.every));
    const pause = Math.min(...active.map((watcher) => watcher.pause));
    const polled = updated === undefined ? since + this.#coreTimeout : updated + every;
    const due = failed === undefined ? polled : failed + Math.min(every, TRIED_AGAIN);
    return requested === undefined ? due : Math.min(due, requested + pause);
  }
}

function newState(since: number): State {
  return {
    watchers: [],
    onEvent: 'refresh',
    since,
    updated: undefined,
    requested: undefined,
    serving: undefined,
    failed: undefined,
    immediate: false,
    fetching: false,
    left: 0,
  };
}
