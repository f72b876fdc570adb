import type { Clock } from '../common/clock.ts';
import type { Begun, Coordination, RefreshEnd, WatchStatus, WatchTimes } from '../border/core.ts';
import { LINGER } from '../border/names.ts';
import type { Key, Policy } from '../types.ts';

/** How long a first fetch waits for a core that is on its way: most of it may lie in storage. A slow tablet compiles in less. */
export const PATIENCE = 5_000;

/** A failed fetch is tried again after this long or its interval, whichever is shorter. */
const TRIED_AGAIN = 180_000;

interface Watcher {
  id: number;
  /** Milliseconds from one fetch to the next. */
  every: number;
  /** Milliseconds that a burst of invalidations is waited out for. */
  pause: number;
  whileHidden: boolean;
}

interface State {
  watchers: Watcher[];
  onEvent: NonNullable<Policy['onEvent']>;
  since: number;
  updated: number | undefined;
  requested: number | undefined;
  /** What the running fetch was asked for by. */
  serving: number | undefined;
  failed: number | undefined;
  hurried: boolean;
  fetching: boolean;
  left: number;
}

interface Flight {
  key: Key;
  kept: boolean;
  began: number;
}

/**
 * Coordinates fetching where no core does: polls what is watched and lets every fetch through. It knows no selector and no rule:
 * whatever is invalidated, all that is watched is fetched again.
 */
export class Poller implements Coordination {
  /** Events before then may have been missed; the core is told so when it comes. */
  missedSince = -Infinity;
  /** Types of events that no page heard before `since`; the core is told so as well. */
  unheard: { since: number; types: readonly string[] } | undefined;
  /** Is called whenever something may be due at another time. */
  onMoved: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #states = new Map<Key, State>();
  readonly #flights = new Map<number, Flight>();
  #patience = PATIENCE;
  #numbered = 0;
  #visible = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  addLatency(): void {
    // Nobody can ask for it.
  }

  /** No core will come. */
  giveUp(): void {
    this.#patience = 0;
    this.onMoved();
  }

  /** A value of a key that may be watched has come from elsewhere. */
  protected renewed(key: Key, timestamp: number): void {
    const state = this.#states.get(key);
    if (!state) return;
    state.updated = timestamp;
    state.requested = state.serving = state.failed = undefined;
    this.onMoved();
  }

  /** When the answer was true that is shown of a key; undefined where it has none that still counts. */
  timestampOf(key: Key): number | undefined {
    const state = this.#states.get(key);
    return state && state.requested === undefined && !state.hurried ? state.updated : undefined;
  }

  /** Any selector may select it: fetches again whatever is watched. */
  protected refetchAll(sparesKept: boolean): void {
    this.#void(({ onEvent }) => !sparesKept || onEvent !== 'keep', sparesKept);
  }

  /** Only the core knows whom an event concerns: fetches again whatever events concern at all. */
  protected refetchAfterEvent(): void {
    this.#void(({ onEvent }) => onEvent === 'refresh', true);
  }

  #void(isConcerned: (state: State) => boolean, sparesKept: boolean): void {
    const now = this.now();
    for (const state of this.#states.values()) if (isConcerned(state)) state.requested = now;
    for (const [id, { kept }] of this.#flights) if (!sparesKept || !kept) this.#flights.delete(id);
    this.onMoved();
  }

  /** When the flight began; undefined for one that is void. */
  protected beganAt(flight: number): number | undefined {
    return this.#flights.get(flight)?.began;
  }

  isVoid(flight: number): boolean {
    return !this.#flights.has(flight);
  }

  beginFlight(key: Key, { onEvent }: Policy): Begun {
    this.voidFlights(key);
    this.#flights.set(++this.#numbered, { key, kept: onEvent === 'keep', began: this.now() });
    return { flight: this.#numbered, wait: 0 };
  }

  endFlight(flight: number): void {
    this.#flights.delete(flight);
  }

  voidFlights(voided: Key): void {
    for (const [id, { key }] of this.#flights) if (key === voided) this.#flights.delete(id);
  }

  /** Only the core remembers failures. */
  failFlight(flight: number): void {
    this.endFlight(flight);
  }

  retryAfter(_attempt: number, base: number, most: number): number {
    return Math.min(base, most);
  }

  countFetch(): void {
    // Nobody can ask for it.
  }

  beginWatch(key: Key, { interval, debounce, whileHidden }: WatchTimes, policy: Policy, timestamp: number): number {
    const state = this.#states.get(key) ?? newState(this.now());
    this.#states.set(key, state);
    // What an earlier watcher showed may be gone by now: only what this one shows counts.
    if (state.watchers.length === 0) state.updated = Number.isNaN(timestamp) ? undefined : timestamp;
    state.onEvent = policy.onEvent ?? 'refresh';
    const id = ++this.#numbered;
    state.watchers.push({ id, every: interval, pause: debounce, whileHidden });
    this.onMoved();
    return id;
  }

  outdated(key: Key): void {
    const state = this.#states.get(key);
    if (state) state.hurried = true;
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
      if (onEvent === 'refresh' && updated !== undefined && updated < since) state.hurried = true;
    }
    this.onMoved();
  }

  /** What is watched here was fetched by this page; what lies in storage the core knows. */
  catchUpAfterLoad(since: number, types: readonly string[]): void {
    this.unheard = { since, types };
  }

  retryFailed(): void {
    for (const state of this.#states.values()) state.hurried ||= state.failed !== undefined;
    this.onMoved();
  }

  beginRefresh(key: Key): void {
    const state = this.#states.get(key);
    if (!state) return;
    state.fetching = true;
    state.serving = state.requested ?? state.serving;
    state.requested = undefined;
    state.hurried = false;
    this.onMoved();
  }

  endRefresh(key: Key, end: RefreshEnd, timestamp?: number): void {
    const state = this.#states.get(key);
    if (!state) return;
    state.fetching = false;
    state.failed = end === 'failed' ? this.now() : undefined;
    if (end === 'succeeded') state.updated = timestamp;
    // Whoever asked for it still waits.
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

  #due({ watchers, since, updated, requested, failed, hurried, fetching }: State): number {
    const active = watchers.filter(({ whileHidden }) => this.#visible || whileHidden);
    if (active.length === 0 || fetching) return Infinity;
    if (hurried) return -Infinity;
    const every = Math.min(...active.map((watcher) => watcher.every));
    const pause = Math.min(...active.map((watcher) => watcher.pause));
    const polled = updated === undefined ? since + this.#patience : updated + every;
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
    hurried: false,
    fetching: false,
    left: 0,
  };
}
