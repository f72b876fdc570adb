import {
  Reach,
  type Coordination,
  type Core,
  type Found,
  type SetResult,
  type Invalidated,
  type Wanted,
} from '../border/core.ts';
import { tagsOf } from '../border/entry.ts';
import type { Clock } from '../common/clock.ts';
import { nameStatistics, PageStatistics } from '../border/statistics.ts';
import { callSafely } from '../common/emitter.ts';
import { Poller } from '../fetching/poller.ts';
import { checkSelector } from '../common/selectors.ts';
import type { Key, Policy, Selector } from '../types.ts';
import { sizeOf } from '../common/values.ts';

/** An answer's timestamp and the end of its freshness; undefined where they are unknown. */
export interface Facts {
  timestamp: number | undefined;
  expiresAt: number | undefined;
}

/** The functions of the core that a cache uses. While no core runs, `Coreless` provides them. */
export interface CacheCore
  extends
    Omit<Coordination, 'addLatency'>,
    Pick<Core, 'hit' | 'keepHit' | 'keepFor' | 'lookUp' | 'resident' | 'set' | 'delete' | 'dropResident' | 'keys'>,
    Pick<Core, 'invalidate' | 'clear' | 'allowGrace' | 'addRule' | 'readEvent' | 'applyEvent' | 'addLatency'>,
    Pick<Core, 'noteError' | 'statistics' | 'inspect' | 'timestampOf' | 'fresh'> {
  /** Timestamp and end of the key's answer, without its value. */
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

const NOTHING: Invalidated = { count: 0, at: 0 };

/**
 * Stands in for the core until it runs, and for good where it cannot run. It stores nothing. It remembers what happens meanwhile,
 * hands that over when the core starts, and forgets it once it is certain that no core will start.
 */
export class Coreless extends Poller implements CacheCore {
  readonly memoryBytes = undefined;
  readonly #store: (early: Early, source: 'set' | 'fetch') => void;
  readonly #values = new Map<Key, unknown>();
  /** The last fetched answer of each key. */
  readonly #fetched = new Map<Key, Early>();
  readonly #rules: Parameters<Core['addRule']>[] = [];
  /** Actions to repeat once the core runs, in order; undefined after the hand-over, and once no core will start. */
  #deferred: (() => void)[] | undefined = [];
  #core: Core | undefined;
  #ended = false;

  /** `store` stores a value in the running core. Its events have already been sent. */
  constructor(clock: Clock, store: (early: Early, source: 'set' | 'fetch') => void) {
    super(clock);
    this.#store = store;
  }

  /** Repeats the action once the core runs. Returns false if no core will start. */
  defer(action: () => void): boolean {
    this.#deferred?.push(action);
    return this.#deferred !== undefined;
  }

  /** Hands over to the running core: first the rules, then the fetched answers, then the deferred actions. */
  handOver(core: Core): void {
    for (const rule of this.#rules) core.addRule(...rule);
    // Answers keep their timestamps. The core rejects an answer if another tab knows a younger one.
    for (const [key, { value, policy, timestamp }] of this.#fetched) {
      const facts = { timestamp, version: policy.version ?? '', tags: tagsOf(policy) };
      const isAccepted = core.adoptRemote(key, value, facts, policy, sizeOf(value));
      if (!isAccepted) this.#fetched.delete(key);
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

  /** Its cache was closed. */
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

  /** Returns undefined: ages are unknown here. */
  fresh(): unknown {
    return undefined;
  }

  hit(key: Key): unknown {
    return this.#values.get(key);
  }

  /** Ages are unknown here, so a look-up under a policy is a miss. */
  lookUp(key: Key, { peek, grace }: Wanted = {}): Found | undefined {
    const value = peek && grace === undefined ? this.#values.get(key) : undefined;
    return value === undefined ? undefined : { value, source: 'memory', timestamp: NaN, expiresAt: NaN };
  }

  facts(key: Key): Facts | undefined {
    return this.#values.has(key) ? { timestamp: undefined, expiresAt: undefined } : undefined;
  }

  /** Remembers the value for the hand-over. */
  set(key: Key, value: unknown, _json: unknown, policy: Policy, reach: number, flight = 0): SetResult | undefined {
    if (this.#ended || reach === Reach.resident || (flight > 0 && this.isSuperseded(flight))) return undefined;
    if (flight === 0) this.supersedeFlights(key);
    const timestamp = this.beganAt(flight) ?? this.now();
    this.endFlight(flight);
    const early = { key, value, policy, timestamp };
    const isFetched = flight > 0;
    if (this.defer(() => (isFetched ? this.#storeFetched(early) : this.#store(early, 'set')))) {
      this.#values.set(key, value);
      if (isFetched) this.#fetched.set(key, early);
    }
    this.renewed(key, timestamp);
    return { timestamp, expiresAt: NaN, remaining: NaN, encryption: 0 };
  }

  /**
   * Stores a fetched answer at its place among the deferred actions. If it is still resident, the invalidations before it, which
   * the core has just applied, did not select it.
   */
  #storeFetched(early: Early): void {
    const { key, value } = early;
    if (this.#fetched.get(key) === early && this.#core?.resident(key) !== value) this.#store(early, 'fetch');
  }

  delete(key: Key): boolean {
    this.supersedeFlights(key);
    return this.#values.delete(key);
  }

  /** Only the core can tell which keys a selector selects, so this returns no count. TypeError for an empty selector. */
  invalidate(selector: Selector, skipsExempt: boolean): Invalidated {
    checkSelector(selector);
    this.refetchAll(skipsExempt);
    this.#values.clear();
    return NOTHING;
  }

  clear(): Invalidated {
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
    return { rule: -1, task: undefined, json: '' };
  }

  /** Counts every party as concerned: one request too many is better than an outdated answer. */
  applyEvent(...[, parties]: Parameters<Core['applyEvent']>): ReturnType<Core['applyEvent']> {
    this.refetchAfterEvent();
    return { reasons: parties.map(() => 'unknown'), invalidated: 0, refreshed: [], at: 0 };
  }

  // ---- what only a core has

  readonly resident = nothing;
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

function nothing(): undefined {
  // There is no entry to extend, and there are no statistics.
}
