import { clockOf, type Clock } from './clock.ts';
import { Core, Reach, type CoreListener, type Opened, type Voided, type Wanted } from './border/core.ts';
import { callSafely, Emitter } from './emitter.ts';
import { Encrypted } from './encrypted.ts';
import { startEngine, type Engine, type SpaceSizes } from './border/engine.ts';
import { askersNow, Flights, type AnyFetcher, type Landed } from './flights.ts';
import { IdleTask } from './idleTask.ts';
import { checkKey } from './keys.ts';
import { Log } from './log.ts';
import { showAgain, type Layer } from './mutate.ts';
import { MutationEvents, watchedUsers } from './mutationEvents.ts';
import { isTelling } from './neighbours.ts';
import { NoCore, PATIENCE } from './noCore.ts';
import { checkMerged } from './options.ts';
import { covers, isSecret, mayReachStorage, Policies } from './policies.ts';
import { adopt, mayBeRemote, Remote, scopeOf } from './remote.ts';
import { isUsable, localArea } from './border/storageArea.ts';
import { answerFor, answerOf, openTabs } from './tabAnswers.ts';
import type { Tabs } from './tabs.ts';
import type {
  CacheEvents,
  CacheOptions,
  EventDecision,
  FetchOptions,
  Key,
  MutationEvent,
  Policy,
  RemoteTier,
  Selector,
  StorageArea,
  Update,
  WatchOptions,
} from './types.ts';
import { sameJson, sameStored, toJson } from './values.ts';
import { unref, Watches } from './watches.ts';

const SWEEP_INTERVAL = 60_000;

/** What was fetched before the core ran. */
interface EarlyAnswer {
  key: Key;
  value: unknown;
  policy: Policy;
  timestamp: number;
}

const NOTHING_VOIDED = { count: 0, at: 0 };

/**
 * One user's cache in one namespace: what every handle to it shares. It carries values, promises and timers; whether anything
 * is fresh, goes first, is touched or concerns somebody, it asks the core.
 */
export class SharedCache {
  readonly emitter = new Emitter();
  readonly flights: Flights;
  readonly watches: Watches;
  readonly ready: Promise<void>;
  readonly log: Log;
  /** Kept here so that bundles that link the same cache to the same source find each other's links. */
  readonly links = new Map<unknown, unknown>();
  /** What writes under way show before they have ended, oldest first. */
  readonly layers = new Set<Layer>();
  /** Drops what writes under way may change. */
  readonly writes = new Set<() => void>();
  core: Core | undefined;
  /** Stands in its place until it runs, and where it never will. */
  readonly #noCore: NoCore;
  /** Where there is one that processes share. */
  remote: Remote | undefined;
  /** For whom `mutate({event})` is judged. */
  connectedUser: string | undefined;

  readonly #options: CacheOptions;
  readonly #clock: Clock;
  readonly #space: SpaceSizes;
  /** Memory is limited in bytes: then every value's size counts, wherever it may go. */
  readonly #measured: boolean;
  readonly #policies: Policies;
  readonly #events = new MutationEvents();
  /** What was asked before the core ran, in order, and the values among it. Undefined once no core will come. */
  #toCome: (() => void)[] | undefined = [];
  readonly #early = new Map<Key, unknown>();
  /** The last of each key. */
  readonly #fetchedEarly = new Map<Key, EarlyAnswer>();
  readonly #rulesToCome: NonNullable<CacheOptions['rules']>[] = [];
  #remoteToCome: RemoteTier | undefined;
  #patience: Promise<void> | undefined;
  #engine: Engine | undefined;
  #tabs: Tabs | undefined;
  #encrypted: Encrypted | undefined;
  #sweeper: ReturnType<typeof setInterval> | undefined;
  readonly #idle = new IdleTask(() => this.core?.tend() ?? false);
  #closed = false;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#clock = clockOf(options.clock);
    this.#noCore = new NoCore(this.#clock);
    this.log = new Log(options.log);
    this.#policies = new Policies(this.log);
    const { storage = {}, namespace = 'cardcache_' } = options;
    const kept = storage === false ? { area: null } : storage;
    const { area, maxBytes, ttl, compressAbove } = kept;
    this.#measured = (options.memory?.maxBytes ?? Infinity) < Infinity;
    this.#space = { namespace, area: this.#usable(area), maxBytes, ttl, compressAbove };
    this.flights = new Flights(
      {
        land: ({ key, value, policy, flight }) => this.#store(key, value, policy, flight, 'fetch'),
        stale: (key) =>
          this.core
            ? (this.core.resident(key) ?? this.core.lookUp(key, { grace: Infinity, peek: true })?.value)
            : this.watches.shown(key),
        failed: (key, error) => this.core?.noteError('fetch', key, error),
        answered: (key, policy, notBefore) => answerFor(this.core, key, { policy, notBefore }),
        remote: (key, policy) => (mayBeRemote(policy) ? this.remote?.answer(key, policy) : undefined),
      },
      this.#noCore,
    );
    this.watches = new Watches(
      {
        fetch: (key, fetcher, fetchOptions, attempts) => this.flights.fetch(key, fetcher, fetchOptions, attempts),
        read: (key, policy, grace) => this.#read(key, policy, grace),
        open: (key, policy, grace) => this.#openFor(key, policy, grace),
        timestampOf: (key, policy) => this.timestampOf(key, policy),
        isFresh: (key, maxAge) => this.#isFresh(key, maxAge),
      },
      this.#noCore,
    );
    this.merge(options);
    this.ready = this.#start();
  }

  /** Policies and rules of a further opener. */
  merge(options: CacheOptions): void {
    checkMerged(options, this.log);
    const { policies, rules, remote } = options;
    if (remote) this.#openRemote(remote);
    this.#policies.merge(policies);
    this.#allowGraces();
    this.#encrypted?.removePlain(this.#policies.secret);
    if (!rules) return;
    if (this.core) this.#events.merge(this.core, rules);
    else this.#rulesToCome.push(rules);
  }

  policyFor(key: Key, own?: Policy): Policy {
    return this.#policies.for(key, own);
  }

  // ---- reading

  /** What `get` answers; undefined for a miss. */
  get(key: Key): unknown {
    const { core } = this;
    if (!core) return this.#early.get(key);
    const resident = core.hit(key);
    if (resident !== undefined) {
      if (this.emitter.hearsHits) this.emitter.emit('hit', { key, source: 'memory' });
      return resident;
    }
    // What is resident was checked when it came.
    checkKey(key);
    const policy = this.policyFor(key);
    const found = this.lookUp(key, policy);
    // The next one who asks is to have it.
    if (!found) void this.#encrypted?.restore(key, policy);
    return found?.value;
  }

  /** A counted look-up under a policy, with its events. */
  lookUp(key: Key, policy: Policy, wanted: Wanted = {}) {
    const started = performance.now();
    const found = this.core?.lookUp(key, { policy, ...wanted });
    if (found?.source === 'storage') this.core?.addLatency('restore', started);
    if (found) this.emitter.emit('hit', { key, source: found.source });
    else this.emitter.emit('miss', { key });
    return found;
  }

  peek(key: Key, wanted: Wanted = {}) {
    return this.core?.lookUp(key, { policy: this.policyFor(key), ...wanted, peek: true });
  }

  peekValue(key: Key): unknown {
    if (!this.core) return this.#early.get(key);
    const { version } = this.policyFor(key);
    return (version === undefined ? this.core.fresh(key) : undefined) ?? this.peek(key)?.value;
  }

  keys(selector: Selector): Key[] {
    if (this.core) return this.core.keys(selector);
    this.#noCore.check(selector);
    return [];
  }

  now(): number {
    return this.core?.now() ?? this.#clock.now();
  }

  timestampOf(key: Key, policy: FetchOptions = {}): number | undefined {
    if (!this.core) return this.#noCore.timestampOf(key);
    return this.core.timestampOf(key, { policy, maxAge: policy.maxAge });
  }

  #isFresh(key: Key, maxAge: number | undefined): boolean {
    return (
      (maxAge === undefined && this.core?.fresh(key) !== undefined) || this.timestampOf(key, { maxAge }) !== undefined
    );
  }

  #read(key: Key, policy: Policy, grace: number | undefined) {
    const found = this.lookUp(key, policy, { grace });
    return found && { value: found.value, source: found.source, timestamp: found.timestamp };
  }

  /** For watchers, who wait for it. */
  #openFor(key: Key, policy: Policy, grace: number | undefined) {
    this.core?.keepFor(key, Policies.graceOf(policy));
    const opening = this.#encrypted?.opening(key, policy);
    if (!opening) return undefined;
    const found = opening.opened.then((opened) => this.lookUp(key, policy, { opened, grace }));
    return { timestamp: opening.timestamp, found };
  }

  // ---- writing

  set(key: Key, value: unknown, own?: Policy): void {
    this.#store(key, value, this.policyFor(key, own), 0, 'set');
  }

  /** False where no core will come. */
  #later(action: () => void): boolean {
    this.#toCome?.push(action);
    return this.#toCome !== undefined;
  }

  /**
   * Without a core a value goes to those who watch its key, and is kept for the core that may come; an equal one stays the one that
   * they show.
   */
  #passOn(key: Key, value: unknown, policy: Policy, flight: number, source: Update<unknown>['source']): Landed {
    if (this.#closed || (flight > 0 && this.#noCore.isVoid(flight))) return { value, timestamp: undefined, source };
    const shown = this.watches.shown(key);
    const equal = shown !== undefined && shown !== value && sameJson(shown, value);
    const kept = equal ? shown : value;
    if (flight === 0) this.#noCore.voidFlights(key);
    const timestamp = this.#noCore.beganAt(flight) ?? this.now();
    this.#noCore.endFlight(flight);
    const answer = { key, value: kept, policy, timestamp };
    const isFetched = source === 'fetch';
    if (this.#later(() => (isFetched ? this.#keepFetched(answer) : this.#store(key, kept, policy, 0, source, true)))) {
      this.#early.set(key, kept);
      if (isFetched) this.#fetchedEarly.set(key, answer);
    }
    this.#noCore.renewed(key, timestamp);
    // Nothing is cached here: a listener that calls getOrFetch on `update` would fetch in an endless loop. So fetched answers of
    // unwatched keys send no event.
    if (source === 'set' || this.watches.isWatched(key)) this.#tellStored(key, kept, source, equal, timestamp);
    return { value: kept, timestamp, source };
  }

  /**
   * What was fetched before the core ran is adopted when it comes, as old as it is, unless another tab knows better: those are left
   * out of `#fetchedEarly`.
   */
  #adoptFetched(core: Core): void {
    for (const [key, { value, policy, timestamp }] of this.#fetchedEarly) {
      const { version, tags } = policy;
      const record = { data: value, timestamp, ...(version !== undefined && { version }), ...(tags && { tags }) };
      if (!adopt(core, key, value, record, policy)) this.#fetchedEarly.delete(key);
    }
  }

  /** In its turn: an earlier invalidation of this page, which the core has just heard of, did not concern it. */
  #keepFetched(answer: EarlyAnswer): void {
    const { key, value, policy } = answer;
    if (this.#fetchedEarly.get(key) !== answer || this.core?.resident(key) === value) return;
    this.#store(key, value, policy, 0, 'fetch', true);
  }

  #tellStored(key: Key, value: unknown, source: Update<unknown>['source'], equal: boolean, timestamp: number): void {
    if (this.emitter.hears('set')) this.emitter.emit('set', { key });
    if (!equal && this.emitter.hears('update')) queueMicrotask(() => this.emitter.emit('update', { key }));
    // Its equal may have become resident unseen, read from storage before another tab's write was announced.
    if (!equal || !sameJson(this.watches.shown(key), value)) this.watches.changed(key, value, source, timestamp);
  }

  /**
   * Keeps a value, by its equal that is there already if there is one, so that nothing re-renders. `told`: events were sent and
   * watchers called before the core arrived.
   */
  #store(
    key: Key,
    value: unknown,
    policy: Policy,
    flight: number,
    source: Update<unknown>['source'],
    told = false,
  ): Landed {
    const { core } = this;
    if (!core) return this.#passOn(key, value, policy, flight, source);
    const shown = this.watches.shown(key);
    const before = core.resident(key) ?? shown;
    const equal = before !== undefined && before !== value && sameJson(before, value);
    const kept = equal ? before : value;
    const storable = this.#maybeStored(policy);
    const others = this.#tabs?.accompanied && !isSecret(policy) ? this.#tabs : undefined;
    const shared = mayBeRemote(policy) ? this.remote : undefined;
    const json = storable || others || shared || this.#measured ? toJson(kept) : undefined;
    if (storable && json === undefined) core.noteError('serialize', key);
    const stored = storable && json !== undefined;
    const reach = !stored ? Reach.memory : policy.encrypted ? Reach.sealed : Reach.storage;
    const times = core.set(key, kept, json, policy, reach, flight);
    if (!times) return { value, timestamp: undefined, source };
    if (json !== undefined && times.sealing > 0) this.#encrypted?.seal(key, times.sealing, json);
    if (json !== undefined) others?.tell(answerOf(key, json, times, policy, storable));
    else if (flight > 0) others?.keep(key);
    if (json !== undefined) shared?.tell(key, json, times, policy);
    if (!told) this.#tellStored(key, kept, source, equal, times.timestamp);
    return { value: kept, timestamp: times.timestamp, source };
  }

  /** Whether storage may hold an answer under this policy, and there is one that could. */
  #maybeStored(policy: Policy): boolean {
    return (
      this.#space.area !== null && mayReachStorage(policy) && (!policy.encrypted || (this.#encrypted?.works ?? false))
    );
  }

  /** Stands before what is stored until it is confirmed, taken back or dropped. */
  setOptimistic(key: Key, value: unknown): void {
    this.keepOptimistic(key, value);
    this.watches.changed(key, value, 'set');
  }

  keepOptimistic(key: Key, value: unknown): void {
    this.core?.set(key, value, undefined, this.policyFor(key), Reach.resident);
  }

  delete(key: Key): boolean {
    if (this.core) {
      const existed = this.core.delete(key);
      this.remote?.remove(key, this.core.now());
      return existed;
    }
    this.#noCore.voidFlights(key);
    this.#later(() => this.delete(key));
    return this.#early.delete(key);
  }

  /** `afterWrite`: for what a write may have changed; that leaves alone what policies keep. */
  invalidate(selector: Selector, afterWrite = false): number {
    if (!this.core) {
      this.#noCore.invalidate(selector, afterWrite);
      if (this.#whenCoreComes(() => this.invalidate(selector, afterWrite))) return 0;
    }
    return this.#voided(selector, this.core?.invalidate(selector, afterWrite), afterWrite ? 'write' : 'asked');
  }

  clear(): void {
    if (!this.core) {
      this.#noCore.invalidate('*', false);
      if (this.#whenCoreComes(() => this.clear())) return;
    }
    this.#voided('*', this.core?.clear(), 'asked');
    this.remote?.forgetStatistics();
  }

  /** For what voids early values: which of them the core will say; until then none is answered. False where none will come. */
  #whenCoreComes(action: () => void): boolean {
    this.#early.clear();
    return this.#later(action);
  }

  #voided(selector: Selector, { count, at }: Voided = NOTHING_VOIDED, why: 'asked' | 'write'): number {
    this.remote?.invalidate(selector, at, why);
    this.emitter.emit('invalidate', { selector, count });
    return count;
  }

  // ---- fetching

  /** `attempts`: how many where no policy says. */
  async getOrFetch(key: Key, fetcher: AnyFetcher, options: FetchOptions, attempts?: number): Promise<unknown> {
    const askers = askersNow();
    if (!this.core) await this.#coreOrPatience();
    const policy: FetchOptions = { ...this.policyFor(key, options), ...unset(options) };
    const grace = Policies.graceOf(policy);
    const mayAnswer = !policy.forceRefresh && !policy.signal?.aborted;
    const mayHit = mayAnswer && policy.maxAge === undefined && policy.version === undefined;
    const resident = mayHit ? this.core?.hit(key) : undefined;
    if (resident !== undefined) {
      this.core?.keepHit(key, grace);
      this.emitter.emit('hit', { key, source: 'memory' });
      return resident;
    }
    this.core?.keepFor(key, grace);
    if (mayAnswer) {
      const opening = this.#encrypted?.opening(key, policy);
      const opened = opening && (await unlessAborted(opening.opened, policy.signal));
      const found = policy.signal?.aborted ? undefined : this.#answer(key, fetcher, policy, opened, attempts);
      if (found) return found.value;
    }
    try {
      return (await this.flights.fetch(key, fetcher, policy, attempts, askers)).value;
    } catch (error) {
      const stale = await this.#staleIfError(key, policy, error);
      if (stale) return stale.value;
      throw error;
    }
  }

  /** Where the core is long in coming, nobody waits for it. */
  #coreOrPatience(): Promise<void> {
    this.#patience ??= new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE);
      void this.ready.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    return this.#patience;
  }

  async #staleIfError(key: Key, policy: FetchOptions, error: unknown) {
    const { staleIfError: grace, signal } = policy;
    if (!grace || !covers(policy, error)) return undefined;
    const opening = this.#encrypted?.opening(key, policy);
    const opened = opening && (await unlessAborted(opening.opened, signal));
    return signal?.aborted ? undefined : this.peek(key, { grace, opened });
  }

  /** What may be answered without waiting for a fetch. */
  #answer(key: Key, fetcher: AnyFetcher, policy: FetchOptions, opened: Opened | undefined, attempts?: number) {
    const found = this.lookUp(key, policy, { maxAge: policy.maxAge, opened });
    const grace = policy.staleWhileRevalidate;
    if (found || !grace) return found;
    const stale = this.peek(key, { grace, opened });
    // It may fail unseen: whoever asked has an answer, and the failure is counted. Nor does anybody wait for it.
    if (stale) this.flights.fetch(key, fetcher, policy, attempts, []).catch(() => undefined);
    return stale;
  }

  watch(key: Key, fetcher: AnyFetcher, options: WatchOptions, listener: (update: Update<unknown>) => void): () => void {
    const policy = this.policyFor(key, options);
    return this.watches.add(key, fetcher, policy, options, listener);
  }

  // ---- events

  /** Judges an event for each user and acts on it; with `firstIsMe` the first is the connected one. */
  applyEvent(event: MutationEvent, users: readonly string[], firstIsMe: boolean): EventDecision[] {
    const { core } = this;
    const decisions: EventDecision[] = core
      ? this.#events.apply(this, core, event, users, firstIsMe)
      : users.map(() => ({ concerned: true, reason: 'unknown', invalidated: 0, refreshed: [] }));
    if (!core) this.#noCore.heardEvent();
    if (!core && this.#later(() => this.applyEvent(event, users, firstIsMe))) return decisions;
    decisions.forEach((decision, index) => this.emitter.emit('event', { event, user: users[index] ?? '', decision }));
    return decisions;
  }

  /**
   * Judges an event for the connected user and for everybody whose keys are watched: one screen may show several people's
   * answers. Without a connected user it concerns all who are not known to be left out.
   */
  applyEventFor(event: MutationEvent, connected: string | undefined): EventDecision[] {
    const others = watchedUsers(this).filter((user) => user !== connected);
    return this.applyEvent(event, connected === undefined ? others : [connected, ...others], connected !== undefined);
  }

  // ---- beginning and end

  async #start(): Promise<void> {
    try {
      const started = startEngine();
      this.#open(started instanceof Promise ? await started : started);
    } catch (error) {
      this.log.once({
        level: 'warn',
        what: 'the core does not run here: nothing is kept, every fetch goes through',
        detail: error,
      });
      this.#toCome = undefined;
      this.#early.clear();
      this.#fetchedEarly.clear();
      this.watches.giveUp();
    }
    await this.#encrypted?.restoreAll();
  }

  #open(engine: Engine): void {
    if (this.#closed) return;
    this.#engine = engine;
    const { memory = {}, user = null, alerts = {} } = this.#options;
    const { ttl: memoryTtl, maxEntries, maxBytes } = memory;
    const sizes = { memoryTtl, maxEntries, maxBytes, alerts };
    const { namespace, area } = this.#space;
    const space = engine.openSpace(this.#space);
    this.core = new Core(engine.border, space, user, sizes, this.#clock, this.#listener);
    this.#allowGraces();
    const owner = user === null ? namespace : `${namespace}@${user}`;
    this.#encrypted = new Encrypted(this, this.core, namespace, area ? owner : undefined);
    this.#encrypted.removePlain(this.#policies.secret);
    this.#tabs = openTabs(this, this.#space, user);
    this.flights.adopt(this.core, this.#tabs);
    if (this.#remoteToCome) this.#openRemote(this.#remoteToCome);
    for (const rules of this.#rulesToCome.splice(0)) this.#events.merge(this.core, rules);
    this.#adoptFetched(this.core);
    this.#toCome?.splice(0).forEach(callSafely);
    this.#early.clear();
    this.#fetchedEarly.clear();
    for (const layer of this.layers) showAgain(this, layer);
    this.watches.adopt(this.core);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL);
    unref(this.#sweeper);
    if (typeof globalThis.addEventListener === 'function') globalThis.addEventListener('storage', this.#onStorage);
  }

  /** The first that an opener brings. */
  #openRemote(tier: RemoteTier): void {
    const { namespace } = this.#space;
    const { user = null } = this.#options;
    if (this.core) this.remote ??= new Remote(this, this.core, tier, scopeOf(namespace, user));
    else this.#remoteToCome ??= tier;
  }

  /** What is written late has been written. */
  async settled(): Promise<void> {
    await this.ready;
    await Promise.all([this.#encrypted?.settled(), this.remote?.settled()]);
  }

  /** Resolves when what it invalidated has arrived elsewhere. */
  close(): Promise<void> {
    // Nobody can when they have ended: what they change would be answered from storage by whoever opens next.
    for (const drop of this.writes) drop();
    this.#closed = true;
    this.#encrypted?.close();
    this.#toCome = undefined;
    clearInterval(this.#sweeper);
    this.#idle.stop();
    this.watches.stop();
    this.flights.leave();
    this.#tabs?.close();
    const told = this.remote?.close();
    if (typeof globalThis.removeEventListener === 'function')
      globalThis.removeEventListener('storage', this.#onStorage);
    this.core?.close();
    this.core = undefined;
    this.#engine?.closeSpace(this.#space);
    return told ?? Promise.resolve();
  }

  readonly #listener: CoreListener = {
    evicted: (detail) => this.emitter.emit('evict', detail),
    failed: (error) => this.#failed(error),
    alerted: (alert) => this.emitter.emit('alert', alert),
    clockWentBack: () => {
      this.log.write({
        level: 'warn',
        what: 'the clock was set back: ages can no longer be told, the cache starts anew',
      });
    },
    upkeepWaits: () => this.#idle.start(),
    flightsSuperseded: (flights) => this.flights.superseded(flights),
    dueMoved: () => this.watches.schedule(),
    changedElsewhere: (keys) => this.#changedElsewhere(keys),
  };

  #failed(error: CacheEvents['error']): void {
    this.emitter.emit('error', error);
    const { kind, key, cause } = error;
    if (kind === 'unavailable')
      this.log.once({ level: 'warn', what: 'localStorage takes nothing: answers are kept in memory' });
    this.log.write({ level: 'debug', what: kind, ...(key === undefined ? {} : { key }), detail: cause });
  }

  readonly #onStorage = (event: StorageEvent): void => {
    const { core } = this;
    const { namespace, area } = this.#space;
    if (!core || isTelling() || event.storageArea !== area || (event.key !== null && !event.key.startsWith(namespace)))
      return;
    core.areaChanged(event.key, event.newValue);
  };

  #changedElsewhere(keys: readonly Key[]): void {
    for (const key of keys) {
      const found = this.peek(key, { policy: this.watches.policyOf(key) ?? this.policyFor(key) });
      const { value, timestamp } = found ?? {};
      if (value === undefined) void this.#encrypted?.takeChanged(key);
      else if (!sameStored(this.watches.shown(key), value)) this.watches.changed(key, value, 'tab', timestamp);
    }
    // Those who wait for another tab's answer look whether it is there.
    this.#tabs?.turns.news();
  }

  /** Records that were written without their endpoint's policy say nothing of its grace. */
  #allowGraces(): void {
    for (const [endpoint, grace] of this.#policies.graces) this.core?.allowGrace(endpoint, grace);
  }

  #usable(asked: StorageArea | null | undefined): StorageArea | null {
    if (asked === null) return null;
    const area = asked ?? localArea();
    if (area && isUsable(area)) return area;
    // Who brings a store that processes share expects none; on the console it is news in a page alone: node has none, nor have workers.
    const { log, remote } = this.#options;
    if (asked || (!remote && (log || typeof document !== 'undefined'))) {
      this.log.once({ level: 'warn', what: 'no localStorage here: answers are kept in memory only' });
    }
    return null;
  }

  #sweep(): void {
    this.core?.sweep();
    this.#idle.start();
  }
}

/** Resolves to undefined if the caller aborts first. */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const leave = () => resolve(undefined);
    signal.addEventListener('abort', leave, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** What was given as undefined does not hide what the policy says. */
function unset(options: FetchOptions): FetchOptions {
  const { forceRefresh, maxAge, signal } = options;
  return {
    ...(forceRefresh === undefined ? {} : { forceRefresh }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(signal === undefined ? {} : { signal }),
  };
}
