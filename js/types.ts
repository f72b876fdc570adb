/**
 * The public types. Times are milliseconds of the wall clock. Nothing here throws for a storage failure; wrong use throws
 * TypeError at once.
 */
/* eslint-disable @typescript-eslint/no-explicit-any -- `any` here is a default that lets a Policy<Plan> stand where a
   Policy is asked for: methods of T make the type invariant, so `unknown` would refuse it. */

/** `endpoint`, `endpoint:user` or `endpoint:user:param…`; the second segment alone is the user; `None`, or no second segment, means shared by all. */
export type Key = string;
export type Segment = string | number | boolean;

export interface CacheOptions {
  /** Prefix in localStorage, `[a-z0-9]+_`; default `cardcache_`. `agiletrack_` is AgileTrack's own, read and written both ways. */
  namespace?: string;
  /** Whose records: `hass.user.id`. Default null, and undefined: not separated, whoever is signed in. Where `hass` may not know it yet: `openHassCache`. */
  user?: string | null;
  /** Default: 14 400 000 ms, 1 000 entries, no byte limit. */
  memory?: { ttl?: number; maxEntries?: number; maxBytes?: number };
  /** Default: 259 200 000 ms, 2 MiB, 256 UTF-16 units (Infinity: never compressed), localStorage. */
  storage?: false | { ttl?: number; maxBytes?: number; compressAbove?: number; area?: StorageArea | null };
  /**
   * A third tier that processes share, under node: `keyvTier` of `cardcache/node`. One that does not answer within 2 000 ms, or
   * rejects, is a miss; after 3 such in a row it is not asked for 5 000 ms (then 10 000, at the longest 30 000), then by one request,
   * which waits 250 ms. Meanwhile misses cost nothing, answers are not told, and invalidations are told when it is back: what another
   * process has in memory it gives until it hears of them. Its loss is logged as `warn` once, its return as `info`.
   */
  remote?: RemoteTier;
  /** By endpoint; a call's own policy goes over it. */
  policies?: Record<string, Policy>;
  /** By event type; a trailing `*` stands for the rest of the name. */
  rules?: Record<string, EventRule>;
  /** Shares of 1, a count, a share of 1. */
  alerts?: { hitRateBelow?: number; errorsAbove?: number; storageAbove?: number };
  /** Default: warnings and errors go to the console. Options of a name that is not known are a warning, once a name. */
  log?: (entry: LogEntry) => void;
  /** Instead of `Date.now()`, read every time. */
  clock?: () => number;
}

/** The DOM's Storage, for programs without the DOM's types: localStorage, sessionStorage, or a place of your own. */
export interface StorageArea {
  [name: string]: any;
  readonly length: number;
  clear(): void;
  getItem(key: string): string | null;
  key(index: number): string | null;
  removeItem(key: string): void;
  /** Throws a `QuotaExceededError` where there is no room. */
  setItem(key: string, value: string): void;
}

export interface LogEntry {
  level: 'debug' | 'info' | 'warn' | 'error';
  what: string;
  key?: Key;
  detail?: unknown;
}

export interface Policy<T = any> {
  /** How long an answer is fresh, ≥ 0 or Infinity. Default: `storage.ttl` if it may reach storage, else `memory.ttl`. */
  ttl?: number;
  /** An earlier end the value itself knows, such as the end of the logical day. */
  expiresAt?(value: T): number | undefined;
  tier?: 'memory' | 'both';
  /** Never leaves this page's memory. */
  sensitive?: boolean;
  /**
   * At rest only encrypted, under a key of this user's that the browser keeps and shows to nobody. Opened before `ready`; what
   * another tab brings later is a miss for `get`, while `getOrFetch` waits. Without WebCrypto (plain http) or IndexedDB: memory only.
   */
  encrypted?: boolean;
  /** This long, in ms (default 0), after its end it may be served while a fetch runs. Until then it is kept, by other pages too. */
  staleWhileRevalidate?: number;
  /** This long, in ms (default 0), after its end it may be served if the fetch fails. Until then it is kept, by other pages too. */
  staleIfError?: number;
  /** Which failures `staleIfError` covers. Default: every one. A failure is told where this gives false, or throws. */
  staleWhen?(error: unknown): boolean;
  retry?: RetryPolicy;
  /** Default 30 000 ms. */
  timeout?: number;
  tags?: string[];
  /** Records of another version are misses: shapes change with an update. */
  version?: string;
  /** A restored value that fails it is a miss. */
  check?(value: unknown): boolean;
  /** What losing it costs against others, default 1: a paid answer outlives a cheap list. */
  cost?: number;
  /**
   * Whether a watched answer is fetched anew though it is fresh, since the page was loaded and did not fetch it itself:
   * `'always'`, or `'stale'` for never. Default: where events of Home Assistant may have been missed meanwhile, that is for the
   * endpoints that a rule names and, of event types that are listened to, what those without such a rule void; but not where
   * `onEvent` says otherwise.
   */
  refetchOnLoad?: 'stale' | 'always';
  /** When an event selects it: refetch if watched and concerned (default); only drop, refetched when next asked for; leave it alone. */
  onEvent?: 'refresh' | 'invalidate' | 'keep';
}

/** How often a fetch that fails is tried again, and for how long its key is left alone then. */
export interface RetryPolicy {
  /** How often one fetch asks the server. Default 1; 3 under `watch` and `warm`, where the fetch before did not fail. */
  attempts?: number;
  /** Milliseconds before the second attempt at the longest, doubling with each; a random share of it is waited. Default 500. */
  baseDelay?: number;
  /** Milliseconds between two attempts at the longest. Default 30 000. */
  maxDelay?: number;
  /**
   * After two fetches of a key in a row have failed it is left alone, for 5 to 10 s, doubling with each further one up to this
   * many milliseconds. Whoever asks meanwhile is rejected with the error of the last one, or served what `staleIfError` and
   * `staleWhileRevalidate` allow, and what watches polls later. Over after an answer, a `set`, a `delete`, an invalidation that
   * selects the key, and when the browser is back online; `forceRefresh` asks all the same. 0: failures are not remembered.
   * Default 300 000.
   *
   * An error that says for how long to wait is heeded from the first on, for an hour (or `maxBackoff` where that is longer) at
   * most: its `retryAfter` (ms or a Date), or the `Retry-After` of its `headers`, its `response`, or of a Response thrown itself.
   */
  maxBackoff?: number;
  /** Which errors are worth another attempt, and a quick poll. Default: every one. */
  when?(error: unknown): boolean;
}

export interface FetchOptions<T = any> extends Policy<T> {
  forceRefresh?: boolean;
  maxAge?: number;
  signal?: AbortSignal;
}

export interface FetchContext<T> {
  key: Key;
  signal: AbortSignal;
  stale: T | undefined;
}

export type Fetcher<T> = (context: FetchContext<T>) => Promise<T>;

export interface Query<T> extends Policy<T> {
  key: Key;
  fetcher: Fetcher<T>;
}

export interface CardCache {
  /**
   * Resolves when the core runs (or has been given up: then it lets every fetch through); never rejects. Where the engine
   * compiles at once the core already runs when openCache returns; elsewhere, until then, `get` gives undefined unless this
   * page set the key, `set` queues, `getOrFetch` waits.
   */
  readonly ready: Promise<void>;

  /** Memory, then storage; synchronous. */
  get<T>(key: Key): T | undefined;
  /** No effect on order, statistics or promotion. */
  peek<T>(key: Key): T | undefined;
  has(key: Key): boolean;
  /**
   * Written through before it returns; undefined is no value: TypeError. In storage, in other tabs and processes is what means the
   * same after `JSON.parse(JSON.stringify(value))`: texts, booleans, null, finite numbers (−0 comes back as 0), lists without
   * holes, plain objects of any frame (members that are undefined are left out, getters read), up to 2 000 levels deep. Any other
   * value (a Map, a Date, NaN, an instance of a class, a cycle, a member under a symbol) is in memory alone, by reference, and
   * counted as `serialize`.
   */
  set<T>(key: Key, value: T, policy?: Policy<T>): void;
  /**
   * Drops the entry, in every tab. What watches it goes on showing what it shows until its next poll, here and in other tabs:
   * `invalidate` fetches it anew. With a remote tier what is watched is fetched at once, here and in the processes that share it.
   */
  delete(key: Key): boolean;
  keys(selector?: Selector): Key[];
  age(key: Key): number | undefined;
  remainingTtl(key: Key): number | undefined;
  getMany<T>(keys: Iterable<Key>): Map<Key, T>;
  setMany(entries: Iterable<[Key, unknown]>, policy?: Policy): void;
  deleteMany(keys: Iterable<Key>): number;

  /**
   * What is cached and fresh, else what the fetcher gives. A fetcher that asks the cache for its own key would wait for itself: a
   * TypeError where it asks at once; where it asks after an await, `timeout` ends it.
   */
  getOrFetch<T>(query: Query<T>, options?: FetchOptions<T>): Promise<T>;
  getOrFetch<T>(key: Key, fetcher: Fetcher<T>, options?: FetchOptions<T>): Promise<T>;
  warm(queries: Iterable<Query<any>>, options?: WarmOptions): Promise<WarmResult>;
  /**
   * Runs a write, then invalidates (default: all users' and shared entries) and refreshes what is watched; optimistic values
   * live in memory and are rolled back where they are still current.
   */
  mutate<T>(
    write: () => Promise<T>,
    options?: { optimistic?: Iterable<[Key, unknown]>; invalidate?: Selector; event?: MutationEvent },
  ): Promise<T>;

  /**
   * How many entries went; one in both tiers counts once, an expired one not at all. What is watched and selected, by its key
   * or by a tag of its policy or of its last answer, is fetched anew, in every tab.
   */
  invalidate(selector: Selector): number;
  invalidateUser(user: string): number;
  invalidateShared(): number;
  /** Ours only. */
  invalidateAll(): number;
  /** All of ours, statistics too, in every tab. What is watched is fetched anew: at a logout `close` the cache as well. */
  clear(): void;

  /**
   * Tells at once what is cached, then keeps it fresh. What is cached and not fresh (past its end, older than `maxAge`, of
   * another `version`) is fetched at once; what ends while it is watched, with the next poll.
   */
  watch<T>(query: Query<T>, listener: (update: Update<T>) => void, options?: WatchOptions<T>): () => void;
  watch<T>(key: Key, fetcher: Fetcher<T>, listener: (update: Update<T>) => void, options?: WatchOptions<T>): () => void;
  coordinator(key: Key): CoordinatorStatus | undefined;
  /** Filters, invalidates, refreshes what is watched and concerned. */
  applyEvent(event: MutationEvent, user: string): EventDecision;

  on<E extends keyof CacheEvents>(event: E, listener: (detail: CacheEvents[E]) => void): () => void;
  stats(): Statistics;
  inspect(): EntryInfo[];
  /** Encrypted and remote writes have arrived. What has not when the page goes, or the last handle closes, is not stored. */
  flush(): Promise<void>;
  /**
   * This handle; the core ends with its last one, and with it all timers. Resolves when invalidations have reached the remote tier,
   * within 5 s. A program under node ends when, besides, what it has given to
   * `keyvTier` is closed: `keyv.disconnect()`, and `close()` or `quit()` of each client.
   */
  close(): Promise<void>;
}

/**
 * `':gabriel'` = that user's; `'daily_plan'` or `'daily_plan:'` = that endpoint's; `'daily_plan:gabriel'` = that key and longer
 * ones; `*` stands for one whole segment. Fields are joined by and; `user: null` = shared; `{}` is a TypeError.
 */
export type Selector = string | { endpoint?: string; user?: string | null; tag?: string; keys?: Iterable<Key> };

export interface WatchOptions<T = any> extends FetchOptions<T> {
  /** More than 0, default 180 000 ms; Infinity: never polled. */
  interval?: number;
  /** Default 300 ms. */
  debounce?: number;
  whileHidden?: boolean;
  /** Default false: be called for data and errors only. */
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
 * What a kind of event means. `endpoints`: what it voids (default: every endpoint). `subject`: 'username' where the event is
 * about that user alone. `assignees`: whom it concerns when the event does not say, read from what is cached before it is
 * dropped.
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
  /** Keys whose last fetch failed, and how many fetches were not made since those before them had failed. */
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
  /** How many fetches run side by side, at least 1; default 4. */
  concurrency?: number;
  signal?: AbortSignal;
  /** Told after each query, fetched, found or failed: how many are done, of how many. */
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
  invalidate: { selector: Selector; count: number };
  update: { key: Key };
  error: CacheError;
  /** A mutation event was applied: how it was judged for `user` and what it touched. */
  event: { event: MutationEvent; user: string; decision: EventDecision };
  alert: { what: 'hitRate' | 'errors' | 'storage'; value: number; limit: number };
}

/**
 * A slower tier that processes share. Asked inside getOrFetch's single flight, before the fetcher; its failure is a counted miss.
 * Keys come with the namespace and user of their cache before them. `ttl`: ms that the answer has yet to live.
 */
export interface RemoteTier {
  get(key: Key): Promise<RemoteRecord | undefined>;
  set(key: Key, record: RemoteRecord, ttl: number): Promise<void>;
  /** What is not younger than `at` is void; `of` says where: a tier that serves several caches must not take it for all of them. */
  invalidate(selector: Selector, at: number, of?: FloorScope): Promise<void>;
  /** Calls for every invalidation of other processes: as it happens, or at the latest before `get` gives what it may have voided. */
  subscribe?(listener: (selector: Selector, at: number, of?: FloorScope) => void): () => void;
}

/**
 * `scope`: how the keys of the cache begin that invalidated. `sparesKept`: it left alone what policies keep (`onEvent: 'keep'`), as
 * after an event or a write. `byWrite`: after a write, of which no event tells the others.
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
