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
  /** Whose records: `hass.user.id`. Default null: not separated. */
  user?: string | null;
  /** Default: 14 400 000 ms, 1 000 entries, no byte limit. */
  memory?: { ttl?: number; maxEntries?: number; maxBytes?: number };
  /** Default: 259 200 000 ms, 2 MiB, 256 UTF-16 units (Infinity: never compressed), localStorage. */
  storage?: false | { ttl?: number; maxBytes?: number; compressAbove?: number; area?: Storage | null };
  /** A third tier that processes share, under node: `keyvTier` of `cardcache/node`. */
  remote?: RemoteTier;
  /** By endpoint; a call's own policy goes over it. */
  policies?: Record<string, Policy>;
  /** By event type; a trailing `*` stands for the rest of the name. */
  rules?: Record<string, EventRule>;
  /** Shares of 1, a count, a share of 1. */
  alerts?: { hitRateBelow?: number; errorsAbove?: number; storageAbove?: number };
  log?: (entry: LogEntry) => void;
  /** Instead of `Date.now()`, read every time. */
  clock?: () => number;
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
  /** Default: 1 attempt (3 under `watch` and `warm`), 500 ms, 30 000 ms, every error. */
  retry?: { attempts?: number; baseDelay?: number; maxDelay?: number; when?(error: unknown): boolean };
  /** Default 30 000 ms. */
  timeout?: number;
  tags?: string[];
  /** Records of another version are misses: shapes change with an update. */
  version?: string;
  /** A restored value that fails it is a miss. */
  check?(value: unknown): boolean;
  /** What losing it costs against others, default 1: a paid answer outlives a cheap list. */
  cost?: number;
  /** When an event selects it: refetch if watched and concerned (default); only drop, refetched when next asked for; leave it alone. */
  onEvent?: 'refresh' | 'invalidate' | 'keep';
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
  /** Written through before it returns; undefined is no value: TypeError. */
  set<T>(key: Key, value: T, policy?: Policy<T>): void;
  delete(key: Key): boolean;
  keys(selector?: Selector): Key[];
  age(key: Key): number | undefined;
  remainingTtl(key: Key): number | undefined;
  getMany<T>(keys: Iterable<Key>): Map<Key, T>;
  setMany(entries: Iterable<[Key, unknown]>, policy?: Policy): void;
  deleteMany(keys: Iterable<Key>): number;

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

  /** How many entries went; one in both tiers counts once, an expired one not at all. */
  invalidate(selector: Selector): number;
  invalidateUser(user: string): number;
  invalidateShared(): number;
  /** Ours only. */
  invalidateAll(): number;
  /** All of ours, statistics too. */
  clear(): void;

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
  /** This handle; the core ends with its last one. */
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
