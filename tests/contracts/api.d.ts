// The public surface, as its users see it. Names and meanings here are kept; add to it where a user would miss something.
// tests/js/types.test.mjs holds dist/*.d.ts to it: nothing may be missing there or mean something else; more is allowed.
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-function-type -- `any` is a default that lets
   a Policy<Plan> stand where a Policy is asked for; Home Assistant's overloads differ by release */
// Times are milliseconds of the wall clock. Nothing here throws for a storage failure; wrong use throws TypeError at once.

// ---- 'cardcache' ----

/** `endpoint`, `endpoint:user` or `endpoint:user:param…`; the second segment alone is the user; `None`, or no second segment, means shared by all. */
export type Key = string;
export type Segment = string | number | boolean;

/** Builds a key, escaping `%`, `:` and `*` inside a segment (a user whose name is `None` too); without a user `endpoint`, with null `endpoint:None`; both are shared. `key('recommended_tasks', 'sara', 30)` → `recommended_tasks:sara:30`. */
export function key(endpoint: string, user?: string | null, ...params: Segment[]): Key;

/** Says key, fetcher and policy once. `const plan = defineQuery('daily_plan', (c, user) => …, { ttl: 300_000 })`, then `cache.getOrFetch(plan('sara'))`. */
export function defineQuery<T, A extends Segment[] = []>(
  endpoint: string, fetch: (context: FetchContext<T>, user: string | null, ...params: A) => Promise<T>, policy?: Policy<T>,
): (user?: string | null, ...params: A) => Query<T>;

/** A handle at once; the core loads behind it. The same `namespace` and `user` share one core on the page, whichever bundle asked. */
export function openCache(options?: CacheOptions): CardCache;

/** The event filter alone: is an event with these data the user's concern? */
export function isConcerned(eventData: unknown, user: string): boolean;

export interface CacheOptions {
  namespace?: string;                  // prefix in localStorage, ends in '_'; default 'cardcache_'; 'agiletrack_' is AgileTrack's own, read and written both ways
  user?: string | null;                // whose records: hass.user.id; default null = not separated
  memory?: { ttl?: number; maxEntries?: number; maxBytes?: number };                             // 14_400_000, 1_000, none
  storage?: false | { ttl?: number; maxBytes?: number; compressAbove?: number; area?: Storage | null };  // 259_200_000, 2 MiB, 256 units (Infinity: never), localStorage
  remote?: RemoteTier;                 // a third tier, under node
  policies?: Record<string, Policy>;   // by endpoint; a call's own policy goes over it
  rules?: Record<string, EventRule>;   // by event type; a trailing '*' stands for the rest of the name
  alerts?: { hitRateBelow?: number; errorsAbove?: number; storageAbove?: number };               // shares of 1, a count, a share of 1
  log?: (entry: { level: 'debug' | 'info' | 'warn' | 'error'; what: string; key?: Key; detail?: unknown }) => void;
  clock?: () => number;                // instead of Date.now(), read every time
}
export interface Policy<T = any> {
  ttl?: number;                        // how long an answer is fresh; default: storage.ttl if it may reach storage, else memory.ttl
  expiresAt?(value: T): number | undefined;   // an earlier end the value itself knows, such as the end of the logical day
  tier?: 'memory' | 'both';
  sensitive?: boolean;                 // never leaves this page's memory
  encrypted?: boolean;                 // at rest by WebCrypto, else memory only
  staleWhileRevalidate?: number;       // this long after its end it may be served while a fetch runs
  staleIfError?: number;               // this long after its end it may be served if the fetch fails
  retry?: { attempts?: number; baseDelay?: number; maxDelay?: number; when?(error: unknown): boolean };  // attempts: 1, under watch and warm 3; 500; 30_000
  timeout?: number;                    // 30_000
  tags?: string[];
  version?: string;                    // records of another version are misses: shapes change with an update
  check?(value: unknown): boolean;     // a restored value that fails it is a miss
  cost?: number;                       // what losing it costs against others, default 1: a paid answer outlives a cheap list
  onEvent?: 'refresh' | 'invalidate' | 'keep';   // when an event selects it: default refetch if watched and concerned; only drop, refetched when next asked for; leave it alone
}
export interface FetchOptions<T = any> extends Policy<T> { forceRefresh?: boolean; maxAge?: number; signal?: AbortSignal }
export interface FetchContext<T> { key: Key; signal: AbortSignal; stale: T | undefined }
export type Fetcher<T> = (context: FetchContext<T>) => Promise<T>;
export interface Query<T> extends Policy<T> { key: Key; fetcher: Fetcher<T> }

export interface CardCache {
  /** Resolves when the core runs (or has been given up: then it lets every fetch through); never rejects. Where the engine compiles at once the core already runs when openCache returns; elsewhere, until then, `get` gives undefined unless this page set the key, `set` queues, `getOrFetch` waits. */
  readonly ready: Promise<void>;

  get<T>(key: Key): T | undefined;                              // memory, then storage; synchronous
  peek<T>(key: Key): T | undefined;                             // no effect on order, statistics or promotion
  has(key: Key): boolean;
  set<T>(key: Key, value: T, policy?: Policy<T>): void;         // written through before it returns; undefined is no value: TypeError
  delete(key: Key): boolean;
  keys(selector?: Selector): Key[];
  age(key: Key): number | undefined;
  remainingTtl(key: Key): number | undefined;
  getMany<T>(keys: Iterable<Key>): Map<Key, T>;
  setMany(entries: Iterable<[Key, unknown]>, policy?: Policy): void;
  deleteMany(keys: Iterable<Key>): number;

  getOrFetch<T>(query: Query<T>, options?: FetchOptions<T>): Promise<T>;
  getOrFetch<T>(key: Key, fetcher: Fetcher<T>, options?: FetchOptions<T>): Promise<T>;
  warm(queries: Iterable<Query<any>>, options?: { concurrency?: number; signal?: AbortSignal }): Promise<WarmResult>;
  /** Runs a write, then invalidates (default: all users' and shared entries) and refreshes what is watched; optimistic values live in memory and are rolled back where they are still current. */
  mutate<T>(write: () => Promise<T>, options?: { optimistic?: Iterable<[Key, unknown]>; invalidate?: Selector; event?: MutationEvent }): Promise<T>;

  invalidate(selector: Selector): number;                       // how many entries went; one in both tiers counts once, an expired one not at all
  invalidateUser(user: string): number;
  invalidateShared(): number;
  invalidateAll(): number;                                      // ours only
  clear(): void;                                                // all of ours, statistics too

  watch<T>(query: Query<T>, listener: (update: Update<T>) => void, options?: WatchOptions<T>): () => void;
  watch<T>(key: Key, fetcher: Fetcher<T>, listener: (update: Update<T>) => void, options?: WatchOptions<T>): () => void;
  coordinator(key: Key): CoordinatorStatus | undefined;
  applyEvent(event: MutationEvent, user: string): EventDecision;  // filters, invalidates, refreshes what is watched and concerned

  on<E extends keyof CacheEvents>(event: E, listener: (detail: CacheEvents[E]) => void): () => void;
  stats(): Statistics;
  inspect(): EntryInfo[];
  flush(): Promise<void>;                                       // encrypted and remote writes have arrived
  close(): Promise<void>;                                       // this handle; the core ends with its last one
}
/** `':gabriel'` = that user's; `'daily_plan'` or `'daily_plan:'` = that endpoint's; `'daily_plan:gabriel'` = that key and longer ones; `*` stands for one whole segment. Fields are joined by and; `user: null` = shared; `{}` is a TypeError. */
export type Selector = string | { endpoint?: string; user?: string | null; tag?: string; keys?: Iterable<Key> };
export interface WatchOptions<T = any> extends FetchOptions<T> { interval?: number; debounce?: number; whileHidden?: boolean; states?: boolean }   // 180_000, 300, false, false: be called for data and errors only
export interface Update<T> { data: T | undefined; previous: T | undefined; error: unknown; fresh: boolean; fetching: boolean; source: 'memory' | 'storage' | 'remote' | 'fetch' | 'set' | 'tab'; timestamp: number | undefined }
export interface CoordinatorStatus { lastUpdateSuccess: boolean; lastUpdateTime?: number; lastError?: unknown; nextRefresh?: number; watchers: number; refresh(): Promise<void> }
export interface MutationEvent { event_type?: string; type?: string; data?: unknown }
/** What a kind of event means. `endpoints`: what it voids (default: every endpoint). `subject`: 'username' where the event is about that user alone. `assignees`: whom it concerns when the event does not say, read from what is cached before it is dropped. */
export interface EventRule { endpoints?: string[]; subject?: 'assigned_users' | 'username'; assignees?(data: unknown, cached: Iterable<[Key, unknown]>): string[] | undefined }
export interface EventDecision { concerned: boolean; reason: 'actor' | 'assigned' | 'unknown' | 'other'; invalidated: number; refreshed: Key[] }

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
export interface TierStatistics { entries: number; hits: number; misses: number; evictions: number; expired: number; hitRate: number }
export interface EntryInfo { key: Key; tier: 'memory' | 'storage' | 'both'; timestamp: number; expires: number; bytes: number; storedBytes: number; hits: number; tags: string[]; watched: boolean }
export interface CacheError { kind: 'quota' | 'unavailable' | 'corrupt' | 'serialize' | 'crypto' | 'fetch' | 'remote' | 'version'; key?: Key; cause?: unknown }
export interface WarmResult { warmed: Key[]; failed: { key: Key; error: unknown }[] }
export interface CacheEvents {
  hit: { key: Key; source: 'memory' | 'storage' | 'remote' }; miss: { key: Key }; set: { key: Key };
  evict: { key: Key; why: 'expired' | 'capacity' | 'quota' }; invalidate: { selector: Selector; count: number };
  update: { key: Key }; error: CacheError; alert: { what: 'hitRate' | 'errors' | 'storage'; value: number; limit: number };
}

/** A slower tier that processes share. Asked inside getOrFetch's single flight, before the fetcher; its failure is a counted miss. */
export interface RemoteTier {
  get(key: Key): Promise<RemoteRecord | undefined>;
  set(key: Key, record: RemoteRecord, ttl: number): Promise<void>;
  invalidate(selector: Selector, at: number): Promise<void>;
  subscribe?(listener: (selector: Selector, at: number) => void): () => void;
}
export interface RemoteRecord { data: unknown; timestamp: number; version?: string; tags?: string[] }

// ---- 'cardcache/hass' ----

/** openCache for the signed-in user, connected. Call again with each new hass: cheap, the same handle. */
export function openHassCache(hass: HomeAssistant, options?: Omit<CacheOptions, 'user'> & HassOptions): CardCache;
/** Connects an open cache: mutation events through the best source this user may use, `ready` after a reconnect, who is who. */
export function connectHass(cache: CardCache, hass: HomeAssistant, options?: HassOptions): HassLink;
export interface HassOptions { events?: string[]; subscribeCommand?: string; revisionEntity?: string; pollInterval?: number; username?: string }
export interface HassLink { readonly source: 'command' | 'events' | 'entity' | 'polling' | 'none'; readonly user: string | undefined; close(): void }
export interface HomeAssistant { connection: unknown; user?: { id: string; name: string; is_admin: boolean }; connected: boolean; states: Record<string, unknown>; callService: Function; callWS: Function; callApi?: Function }

/** For Lit elements: re-renders its host only when this query's data changed; begins and ends with the host's connection. */
export class CachedData<T> {
  constructor(host: unknown, options: { cache: () => CardCache | undefined; query: () => Query<T> | undefined; watch?: WatchOptions<T> });
  readonly data: T | undefined; readonly error: unknown; readonly fresh: boolean; readonly fetching: boolean; readonly timestamp: number | undefined;
  refresh(): Promise<void>;
}

// ---- 'cardcache/node' ----

/** Any keyv store as the remote tier (Redis, Valkey, PostgreSQL …). `pubsub` carries invalidations between processes. */
export function keyvTier(keyv: unknown, options?: { ttl?: number; pubsub?: { publish(channel: string, text: string): Promise<unknown>; subscribe(channel: string, listener: (text: string) => void): unknown } }): RemoteTier;   // 3_600_000
