import type { AnyFetcher, FetchOutcome } from '../common/answers.ts';
import type { Found, Decrypted, Wanted } from '../border/core.ts';
import { CORE_TIMEOUT } from '../fetching/poller.ts';
import type { Facts } from './coreless.ts';
import { callSafely, type Emitter } from '../common/emitter.ts';
import { askersNow, type Flights } from '../fetching/flights.ts';
import { checkKey } from '../common/keys.ts';
import type { Parts } from './parts.ts';
import { covers, Policies } from '../common/policies.ts';
import type { FetchOptions, Key, Policy, Query, WarmOptions, WarmResult } from '../types.ts';

const WARM_CONCURRENCY = 4;
const WARM_ATTEMPTS = 3;

export interface ReadsHost {
  readonly emitter: Emitter;
  /** Resolves when the core runs, or when it is certain that it will not. */
  readonly ready: Promise<void>;
}

/** Answers callers: from memory, from storage, after decryption, or by a fetch. */
export class Reads {
  readonly #emitter: Emitter;
  readonly #host: ReadsHost;
  readonly #flights: Flights;
  readonly #policies: Policies;
  readonly #parts: Parts;
  /** Resolves with `ready`, or after CORE_TIMEOUT. */
  #coreAwaited: Promise<void> | undefined;

  constructor(host: ReadsHost, flights: Flights, policies: Policies, parts: Parts) {
    this.#host = host;
    this.#emitter = host.emitter;
    this.#flights = flights;
    this.#policies = policies;
    this.#parts = parts;
  }

  /** The answer of `get`; undefined for a miss. */
  get(key: Key): unknown {
    const resident = this.#parts.core.hit(key);
    // Without a core, hits and misses are not reported.
    if (!this.#parts.running) return resident;
    if (resident !== undefined) {
      if (this.#emitter.hearsHits) this.#emitter.emit('hit', { key, source: 'memory' });
      return resident;
    }
    // A resident key was checked when it was set.
    checkKey(key);
    const policy = this.#policies.for(key);
    const found = this.lookUp(key, policy);
    // Decrypt in the background, so that the next get() hits.
    if (!found) void this.#parts.vault?.restore(key, policy);
    return found?.value;
  }

  /** A look-up under a policy that counts in the statistics and sends its event. */
  lookUp(key: Key, policy: Policy, wanted: Wanted = {}): Found | undefined {
    const started = performance.now();
    const found = this.#parts.core.lookUp(key, { policy, ...wanted });
    if (found?.source === 'storage') this.#parts.core.addLatency('restore', started);
    if (found) this.#emitter.emit('hit', { key, source: found.source });
    else this.#emitter.emit('miss', { key });
    return found;
  }

  peek(key: Key, wanted: Wanted = {}): Found | undefined {
    return this.#parts.core.lookUp(key, { policy: this.#policies.for(key), ...wanted, peek: true });
  }

  peekValue(key: Key): unknown {
    const { version } = this.#policies.for(key);
    return (version === undefined ? this.#parts.core.fresh(key) : undefined) ?? this.peek(key)?.value;
  }

  /** Whether the cached answer is fresh, and no older than `maxAge`. */
  isFresh(key: Key, maxAge: number | undefined): boolean {
    const { core } = this.#parts;
    return (maxAge === undefined && core.fresh(key) !== undefined) || core.timestampOf(key, { maxAge }) !== undefined;
  }

  facts(key: Key): Facts | undefined {
    return this.#parts.core.facts(key, { policy: this.#policies.for(key) });
  }

  /** For watchers: the answer that is being decrypted, which they wait for; undefined if there is none. */
  decrypt(key: Key, policy: Policy, grace: number | undefined) {
    this.#parts.core.keepFor(key, Policies.graceOf(policy));
    const decryption = this.#parts.vault?.decryption(key, policy);
    if (!decryption) return undefined;
    const found = decryption.result.then((decrypted) => this.lookUp(key, policy, { decrypted, grace }));
    return { timestamp: decryption.timestamp, found };
  }

  /** For a waiting fetch: an acceptable answer that has arrived in the meantime. */
  answerFor(key: Key, wanted: Wanted): FetchOutcome | undefined {
    const there = this.#parts.core.lookUp(key, { ...wanted, peek: true });
    // Only a look-up that counts makes a stored entry resident.
    const found = there?.source === 'storage' ? this.#parts.core.lookUp(key, wanted) : there;
    return found && { value: found.value, timestamp: found.timestamp, source: 'tab' };
  }

  /** `attempts`: the number of attempts if no policy sets one. */
  async getOrFetch(key: Key, fetcher: AnyFetcher, options: FetchOptions, attempts?: number): Promise<unknown> {
    const askers = askersNow();
    if (!this.#parts.running) await this.#coreOrTimeout();
    const policy: FetchOptions = { ...this.#policies.for(key, options), ...unset(options) };
    const grace = Policies.graceOf(policy);
    const mayAnswer = !policy.forceRefresh && !policy.signal?.aborted;
    const mayHit = this.#parts.running && mayAnswer && policy.maxAge === undefined && policy.version === undefined;
    const resident = mayHit ? this.#parts.core.hit(key) : undefined;
    if (resident !== undefined) {
      this.#parts.core.keepHit(key, grace);
      this.#emitter.emit('hit', { key, source: 'memory' });
      return resident;
    }
    this.#parts.core.keepFor(key, grace);
    if (mayAnswer) {
      const decryption = this.#decrypted(key, policy);
      const decrypted = decryption && (await decryption);
      const found = policy.signal?.aborted ? undefined : this.#answer(key, fetcher, policy, decrypted, attempts);
      if (found) return found.value;
    }
    try {
      return (await this.#flights.fetch(key, fetcher, policy, attempts, askers)).value;
    } catch (error) {
      const stale = await this.#staleIfError(key, policy, error);
      if (stale) return stale.value;
      throw error;
    }
  }

  /** Waits for the core to start, but no longer than CORE_TIMEOUT. */
  #coreOrTimeout(): Promise<void> {
    this.#coreAwaited ??= new Promise((resolve) => {
      const timer = setTimeout(resolve, CORE_TIMEOUT);
      void this.#host.ready.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    return this.#coreAwaited;
  }

  async #staleIfError(key: Key, policy: FetchOptions, error: unknown): Promise<Found | undefined> {
    const { staleIfError: grace, signal } = policy;
    if (!grace || !covers(policy, error)) return undefined;
    const decryption = this.#decrypted(key, policy);
    const decrypted = decryption && (await decryption);
    return signal?.aborted ? undefined : this.peek(key, { grace, decrypted });
  }

  /** The answer that needs no fetch, if there is one. */
  #answer(key: Key, fetcher: AnyFetcher, policy: FetchOptions, decrypted: Decrypted | undefined, attempts?: number) {
    const found = this.lookUp(key, policy, { maxAge: policy.maxAge, decrypted });
    const grace = policy.staleWhileRevalidate;
    if (found || !grace) return found;
    const stale = this.peek(key, { grace, decrypted });
    // Ignore a failure: the caller has an answer, and the statistics count the failure. No flight waits for this fetch either.
    if (stale) this.#flights.fetch(key, fetcher, policy, attempts, []).catch(() => undefined);
    return stale;
  }

  #decrypted(key: Key, policy: FetchOptions): Promise<Decrypted | undefined> | undefined {
    const decryption = this.#parts.vault?.decryption(key, policy);
    return decryption && unlessAborted(decryption.result, policy.signal);
  }
}

/**
 * Fetches what is not cached, a few keys at a time. The result lists failures; none is thrown. After an abort no further fetch
 * begins.
 */
export async function warm(
  cache: Pick<Reads, 'getOrFetch'>,
  queries: Iterable<Query<unknown>>,
  { concurrency = WARM_CONCURRENCY, signal, progress }: WarmOptions = {},
): Promise<WarmResult> {
  if (!(concurrency >= 1)) throw new TypeError(`cardcache: concurrency must be at least 1, not ${concurrency}`);
  const result: WarmResult = { warmed: [], failed: [] };
  const all = [...queries];
  const rest = all.values();
  const work = async () => {
    for (const { key, fetcher, ...policy } of rest) {
      try {
        await cache.getOrFetch(key, fetcher, { ...policy, ...(signal ? { signal } : {}) }, WARM_ATTEMPTS);
        result.warmed.push(key);
      } catch (error) {
        result.failed.push({ key, error });
      }
      callSafely(() => progress?.(result.warmed.length + result.failed.length, all.length));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, 64) }, work));
  return result;
}

/** Resolves to undefined if the caller aborts first. */
function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const leave = () => resolve(undefined);
    signal.addEventListener('abort', leave, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

/** An option given as undefined does not override the policy. */
function unset(options: FetchOptions): FetchOptions {
  const { forceRefresh, maxAge, signal } = options;
  return {
    ...(forceRefresh === undefined ? {} : { forceRefresh }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(signal === undefined ? {} : { signal }),
  };
}
