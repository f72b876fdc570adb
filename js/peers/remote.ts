import type { FetchOutcome } from '../common/answers.ts';
import { unref } from '../common/clock.ts';
import { checkSelector, readOnce } from '../common/selectors.ts';
import type {
  FetchOptions,
  FloorScope,
  Key,
  LogEntry,
  Policy,
  RemoteRecord,
  RemoteTier,
  Selector,
  TierStatistics,
} from '../types.ts';
import { Breaker, TIMEOUT } from './breaker.ts';

/** How long a write may take, in ms: without a connection, clients keep requests, perhaps for ever. */
const ARRIVES_WITHIN = 5_000;
/** Invalidations that did not arrive are sent again after this time, in ms, which doubles each time. */
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 5_000;
/** More pending invalidations are merged into one that selects everything, which is coarser but never wrong. */
const MOST_PENDING = 256;

interface Invalidation {
  selector: Selector;
  at: number;
  of: FloorScope;
}

/** The parts of a cache that its remote tier uses. */
export interface RemotePort {
  readonly namespace: string;
  readonly user: string | null;
  now(): number;
  log(entry: LogEntry): void;
  /** The oldest timestamp that is acceptable for a fetch that starts now. */
  oldestToTake(key: Key, policy: FetchOptions): number;
  /** Commits a record if its policy and the core accept it. Returns the acceptable answer that is then in the cache. */
  take(key: Key, record: RemoteRecord, policy: Policy, notBefore: number): FetchOutcome | undefined;
  hit(key: Key): void;
  /** Called when another process has invalidated this as of `at`, and when this page has deleted a key. */
  learn(selector: Selector, at: number, skipsExempt: boolean, byWrite: boolean): void;
  failed(key: Key, cause: unknown): void;
}

/**
 * The client of a store that processes share. A flight asks the store before it calls its fetcher. The core decides whether the
 * store's answer is acceptable, by the invalidations that come with it.
 */
export class Remote {
  readonly #port: RemotePort;
  readonly #tier: RemoteTier;
  /** The prefix of keys, and the origin of invalidations: this user's cache in this namespace. */
  readonly #scope: string;
  readonly #breaker: Breaker;
  readonly #writes = new Set<Promise<void>>();
  /** Invalidations that have not arrived. They are sent when the store is back. */
  #pending: Invalidation[] = [];
  /** True if some of them have not been tried yet. */
  #hasNew = false;
  #sending: Promise<void> | undefined;
  #sendingNext: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #retryIn = FIRST_RETRY;
  readonly #timers = new Set<unknown>();
  readonly #unsubscribe: (() => void) | undefined;
  #closed = false;
  #hits = 0;
  #misses = 0;

  constructor(tier: RemoteTier, port: RemotePort) {
    this.#tier = tier;
    this.#port = port;
    this.#scope = scopeOf(port.namespace, port.user);
    this.#breaker = new Breaker(port);
    this.#unsubscribe = tier.subscribe?.((selector, at, of) => this.#receive(selector, at, of));
  }

  get statistics(): TierStatistics {
    const [hits, misses] = [this.#hits, this.#misses];
    const asked = hits + misses;
    // Entries and evictions of the store are unknown: other processes write there too, and the store itself evicts.
    return { entries: 0, hits, misses, evictions: 0, expired: 0, hitRate: asked === 0 ? 0 : hits / asked };
  }

  forgetStatistics(): void {
    this.#hits = this.#misses = 0;
  }

  /** An acceptable answer of the store, after it was committed here; undefined if there is none. Never rejects. */
  async answer(key: Key, policy: FetchOptions): Promise<FetchOutcome | undefined> {
    if (this.#closed) return undefined;
    const notBefore = this.#port.oldestToTake(key, policy);
    const record = await this.#ask(key);
    const found = record && !this.#closed ? this.#port.take(key, record, policy, notBefore) : undefined;
    if (found) {
      this.#hits++;
      this.#port.hit(key);
    } else {
      this.#misses++;
    }
    return found;
  }

  /** Sends an answer that was committed here to the store. */
  tell(key: Key, json: string, times: { timestamp: number; remaining: number }, { version, tags }: Policy): void {
    if (!this.#breaker.takes) return;
    const record: RemoteRecord = {
      // Copy the value: the store may read it later, when its owner has changed it.
      data: JSON.parse(json) as unknown,
      timestamp: times.timestamp,
      ...(version !== undefined && { version }),
      ...(tags !== undefined && { tags }),
    };
    const { opening } = this.#breaker;
    const written = this.#inTime(ARRIVES_WITHIN, () => this.#tier.set(this.#nameOf(key), record, times.remaining))
      .then(() => this.#breaker.succeeded('write'))
      .catch((error: unknown) => this.#failed('write', key, error, opening))
      .finally(() => this.#writes.delete(written));
    this.#writes.add(written);
  }

  /** Sends an invalidation of this process, as of `at`, with its cause: by hand, after a write, or after an event. */
  invalidate(selector: Selector, at: number, why: 'asked' | 'write' | 'event'): void {
    // Closing has sent what a running write may change. A later request could reconnect a client that its owner has closed.
    if (this.#closed) return;
    const of = { scope: this.#scope, sparesKept: why !== 'asked', byWrite: why === 'write' };
    this.#pending.push({ selector, at, of });
    this.#hasNew = true;
    if (this.#pending.length > MOST_PENDING) {
      const all: FloorScope = { scope: this.#scope, sparesKept: false, byWrite: false };
      this.#pending = [{ selector: '*', at: Math.max(...this.#pending.map(({ at }) => at)), of: all }];
    }
    void this.#sendInvalidations();
  }

  /** Sends the removal of one key, which also invalidates older answers of the store. */
  remove(key: Key, at: number): void {
    this.#port.learn({ keys: [key] }, at, false, false);
    this.invalidate({ keys: [key] }, at, 'asked');
  }

  async settled(): Promise<void> {
    await this.#sendInvalidations();
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  /** Resolves when pending invalidations have arrived, or after 5 s. Never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#breaker.close();
    // Pending time-outs must not keep a finished program alive.
    for (const timer of this.#timers) unref(timer);
    const sent = this.#sending && this.#sendInvalidations();
    if (sent) await this.#inTime(ARRIVES_WITHIN, () => sent).catch(() => undefined);
    this.#unsubscribe?.();
  }

  async #ask(key: Key): Promise<RemoteRecord | undefined> {
    const timeout = this.#breaker.admit();
    if (timeout === 0) return undefined;
    if (timeout === TIMEOUT) return this.#read(key, this.#sendingNext ?? this.#sending);
    // A probe sends the missed invalidations first.
    const found = this.#read(key, this.#sendInvalidations());
    return this.#inTime(timeout, () => found).catch(() => undefined);
  }

  /** Reads after pending invalidations of this process have arrived. */
  async #read(key: Key, sent: Promise<void> | undefined): Promise<RemoteRecord | undefined> {
    const { opening } = this.#breaker;
    let record: unknown;
    try {
      record = await this.#inTime(TIMEOUT, async () => {
        await sent;
        return this.#tier.get(this.#nameOf(key));
      });
    } catch (error) {
      this.#failed('read', key, error, opening);
      return undefined;
    }
    this.#breaker.succeeded('read');
    if (record == null || isRecord(record)) return record ?? undefined;
    this.#note(key, new TypeError('cardcache: the remote tier returned something that is no record'));
    return undefined;
  }

  /** Applies an invalidation of another process. One that cannot be read may concern everything. Never throws at the tier. */
  #receive(selector: Selector, at: number, of: FloorScope | undefined): void {
    if (this.#closed) return;
    const since = typeof at === 'number' && !Number.isNaN(at) ? at : this.#port.now();
    try {
      const { scope = this.#scope, sparesKept = false, byWrite = false } = of ?? {};
      if (scope !== this.#scope) return;
      const read = readOnce(selector);
      checkSelector(read);
      this.#port.learn(read, since, sparesKept, byWrite);
    } catch (error) {
      this.#note('', error);
      this.#port.learn('*', since, false, false);
    }
  }

  /** Sends all pending invalidations at once. Resolves after the attempt, whether it succeeded or not. */
  #sendInvalidations(): Promise<void> {
    if (this.#sending) {
      this.#sendingNext ??= this.#sending.then(() => {
        this.#sendingNext = undefined;
        return this.#hasNew ? this.#sendInvalidations() : undefined;
      });
      return this.#sendingNext;
    }
    if (this.#pending.length === 0) return Promise.resolve();
    this.#sending = this.#sendPending().finally(() => (this.#sending = undefined));
    return this.#sending;
  }

  async #sendPending(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const invalidations = this.#pending.splice(0);
    this.#hasNew = false;
    const { opening } = this.#breaker;
    try {
      await this.#inTime(ARRIVES_WITHIN, () =>
        Promise.all(invalidations.map(async ({ selector, at, of }) => this.#tier.invalidate(selector, at, of))),
      );
      this.#retryIn = FIRST_RETRY;
      this.#breaker.succeeded('write');
    } catch (error) {
      this.#pending.unshift(...invalidations);
      this.#failed('write', '', error, opening);
      if (this.#closed) return;
      this.#retry = setTimeout(() => void this.#sendInvalidations(), this.#retryIn);
      unref(this.#retry);
      this.#retryIn = Math.min(this.#retryIn * 2, LONGEST_RETRY);
    }
  }

  /** The key as the store sees it. Stores speak UTF-8, in which all lone surrogates would be the same. */
  #nameOf(key: Key): string {
    // No key begins with `!`.
    return this.#scope + (HALVES.test(key) ? `!${escaped(key, /[%\p{Cs}]/gu)}` : key);
  }

  /** Rejects if `act` takes longer than `time` ms. */
  #inTime<T>(time: number, act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new DOMException(`the remote tier did not answer within ${time} ms`, 'TimeoutError')),
        time,
      );
      this.#timers.add(late);
      new Promise<T>((begun) => begun(act())).then(resolve, reject).finally(() => {
        clearTimeout(late);
        this.#timers.delete(late);
      });
    });
  }

  #failed(what: 'read' | 'write', key: Key, error: unknown, opening: number): void {
    this.#note(key, error);
    if (!this.#closed) this.#breaker.failed(what, error, opening);
  }

  #note(key: Key, error: unknown): void {
    if (!this.#closed) this.#port.failed(key, error);
  }
}

const HALVES = /\p{Cs}/u;

function escaped(text: string, what: RegExp): string {
  return text.replace(what, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

/** The prefix of the keys of one user's cache in a store that several caches share. */
function scopeOf(namespace: string, user: string | null): string {
  if (user === null) return namespace;
  return `${namespace}@${escaped(user, /[%/\p{Cs}]/gu)}/`;
}

function isRecord(value: unknown): value is RemoteRecord {
  const { data, timestamp, version, tags } = (value ?? {}) as Partial<Record<keyof RemoteRecord, unknown>>;
  return (
    data !== undefined &&
    typeof timestamp === 'number' &&
    (version === undefined || typeof version === 'string') &&
    (tags === undefined || (Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')))
  );
}
