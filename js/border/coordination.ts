import type { Key, Policy } from '../types.ts';
import type { REFRESH_ENDS } from './names.ts';
import type { FetchCount } from './statistics.ts';

export interface WatchTimes {
  interval: number;
  debounce: number;
  whileHidden: boolean;
}

export interface WatchStatus {
  success: boolean;
  updated: number;
  next: number;
  watchers: number;
}

export interface Begun {
  /** The number of the flight; 0: none begins, because the key is in back-off. */
  flight: number;
  /** The rest of the back-off, in ms; −1: no back-off, but the key's last fetch failed. */
  wait: number;
}

export type RefreshEnd = (typeof REFRESH_ENDS)[number];

/**
 * The functions that fetching needs: which flights are superseded, and when a watched key is fetched next. The core implements
 * it, and `Poller` while no core runs.
 */
export interface Coordination {
  now(): number;
  /** Supersedes earlier flights of the key. `forced`: begins despite a back-off. */
  beginFlight(key: Key, policy: Policy, forced: boolean): Begun;
  /** Whether the flight was superseded. */
  isSuperseded(flight: number): boolean;
  endFlight(flight: number): void;
  /**
   * The flight failed and ends. `told`: for how many ms the server asks to be left alone. `lasting`: its policy does not retry
   * this error.
   */
  failFlight(flight: number, policy: Policy, told: number, lasting: boolean): void;
  /** How long to wait, in ms, after attempt number `attempt` failed. */
  retryAfter(attempt: number, base: number, most: number): number;
  countFetch(what: FetchCount): void;
  addLatency(of: 'fetch', started: number): void;
  /** Returns the number of the watch. `timestamp`: that of the answer that it shows, NaN for none. */
  beginWatch(key: Key, times: WatchTimes, policy: Policy, timestamp: number): number;
  endWatch(id: number): void;
  /** The key's shown answer is not fresh: fetch it at once. */
  outdated(key: Key): void;
  setVisible(visible: boolean): void;
  catchUp(since: number): void;
  /** Events of these types may have been missed before `since`, when no page listened. */
  catchUpAfterLoad(since: number, types: readonly string[]): void;
  retryFailed(): void;
  /** A fetch of a watched key begins that did not come from `takeDue`. */
  beginRefresh(key: Key): void;
  /** A fetch of a watched key has ended. `timestamp`: that of its answer, if it succeeded. */
  endRefresh(key: Key, end: RefreshEnd, timestamp?: number): void;
  /** Infinity if no fetch is due. */
  nextDue(): number;
  /** Returns the keys that are due, and counts their fetches as begun. */
  takeDue(): Key[];
  /** `updated` is NaN if there was no answer yet. */
  watchStatus(key: Key): WatchStatus | undefined;
}
