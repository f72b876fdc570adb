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
  /** The number of the flight; 0: none begins, for the key is left alone. */
  flight: number;
  /** For how long it is, in ms; −1: it is not, and its last fetch failed. */
  wait: number;
}

export type RefreshEnd = (typeof REFRESH_ENDS)[number];

/**
 * What fetching asks for: whether a fetch still counts, and when a watched key is fetched next. The core answers it, and where no
 * core runs `NoCore` does.
 */
export interface Coordination {
  now(): number;
  /** Supersedes earlier flights of the key. `forced`: whatever failed before. */
  beginFlight(key: Key, policy: Policy, forced: boolean): Begun;
  /** Whether something has superseded it since. */
  isVoid(flight: number): boolean;
  endFlight(flight: number): void;
  /** It has failed for good, and ended; `told`: for how long the server wants to be left alone; `lasting`: its policy does not try again. */
  failFlight(flight: number, policy: Policy, told: number, lasting: boolean): void;
  /** How long to wait, in ms, after the attempt of that number has failed. */
  retryAfter(attempt: number, base: number, most: number): number;
  countFetch(what: FetchCount): void;
  addLatency(of: 'fetch', started: number): void;
  /** Gives the number of the watch, by which it ends; `timestamp`: of what it shows, NaN for nothing. */
  beginWatch(key: Key, times: WatchTimes, policy: Policy, timestamp: number): number;
  endWatch(id: number): void;
  /** What is shown of it is not fresh. */
  outdated(key: Key): void;
  setVisible(visible: boolean): void;
  catchUp(since: number): void;
  /** Events of these types may have been missed before `since`, while no page heard them. */
  catchUpAfterLoad(since: number, types: readonly string[]): void;
  retryFailed(): void;
  /** A fetch of a watched key begins that `takeDue` did not ask for. */
  beginRefresh(key: Key): void;
  /** A fetch of a watched key has ended; `timestamp`: of its answer, where it succeeded. */
  endRefresh(key: Key, end: RefreshEnd, timestamp?: number): void;
  /** Infinity where nothing is to be fetched. */
  nextDue(): number;
  /** Keys that are due; they count as started. */
  takeDue(): Key[];
  /** `updated` is NaN where there was no answer yet. */
  watchStatus(key: Key): WatchStatus | undefined;
}
