import type { AnyFetcher, FetchOutcome } from '../common/answers.ts';
import { Core, Reach, type CoreListener, type Invalidated } from '../border/core.ts';
import { startEngine, type Engine, type SpaceSizes } from '../border/engine.ts';
import { clockOf, IdleTask, unref, type Clock } from '../common/clock.ts';
import { Coreless } from './coreless.ts';
import { Emitter } from '../common/emitter.ts';
import { Flights } from '../fetching/flights.ts';
import { Intake } from './intake.ts';
import { Log } from '../common/log.ts';
import { Writes, type MutateOptions } from './writes.ts';
import { MutationEvents, watchedUsers, type EventsHost } from './mutationEvents.ts';
import { formatOf } from '../common/namespaceFormat.ts';
import { isTellingOthers } from '../common/otherCores.ts';
import { checkMerged } from '../common/options.ts';
import type { Parts } from './parts.ts';
import { mayBeRemote, Policies } from '../common/policies.ts';
import { Reads } from './reads.ts';
import { entriesOf, statisticsOf } from './report.ts';
import { pageSizesOf, spaceSizesOf } from './sizes.ts';
import { Remote } from '../peers/remote.ts';
import { Tabs, takeAnswer, type AnswersHost } from '../peers/tabs.ts';
import type {
  CacheEvents,
  CacheOptions,
  EntryInfo,
  EventDecision,
  Key,
  MutationEvent,
  Policy,
  RemoteRecord,
  RemoteTier,
  Selector,
  Statistics,
  Update,
  WatchOptions,
} from '../types.ts';
import { sameStored, sizeOf } from '../common/values.ts';
import { Vault, type VaultHost } from '../encryption/vault.ts';
import { Watches } from '../fetching/watches.ts';

const SWEEP_INTERVAL = 60_000;

/**
 * One user's cache in one namespace, shared by all its handles. It holds values, promises and timers. The core decides what is
 * fresh, what is evicted, what an invalidation selects, and whom an event concerns.
 */
export class SharedCache {
  readonly emitter = new Emitter();
  readonly watches: Watches;
  readonly reads: Reads;
  readonly ready: Promise<void>;
  readonly log: Log;
  /** Stored here so that bundles which connect the same cache to the same source find each other's links. */
  readonly links = new Map<unknown, unknown>();
  /** The user for whom `mutate({event})` is judged. */
  connectedUser: string | undefined;

  /** Stands in for the core before it runs, after it has ended, and where it cannot run. */
  readonly #coreless: Coreless;
  readonly #parts: Parts;
  readonly #intake: Intake;
  readonly #flights: Flights;
  readonly #writes: Writes;
  /** The interface through which events, the vault, other tabs and other processes reach this cache. */
  readonly #port: EventsHost & VaultHost & AnswersHost;
  readonly #options: CacheOptions;
  readonly #clock: Clock;
  readonly #space: SpaceSizes;
  readonly #policies: Policies;
  readonly #events = new MutationEvents();
  /** The remote tier of the first opener that brought one. */
  #tier: RemoteTier | undefined;
  #engine: Engine | undefined;
  #sweeper: ReturnType<typeof setInterval> | undefined;
  readonly #idle = new IdleTask(() => this.#parts.running?.maintain() ?? false);
  #closed = false;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#clock = clockOf(options.clock);
    this.log = new Log(options.log);
    this.#policies = new Policies(this.log);
    this.#space = spaceSizesOf(options, this.log);
    this.#coreless = new Coreless(this.#clock, ({ key, value, policy }, source) => {
      this.#intake.store(key, value, policy, 0, source, true);
    });
    this.#parts = { core: this.#coreless };
    this.#flights = new Flights(
      {
        commit: ({ key, value, policy, flight }) => this.#intake.store(key, value, policy, flight, 'fetch'),
        stale: (key) =>
          this.#parts.running
            ? (this.#parts.running.resident(key) ??
              this.#parts.running.lookUp(key, { grace: Infinity, peek: true })?.value)
            : this.watches.shown(key),
        failed: (key, error) => this.#parts.core.noteError('fetch', key, error),
        answered: (key, policy, notBefore) => this.reads.answerFor(key, { policy, notBefore }),
        remote: (key, policy) => (mayBeRemote(policy) ? this.#parts.remote?.answer(key, policy) : undefined),
      },
      this.#coreless,
    );
    this.reads = new Reads(this, this.#flights, this.#policies, this.#parts);
    this.watches = new Watches(
      {
        fetch: (key, fetcher, fetchOptions, attempts) => this.#flights.fetch(key, fetcher, fetchOptions, attempts),
        read: (key, policy, grace) => this.reads.lookUp(key, policy, { grace }),
        decrypt: (key, policy, grace) => this.reads.decrypt(key, policy, grace),
        timestampOf: (key, policy) => this.#parts.core.timestampOf(key, { policy, maxAge: policy?.maxAge }),
        isFresh: (key, maxAge) => this.reads.isFresh(key, maxAge),
      },
      this.#coreless,
    );
    this.#intake = new Intake(
      {
        emitter: this.emitter,
        flights: this.#flights,
        policies: this.#policies,
        watches: this.watches,
        hasArea: this.#space.area !== null,
        isMeasured: (options.memory?.maxBytes ?? Infinity) < Infinity,
      },
      this.#parts,
    );
    this.#writes = new Writes({
      peekValue: (key) => this.reads.peekValue(key),
      shown: (key) => this.watches.shown(key),
      changed: (key, value) => this.watches.changed(key, value, 'set'),
      keepOptimistic: (key, value) =>
        void this.#parts.core.set(key, value, undefined, this.policyFor(key), Reach.resident),
      dropOptimistic: (key) => this.#parts.core.dropResident(key),
      applyEvent: (event) => void this.applyEventFor(event, this.connectedUser),
      invalidate: (selector) => void this.invalidate(selector, true),
    });
    this.#port = {
      core: () => this.#parts.core,
      watches: this.watches,
      keys: (selector) => this.#parts.core.keys(selector),
      peekValue: (key) => this.reads.peekValue(key),
      policyFor: (key) => this.policyFor(key),
      wantedPolicy: (key) => this.#intake.wantedPolicy(key),
      receive: (received, keep) => this.#intake.receive(received, keep),
      changed: (key, value) => this.watches.changed(key, value, 'tab'),
      tellRemote: (selector, at) => this.#parts.remote?.invalidate(selector, at, 'event'),
      refused: (cause) =>
        this.log.once({ level: 'warn', what: 'encrypted answers are kept in memory only', detail: cause }),
    };
    this.merge(options);
    this.ready = this.#start();
  }

  /** Adds the policies and rules of another opener. */
  merge(options: CacheOptions): void {
    checkMerged(options, this.log);
    const { policies, rules, remote } = options;
    this.#tier ??= remote;
    this.#openRemote();
    this.#policies.merge(policies);
    this.#allowGraces();
    this.#parts.vault?.removePlain(this.#policies.secret);
    this.#events.merge(this.#parts.core, rules);
  }

  policyFor(key: Key, own?: Policy): Policy {
    return this.#policies.for(key, own);
  }

  keys(selector: Selector): Key[] {
    return this.#parts.core.keys(selector);
  }

  now(): number {
    return this.#parts.core.now();
  }

  stats(): Statistics {
    return statisticsOf(this.#parts.core, this.#parts.remote?.statistics);
  }

  inspect(): EntryInfo[] {
    return entriesOf(this.#parts.core, (key) => this.watches.isWatched(key));
  }

  // ---- writing

  set(key: Key, value: unknown, own?: Policy): void {
    this.#intake.store(key, value, this.policyFor(key, own), 0, 'set');
  }

  mutate<T>(write: () => Promise<T>, options: MutateOptions): Promise<T> {
    return this.#writes.run(write, options);
  }

  delete(key: Key): boolean {
    const existed = this.#parts.core.delete(key);
    this.#coreless.defer(() => this.delete(key));
    this.#parts.remote?.remove(key, this.#parts.core.now());
    return existed;
  }

  /** `afterWrite`: invalidates what a write may have changed, except entries that are exempt from events. */
  invalidate(selector: Selector, afterWrite = false): number {
    const invalidated = this.#parts.core.invalidate(selector, afterWrite);
    return this.#reportInvalidation(selector, invalidated, afterWrite ? 'write' : 'asked', () =>
      this.invalidate(selector, afterWrite),
    );
  }

  clear(): void {
    this.#reportInvalidation('*', this.#parts.core.clear(), 'asked', () => this.clear());
    this.#parts.remote?.forgetStatistics();
  }

  #reportInvalidation(
    selector: Selector,
    { count, at }: Invalidated,
    why: 'asked' | 'write',
    again: () => void,
  ): number {
    if (!this.#coreless.defer(again)) {
      this.#parts.remote?.invalidate(selector, at, why);
      this.emitter.emit('invalidate', { selector, count });
    }
    return count;
  }

  watch(key: Key, fetcher: AnyFetcher, options: WatchOptions, listener: (update: Update<unknown>) => void): () => void {
    return this.watches.add(key, fetcher, this.policyFor(key, options), options, listener);
  }

  // ---- events

  /** Judges an event for each user and applies it; with `firstIsMe` the first user is the connected one. */
  applyEvent(event: MutationEvent, users: readonly string[], firstIsMe: boolean): EventDecision[] {
    const decisions = this.#events.apply(this.#port, event, users, firstIsMe);
    if (this.#coreless.defer(() => this.applyEvent(event, users, firstIsMe))) return decisions;
    decisions.forEach((decision, index) => this.emitter.emit('event', { event, user: users[index] ?? '', decision }));
    return decisions;
  }

  /**
   * Judges an event for the connected user and for every user whose keys are watched: one screen may show answers of several
   * people. Without a connected user, the event concerns every user whom it does not clearly leave out.
   */
  applyEventFor(event: MutationEvent, connected: string | undefined): EventDecision[] {
    const others = watchedUsers(this.watches.keys).filter((user) => user !== connected);
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
        what: 'the core does not run here: nothing is cached, every fetch goes to the server. It needs WebAssembly, which a content security policy must allow (wasm-unsafe-eval)',
        detail: error,
      });
      this.watches.giveUp();
    }
    await this.#parts.vault?.restoreAll();
  }

  #open(engine: Engine): void {
    if (this.#closed) return;
    this.#engine = engine;
    const { user = null } = this.#options;
    const { namespace, area } = this.#space;
    const space = engine.openSpace(this.#space);
    const sizes = pageSizesOf(this.#options);
    const core = new Core(engine.border, space, user, sizes, this.#clock, this.#listener);
    const parts = this.#parts;
    parts.core = parts.running = core;
    this.#allowGraces();
    const owner = user === null ? namespace : `${namespace}@${user}`;
    parts.vault = new Vault(core, area && formatOf(namespace).encrypts ? owner : undefined, this.#port);
    parts.vault.removePlain(this.#policies.secret);
    parts.tabs = Tabs.open(this.#space, user, (answer) => takeAnswer(this.#port, core, answer));
    this.#flights.adopt(core, parts.tabs);
    this.#openRemote();
    this.#coreless.handOver(core);
    this.#writes.showAgain();
    this.watches.adopt(core);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_INTERVAL);
    unref(this.#sweeper);
    if (typeof globalThis.addEventListener === 'function') globalThis.addEventListener('storage', this.#onStorage);
  }

  #openRemote(): void {
    const { running: core, remote } = this.#parts;
    if (!this.#tier || !core || remote) return;
    this.#parts.remote = new Remote(this.#tier, {
      namespace: this.#space.namespace,
      user: this.#options.user ?? null,
      now: () => core.now(),
      log: (entry) => this.log.write(entry),
      oldestToTake: (key, policy) => core.oldestToTake(key, policy),
      take: (key, record, policy, notBefore) => this.#takeRemote(core, key, record, policy, notBefore),
      hit: (key) => this.emitter.emit('hit', { key, source: 'remote' }),
      learn: (...invalidation) => core.learnInvalidation(...invalidation),
      failed: (key, cause) => core.noteError('remote', key, cause),
    });
  }

  #takeRemote(core: Core, key: Key, record: RemoteRecord, policy: Policy, notBefore: number): FetchOutcome | undefined {
    const { data: value, timestamp, version = '', tags = [] } = record;
    const facts = { timestamp, version, tags };
    const keep = (kept: unknown) => core.adoptRemote(key, kept, facts, policy, sizeOf(kept));
    if (!this.#intake.receive({ key, value, version, policy, source: 'remote' }, keep)) return undefined;
    const found = this.reads.answerFor(key, { policy, notBefore });
    return found && { ...found, source: 'remote' };
  }

  /** Resolves when pending encrypted and remote writes are done. */
  async settled(): Promise<void> {
    await this.ready;
    await Promise.all([this.#parts.vault?.settled(), this.#parts.remote?.settled()]);
  }

  /** Resolves when its invalidations have reached the remote tier. */
  close(): Promise<void> {
    const { running, remote, tabs, vault } = this.#parts;
    this.#writes.close();
    this.#closed = true;
    vault?.close();
    clearInterval(this.#sweeper);
    this.#idle.stop();
    this.watches.stop();
    this.#flights.leave();
    tabs?.close();
    const told = remote?.close();
    if (typeof globalThis.removeEventListener === 'function')
      globalThis.removeEventListener('storage', this.#onStorage);
    this.#coreless.end();
    this.#parts.core = this.#coreless;
    this.#parts.running = undefined;
    running?.close();
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
        what: 'the clock was set back: the ages of answers are unknown, so the cache was emptied',
      });
    },
    maintenanceWaits: () => this.#idle.start(),
    flightsSuperseded: (flights) => this.#flights.superseded(flights),
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
    const core = this.#parts.running;
    const { namespace, area } = this.#space;
    const { key, newValue, storageArea } = event;
    // A script of the page can dispatch a storage event that holds anything.
    const isOdd = [key, newValue].some((text) => text !== null && typeof text !== 'string');
    if (!core || isTellingOthers() || isOdd || storageArea !== area || (key !== null && !key.startsWith(namespace)))
      return;
    core.areaChanged(key, newValue);
  };

  #changedElsewhere(keys: readonly Key[]): void {
    for (const key of keys) {
      const found = this.reads.peek(key, { policy: this.watches.policyOf(key) ?? this.policyFor(key) });
      if (!found) void this.#parts.vault?.takeChanged(key);
      else if (!sameStored(this.watches.shown(key), found.value))
        this.watches.changed(key, found.value, 'tab', found.timestamp);
    }
    // Let fetches that wait for another tab check whether its answer has arrived.
    this.#parts.tabs?.locks.recheck();
  }

  /** A record that was written without its endpoint's policy does not hold that policy's grace. */
  #allowGraces(): void {
    for (const [endpoint, grace] of this.#policies.graces) this.#parts.core.allowGrace(endpoint, grace);
  }

  #sweep(): void {
    this.#parts.running?.sweep();
    this.#idle.start();
  }
}
