import { checkMembers, type Kinds } from '../common/checks.ts';
import type { AnyFetcher } from '../common/answers.ts';
import { checkKey } from '../common/keys.ts';
import { LINK_PORT, type LinkPort } from './linkPort.ts';
import { checkOptions } from '../common/options.ts';
import { warm } from '../cache/reads.ts';
import { readOnce } from '../common/selectors.ts';
import type { SharedCache } from '../cache/sharedCache.ts';
import type {
  CacheEvents,
  CardCache,
  CoordinatorStatus,
  EntryInfo,
  EventDecision,
  Fetcher,
  FetchOptions,
  Key,
  MutationEvent,
  Policy,
  Query,
  Selector,
  Statistics,
  Update,
  WarmOptions,
  WarmResult,
  WatchOptions,
} from '../types.ts';

type MutateOptions = NonNullable<Parameters<CardCache['mutate']>[1]>;

const MUTATE = { optimistic: 'any', invalidate: 'any', event: 'any' } as const satisfies Kinds<MutateOptions>;
const WARM = { concurrency: 'any', signal: 'any', progress: 'any' } as const satisfies Kinds<WarmOptions>;

/** The object that a card holds; several handles share one cache. Closing a handle ends its own watches and listeners only. */
export class Handle implements CardCache {
  readonly ready: Promise<void>;
  readonly [LINK_PORT]: LinkPort;
  readonly #cache: SharedCache;
  readonly #release: () => Promise<void>;
  readonly #undo = new Set<() => void>();
  #closed = false;

  constructor(cache: SharedCache, release: () => Promise<void>) {
    this.#cache = cache;
    this.#release = release;
    this.ready = cache.ready;
    this[LINK_PORT] = {
      applyEvent: (event, connected) => cache.applyEventFor(event, connected),
      merge: (options) => cache.merge(options),
      catchUp: (since, types) => cache.watches.catchUp(since, types),
      retryFailed: () => cache.watches.retryFailed(),
      now: () => cache.now(),
      log: (entry) => cache.log.write(entry),
      refresh: (key) => void cache.watches.refresh(key),
      connectUser: (user) => {
        cache.connectedUser = user;
      },
      links: cache.links,
      check: (options) => checkOptions(options, cache.log),
      untilClosed: (undo) => this.#until(undo),
      isClosed: () => this.#closed,
    };
  }

  get<T>(key: Key): T | undefined {
    if (typeof key !== 'string') checkKey(key);
    return this.#open().reads.get(key) as T | undefined;
  }

  peek<T>(key: Key): T | undefined {
    checkKey(key);
    return this.#open().reads.peekValue(key) as T | undefined;
  }

  has(key: Key): boolean {
    checkKey(key);
    return this.#open().reads.facts(key) !== undefined;
  }

  set<T>(key: Key, value: T, policy?: Policy<T>): void {
    checkEntry(key, value);
    this.#open().set(key, value, policy);
  }

  delete(key: Key): boolean {
    checkKey(key);
    return this.#open().delete(key);
  }

  keys(selector: Selector = '*'): Key[] {
    return this.#open().keys(selector);
  }

  age(key: Key): number | undefined {
    checkKey(key);
    const timestamp = this.#open().reads.facts(key)?.timestamp;
    return timestamp === undefined ? undefined : Math.max(0, this.#cache.now() - timestamp);
  }

  remainingTtl(key: Key): number | undefined {
    checkKey(key);
    const expiresAt = this.#open().reads.facts(key)?.expiresAt;
    return expiresAt === undefined ? undefined : Math.max(0, expiresAt - this.#cache.now());
  }

  getMany<T>(keys: Iterable<Key>): Map<Key, T> {
    const found = new Map<Key, T>();
    for (const key of keys) {
      const value = this.get<T>(key);
      if (value !== undefined) found.set(key, value);
    }
    return found;
  }

  setMany(entries: Iterable<[Key, unknown]>, policy?: Policy): void {
    for (const [key, value] of entries) this.set(key, value, policy);
  }

  deleteMany(keys: Iterable<Key>): number {
    let count = 0;
    for (const key of keys) if (this.delete(key)) count++;
    return count;
  }

  getOrFetch<T>(query: Query<T>, options?: FetchOptions<T>): Promise<T>;
  getOrFetch<T>(key: Key, fetcher: Fetcher<T>, options?: FetchOptions<T>): Promise<T>;
  getOrFetch<T>(first: Query<T> | Key, second?: Fetcher<T> | FetchOptions<T>, third?: FetchOptions<T>): Promise<T> {
    const { key, fetcher, options } = asked(first, second, third);
    return this.#open().reads.getOrFetch(key, fetcher, options) as Promise<T>;
  }

  warm(queries: Iterable<Query<unknown>>, options: WarmOptions = {}): Promise<WarmResult> {
    const all = [...queries];
    checkMembers(options, WARM, this.#cache.log);
    for (const query of all) asked(query, undefined, undefined);
    return warm(this.#open().reads, all, options);
  }

  mutate<T>(write: () => Promise<T>, options: MutateOptions = {}): Promise<T> {
    // Validate all arguments before running the write. Read iterables once.
    if (typeof write !== 'function') throw new TypeError('cardcache: mutate needs a write, a function');
    checkMembers(options, MUTATE, this.#cache.log);
    const optimistic = [...(options.optimistic ?? [])];
    for (const [key, value] of optimistic) checkEntry(key, value);
    if (options.invalidate === undefined) return this.#open().mutate(write, { ...options, optimistic });
    const invalidate = readOnce(options.invalidate);
    this.keys(invalidate);
    return this.#open().mutate(write, { ...options, optimistic, invalidate });
  }

  invalidate(selector: Selector): number {
    return this.#open().invalidate(readOnce(selector));
  }

  invalidateUser(user: string): number {
    if (typeof user !== 'string') throw new TypeError('cardcache: invalidateUser needs a user, as a string');
    return this.#open().invalidate({ user });
  }

  invalidateShared(): number {
    return this.#open().invalidate({ user: null });
  }

  invalidateAll(): number {
    return this.#open().invalidate('*');
  }

  clear(): void {
    this.#open().clear();
  }

  watch<T>(query: Query<T>, listener: (update: Update<T>) => void, options?: WatchOptions<T>): () => void;
  watch<T>(key: Key, fetcher: Fetcher<T>, listener: (update: Update<T>) => void, options?: WatchOptions<T>): () => void;
  watch<T>(first: Query<T> | Key, ...rest: unknown[]): () => void {
    const own = typeof first === 'string' ? rest.shift() : undefined;
    const [listener, given] = rest as [(update: Update<T>) => void, WatchOptions<T> | undefined];
    const { key, fetcher, options } = asked(first, (own ?? given) as Fetcher<T>, given);
    if (typeof listener !== 'function') throw new TypeError('cardcache: watch needs a listener, a function');
    return this.#until(this.#open().watch(key, fetcher, options, listener as (update: Update<unknown>) => void));
  }

  coordinator(key: Key): CoordinatorStatus | undefined {
    checkKey(key);
    return this.#open().watches.status(key);
  }

  applyEvent(event: MutationEvent, user: string): EventDecision {
    if (typeof user !== 'string') throw new TypeError('cardcache: applyEvent needs the user to judge for, as a string');
    const [decision] = this.#open().applyEvent(event, [user], true);
    return decision ?? { concerned: true, reason: 'unknown', invalidated: 0, refreshed: [] };
  }

  on<E extends keyof CacheEvents>(event: E, listener: (detail: CacheEvents[E]) => void): () => void {
    if (typeof listener !== 'function') throw new TypeError('cardcache: on needs a listener, a function');
    return this.#until(this.#open().emitter.on(event, listener));
  }

  stats(): Statistics {
    return this.#open().stats();
  }

  inspect(): EntryInfo[] {
    return this.#open().inspect();
  }

  async flush(): Promise<void> {
    await this.#cache.settled();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const undo of [...this.#undo]) undo();
    const released = this.#release();
    await this.ready;
    await released;
  }

  #open(): SharedCache {
    if (this.#closed) throw new TypeError('cardcache: this handle is closed: open the cache again');
    return this.#cache;
  }

  /** Returns a function that runs `undo`. The handle runs it when it closes; it never runs twice. */
  #until(undo: () => void): () => void {
    const once = () => {
      if (this.#undo.delete(once)) undo();
    };
    this.#undo.add(once);
    return once;
  }
}

function checkEntry(key: Key, value: unknown): void {
  checkKey(key);
  if (value === undefined)
    throw new TypeError(`cardcache: undefined cannot be cached (${key}): use null, or delete to remove an entry`);
}

/** Unites the two forms of arguments: a query, or a key and a fetcher. */
function asked<T>(
  first: Query<T> | Key,
  second: Fetcher<T> | FetchOptions<T> | undefined,
  third: FetchOptions<T> | undefined,
): { key: Key; fetcher: AnyFetcher; options: FetchOptions } {
  if (typeof first === 'string') {
    checkKey(first);
    if (typeof second !== 'function') throw new TypeError(`cardcache: ${first} needs a fetcher`);
    return { key: first, fetcher: second, options: third ?? {} };
  }
  if (typeof first !== 'object' || (first as unknown) === null) checkKey(first);
  const { key, fetcher, ...policy } = first;
  checkKey(key);
  if (typeof fetcher !== 'function') throw new TypeError(`cardcache: the query of ${key} needs a fetcher`);
  return { key, fetcher: fetcher, options: { ...policy, ...(second as FetchOptions<T> | undefined) } };
}
