import type { Clock } from './clock.ts';
import { ON_EVENT } from './coreNames.ts';
import type { CoreModule } from './coreModule.ts';
import type { Staging } from './linearMemory.ts';
import { noSelector, stageSelector } from './selectors.ts';
import type { Key, Selector } from './types.ts';

/** How long a first fetch waits for a core that is on its way: most of it may lie in storage. A slow tablet compiles in less. */
export const PATIENCE = 5_000;

/** A failed fetch is tried again after this long or its interval, whichever is shorter. */
const TRIED_AGAIN = 180_000;

/** As the core does, a key's state waits this long for a card that is moved or rebuilt. */
const LINGER = 5_000;

/** What is asked of the core about flights and watched keys. */
type Asked = Pick<
  CoreModule,
  | '_beginFlight'
  | '_isVoid'
  | '_endFlight'
  | '_voidFlights'
  | '_failFlight'
  | '_backOff'
  | '_retryAfter'
  | '_countFetch'
  | '_watch'
  | '_outdated'
  | '_unwatch'
  | '_setVisible'
  | '_catchUp'
  | '_catchUpAfterLoad'
  | '_retryFailed'
  | '_refreshStarted'
  | '_refreshFailed'
  | '_refreshDiscarded'
  | '_refreshSucceeded'
  | '_nextDue'
  | 'takeDue'
  | 'watchStatus'
>;

interface AskedBorder {
  module: Asked;
  memory: Staging;
  page: number;
  now: number;
}

/** Who answers it: the core, or what stands in its place. */
export interface Standing {
  now(): number;
  call<T>(action: (border: AskedBorder) => T): T;
  callFor<T>(key: Key, action: (border: AskedBorder) => T): T;
  addLatency(of: 'fetch', started: number): void;
}

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
  onEvent: number;
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
 * Stands where the core would, while that is on its way and where none will come: polls what is watched, and lets every fetch
 * through. It keeps no answer and has no policy: whatever is invalidated, all that is watched is fetched again.
 */
export class NoCore implements Standing {
  /** Events before then may have been missed; the core is told so when it comes. */
  missedSince = -Infinity;
  /** Types of events that no page heard before `since`; the core is told so as well. */
  unheard: { since: number; types: readonly string[] } | undefined;
  readonly #clock: Clock;
  readonly #states = new Map<Key, State>();
  readonly #flights = new Map<number, Flight>();
  #patience = PATIENCE;
  #numbered = 0;
  #visible = true;
  /** Of the message under way. */
  #key = '';
  #names: readonly string[] = [];
  readonly #memory: Staging = {
    stage: () => {
      this.#key = '';
      return this.#memory;
    },
    number: () => this.#memory,
    name: (text) => {
      this.#key ||= text;
      return this.#memory;
    },
    names: (texts) => {
      this.#names = texts;
      return this.#memory;
    },
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  call<T>(action: (border: AskedBorder) => T): T {
    return action({ module: this.#module, memory: this.#memory, page: 0, now: this.now() });
  }

  callFor<T>(key: Key, action: (border: AskedBorder) => T): T {
    return this.call((border) => {
      border.memory.stage().name(key);
      return action(border);
    });
  }

  addLatency(): void {
    // Nobody can ask for it.
  }

  /** No core will come. */
  giveUp(): void {
    this.#patience = 0;
  }

  /** What is watched has come from elsewhere. */
  renewed(key: Key, timestamp: number): void {
    const state = this.#states.get(key);
    if (!state) return;
    state.updated = timestamp;
    state.requested = state.serving = state.failed = undefined;
  }

  /** When the answer was true that is shown of a key; undefined where it has none that still counts. */
  timestampOf(key: Key): number | undefined {
    const state = this.#states.get(key);
    return state && state.requested === undefined && !state.hurried ? state.updated : undefined;
  }

  /** TypeError for a selector that says nothing. */
  check(selector: Selector): void {
    stageSelector(this.#memory, selector);
    if (typeof selector === 'string' && /^:?$|::/.test(selector)) throw noSelector(selector);
  }

  /** What may be selected is fetched again. TypeError for a selector that says nothing. */
  invalidate(selector: Selector, sparesKept: boolean): void {
    this.check(selector);
    this.#void(({ onEvent }) => !sparesKept || onEvent !== ON_EVENT.keep, sparesKept);
  }

  /** Whom an event concerns the core would know. */
  heardEvent(): void {
    this.#void(({ onEvent }) => onEvent === ON_EVENT.refresh, true);
  }

  #void(isConcerned: (state: State) => boolean, sparesKept: boolean): void {
    const now = this.now();
    for (const state of this.#states.values()) if (isConcerned(state)) state.requested = now;
    for (const [id, { kept }] of this.#flights) if (!sparesKept || !kept) this.#flights.delete(id);
  }

  /** When the flight began; undefined for one that is void. */
  beganAt(flight: number): number | undefined {
    return this.#flights.get(flight)?.began;
  }

  isVoid(flight: number): boolean {
    return !this.#flights.has(flight);
  }

  readonly #module: Asked = {
    _beginFlight: (_page, now, kept) => {
      this.#flights.set(++this.#numbered, { key: this.#key, kept, began: now });
      return this.#numbered;
    },
    _isVoid: (_page, _now, flight) => (this.isVoid(flight) ? 1 : 0),
    _endFlight: (_page, flight) => void this.#flights.delete(flight),
    _voidFlights: () => {
      for (const [id, { key }] of this.#flights) if (key === this.#key) this.#flights.delete(id);
    },
    _failFlight: () => undefined,
    _backOff: () => 0,
    _retryAfter: (_attempt, base, most) => Math.min(base, most),
    _countFetch: () => undefined,
    _watch: (_page, interval, debounce, whileHidden, onEvent, _hasVersion, _onLoad, _longestWait, timestamp) => {
      const now = this.now();
      const state = this.#states.get(this.#key) ?? newState(now);
      this.#states.set(this.#key, state);
      const shown = Number.isNaN(timestamp) ? undefined : timestamp;
      // What an earlier watcher showed may be gone by now: only what this one shows counts.
      if (state.watchers.length === 0) state.updated = shown;
      state.onEvent = onEvent;
      state.watchers.push({ id: ++this.#numbered, every: interval, pause: debounce, whileHidden });
      return this.#numbered;
    },
    _outdated: () => {
      const state = this.#states.get(this.#key);
      if (state) state.hurried = true;
    },
    _unwatch: (_page, now, id) => {
      for (const state of this.#states.values()) {
        const left = state.watchers.filter((watcher) => watcher.id !== id);
        if (left.length < state.watchers.length) state.left = now;
        state.watchers = left;
      }
    },
    _setVisible: (_page, visible) => {
      this.#visible = visible;
    },
    _catchUp: (_page, since) => {
      this.missedSince = Math.max(this.missedSince, since);
      for (const state of this.#states.values()) {
        const { onEvent, updated } = state;
        if (onEvent === ON_EVENT.refresh && updated !== undefined && updated < since) state.hurried = true;
      }
    },
    // What is watched here was fetched by this page; what lies in storage the core knows.
    _catchUpAfterLoad: (_page, since) => {
      this.unheard = { since, types: this.#names };
    },
    _retryFailed: () => {
      for (const state of this.#states.values()) state.hurried ||= state.failed !== undefined;
    },
    _refreshStarted: () => this.#started(this.#key),
    _refreshFailed: (_page, now) => this.#ended((state) => (state.failed = now)),
    _refreshDiscarded: () =>
      this.#ended((state) => {
        // Whoever asked for it still waits.
        state.requested ??= state.serving;
        state.failed = undefined;
      }),
    _refreshSucceeded: (_page, timestamp) =>
      this.#ended((state) => {
        state.updated = timestamp;
        state.failed = undefined;
      }),
    _nextDue: () => Math.min(Infinity, ...[...this.#states.values()].map((state) => this.#due(state))),
    takeDue: (_page, now) => {
      const due: Key[] = [];
      for (const [key, state] of this.#states) {
        if (this.#due(state) <= now) due.push(key);
        else if (state.watchers.length === 0 && !state.fetching && state.left + LINGER <= now) this.#states.delete(key);
      }
      for (const key of due) this.#started(key);
      return due;
    },
    watchStatus: () => {
      const state = this.#states.get(this.#key);
      if (!state) return undefined;
      const { failed, updated = NaN, watchers } = state;
      return { success: failed === undefined, updated, next: this.#due(state), watchers: watchers.length };
    },
  };

  #started(key: Key): void {
    const state = this.#states.get(key);
    if (!state) return;
    state.fetching = true;
    state.serving = state.requested ?? state.serving;
    state.requested = undefined;
    state.hurried = false;
  }

  #ended(change: (state: State) => void): void {
    const state = this.#states.get(this.#key);
    if (!state) return;
    state.fetching = false;
    change(state);
    state.serving = undefined;
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
    onEvent: ON_EVENT.refresh,
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
