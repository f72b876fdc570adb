/**
 * The public types. Times are milliseconds of the wall clock. Nothing here throws because storage fails. Wrong use throws a
 * TypeError at once.
 */
/* eslint-disable @typescript-eslint/no-explicit-any -- `any` here is a default that lets a Policy<Plan> stand where a
   Policy is asked for: methods of T make the type invariant, so `unknown` would refuse it. */

/**
 * `endpoint`, `endpoint:user` or `endpoint:user:param…`. Only the second segment names the user. `None`, or no second segment, means
 * that all users share the entry.
 */
export type Key = string;
export type Segment = string | number | boolean;

export interface CacheOptions {
  /** Prefix in localStorage, `[a-z0-9]+_`; default `cardcache_`. `agiletrack_` reads and writes AgileTrack's own record format. */
  namespace?: string;
  /**
   * The user whose records these are, such as `hass.user.id`. Default null, and undefined: all users share the cache, whether
   * signed in or not. If `hass` may not know its user yet, use `openHassCache`.
   */
  user?: string | null;
  /** Defaults: 14 400 000 ms, 1 000 entries, no byte limit. */
  memory?: { ttl?: number; maxEntries?: number; maxBytes?: number };
  /** Defaults: 259 200 000 ms, 2 MiB, 256 UTF-16 units (Infinity: no compression), localStorage. false: no storage. */
  storage?: false | { ttl?: number; maxBytes?: number; compressAbove?: number; area?: StorageArea | null };
  /**
   * A third tier that processes under node share: `keyvTier` of `cardcache/node`. A tier that rejects, or does not answer within
   * 2 000 ms, counts as a miss. After 3 such failures in a row the cache does not ask it for 5 000 ms (then 10 000, at most 30 000).
   * Then one request tries it, for 250 ms. While the tier is down, misses do not wait for it, answers are not sent to it, and
   * invalidations are kept and sent when it is back. Until then another process may serve what it has in memory. The cache logs the
   * loss once as `warn` and the return as `info`.
   */
  remote?: RemoteTier;
  /** By endpoint. The policy of a call overrides it field by field. */
  policies?: Record<string, Policy>;
  /** By event type. A trailing `*` matches the rest of the name. */
  rules?: Record<string, EventRule>;
  /** Limits for the event `alert`: a share from 0 to 1, a count, and a share from 0 to 1. */
  alerts?: { hitRateBelow?: number; errorsAbove?: number; storageAbove?: number };
  /** Default: warnings and errors go to the console. The cache warns once of each option whose name it does not know. */
  log?: (entry: LogEntry) => void;
  /** Replaces `Date.now()`; called each time. */
  clock?: () => number;
}

/** The DOM's Storage, declared for programs without the DOM's types: localStorage, sessionStorage, or your own implementation. */
export interface StorageArea {
  [name: string]: any;
  readonly length: number;
  clear(): void;
  getItem(key: string): string | null;
  key(index: number): string | null;
  removeItem(key: string): void;
  /** Throws a `QuotaExceededError` if there is no room. */
  setItem(key: string, value: string): void;
}

export interface LogEntry {
  level: 'debug' | 'info' | 'warn' | 'error';
  what: string;
  key?: Key;
  detail?: unknown;
}

export interface Policy<T = any> {
  /** How long an answer is fresh, in ms, ≥ 0 or Infinity. Default: `storage.ttl` if it may reach storage, else `memory.ttl`. */
  ttl?: number;
  /** An earlier end that the value itself determines, in ms since 1970, such as the end of the logical day. */
  expiresAt?(value: T): number | undefined;
  tier?: 'memory' | 'both';
  /** True: the value never leaves this page's memory. Default false. */
  sensitive?: boolean;
  /**
   * True: storage holds the value only in encrypted form, under a key for this user that the browser does not export. Records are
   * decrypted before `ready` resolves. A record that another tab writes later is a miss for `get`, while `getOrFetch` waits for its
   * decryption. Without WebCrypto (plain http) or IndexedDB the value stays in memory. Default false.
   */
  encrypted?: boolean;
  /** For so long after its end, in ms (default 0), an answer may be served while a fetch runs. Until then every page keeps it. */
  staleWhileRevalidate?: number;
  /** For so long after its end, in ms (default 0), an answer may be served if the fetch fails. Until then every page keeps it. */
  staleIfError?: number;
  /** Whether `staleIfError` covers this failure. Default: it covers all. If this returns false or throws, the caller gets the failure. */
  staleWhen?(error: unknown): boolean;
  retry?: RetryPolicy;
  /** A fetch that takes longer fails. In ms; default 30 000. */
  timeout?: number;
  tags?: string[];
  /** Records of another version are misses. Change it when the shape of the answer changes. */
  version?: string;
  /** Checks a value that comes from storage. If it returns false, the value is a miss. */
  check?(value: unknown): boolean;
  /** What losing the answer costs, compared with others; default 1. Where room is short, an expensive answer outlives a cheap one. */
  cost?: number;
  /**
   * Whether a page fetches a watched answer once after it was loaded although the cached answer is fresh: `'always'`, or `'stale'`
   * for never. Default: only if events of Home Assistant could have been missed. That concerns the endpoints that a rule names and,
   * for subscribed event types without such a rule, everything these invalidate, unless `onEvent` says otherwise.
   */
  refetchOnLoad?: 'stale' | 'always';
  /**
   * What happens when an event selects the answer. `'refresh'` (default): drop it, and fetch it again if it is watched and the event
   * concerns the user. `'invalidate'`: only drop it; the next caller fetches it. `'keep'`: exempt it from events.
   */
  onEvent?: 'refresh' | 'invalidate' | 'keep';
}

/** How often a failed fetch is tried again, and how long its key then backs off. */
export interface RetryPolicy {
  /** How many attempts one fetch makes. Default 1; for `watch` and `warm` 3, unless the previous fetch failed. */
  attempts?: number;
  /** The longest wait before the second attempt, in ms; it doubles with each attempt. The actual wait is a random share. Default 500. */
  baseDelay?: number;
  /** The longest wait between two attempts, in ms. Default 30 000. */
  maxDelay?: number;
  /**
   * The longest back-off, in ms; default 300 000. After two failed fetches in a row a key backs off for 5 to 10 s. Each further
   * failure doubles that, up to this limit. Meanwhile callers are rejected with the last error, or served what `staleIfError` and
   * `staleWhileRevalidate` allow, and watches poll later. An answer, a `set`, a `delete`, an invalidation that selects the key, or the
   * browser's return online ends the back-off. `forceRefresh` ignores it. 0: no back-off.
   *
   * An error may say how long to wait: in its `retryAfter` (ms or a Date), or in the `Retry-After` header of its `headers`, its
   * `response`, or of a thrown Response. The cache obeys it from the first failure on, for an hour at most, or for `maxBackoff` if that
   * is longer.
   */
  maxBackoff?: number;
  /** Whether this error is worth another attempt, and an early poll. Default: every error is. */
  when?(error: unknown): boolean;
}

export interface FetchOptions<T = any> extends Policy<T> {
  /** True: fetch even if a fresh answer is cached. Default false. */
  forceRefresh?: boolean;
  /** The oldest cached answer to accept, in ms. Default: any fresh answer. */
  maxAge?: number;
  /** Aborts this caller's wait. The fetch itself is aborted when its last caller has left. */
  signal?: AbortSignal;
}

export interface FetchContext<T> {
  key: Key;
  /** Aborted when all callers have left, and after `timeout`. */
  signal: AbortSignal;
  /** The cached answer, fresh or not. */
  stale: T | undefined;
}

export type Fetcher<T> = (context: FetchContext<T>) => Promise<T>;

export interface Query<T> extends Policy<T> {
  key: Key;
  fetcher: Fetcher<T>;
}

/**
 * One user's cache, as `openCache` returns it.
 *
 * @example
 * ```ts
 * const cache = openCache({ user: hass.user.id, policies: { daily_plan: { ttl: 3_600_000 } } });
 * const plan = cache.get<Plan>('daily_plan:sara'); // synchronous: for the first render
 * ```
 */
export interface CardCache {
  /**
   * Resolves when the core runs, or when it is certain that it cannot run (then every fetch goes through). Never rejects. In most
   * engines the core already runs when `openCache` returns. In the others, until `ready`, `get` returns undefined unless this page has
   * set the key, `set` queues, and `getOrFetch` waits.
   */
  readonly ready: Promise<void>;

  /** The fresh answer from memory or else from storage; undefined on a miss. Synchronous. */
  get<T>(key: Key): T | undefined;
  /** Like `get`, but does not change the order of eviction or the statistics, and does not copy the entry from storage to memory. */
  peek<T>(key: Key): T | undefined;
  has(key: Key): boolean;
  /**
   * Writes through to storage before it returns. Throws a TypeError for undefined. Storage, other tabs and other processes get a
   * value only if `JSON.parse(JSON.stringify(value))` means the same: strings, booleans, null, finite numbers (−0 becomes 0), arrays
   * without holes, plain objects of any frame (undefined members are left out, getters are read), up to 2 000 levels deep. Any other
   * value (a Map, a Date, NaN, an instance of a class, a cycle, a member under a symbol) stays in memory, by reference, and counts as a
   * `serialize` error.
   */
  set<T>(key: Key, value: T, policy?: Policy<T>): void;
  /**
   * Drops the entry in every tab; returns whether there was one. Watchers keep what they show until their next poll, unlike after
   * `invalidate`, which fetches watched entries again. With a remote tier watched entries are fetched at once, here and in the processes
   * that share it.
   */
  delete(key: Key): boolean;
  /** The keys of fresh entries in either tier. */
  keys(selector?: Selector): Key[];
  /** Ms since the server gave the answer; undefined on a miss. */
  age(key: Key): number | undefined;
  /** Ms for which the answer is still fresh; undefined on a miss. */
  remainingTtl(key: Key): number | undefined;
  getMany<T>(keys: Iterable<Key>): Map<Key, T>;
  setMany(entries: Iterable<[Key, unknown]>, policy?: Policy): void;
  deleteMany(keys: Iterable<Key>): number;

  /**
   * Returns the cached answer if it is fresh, else fetches. Concurrent callers of one key share one fetch. Rejects with the fetcher's
   * error, unless `staleIfError` covers it. A fetcher that asks the cache for its own key would wait for itself: it gets a TypeError if
   * it asks synchronously; if it asks after an `await`, `timeout` ends the fetch.
   *
   * @example
   * ```ts
   * const plan = await cache.getOrFetch(
   *   key('daily_plan', 'sara'),
   *   ({ signal }) => fetch('/plan?user=sara', { signal }).then((answer) => answer.json()),
   *   { ttl: 600_000, staleIfError: 86_400_000 },
   * );
   * ```
   */
  getOrFetch<T>(query: Query<T>, options?: FetchOptions<T>): Promise<T>;
  getOrFetch<T>(key: Key, fetcher: Fetcher<T>, options?: FetchOptions<T>): Promise<T>;
  /** Fetches what is not fresh, a few at a time. Never rejects because a fetch fails: `failed` holds the errors. */
  warm(queries: Iterable<Query<any>>, options?: WarmOptions): Promise<WarmResult>;
  /**
   * Runs a write, then invalidates what `invalidate` selects (default: all entries of all users, and shared ones) and fetches watched
   * entries again. `optimistic` values are shown at once, in memory only. If the write fails, those that are still current are rolled
   * back and `mutate` rejects with its error.
   *
   * @example
   * ```ts
   * await cache.mutate(() => hass.callService('tasktracker', 'complete_task', { task_id: 7 }), {
   *   optimistic: [[planKey, { ...plan, tasks: plan.tasks.filter(({ id }) => id !== 7) }]],
   *   invalidate: 'daily_plan',
   * });
   * ```
   */
  mutate<T>(
    write: () => Promise<T>,
    options?: { optimistic?: Iterable<[Key, unknown]>; invalidate?: Selector; event?: MutationEvent },
  ): Promise<T>;

  /**
   * Drops what the selector selects and returns how many entries that were. An entry in both tiers counts once, an expired one does
   * not count. Fetches in flight for such keys do not fill the cache any more. Watched entries are fetched again in every tab; a tag
   * selects them by their policy or by their last answer.
   */
  invalidate(selector: Selector): number;
  /** Invalidates the entries of one user. */
  invalidateUser(user: string): number;
  /** Invalidates the entries that no user owns. */
  invalidateShared(): number;
  /** Invalidates every entry of this cache. Other namespaces, and the records of other `user`s, stay. */
  invalidateAll(): number;
  /**
   * Like `invalidateAll` in every tab, and resets the statistics. Watched keys are fetched again: at a logout, `close` the cache as
   * well.
   */
  clear(): void;

  /**
   * Calls the listener at once with what is cached, and again whenever the answer changes. Keeps the answer fresh until the returned
   * function is called. An answer that is not fresh (past its end, older than `maxAge`, of another `version`) is fetched at once. One
   * that ends while it is watched is fetched with the next poll.
   *
   * @example
   * ```ts
   * const stop = cache.watch(
   *   'areas',
   *   () => hass.callWS<Area[]>({ type: 'config/area_registry/list' }),
   *   ({ data, error }) => render(data, error),
   *   { interval: 600_000 },
   * );
   * // later, in disconnectedCallback:
   * stop();
   * ```
   */
  watch<T>(query: Query<T>, listener: (update: Update<T>) => void, options?: WatchOptions<T>): () => void;
  watch<T>(key: Key, fetcher: Fetcher<T>, listener: (update: Update<T>) => void, options?: WatchOptions<T>): () => void;
  /** How the watched key is kept fresh; undefined if it has no watcher. */
  coordinator(key: Key): CoordinatorStatus | undefined;
  /**
   * Applies a mutation event: invalidates what its rule selects, and fetches watched entries again if the event concerns `user`, the
   * user of this page. Throws a TypeError if `user` is no string.
   *
   * @example
   * ```ts
   * const { concerned } = cache.applyEvent(
   *   { event_type: 'tasktracker_task_completed', data: { task_id: 7, username: 'gabriel', assigned_users: ['sara'] } },
   *   'sara',
   * ); // true: the task is assigned to sara
   * ```
   */
  applyEvent(event: MutationEvent, user: string): EventDecision;

  /** Subscribes to an event of the cache; returns the function that unsubscribes. */
  on<E extends keyof CacheEvents>(event: E, listener: (detail: CacheEvents[E]) => void): () => void;
  stats(): Statistics;
  inspect(): EntryInfo[];
  /** Resolves when encrypted and remote writes have arrived. Those still pending when the page goes, or the last handle closes, are lost. */
  flush(): Promise<void>;
  /**
   * Closes this handle. The last handle to close ends the cache and its timers. Resolves when invalidations have reached the remote
   * tier, after 5 s at the latest. For a program under node to end, also close what `keyvTier` was given: `keyv.disconnect()`, and
   * `close()` or `quit()` of each client.
   */
  close(): Promise<void>;
}

/**
 * Which entries are meant. A string is read like a key:
 * - `'daily_plan'` or `'daily_plan:'`: the entries of that endpoint
 * - `':gabriel'`: the entries of that user
 * - `':None'`: the entries that all users share
 * - `'daily_plan:gabriel'`: that key, and longer ones that begin with these segments
 * - `'*'` as a segment matches any one whole segment: `'recommended_tasks:*:60'`
 * - `'*'` alone: everything
 *
 * An object selects the entries that match all of its fields:
 * - `endpoint`, `user`: as `key()` takes them, compared whole; `endpoint: '*'` selects every endpoint, `user: null` shared entries
 * - `tag`: entries that carry this tag
 * - `keys`: exactly these keys, and no longer ones
 *
 * An empty string, an empty segment in the middle and `{}` are TypeErrors.
 */
export type Selector = string | { endpoint?: string; user?: string | null; tag?: string; keys?: Iterable<Key> };

export interface WatchOptions<T = any> extends FetchOptions<T> {
  /** Time between two polls, in ms, more than 0; default 180 000. Infinity: no polling. */
  interval?: number;
  /** How long to collect events and invalidations before one fetch answers them all, in ms; default 300. */
  debounce?: number;
  /** True: poll while the page is hidden, too. Default false. */
  whileHidden?: boolean;
  /** True: also call the listener when `fetching` changes. Default false: for data and errors only. */
  states?: boolean;
}

export interface Update<T> {
  data: T | undefined;
  previous: T | undefined;
  error: unknown;
  fresh: boolean;
  fetching: boolean;
  source: 'memory' | 'storage' | 'remote' | 'fetch' | 'set' | 'tab';
  timestamp: number | undefined;
}

export interface CoordinatorStatus {
  lastUpdateSuccess: boolean;
  lastUpdateTime?: number;
  lastError?: unknown;
  nextRefresh?: number;
  watchers: number;
  refresh(): Promise<void>;
}

export interface MutationEvent {
  event_type?: string;
  type?: string;
  data?: unknown;
}

/**
 * What an event type means. `endpoints`: the endpoints it invalidates (default: all). `subject: 'username'`: the event is about that
 * user alone. `assignees`: returns the users concerned if the event does not name them; it may look them up in the cached entries,
 * before these are dropped.
 */
export interface EventRule {
  endpoints?: string[];
  subject?: 'assigned_users' | 'username';
  assignees?(data: unknown, cached: Iterable<[Key, unknown]>): string[] | undefined;
}

export interface EventDecision {
  concerned: boolean;
  reason: 'actor' | 'assigned' | 'unknown' | 'other';
  invalidated: number;
  refreshed: Key[];
}

export interface Statistics {
  memory: TierStatistics;
  storage: TierStatistics & { available: boolean; bytes: number; budget: number; plainBytes: number; floors: number };
  remote?: TierStatistics;
  fetch: { started: number; joined: number; succeeded: number; failed: number; retried: number; discarded: number };
  events: { seen: number; concerned: number };
  errors: Record<CacheError['kind'], number>;
  latency: Record<'persist' | 'restore' | 'fetch', { count: number; p50: number; p95: number; max: number }>;
  /** How many keys failed last time, and how many fetches the back-off has spared. */
  backOff?: { failing: number; spared: number };
  endpoints: Record<string, { hits: number; misses: number; entries: number }>;
  wasm: { memoryBytes: number; version: string } | undefined;
}

export interface TierStatistics {
  entries: number;
  hits: number;
  misses: number;
  evictions: number;
  expired: number;
  hitRate: number;
}

export interface EntryInfo {
  key: Key;
  tier: 'memory' | 'storage' | 'both';
  timestamp: number;
  expires: number;
  bytes: number;
  storedBytes: number;
  hits: number;
  tags: string[];
  watched: boolean;
}

export interface CacheError {
  kind: 'quota' | 'unavailable' | 'corrupt' | 'serialize' | 'crypto' | 'fetch' | 'remote' | 'version';
  key?: Key;
  cause?: unknown;
}

export interface WarmOptions {
  /** How many fetches run at the same time, at least 1; default 4. */
  concurrency?: number;
  signal?: AbortSignal;
  /** Called after each query, whether it was fetched, cached or failed, with the number of finished queries and of all. */
  progress?: (done: number, total: number) => void;
}

export interface WarmResult {
  warmed: Key[];
  failed: { key: Key; error: unknown }[];
}

export interface CacheEvents {
  hit: { key: Key; source: 'memory' | 'storage' | 'remote' };
  miss: { key: Key };
  set: { key: Key };
  evict: { key: Key; why: 'expired' | 'capacity' | 'quota' };
  /** By a call of this page (`invalidate`, `clear`, `mutate`); not by events, `delete`, other tabs or processes. */
  invalidate: { selector: Selector; count: number };
  update: { key: Key };
  error: CacheError;
  /** A mutation event was applied. `decision`: whether it concerned `user`, and what it invalidated. */
  event: { event: MutationEvent; user: string; decision: EventDecision };
  alert: { what: 'hitRate' | 'errors' | 'storage'; value: number; limit: number };
}

/**
 * A slower tier that processes share. The cache asks it before the fetcher, within the one fetch that concurrent callers share. A failure
 * counts as a miss. Keys begin with the namespace and user of their cache. `ttl`: for how many ms the answer is still fresh.
 */
export interface RemoteTier {
  get(key: Key): Promise<RemoteRecord | undefined>;
  set(key: Key, record: RemoteRecord, ttl: number): Promise<void>;
  /** Invalidates what is not younger than `at`. `of` names the cache: a tier that serves several caches must not apply it to all of them. */
  invalidate(selector: Selector, at: number, of?: FloorScope): Promise<void>;
  /** Calls the listener for each invalidation by another process, at the latest before `get` returns an answer that it concerns. */
  subscribe?(listener: (selector: Selector, at: number, of?: FloorScope) => void): () => void;
}

/**
 * The origin of an invalidation. `scope`: the prefix of the keys of the cache that invalidated. `sparesKept`: entries exempt from events
 * (`onEvent: 'keep'`) stay, as after an event or a write. `byWrite`: a write caused it, and no event tells the other processes of it.
 */
export interface FloorScope {
  scope: string;
  sparesKept: boolean;
  byWrite: boolean;
}

export interface RemoteRecord {
  data: unknown;
  timestamp: number;
  version?: string;
  tags?: string[];
}
