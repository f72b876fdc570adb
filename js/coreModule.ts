import type { Key } from './types.ts';

/** What the module of wasm/bindings exports; the files there say what each takes from the staging buffer. */
export interface CoreModule {
  reserve(bytes: number): number;
  wordsAddress(): number;

  openSpace(area: AreaPort | null, budget: number, ttl: number, compressAbove: number, foreign: boolean): number;
  closeSpace(space: number): void;
  openPage(
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
  closePage(page: number): void;
  ringAddress(page: number): number;
  openCount(): number;

  observe(page: number, now: number): void;
  lookUp(
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
  admit(page: number, now: number, serial: number): void;
  reject(page: number, now: number, error: number): void;
  set(
    page: number,
    now: number,
    ttl: number,
    expiresAt: number,
    cost: number,
    bytes: number,
    reach: number,
    keptOnEvent: boolean,
    flight: number,
  ): boolean;
  adoptRemote(
    page: number,
    now: number,
    ttl: number,
    expiresAt: number,
    cost: number,
    bytes: number,
    reach: number,
    keptOnEvent: boolean,
  ): boolean;
  remove(page: number, now: number): boolean;
  dropResident(page: number, now: number): void;
  allowGrace(page: number, grace: number): void;
  sweep(page: number, now: number): void;
  tend(page: number, now: number): boolean;

  sealedKeys(page: number, now: number): Key[];
  findSealed(page: number, now: number): number;
  rejectSealed(page: number, now: number): void;
  prepareSealing(page: number, now: number, sealing: number): boolean;
  writeSealed(page: number, now: number, sealing: number): void;
  endSealing(page: number, sealing: number): void;
  removePlain(page: number, now: number): void;

  invalidate(page: number, now: number, fields: number, afterWrite: boolean): number;
  learnFloor(page: number, now: number, fields: number, at: number, sparesKept: boolean): boolean;
  clear(page: number, now: number): number;
  keys(page: number, now: number, fields: number): string[] | null;
  adopt(page: number, now: number): boolean;
  oldestToTake(page: number, now: number, maxAge: number): number;
  onAreaChange(page: number, now: number, key: string | null, text: string | null): void;
  takeChangedElsewhere(page: number): string[];

  beginFlight(page: number, now: number, keptOnEvent: boolean): number;
  isVoid(page: number, now: number, flight: number): boolean;
  endFlight(page: number, flight: number): void;
  voidFlights(page: number): void;
  retryAfter(attempt: number, base: number, most: number, random: number): number;
  watch(
    page: number,
    interval: number,
    debounce: number,
    whileHidden: boolean,
    onEvent: number,
    timestamp: number,
  ): number;
  unwatch(page: number, now: number, watch: number): void;
  setVisible(page: number, visible: boolean): void;
  catchUp(page: number, since: number, now: number): void;
  retryFailed(page: number, now: number): void;
  refreshStarted(page: number): void;
  refreshFailed(page: number, now: number, random: number): void;
  refreshDiscarded(page: number): void;
  refreshSucceeded(page: number, timestamp: number): void;
  nextDue(page: number): number;
  takeDue(page: number, now: number): string[];
  watchStatus(page: number): { success: boolean; updated: number; next: number; watchers: number } | undefined;

  addRule(page: number, aboutUsername: boolean): void;
  ruleIndex(page: number): number;
  applyEvent(
    page: number,
    now: number,
    firstIsMe: boolean,
  ): { reasons: number[]; invalidated: number; refreshed: string[] };
  isConcerned(): boolean;

  statistics(page: number, now: number): string[];
  inspect(page: number, now: number): RawEntry[];
  takeNotices(page: number): { key: string; why?: number; error?: number }[];
  takeAlerts(page: number): { what: number; value: number; limit: number }[];
  noteError(page: number, error: number): void;
  countFetch(page: number, what: number): void;
  addLatency(page: number, of: number, milliseconds: number): void;
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
