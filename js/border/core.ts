import type { Clock } from '../common/clock.ts';
import { ALERTS, ERRORS, FETCH_COUNTS, LATENCIES, ON_EVENT, ON_LOAD, REASONS, WHYS } from './names.ts';
import type { CoreModule, RawEntry } from './coreModule.ts';
import { callSafely } from '../common/emitter.ts';
import { LinearMemory, MOST_JSON_BYTES, RING_SIZE, Word } from './linearMemory.ts';
import { isSecret, longestWait, Policies } from '../common/policies.ts';
import { fieldsOf, noSelector } from '../common/selectors.ts';
import { nameStatistics, type CoreStatistics } from './statistics.ts';
import type {
  CacheError,
  CacheEvents,
  EventDecision,
  EventRule,
  FetchOptions,
  Key,
  Policy,
  Selector,
} from '../types.ts';

/** How far a value may go; the same numbers as `Reach` in wasm/core/two_tier_cache.hpp. */
export const Reach = { storage: 0, memory: 1, resident: 2, sealed: 3 } as const;

const NO_TAGS: readonly string[] = [];

/** What a set left. */
export interface Kept {
  timestamp: number;
  end: number;
  /** Milliseconds until then. */
  remaining: number;
  /** Names the record that is to be encrypted; 0 where none is. */
  sealing: number;
}

/** What AES-GCM takes in or gives out, and what it is bound to without being encrypted: where it lies and how old it is. */
export interface Bound {
  bytes: Uint8Array<ArrayBuffer>;
  binding: Uint8Array<ArrayBuffer>;
}

/** A sealed record that was decrypted: what was inside, and which one it was. */
export interface Opened {
  plain: Uint8Array;
  /** The end of its box, which AES-GCM makes from all of it. */
  tag: Uint8Array;
}

/** An answer that another tab or process brought, with all that is known about it. */
export interface Adopted {
  timestamp: number;
  version: string;
  tags: string[];
}

/** For whom an event is judged. */
export interface Party {
  /** As it stands in keys. */
  user: string;
  /** Answers of theirs name the event's task. */
  named: boolean;
  assignees: string[];
}

export interface WatchTimes {
  interval: number;
  debounce: number;
  whileHidden: boolean;
}

/**
 * What fetching asks for: whether a fetch still counts, and when a watched key is fetched next. The core answers it, and where no
 * core runs `Poller` does.
 */
export interface Coordination {
  now(): number;
  /** Gives the number of the flight, which is never 0. */
  beginFlight(key: Key, policy: Policy): number;
  /** Whether something has made it void since. */
  isVoid(flight: number): boolean;
  endFlight(flight: number): void;
  voidFlights(key: Key): void;
  /** It has failed for good; `told`: for how long the server wants to be left alone; `lasting`: its policy does not try again. */
  failFlight(flight: number, policy: Policy, told: number, lasting: boolean): void;
  /** For how long the key is left alone, in ms; 0: it may be fetched, −1: so it may, and its last fetch failed. */
  backOff(key: Key, policy: Policy): number;
  /** How long to wait, in ms, after the attempt of that number has failed. */
  retryAfter(attempt: number, base: number, most: number): number;
  countFetch(what: (typeof FETCH_COUNTS)[number]): void;
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
  refreshStarted(key: Key): void;
  refreshFailed(key: Key): void;
  refreshDiscarded(key: Key): void;
  refreshSucceeded(key: Key, timestamp: number): void;
  /** Infinity where nothing is to be fetched. */
  nextDue(): number;
  /** Keys that are due; they count as started. */
  takeDue(): Key[];
  /** `updated` is NaN where there was no answer yet. */
  watchStatus(key: Key): WatchStatus | undefined;
}

export interface WatchStatus {
  success: boolean;
  updated: number;
  next: number;
  watchers: number;
}

/** How many an invalidation took, and as of when: what is not younger is void. */
export interface Voided {
  count: number;
  at: number;
}

/** What a call over the border needs. */
interface Border {
  module: CoreModule;
  memory: LinearMemory;
  page: number;
  now: number;
}

export interface Found {
  value: unknown;
  source: 'memory' | 'storage';
  timestamp: number;
  end: number;
}

export interface Wanted {
  grace?: number | undefined;
  maxAge?: number | undefined;
  /** The oldest timestamp that will do. */
  notBefore?: number | undefined;
  /** Whose `version` and `check` a record must meet. */
  policy?: Policy | undefined;
  peek?: boolean | undefined;
  /** A sealed record that was decrypted: without it one is a miss. */
  opened?: Opened | undefined;
  /** To become resident without counting as asked for. */
  quiet?: boolean | undefined;
}

/** What the core has to say besides its answers. */
export interface CoreListener {
  evicted(detail: CacheEvents['evict']): void;
  failed(error: CacheError): void;
  alerted(alert: CacheEvents['alert']): void;
  clockWentBack(): void;
  /** There is something to do that idle time is for: `tend`. */
  upkeepWaits(): void;
}

export interface PageSizes {
  memoryTtl: number;
  maxEntries: number;
  maxBytes: number;
  alerts: { hitRateBelow: number; errorsAbove: number; storageAbove: number };
}

/**
 * One user's cache in the core, and the values that belong to it. Values stay here, by reference; everything known about them
 * is the core's. A hit compares the clock with a number in the core's memory and calls nothing.
 */
export class Core implements Coordination {
  readonly #module: CoreModule;
  readonly #memory: LinearMemory;
  readonly #page: number;
  readonly #ringAt: number;
  readonly #clock: Clock;
  readonly #listener: CoreListener;
  /** A field of its own: an object of so many members is a table of names, which engines search anew with each call. */
  readonly #setAgain: CoreModule['_setAgain'];

  readonly #slots = new Map<Key, number>();
  readonly #keys: (Key | undefined)[] = [];
  readonly #values: unknown[] = [];
  /** For how long past its end each is known to be kept, as far as this page has said so. */
  readonly #graces: number[] = [];
  #deadlines: Float64Array = new Float64Array();
  #deadlinesAt = -1;
  #ring: Uint32Array = new Uint32Array();
  #noted = 0;
  #believedFrom = -Infinity;
  /** The latest time that a hit has seen and no call has told the core yet. */
  #seen = -Infinity;

  constructor(
    module: CoreModule,
    memory: LinearMemory,
    space: number,
    user: string | null,
    sizes: PageSizes,
    clock: Clock,
    listener: CoreListener,
  ) {
    this.#module = module;
    this.#memory = memory;
    this.#clock = clock;
    this.#listener = listener;
    this.#setAgain = module._setAgain;
    memory.stage().name(user ?? '');
    const { alerts } = sizes;
    const seed = Math.floor(Math.random() * 2 ** 32);
    this.#page = module._openPage(
      space,
      user !== null,
      sizes.memoryTtl,
      sizes.maxEntries,
      sizes.maxBytes,
      alerts.hitRateBelow,
      alerts.errorsAbove,
      alerts.storageAbove,
      seed,
    );
    this.#ringAt = module._ringAddress(this.#page);
    this.observe();
  }

  close(): void {
    this.#module._closePage(this.#page);
    this.#slots.clear();
    this.#values.length = 0;
  }

  /** The time, after the core has heard of it if it went back. */
  now(): number {
    const now = this.#clock.now();
    if (now < this.#believedFrom) this.#observe(now);
    return now;
  }

  observe(): void {
    this.#observe(this.#clock.now());
  }

  /** The value where it is resident and fresh; one comparison, one number written, no call. */
  hit(key: Key): unknown {
    const slot = this.#slots.get(key);
    const deadlines = this.#deadlines;
    // A view is empty once the core's memory has grown. V8 reads more slowly for good where it was once read past its end.
    if (slot === undefined || slot >= deadlines.length) return undefined;
    const now = this.#clock.now();
    const deadline = deadlines[slot] as number;
    if (!(now < deadline) || now < this.#believedFrom) return undefined;
    // The core hears of this time with the next call. A clock that goes back before that is the core's to judge.
    if (now > this.#seen) this.#seen = this.#believedFrom = now;
    this.#ring[this.#noted++] = slot;
    if (this.#noted === RING_SIZE) this.observe();
    return this.#values[slot];
  }

  /** As `keepFor`, of what is resident: the core is told once. */
  keepHit(key: Key, grace: number): void {
    const slot = this.#slots.get(key);
    if (slot === undefined || grace <= (this.#graces[slot] ?? 0)) return;
    this.#graces[slot] = grace;
    this.keepFor(key, grace);
  }

  lookUp(key: Key, wanted: Wanted = {}): Found | undefined {
    const { peek = false, quiet = peek, policy = {}, opened } = wanted;
    const { grace = 0, maxAge = Infinity, notBefore = -Infinity } = wanted;
    const { version } = policy;
    const found = this.#call(({ module, memory, page, now }) => {
      const message = memory
        .stage()
        .name(key)
        .name(version ?? '');
      if (opened) message.bytes(opened.plain).bytes(opened.tag);
      const hasVersion = version !== undefined;
      const isOpened = opened !== undefined;
      const secret = isSecret(policy);
      const where = module._lookUp(page, now, grace, maxAge, notBefore, hasVersion, quiet, secret, isOpened);
      const { words } = memory;
      return {
        where,
        timestamp: words[Word.timestamp] ?? 0,
        end: words[Word.end] ?? 0,
        slot: words[Word.slot] ?? -1,
        serial: words[Word.serial] ?? 0,
        json: where === 2 ? memory.textAt(words[Word.jsonAt] ?? 0, words[Word.jsonSize] ?? 0) : '',
      };
    });
    const { where, timestamp, end, slot, serial, json } = found;
    if (where === 0) return undefined;
    if (where === 1) return { value: this.#values[slot], source: 'memory', timestamp, end };
    const value = this.#restore(key, json, wanted, serial);
    return value === undefined ? undefined : { value, source: 'storage', timestamp, end };
  }

  /** What is known of the key's answer, where there is one that will do. */
  facts(key: Key, wanted: Wanted = {}): { timestamp: number; end: number } | undefined {
    return this.lookUp(key, { ...wanted, peek: true });
  }

  /** When an answer that is fresh under this policy was true. */
  timestampOf(key: Key, policy: FetchOptions = {}): number | undefined {
    return this.facts(key, { policy, maxAge: policy.maxAge })?.timestamp;
  }

  #restore(key: Key, json: string, { policy, peek }: Wanted, serial: number): unknown {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      this.#reject(key, 'corrupt');
      return undefined;
    }
    if (policy && !accepts(policy, value)) {
      this.#reject(key, 'version');
      return undefined;
    }
    if (peek) return value;
    this.#keep(key, value, ({ module, page, now }) => {
      module._admit(page, now, serial);
      return true;
    });
    return value;
  }

  #reject(key: Key, kind: CacheError['kind']): void {
    this.#callFor(key, ({ module, page, now }) => module._reject(page, now, ERRORS.indexOf(kind)));
  }

  /** The value in memory, fresh or not. */
  resident(key: Key): unknown {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#values[slot];
  }

  /** Undefined where the flight that brought it is void: then nothing was kept. */
  set(key: Key, value: unknown, json: string | undefined, policy: Policy, reach: number, flight = 0): Kept | undefined {
    const { ttl = NaN, version = '', tags = NO_TAGS, cost = 1, onEvent } = policy;
    const expiresAt = policy.expiresAt ? endOf(policy, value) : Infinity;
    const bytes = (json?.length ?? 0) * 2;
    const grace = Policies.graceOf(policy);
    if (reach === Reach.memory && flight === 0 && version === '' && tags.length === 0) {
      const kept = this.#setResident(key, value, ttl, expiresAt, cost, bytes, onEvent === 'keep', grace);
      if (kept) return kept;
    }
    const staged = json === undefined || reach !== Reach.storage || json.length > MOST_JSON_BYTES ? '' : json;
    let slot = -1;
    const kept = this.#call(({ module, memory, page, now }) => {
      memory.stage().name(key).name(version).names(tags).text(staged);
      const started = reach === Reach.storage ? performance.now() : 0;
      const isKept = module._set(page, now, ttl, expiresAt, cost, bytes, reach, onEvent === 'keep', grace, flight);
      if (reach === Reach.storage) this.addLatency('persist', started);
      slot = memory.words[Word.slot] ?? -1;
      return isKept ? keptBy(memory) : undefined;
    });
    if (kept) this.#install(key, slot, value, grace);
    return kept;
  }

  /** What is there already is known to the core by its slot; undefined where it is not. */
  #setResident(
    key: Key,
    value: unknown,
    ttl: number,
    expiresAt: number,
    cost: number,
    bytes: number,
    keptOnEvent: boolean,
    grace: number,
  ): Kept | undefined {
    const now = this.now();
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    const memory = this.#enter();
    const isKept = this.#setAgain(this.#page, now, slot, ttl, expiresAt, cost, bytes, keptOnEvent, grace);
    const kept = isKept ? keptBy(memory) : undefined;
    if (kept && memory.words[Word.slot] === slot) {
      this.#values[slot] = value;
      this.#graces[slot] = grace;
    }
    this.#leave();
    return kept;
  }

  #install(key: Key, slot: number, value: unknown, grace = 0): void {
    if (slot < 0) return;
    // As an integer: it comes as a double, and V8, which may keep it as one, throws away the code of `hit` that expects
    // an index, compiles it anew and throws it away again. 30 → 550 ns a hit where that began (`npm run bench -- memory`).
    const at = slot | 0;
    this.#slots.set(key, at);
    this.#keys[at] = key;
    this.#values[at] = value;
    this.#graces[at] = grace;
  }

  /** A call that says whether the core keeps the value, and where. */
  #keep(key: Key, value: unknown, action: (border: Border) => boolean): boolean {
    let slot = -1;
    const kept = this.#call((border) => {
      const isKept = action(border);
      slot = border.memory.words[Word.slot] ?? -1;
      return isKept;
    });
    if (kept) this.#install(key, slot, value);
    return kept;
  }

  delete(key: Key): boolean {
    return this.#callFor(key, ({ module, page, now }) => module._remove(page, now) === 1);
  }

  dropResident(key: Key): void {
    this.#callFor(key, ({ module, page, now }) => module._dropResident(page, now));
  }

  keys(selector: Selector): Key[] {
    const keys = this.#call(({ module, memory, page, now }) => module.keys(page, now, stageSelector(memory, selector)));
    if (!keys) throw noSelector(selector);
    return keys;
  }

  invalidate(selector: Selector, afterWrite: boolean): Voided {
    const voided = this.#call(({ module, memory, page, now }) => ({
      count: module._invalidate(page, now, stageSelector(memory, selector), afterWrite),
      at: memory.words[Word.timestamp] ?? now,
    }));
    if (voided.count < 0) throw noSelector(selector);
    return voided;
  }

  clear(): Voided {
    return this.#call(({ module, memory, page, now }) => ({
      count: module._clear(page, now),
      at: memory.words[Word.timestamp] ?? now,
    }));
  }

  /** Answers of this endpoint may serve so long past their end, however they were written. */
  allowGrace(endpoint: string, grace: number): void {
    this.#memory.stage().name(endpoint);
    this.#module._allowGrace(this.#page, grace);
  }

  /** Who asks for the key may do so until `grace` ms past its end, however it was written. */
  keepFor(key: Key, grace: number): void {
    if (grace > 0) this.#callFor(key, ({ module, page, now }) => module._keepFor(page, now, grace));
  }

  sweep(): void {
    this.#call(({ module, page, now }) => module._sweep(page, now));
  }

  /** A slice of upkeep, of a millisecond or two; true while there is more to do. */
  tend(): boolean {
    const more = this.#call(({ module, page, now }) => module._tend(page, now) === 1);
    if (!more) this.#tellAlerts();
    return more;
  }

  #tellAlerts(): void {
    for (const { what, value, limit } of this.#module.takeAlerts(this.#page)) {
      const name = ALERTS[what];
      if (name) this.#listener.alerted({ what: name, value, limit });
    }
  }

  // ---- what others bring

  /** Keeps an answer of the store that processes share, as old as it is. False where the core knows a younger one, or one of its invalidations. */
  adoptRemote(key: Key, value: unknown, { timestamp, version, tags }: Adopted, policy: Policy, bytes: number): boolean {
    const { ttl = NaN, cost = 1, onEvent } = policy;
    const expiresAt = endOf(policy, value);
    return this.#keep(key, value, ({ module, memory, page, now }) => {
      const { words } = memory.stage().name(key).name(version).names(tags);
      words[Word.timestamp] = timestamp;
      const kept = onEvent === 'keep';
      return (
        module._adoptRemote(page, now, ttl, expiresAt, cost, bytes, Reach.storage, kept, Policies.graceOf(policy)) === 1
      );
    });
  }

  /** Keeps another tab's answer. False where the core does not. */
  adoptFromTab(
    key: Key,
    value: unknown,
    answer: Adopted & { end: number; cost: number; bytes: number; grace: number; kept: boolean; stored: boolean },
  ): boolean {
    const { timestamp, end, version, tags, cost, bytes, grace, kept, stored } = answer;
    return this.#keep(key, value, ({ module, memory, page, now }) => {
      const { words } = memory.stage().name(key).name(version).names(tags).number(Number(kept)).number(Number(stored));
      words[Word.timestamp] = timestamp;
      words[Word.end] = end;
      words[Word.cost] = cost;
      words[Word.bytes] = bytes;
      words[Word.grace] = grace;
      return module._adopt(page, now) === 1;
    });
  }

  /** From which timestamp on another tab's answer will do for a fetch that is asked for now. */
  oldestToTake(key: Key, { forceRefresh = false, maxAge = Infinity }: FetchOptions): number {
    return this.#callFor(key, ({ module, page, now }) => module._oldestToTake(page, now, forceRefresh ? -1 : maxAge));
  }

  /** Another tab wrote to the area: as its storage event says. */
  areaChanged(key: string | null, text: string | null): void {
    this.#call(({ module, page, now }) => module.onAreaChange(page, now, key, text));
  }

  /** Keys that another tab wrote, whose watchers are to be told. */
  takeChangedElsewhere(): Key[] {
    return this.#call(({ module, page }) => module.takeChangedElsewhere(page));
  }

  /** Another process invalidated at that time. */
  learnInvalidation(selector: Selector, at: number, sparesKept: boolean, byWrite: boolean): void {
    this.#call(({ module, memory, page, now }) =>
      module._learnFloor(page, now, stageSelector(memory, selector), at, sparesKept, byWrite),
    );
  }

  // ---- fetches under way

  beginFlight(key: Key, { tags = [], onEvent }: Policy): number {
    return this.#call(({ module, memory, page, now }) => {
      memory.stage().name(key).names(tags);
      return module._beginFlight(page, now, onEvent === 'keep');
    });
  }

  isVoid(flight: number): boolean {
    return this.#call(({ module, page, now }) => module._isVoid(page, now, flight) === 1);
  }

  endFlight(flight: number): void {
    this.#call(({ module, page }) => module._endFlight(page, flight));
  }

  voidFlights(key: Key): void {
    this.#callFor(key, ({ module, page }) => module._voidFlights(page));
  }

  failFlight(flight: number, policy: Policy, told: number, lasting: boolean): void {
    const wait = longestWait(policy);
    this.#call(({ module, page, now }) => module._failFlight(page, now, flight, wait, told, lasting, Math.random()));
  }

  backOff(key: Key, policy: Policy): number {
    return this.#callFor(key, ({ module, page, now }) => module._backOff(page, now, longestWait(policy)));
  }

  retryAfter(attempt: number, base: number, most: number): number {
    return this.#call(({ module }) => module._retryAfter(attempt, base, most, Math.random()));
  }

  countFetch(what: (typeof FETCH_COUNTS)[number]): void {
    this.#call(({ module, page }) => module._countFetch(page, FETCH_COUNTS.indexOf(what)));
  }

  // ---- watched keys

  beginWatch(key: Key, times: WatchTimes, policy: Policy, timestamp: number): number {
    const { interval, debounce, whileHidden } = times;
    const { version, tags = NO_TAGS, onEvent = 'refresh', refetchOnLoad } = policy;
    const onLoad = refetchOnLoad ? ON_LOAD[refetchOnLoad] : 0;
    const wait = longestWait(policy);
    const hasVersion = version !== undefined;
    return this.#call(({ module, memory, page }) => {
      memory
        .stage()
        .name(key)
        .name(version ?? '')
        .names(tags);
      return module._watch(
        page,
        interval,
        debounce,
        whileHidden,
        ON_EVENT[onEvent],
        hasVersion,
        onLoad,
        wait,
        timestamp,
      );
    });
  }

  endWatch(id: number): void {
    this.#call(({ module, page, now }) => module._unwatch(page, now, id));
  }

  outdated(key: Key): void {
    this.#callFor(key, ({ module, page }) => module._outdated(page));
  }

  setVisible(visible: boolean): void {
    this.#call(({ module, page }) => module._setVisible(page, visible));
  }

  catchUp(since: number): void {
    this.#call(({ module, page, now }) => module._catchUp(page, since, now));
  }

  catchUpAfterLoad(since: number, types: readonly string[]): void {
    this.#call(({ module, memory, page }) => {
      memory.stage().names(types);
      module._catchUpAfterLoad(page, since);
    });
  }

  retryFailed(): void {
    this.#call(({ module, page, now }) => module._retryFailed(page, now));
  }

  refreshStarted(key: Key): void {
    this.#callFor(key, ({ module, page }) => module._refreshStarted(page));
  }

  refreshFailed(key: Key): void {
    this.#callFor(key, ({ module, page, now }) => module._refreshFailed(page, now));
  }

  refreshDiscarded(key: Key): void {
    this.#callFor(key, ({ module, page }) => module._refreshDiscarded(page));
  }

  refreshSucceeded(key: Key, timestamp: number): void {
    this.#callFor(key, ({ module, page }) => module._refreshSucceeded(page, timestamp));
  }

  nextDue(): number {
    return this.#call(({ module, page }) => module._nextDue(page));
  }

  takeDue(): Key[] {
    return this.#call(({ module, page, now }) => module.takeDue(page, now));
  }

  watchStatus(key: Key): WatchStatus | undefined {
    return this.#callFor(key, ({ module, page }) => module.watchStatus(page));
  }

  // ---- mutation events

  addRule(pattern: string, endpoints: readonly string[], subject: EventRule['subject']): void {
    this.#call(({ module, memory, page }) => {
      memory.stage().name(pattern).names(endpoints);
      module._addRule(page, subject === 'username');
    });
  }

  /** The number of the rule that events of this type fall under; −1 where there is none. */
  ruleIndex(type: string): number {
    return this.#callFor(type, ({ module, page }) => module._ruleIndex(page));
  }

  /** Judges an event for each party and drops what it voids; with `firstIsMe` the first party is the connected user. */
  applyEvent(type: string, data: string, parties: readonly Party[], firstIsMe: boolean) {
    return this.#call(({ module, memory, page, now }) => {
      const message = memory.stage().name(type).text(data).number(parties.length);
      for (const { user, named, assignees } of parties) message.name(user).number(Number(named)).names(assignees);
      const { reasons, invalidated, refreshed } = module.applyEvent(page, now, firstIsMe);
      const named: EventDecision['reason'][] = reasons.map((reason) => REASONS[reason] ?? 'unknown');
      return { reasons: named, invalidated, refreshed, at: memory.words[Word.timestamp] ?? now };
    });
  }

  // ---- encrypted records: the page encrypts and decrypts them

  /** Whose records lie sealed in storage, and could be served. */
  sealedKeys(): Key[] {
    return this.#call(({ module, page, now }) => module.sealedKeys(page, now));
  }

  /** When the key's answer was true, if it lies sealed and memory has none to serve. */
  sealedTimestampOf(key: Key): number | undefined {
    const timestamp = this.#callFor(key, ({ module, page, now }) => module._findSealed(page, now));
    return Number.isNaN(timestamp) ? undefined : timestamp;
  }

  readSealed(key: Key): Bound | undefined {
    return this.#callFor(key, ({ module, page, now, memory }) =>
      Number.isNaN(module._findSealed(page, now)) ? undefined : boundOf(memory),
    );
  }

  /** It cannot be decrypted: removes it if it still lies there. */
  rejectSealed(key: Key, box: Uint8Array): void {
    this.#call(({ module, page, now, memory }) => {
      memory.stage().name(key).bytes(box);
      module._rejectSealed(page, now);
    });
  }

  /** What is to be encrypted for the set that gave the ticket; undefined where something has made it void since. */
  prepareSealing(ticket: number, json: string): Bound | undefined {
    return this.#call(({ module, page, now, memory }) => {
      memory.stage().text(json);
      return module._prepareSealing(page, now, ticket) ? boundOf(memory) : undefined;
    });
  }

  /** Stores it, unless something has made it void since. */
  writeSealed(ticket: number, box: Uint8Array): void {
    const started = performance.now();
    this.#call(({ module, page, now, memory }) => {
      memory.stage().bytes(box);
      module._writeSealed(page, now, ticket);
    });
    this.addLatency('persist', started);
  }

  /** It will not be written. */
  abandonSealing(ticket: number): void {
    this.#call(({ module, page }) => module._endSealing(page, ticket));
  }

  /** Removes what an endpoint's records say in the clear, now that they may not. */
  removePlain(endpoint: string): void {
    this.#callFor(endpoint, ({ module, page, now }) => module._removePlain(page, now));
  }

  // ---- what the cache tells about itself

  statistics(): CoreStatistics {
    return this.#call(({ module, memory, page, now }) => {
      const endpoints = module.statistics(page, now);
      const at = (word: number) => memory.doubles(memory.words[word] ?? 0);
      return nameStatistics(at(Word.reportAt), endpoints, at(Word.endpointsAt));
    });
  }

  inspect(): RawEntry[] {
    return this.#call(({ module, page, now }) => module.inspect(page, now));
  }

  // ---- what is told beside

  get memoryBytes(): number {
    return this.#memory.byteLength;
  }

  noteError(kind: CacheError['kind'], key: Key, cause?: unknown): void {
    this.#memory.stage().name(key);
    this.#module._noteError(this.#page, ERRORS.indexOf(kind));
    this.#takeNotices(cause);
  }

  addLatency(of: (typeof LATENCIES)[number], started: number): void {
    this.#module._addLatency(this.#page, LATENCIES.indexOf(of), performance.now() - started);
  }

  // ---- around every call

  /** A call over the border, for whichever concept: before it the core hears of the hits, after it this page of what has gone. */
  #call<T>(action: (border: Border) => T): T {
    const now = this.now();
    const answer = action({ module: this.#module, memory: this.#enter(), page: this.#page, now });
    this.#leave();
    return answer;
  }

  /** One whose message is a key. */
  #callFor<T>(key: Key, action: (border: Border) => T): T {
    return this.#call((border) => {
      border.memory.stage().name(key);
      return action(border);
    });
  }

  #observe(now: number): void {
    this.#enter();
    this.#module._observe(this.#page, now);
    this.#leave();
  }

  #enter(): LinearMemory {
    const { words } = this.#memory;
    words[Word.seen] = this.#seen;
    if (this.#noted > 0) {
      words[Word.ringCount] = this.#noted;
      this.#noted = 0;
    }
    return this.#memory;
  }

  #leave(): void {
    const { words } = this.#memory;
    const answered = words[Word.answered];
    if (answered === 0) {
      // It looked neither at hits nor at the time: what the words say is of an earlier call, maybe of another cache.
      this.#noted = (words[Word.ringCount] ?? 0) | 0;
      words[Word.ringCount] = 0;
      return;
    }
    words[Word.answered] = 0;
    this.#seen = -Infinity;
    this.#believedFrom = words[Word.believedFrom] ?? -Infinity;
    if (answered === 1) return;
    const table = words[Word.table] ?? 0;
    if (table !== this.#deadlinesAt || this.#deadlines.length === 0) {
      this.#deadlines = this.#memory.doubles(table);
      this.#deadlinesAt = table;
    }
    if (this.#ring.length === 0) this.#ring = this.#memory.u32(this.#ringAt, RING_SIZE);
    const dropped = words[Word.droppedCount] ?? 0;
    const notices = words[Word.noticeCount] ?? 0;
    const wentBack = words[Word.wentBack] === 1;
    words[Word.wentBack] = 0;
    if (dropped > 0) this.#letGo(words[Word.droppedAt] ?? 0, dropped);
    if (notices > 0) this.#takeNotices();
    if (wentBack) this.#listener.clockWentBack();
    if (words[Word.upkeep] === 1) this.#listener.upkeepWaits();
  }

  #letGo(address: number, count: number): void {
    const gone: CacheEvents['evict'][] = [];
    const pairs = this.#memory.u32(address, count * 2);
    for (let index = 0; index < pairs.length; index += 2) {
      const slot = pairs[index] ?? 0;
      const key = this.#keys[slot];
      if (key === undefined) continue;
      this.#slots.delete(key);
      this.#keys[slot] = undefined;
      this.#values[slot] = undefined;
      // 0 says that it went on purpose; else one more than the number of its reason.
      const why = WHYS[(pairs[index + 1] ?? 0) - 1];
      if (why) gone.push({ key, why });
    }
    // Listeners last: they may call the cache again, which writes the pairs anew.
    for (const detail of gone) this.#listener.evicted(detail);
  }

  #takeNotices(cause?: unknown): void {
    for (const { key, why, error } of this.#module.takeNotices(this.#page)) {
      if (why !== undefined) this.#listener.evicted({ key, why: WHYS[why] ?? 'quota' });
      else this.#listener.failed({ kind: ERRORS[error ?? 0] ?? 'corrupt', ...(key !== '' && { key }), cause });
    }
  }
}

function boundOf(memory: LinearMemory): Bound {
  const { words } = memory;
  const copy = (at: number, size: number) => memory.bytesAt(words[at] ?? 0, words[size] ?? 0);
  return { bytes: copy(Word.boxAt, Word.boxSize), binding: copy(Word.bindingAt, Word.bindingSize) };
}

function keptBy({ words }: LinearMemory): Kept {
  return {
    timestamp: words[Word.timestamp] ?? 0,
    end: words[Word.end] ?? 0,
    remaining: words[Word.remaining] ?? 0,
    sealing: words[Word.sealing] ?? 0,
  };
}

/** Which fields of a selector follow; the same bits as in wasm/bindings/selectors.cpp. */
const Field = { text: 1, endpoint: 2, user: 4, shared: 8, tag: 16, keys: 32 } as const;

/** Writes a selector for the core to read; answers which fields it has. TypeError for one that says nothing. */
function stageSelector(memory: LinearMemory, selector: Selector): number {
  if (typeof selector === 'string') {
    memory.stage().name(selector);
    return Field.text;
  }
  // Read before anything is staged: what is iterated may be anybody's code, which may call the cache.
  const { endpoint, user, tag, keys } = fieldsOf(selector);
  memory.stage();
  if (endpoint !== undefined) memory.name(endpoint);
  if (typeof user === 'string') memory.name(user);
  if (tag !== undefined) memory.name(tag);
  if (keys !== undefined) memory.names(keys);
  return (
    (endpoint === undefined ? 0 : Field.endpoint) |
    (typeof user === 'string' ? Field.user : 0) |
    (user === null ? Field.shared : 0) |
    (tag === undefined ? 0 : Field.tag) |
    (keys === undefined ? 0 : Field.keys)
  );
}

/** What a policy's own `expiresAt` says; one that fails or says nothing sets no end. */
export function endOf(policy: Policy, value: unknown): number {
  let end: unknown;
  callSafely(() => {
    end = policy.expiresAt?.(value);
  });
  if (end instanceof Date) end = end.getTime();
  return typeof end === 'number' && !Number.isNaN(end) ? end : Infinity;
}

export function accepts(policy: Policy, value: unknown): boolean {
  try {
    return policy.check?.(value) ?? true;
  } catch {
    return false;
  }
}
