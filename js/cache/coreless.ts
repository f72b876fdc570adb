import {
  Reach,
  type Coordination,
  type Core,
  type Found,
  type Kept,
  type Voided,
  type Wanted,
} from '../border/core.ts';
import type { Clock } from '../common/clock.ts';
import { nameStatistics, PageStatistics } from '../border/statistics.ts';
import { callSafely } from '../common/emitter.ts';
import { Poller } from '../fetching/poller.ts';
import { checkSelector } from '../common/selectors.ts';
import type { Key, Policy, Selector } from '../types.ts';
import { sizeOf } from '../common/values.ts';

/** When an answer was true, and when it ends; undefined where nobody can tell. */
export interface Facts {
  timestamp: number | undefined;
  end: number | undefined;
}

/** What a cache asks of its core. Where none runs, `Coreless` answers. */
export interface CacheCore
  extends
    Omit<Coordination, 'addLatency'>,
    Pick<Core, 'hit' | 'keepHit' | 'keepFor' | 'lookUp' | 'resident' | 'set' | 'delete' | 'dropResident' | 'keys'>,
    Pick<Core, 'invalidate' | 'clear' | 'allowGrace' | 'addRule' | 'readEvent' | 'applyEvent' | 'addLatency'>,
    Pick<Core, 'noteError' | 'statistics' | 'inspect' | 'timestampOf' | 'fresh'> {
  /** What is known of a key's answer, without the answer itself. */
  facts(key: Key, wanted?: Wanted): Facts | undefined;
  readonly memoryBytes: number | undefined;
}

/** A value that was set or fetched before the core ran. */
export interface Early {
  key: Key;
  value: unknown;
  policy: Policy;
  timestamp: number;
}

const NOTHING: Voided = { count: 0, at: 0 };

/**
 * Answers like the core while that is on its way, and where none will ever run. It stores nothing; what it is told meanwhile it
 * remembers until it hands over to the core, and forgets once it is clear that none will come.
 */
export class Coreless extends Poller implements CacheCore {
  readonly memoryBytes = undefined;
  readonly #store: (early: Early, source: 'set' | 'fetch') => void;
  readonly #values = new Map<Key, unknown>();
  /** The last fetched answer of each key. */
  readonly #fetched = new Map<Key, Early>();
  readonly #rules: Parameters<Core['addRule']>[] = [];
  /** What the core has to do when it comes, in order; undefined once it has come, and where none will. */
  #deferred: (() => void)[] | undefined = [];
  #core: Core | undefined;
  #ended = false;

  /** `store`: stores a value in the core, once that runs; events of it were sent before. */
  constructor(clock: Clock, store: (early: Early, source: 'set' | 'fetch') => void) {
    super(clock);
    this.#store = store;
  }

  /** Does it again when the core comes. False where none will come. */
  defer(action: () => void): boolean {
    this.#deferred?.push(action);
    return this.#deferred !== undefined;
  }

  /** The core runs: hands over to it rules first, then fetched answers, then what was deferred. */
  handOver(core: Core): void {
    for (const rule of this.#rules) core.addRule(...rule);
    // As old as they are. Where another tab knows a younger one they are left out.
    for (const [key, { value, policy, timestamp }] of this.#fetched) {
      const { version = '', tags = [] } = policy;
      const isKept = core.adoptRemote(key, value, { timestamp, version, tags }, policy, sizeOf(value));
      if (!isKept) this.#fetched.delete(key);
    }
    const deferred = this.#deferred ?? [];
    this.#deferred = undefined;
    this.#core = core;
    deferred.forEach(callSafely);
    this.#forget();
  }

  override giveUp(): void {
    super.giveUp();
    this.#forget();
  }

  /** Its cache has been closed. */
  end(): void {
    this.#ended = true;
    this.#forget();
  }

  #forget(): void {
    this.#deferred = undefined;
    this.#values.clear();
    this.#fetched.clear();
    this.#core = undefined;
  }

  // ---- values

  /** Nothing is known of its age. */
  fresh(): unknown {
    return undefined;
  }

  hit(key: Key): unknown {
    return this.#values.get(key);
  }

  resident(key: Key): unknown {
    return this.#values.get(key);
  }

  /** Nothing is known of its age, so it answers nobody who asks by policy. */
  lookUp(key: Key, { peek, grace }: Wanted = {}): Found | undefined {
    const value = peek && grace === undefined ? this.#values.get(key) : undefined;
    return value === undefined ? undefined : { value, source: 'memory', timestamp: NaN, end: NaN };
  }

  facts(key: Key): Facts | undefined {
    return this.#values.has(key) ? { timestamp: undefined, end: undefined } : undefined;
  }

  /** Keeps it for the core that may come. */
  set(key: Key, value: unknown, _json: unknown, policy: Policy, reach: number, flight = 0): Kept | undefined {
    if (this.#ended || reach === Reach.resident || (flight > 0 && this.isVoid(flight))) return undefined;
    if (flight === 0) this.voidFlights(key);
    const timestamp = this.beganAt(flight) ?? this.now();
    this.endFlight(flight);
    const early = { key, value, policy, timestamp };
    const isFetched = flight > 0;
    if (this.defer(() => (isFetched ? this.#storeFetched(early) : this.#store(early, 'set')))) {
      this.#values.set(key, value);
      if (isFetched) this.#fetched.set(key, early);
    }
    this.renewed(key, timestamp);
    return { timestamp, end: NaN, remaining: NaN, sealing: 0 };
  }

  /** In its place among the deferred: an earlier invalidation, which the core has just heard of, did not concern it. */
  #storeFetched(early: Early): void {
    const { key, value } = early;
    if (this.#fetched.get(key) === early && this.#core?.resident(key) !== value) this.#store(early, 'fetch');
  }

  delete(key: Key): boolean {
    this.voidFlights(key);
    return this.#values.delete(key);
  }

  /** Which keys it selects only the core can tell: until then none is answered. TypeError for one that says nothing. */
  invalidate(selector: Selector, sparesKept: boolean): Voided {
    checkSelector(selector);
    this.refetchAll(sparesKept);
    this.#values.clear();
    return NOTHING;
  }

  clear(): Voided {
    return this.invalidate('*', false);
  }

  keys(selector: Selector): Key[] {
    checkSelector(selector);
    return [];
  }

  // ---- events

  addRule(...rule: Parameters<Core['addRule']>): void {
    this.#rules.push(rule);
  }

  readEvent(): ReturnType<Core['readEvent']> {
    return { rule: -1, task: undefined };
  }

  /** Each is concerned: one request too many is better than showing what is no longer true. */
  applyEvent(...[, parties]: Parameters<Core['applyEvent']>): ReturnType<Core['applyEvent']> {
    this.refetchAfterEvent();
    return { reasons: parties.map(() => 'unknown'), invalidated: 0, refreshed: [], at: 0 };
  }

  // ---- what only a core has

  readonly keepHit = nothing;
  readonly keepFor = nothing;
  readonly allowGrace = nothing;
  readonly dropResident = nothing;
  readonly noteError = nothing;

  statistics(): ReturnType<Core['statistics']> {
    return nameStatistics(new PageStatistics());
  }

  inspect(): ReturnType<Core['inspect']> {
    return [];
  }
}

function nothing(): void {
  // There is no entry to keep, and nobody counts.
}
