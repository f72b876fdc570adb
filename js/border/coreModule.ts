import type { Key } from '../types.ts';

/** How WebAssembly says no and yes. */
type Flag = 0 | 1;

/**
 * What the module of wasm/bindings exports; the files there say what each takes from the staging buffer. What takes and gives
 * numbers alone is called as it is, under its name with a line before it; embind stands before the rest.
 */
export interface CoreModule {
  _reserve(bytes: number): number;
  _wordsAddress(): number;

  openSpace(area: AreaPort | null, budget: number, ttl: number, compressAbove: number, foreign: boolean): number;
  _closeSpace(space: number): void;
  _openPage(
    space: number,
    hasUser: boolean,
    memoryTtl: number,
    maxEntries: number,
    maxBytes: number,
    hitRateBelow: number,
    errorsAbove: number,
    storageAbove: number,
    seed: number,
  ): number;
  _closePage(page: number): void;
  _ringAddress(page: number): number;
  _openCount(): number;

  _observe(page: number, now: number): void;
  _lookUp(
    page: number,
    now: number,
    grace: number,
    maxAge: number,
    notBefore: number,
    hasVersion: boolean,
    peek: boolean,
    refusesPlain: boolean,
    isOpened: boolean,
  ): number;
  _admit(page: number, now: number, serial: number): void;
  _reject(page: number, now: number, error: number): void;
  _set(
    page: number,
    now: number,
    ttl: number,
    expiresAt: number,
    cost: number,
    bytes: number,
    reach: number,
    keptOnEvent: boolean,
    grace: number,
    flight: number,
  ): Flag;
  // Not written as a method: it is kept by itself.
  _setAgain: (
    page: number,
    now: number,
    slot: number,
    ttl: number,
    expiresAt: number,
    cost: number,
    bytes: number,
    keptOnEvent: boolean,
    grace: number,
  ) => Flag;
  _adoptRemote(
    page: number,
    now: number,
    ttl: number,
    expiresAt: number,
    cost: number,
    bytes: number,
    reach: number,
    keptOnEvent: boolean,
    grace: number,
  ): Flag;
  _remove(page: number, now: number): Flag;
  _dropResident(page: number, now: number): void;
  _allowGrace(page: number, grace: number): void;
  _keepFor(page: number, now: number, grace: number): void;
  _sweep(page: number, now: number): void;
  _tend(page: number, now: number): Flag;

  sealedKeys(page: number, now: number): Key[];
  _findSealed(page: number, now: number): number;
  _rejectSealed(page: number, now: number): void;
  _prepareSealing(page: number, now: number, sealing: number): Flag;
  _writeSealed(page: number, now: number, sealing: number): void;
  _endSealing(page: number, sealing: number): void;
  _removePlain(page: number, now: number): void;

  _invalidate(page: number, now: number, fields: number, afterWrite: boolean): number;
  _learnFloor(page: number, now: number, fields: number, at: number, sparesKept: boolean, byWrite: boolean): Flag;
  _clear(page: number, now: number): number;
  keys(page: number, now: number, fields: number): string[] | null;
  _adopt(page: number, now: number): Flag;
  _oldestToTake(page: number, now: number, maxAge: number): number;
  onAreaChange(page: number, now: number, key: string | null, text: string | null): void;
  takeChangedElsewhere(page: number): string[];

  _beginFlight(page: number, now: number, keptOnEvent: boolean): number;
  _isVoid(page: number, now: number, flight: number): Flag;
  _endFlight(page: number, flight: number): void;
  _voidFlights(page: number): void;
  _failFlight(
    page: number,
    now: number,
    flight: number,
    longestWait: number,
    told: number,
    lasting: boolean,
    random: number,
  ): void;
  _backOff(page: number, now: number, longestWait: number): number;
  _retryAfter(attempt: number, base: number, most: number, random: number): number;
  _watch(
    page: number,
    interval: number,
    debounce: number,
    whileHidden: boolean,
    onEvent: number,
    hasVersion: boolean,
    onLoad: number,
    longestWait: number,
    timestamp: number,
  ): number;
  _outdated(page: number): void;
  _unwatch(page: number, now: number, watch: number): void;
  _setVisible(page: number, visible: boolean): void;
  _catchUp(page: number, since: number, now: number): void;
  _catchUpAfterLoad(page: number, since: number): void;
  _retryFailed(page: number, now: number): void;
  _refreshStarted(page: number): void;
  _refreshFailed(page: number, now: number): void;
  _refreshDiscarded(page: number): void;
  _refreshSucceeded(page: number, timestamp: number): void;
  _nextDue(page: number): number;
  takeDue(page: number, now: number): string[];
  watchStatus(page: number): { success: boolean; updated: number; next: number; watchers: number } | undefined;

  _addRule(page: number, aboutUsername: boolean): void;
  _ruleIndex(page: number): number;
  applyEvent(
    page: number,
    now: number,
    firstIsMe: boolean,
  ): { reasons: number[]; invalidated: number; refreshed: string[] };
  _isConcerned(): Flag;

  statistics(page: number, now: number): string[];
  inspect(page: number, now: number): RawEntry[];
  takeNotices(page: number): { key: string; why?: number; error?: number }[];
  takeAlerts(page: number): { what: number; value: number; limit: number }[];
  _noteError(page: number, error: number): void;
  _countFetch(page: number, what: number): void;
  _addLatency(page: number, of: number, milliseconds: number): void;
}

export interface RawEntry {
  key: string;
  tier: number;
  timestamp: number;
  expires: number;
  bytes: number;
  storedBytes: number;
  hits: number;
  tags: string[];
}

export type Head = [key: string, begin: string, length: number];

/** A Storage as the module uses it: nothing in here throws. */
export interface AreaPort {
  get(key: string): string | null;
  /** 0 where it is written, 1 where there is no room for it, 2 where it was refused for another reason. */
  set(key: string, text: string): number;
  /** False where it was refused. */
  remove(key: string): boolean;
  /** Key, how the text begins (`units` of a packed one, else all of it) and its length, negated where a unit is above U+00FF; nothing where there is none. */
  head(key: string, units: number): Head | [];
  /** How many keys were gone over, fewer than `count` at the end; then the heads of those with the prefix. */
  walk(prefix: string, from: number, count: number, units: number): (string | number)[];
  keys(prefix: string): string[];
}
