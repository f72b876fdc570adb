import type { Coordination, Core } from '../border/core.ts';
import { LINGER } from '../border/names.ts';
import type { AnyFetcher, FetchOutcome, Source } from '../common/answers.ts';
import { unref } from '../common/clock.ts';
import { callSafely } from '../common/emitter.ts';
import type { Poller } from './poller.ts';
import { covers } from '../common/policies.ts';
import type { CoordinatorStatus, FetchOptions, Key, Policy, Update, WatchOptions } from '../types.ts';
import { sameJson } from '../common/values.ts';

const DEFAULT_INTERVAL = 180_000;
const DEFAULT_DEBOUNCE = 300;
const ATTEMPTS = 3;
/**
 * The longest timer, in ms: timers hold 31 bits and do not run while the machine sleeps, so a long wait is checked once a day.
 */
const LONGEST_WAIT = 86_400_000;

type Listener = (update: Update<unknown>) => void;

interface Watcher {
  id: number;
  fetcher: AnyFetcher;
  policy: FetchOptions;
  times: { interval: number; debounce: number; whileHidden: boolean };
  listener: Listener;
  states: boolean;
  told?: { data: unknown; error: unknown; fresh: boolean; fetching: boolean };
}

interface Watch {
  key: Key;
  fetcher: AnyFetcher;
  policy: FetchOptions;
  watchers: Set<Watcher>;
  data: unknown;
  error: unknown;
  fetching: boolean;
  /** A watcher has asked for a fetch with `forceRefresh`, which has not begun yet. */
  forced: boolean;
  source: Source;
  timestamp: number | undefined;
  /** The timestamp of the record that is being decrypted. */
  decryption?: number | undefined;
  linger?: ReturnType<typeof setTimeout> | undefined;
}

export interface WatchHost {
  fetch(key: Key, fetcher: AnyFetcher, options: FetchOptions, attempts: number): Promise<FetchOutcome>;
  /** The cached answer if it is at most `grace` ms past its end. */
  read(
    key: Key,
    policy: Policy,
    grace: number | undefined,
  ): { value: unknown; source: Source; timestamp: number } | undefined;
  /** The answer that is being decrypted; undefined if there is none. */
  decrypt(
    key: Key,
    policy: Policy,
    grace: number | undefined,
  ): { timestamp: number; found: Promise<ReturnType<WatchHost['read']>> } | undefined;
  /** The timestamp of the cached answer if it is fresh and, with a policy, meets its version and `maxAge`. */
  timestampOf(key: Key, policy?: FetchOptions): number | undefined;
  /** Whether the cached answer is fresh, and no older than `maxAge`. */
  isFresh(key: Key, maxAge: number | undefined): boolean;
}

/**
 * The watched keys and their watchers. The core decides when a key is fetched next. This class holds the timer for that, fetches,
 * and calls the watchers.
 */
export class Watches {
  readonly #host: WatchHost;
  readonly #poller: Poller;
  /** The core, or the poller before the core runs, after it has ended, and where it cannot run. */
  #core: Coordination;
  readonly #watches = new Map<Key, Watch>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  #givenUp = false;

  constructor(host: WatchHost, poller: Poller) {
    this.#host = host;
    this.#poller = this.#core = poller;
    poller.onMoved = this.schedule;
    this.#onVisibility();
    if (typeof document === 'undefined') return;
    this.#listen('addEventListener');
  }

  add(key: Key, fetcher: AnyFetcher, policy: Policy, options: WatchOptions, listener: Listener): () => void {
    const watch = this.#watches.get(key) ?? this.#create(key, fetcher, policy);
    clearTimeout(watch.linger);
    watch.fetcher = fetcher;
    watch.policy = policy;
    this.#recall(watch, policy.staleWhileRevalidate);
    const { interval = DEFAULT_INTERVAL, debounce = DEFAULT_DEBOUNCE, whileHidden = false } = options;
    const times = { interval, debounce, whileHidden };
    const watcher: Watcher = { id: 0, fetcher, policy, times, listener, states: options.states ?? false };
    this.#register(watch, watcher);
    watch.watchers.add(watcher);
    if (options.forceRefresh && !watch.fetching) watch.forced = true;
    this.#revalidate(watch, options.forceRefresh);
    queueMicrotask(() => {
      if (!watcher.told && watch.watchers.has(watcher)) this.#tell(watch, watcher);
      if (this.#givenUp) this.#onDue();
    });
    return () => this.#remove(watch, watcher);
  }

  /** Called when a value has entered the cache from elsewhere: calls its watchers. */
  changed(key: Key, data: unknown, source: Source, timestamp?: number): void {
    const watch = this.#watches.get(key);
    if (!watch) return;
    watch.error = undefined;
    if (source === 'fetch') watch.fetching = false;
    watch.timestamp = timestamp ?? this.#host.timestampOf(key) ?? watch.timestamp;
    watch.data = data;
    watch.source = source;
    this.#tellAll(watch, true);
  }

  /** The value that watchers show, which may outlive its entry. */
  shown(key: Key): unknown {
    return this.#watches.get(key)?.data;
  }

  policyOf(key: Key): Policy | undefined {
    return this.#watches.get(key)?.policy;
  }

  get keys(): Key[] {
    return [...this.#watches.values()].filter(({ watchers }) => watchers.size > 0).map(({ key }) => key);
  }

  isWatched(key: Key): boolean {
    return (this.#watches.get(key)?.watchers.size ?? 0) > 0;
  }

  status(key: Key): CoordinatorStatus | undefined {
    const watch = this.#watches.get(key);
    const status = watch && this.#core.watchStatus(key);
    if (!status) return undefined;
    return {
      lastUpdateSuccess: status.success,
      ...(Number.isNaN(status.updated) ? {} : { lastUpdateTime: status.updated }),
      ...(watch.error === undefined ? {} : { lastError: watch.error }),
      ...(status.next === Infinity ? {} : { nextRefresh: Math.max(status.next, this.#core.now()) }),
      watchers: status.watchers,
      refresh: () => this.refresh(key),
    };
  }

  async refresh(key: Key): Promise<void> {
    const watch = this.#watches.get(key);
    if (!watch) return;
    this.#core.beginRefresh(key);
    await this.#fetch(watch, true);
  }

  /** Sets the timer to the next due time. The core calls this whenever that time changes. */
  readonly schedule = (): void => {
    const core = this.#core;
    // Every set of a watched key runs this, and a needless clearTimeout takes half as long as the set.
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#stopped || this.#watches.size === 0) return;
    const next = core.nextDue();
    if (next === Infinity) return;
    const wait = Math.max(0, next - core.now());
    this.#timer = setTimeout(this.#onDue, Math.min(wait, LONGEST_WAIT));
  };

  /**
   * Refetches what missed events may have outdated, before `since`. With `types`: no page heard events before `since`, so only
   * answers count that events of these types, or of any rule, may have invalidated.
   */
  catchUp(since: number, types?: readonly string[]): void {
    if (types) this.#core.catchUpAfterLoad(since, types);
    else this.#core.catchUp(since);
  }

  /** Called when the server is reachable again. */
  readonly retryFailed = (): void => {
    this.#core.retryFailed();
  };

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const watch of this.#watches.values()) clearTimeout(watch.linger);
    this.#watches.clear();
    this.#core = this.#poller;
    if (typeof document !== 'undefined') this.#listen('removeEventListener');
  }

  /** Servers that render pages define only some of a browser's globals. */
  #listen(how: 'addEventListener' | 'removeEventListener'): void {
    document[how]?.('visibilitychange', this.#onVisibility);
    globalThis[how]?.('online', this.retryFailed);
    globalThis[how]?.('focus', this.schedule);
    globalThis[how]?.('pageshow', this.schedule);
  }

  /** Called when the core runs: registers all watches with it, and shows cached answers. */
  adopt(core: Core): void {
    this.#core = core;
    this.#onVisibility();
    for (const watch of this.#watches.values()) {
      watch.timestamp = this.#poller.timestampOf(watch.key);
      this.#recall(watch, watch.policy.staleWhileRevalidate);
      for (const watcher of watch.watchers) this.#register(watch, watcher);
      this.#revalidate(watch);
      this.#tellAll(watch);
    }
    const { missedSince, unheard } = this.#poller;
    if (missedSince > -Infinity) core.catchUp(missedSince);
    if (unheard) core.catchUpAfterLoad(unheard.since, unheard.types);
    this.schedule();
  }

  /** Called when no core will start: stops waiting for it. */
  giveUp(): void {
    this.#givenUp = true;
    this.#poller.giveUp();
    this.#onDue();
  }

  #register(watch: Watch, watcher: Watcher): void {
    const timestamp = watch.data === undefined ? watch.decryption : watch.timestamp;
    watcher.id = this.#core.beginWatch(watch.key, watcher.times, watch.policy, timestamp ?? NaN);
  }

  /** Refetches at once if the answer that a new watcher gets is not fresh. */
  #revalidate(watch: Watch, anyhow = false): void {
    if (watch.data === undefined) return;
    if (anyhow || watch.forced || this.#host.timestampOf(watch.key, watch.policy) === undefined)
      this.#core.outdated(watch.key);
  }

  readonly #onDue = (): void => {
    for (const key of this.#core.takeDue()) {
      const watch = this.#watches.get(key);
      if (watch) void this.#fetch(watch);
      else this.#core.endRefresh(key, 'discarded');
    }
    this.schedule();
  };

  readonly #onVisibility = (): void => {
    this.#core.setVisible(typeof document === 'undefined' || !document.hidden);
  };

  #create(key: Key, fetcher: AnyFetcher, policy: Policy): Watch {
    const watch: Watch = {
      key,
      fetcher,
      policy,
      watchers: new Set(),
      data: undefined,
      error: undefined,
      fetching: false,
      forced: false,
      source: 'memory',
      timestamp: undefined,
    };
    this.#watches.set(key, watch);
    return watch;
  }

  #remove(watch: Watch, watcher: Watcher): void {
    if (!watch.watchers.delete(watcher)) return;
    this.#core.endWatch(watcher.id);
    const newest = [...watch.watchers].at(-1);
    if (newest) {
      watch.fetcher = newest.fetcher;
      watch.policy = newest.policy;
      return;
    }
    watch.forced = false;
    watch.linger = setTimeout(() => {
      if (watch.watchers.size === 0) this.#watches.delete(watch.key);
    }, LINGER);
    unref(watch.linger);
  }

  /** Joins a flight in progress, which is just as new. Only refresh() by hand forces a flight of its own. */
  async #fetch(watch: Watch, forceRefresh = false): Promise<void> {
    const { key } = watch;
    watch.fetching = true;
    watch.forced = false;
    this.#tellAll(watch);
    try {
      const options = { ...watch.policy, forceRefresh };
      const { value, timestamp, source } = await this.#host.fetch(key, watch.fetcher, options, ATTEMPTS);
      watch.fetching = false;
      // Read again: the core may have started or ended meanwhile.
      const core = this.#core;
      if (timestamp === undefined && watch.data !== undefined) {
        // The flight was superseded: its answer may be outdated.
        core.endRefresh(key, 'discarded');
        this.#tellAll(watch);
      } else {
        // If there is nothing else to show, even an outdated answer is better.
        core.endRefresh(key, timestamp === undefined ? 'discarded' : 'succeeded', timestamp);
        watch.error = undefined;
        watch.timestamp = timestamp;
        this.#show(watch, value, source);
      }
    } catch (error) {
      watch.fetching = false;
      this.#core.endRefresh(key, 'failed');
      // A fetcher may reject with undefined.
      watch.error = error ?? new Error(`cardcache: the fetch of ${key} failed`);
      const { policy } = watch;
      if (watch.data === undefined && policy.staleIfError && covers(policy, error))
        this.#recall(watch, policy.staleIfError);
      this.#tellAll(watch);
    }
  }

  #recall(watch: Watch, grace: number | undefined): void {
    const { key, policy } = watch;
    const decryption = this.#host.decrypt(key, policy, grace);
    if (!decryption) {
      this.#take(watch, this.#host.read(key, policy, grace));
      return;
    }
    watch.decryption = decryption.timestamp;
    void decryption.found.then((found) => {
      // Ignore the record if something newer has arrived, or if another watcher has already taken it.
      if (watch.decryption === undefined || this.#watches.get(key) !== watch) return;
      watch.decryption = undefined;
      if (watch.data !== undefined) return;
      this.#take(watch, found);
      if (found) {
        // If the record was read because a fetch failed, the core schedules the next attempt.
        if (watch.error === undefined || watch.forced) this.#revalidate(watch);
        this.#tellAll(watch);
      } else if (watch.error === undefined && !watch.fetching && watch.watchers.size > 0) {
        // The core assumed that there was an answer to show, so fetch now.
        this.#core.beginRefresh(key);
        void this.#fetch(watch);
      }
    });
  }

  #take(watch: Watch, found: ReturnType<WatchHost['read']>): void {
    if (!found) return;
    watch.data = found.value;
    watch.source = found.source;
    watch.timestamp = found.timestamp;
  }

  #show(watch: Watch, data: unknown, source: Source): void {
    // Keep the reference of an equal answer, so that nothing re-renders.
    if (watch.data === data || !sameJson(watch.data, data)) watch.data = data;
    watch.source = source;
    this.#tellAll(watch);
  }

  #tellAll(watch: Watch, changed = false): void {
    for (const watcher of [...watch.watchers]) this.#tell(watch, watcher, changed);
  }

  /**
   * Calls the watcher if its state differs from what it was told last. `changed`: the data count as new even if the reference is
   * the same.
   */
  #tell(watch: Watch, watcher: Watcher, changed = false): void {
    const { key, policy, data, error, fetching, source, timestamp } = watch;
    const { told, states } = watcher;
    const isKnown = told !== undefined && !changed && told.data === data && told.error === error;
    if (isKnown && !states) return;
    const fresh = this.#host.isFresh(key, policy.maxAge);
    if (isKnown && told.fresh === fresh && told.fetching === fetching) return;
    const now = { data, error, fresh, fetching };
    watcher.told = now;
    callSafely(() => watcher.listener({ ...now, previous: told?.data, source, timestamp }));
  }
}
