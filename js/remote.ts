import { endOf, Reach, type Core, type Kept } from './core.ts';
import type { Landed } from './flights.ts';
import { Word } from './linearMemory.ts';
import { mayReachStorage, Policies } from './policies.ts';
import { receive } from './received.ts';
import { stageSelector } from './selectors.ts';
import type { SharedCache } from './sharedCache.ts';
import { answerFor, oldestToTake } from './tabAnswers.ts';
import type {
  FetchOptions,
  FloorScope,
  Key,
  Policy,
  RemoteRecord,
  RemoteTier,
  Selector,
  TierStatistics,
} from './types.ts';
import { toJson } from './values.ts';

/** A store that hangs costs a fetch this long. */
const PATIENCE = 2_000;
/** What has not arrived there by then is taken for lost: clients keep it while they have no connection, perhaps for ever. */
const ARRIVES_WITHIN = 5_000;

/**
 * A store that processes share, asked inside a flight before its fetcher. Whether its answer may be taken is the core's to say, by
 * the floors that come with it.
 */
export class Remote {
  readonly #cache: SharedCache;
  readonly #tier: RemoteTier;
  /** Before each key, and around each floor: what belongs to this user in this namespace. */
  readonly #scope: string;
  readonly #core: Core;
  readonly #writes = new Set<Promise<void>>();
  #lastFloor = Promise.resolve();
  readonly #unsubscribe: (() => void) | undefined;
  #hits = 0;
  #misses = 0;

  constructor(cache: SharedCache, core: Core, tier: RemoteTier, scope: string) {
    this.#cache = cache;
    this.#core = core;
    this.#tier = tier;
    this.#scope = scope;
    this.#unsubscribe = tier.subscribe?.((selector, at, of) => this.#learn(selector, at, of));
  }

  get statistics(): TierStatistics {
    const [hits, misses] = [this.#hits, this.#misses];
    const asked = hits + misses;
    // What lies there nobody counts: others put it there and the store lets it go.
    return { entries: 0, hits, misses, evictions: 0, expired: 0, hitRate: asked === 0 ? 0 : hits / asked };
  }

  forgetStatistics(): void {
    this.#hits = this.#misses = 0;
  }

  /** What will do from there, now kept here; undefined where nothing will. Never rejects. */
  async answer(key: Key, policy: FetchOptions): Promise<Landed | undefined> {
    const notBefore = oldestToTake(this.#core, key, policy);
    const record = await this.#ask(key);
    const found = record && this.#take(key, record, policy, notBefore);
    if (found) {
      this.#hits++;
      this.#cache.emitter.emit('hit', { key, source: 'remote' });
    } else {
      this.#misses++;
    }
    return found;
  }

  /** What was kept here, on its way to the others. */
  tell(key: Key, json: string, kept: Kept, { version, tags }: Policy): void {
    const record: RemoteRecord = {
      // A copy: the store may read it later than its owner changes it.
      data: JSON.parse(json) as unknown,
      timestamp: kept.timestamp,
      ...(version !== undefined && { version }),
      ...(tags !== undefined && { tags }),
    };
    void this.#write(key, () => this.#tier.set(this.#scope + key, record, kept.remaining));
  }

  /** What was invalidated here, as of `at`: by hand, after a write or after an event. */
  invalidate(selector: Selector, at: number, why: 'asked' | 'write' | 'event'): void {
    const of = { scope: this.#scope, sparesKept: why !== 'asked', byWrite: why === 'write' };
    this.#lastFloor = this.#write('', () => this.#tier.invalidate(selector, at, of));
  }

  /** One key was removed here: older answers of the store are void as well. */
  remove(key: Key, at: number): void {
    this.#learn({ keys: [key] }, at, undefined);
    this.invalidate({ keys: [key] }, at, 'asked');
  }

  async settled(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  close(): void {
    this.#unsubscribe?.();
  }

  async #ask(key: Key): Promise<RemoteRecord | undefined> {
    try {
      // An invalidation of this process that is still on its way there must not be overtaken.
      const asked = this.#lastFloor.then(() => this.#tier.get(this.#scope + key));
      const record = await inTime(asked, PATIENCE);
      if (record === undefined || isRecord(record)) return record;
      throw new TypeError('cardcache: what the remote tier gave is no record');
    } catch (error) {
      this.#failed(key, error);
      return undefined;
    }
  }

  #take(key: Key, record: RemoteRecord, policy: Policy, notBefore: number): Landed | undefined {
    const core = this.#core;
    if (this.#cache.core !== core) return undefined;
    const { data: value, version = '' } = record;
    const received = { key, value, version, policy, source: 'remote' } as const;
    if (!receive(this.#cache, core, received, (kept) => adopt(core, key, kept, record, policy))) return undefined;
    const found = answerFor(core, key, { policy, notBefore });
    return found && { ...found, source: 'remote' };
  }

  #learn(selector: Selector, at: number, of: FloorScope | undefined): void {
    const core = this.#cache.core;
    const { scope = this.#scope, sparesKept = false, byWrite = false } = of ?? {};
    if (!core || scope !== this.#scope) return;
    core.call(({ module, memory, page, now }) =>
      module._learnFloor(page, now, stageSelector(memory, selector), at, sparesKept, byWrite),
    );
    this.#cache.flights.endVoidTurns();
    this.#cache.watches.schedule();
  }

  #write(key: Key, write: () => Promise<void>): Promise<void> {
    const written = inTime(new Promise<void>((resolve) => resolve(write())), ARRIVES_WITHIN)
      .catch((error: unknown) => this.#failed(key, error))
      .finally(() => this.#writes.delete(written));
    this.#writes.add(written);
    return written;
  }

  #failed(key: Key, error: unknown): void {
    if (this.#cache.core === this.#core) this.#core.noteError('remote', key, error);
  }
}

/** How the keys of one user's cache in a namespace begin in a store that all share. */
export function scopeOf(namespace: string, user: string | null): string {
  if (user === null) return namespace;
  return `${namespace}@${user.replace(/[%/]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}/`;
}

/** Whether an answer under this policy may be where other processes read it. */
export function mayBeRemote(policy: Policy): boolean {
  return mayReachStorage(policy) && !policy.encrypted;
}

function adopt(core: Core, key: Key, value: unknown, { timestamp, version, tags }: RemoteRecord, policy: Policy) {
  const { ttl = NaN, cost = 1, onEvent } = policy;
  const expiresAt = endOf(policy, value);
  const bytes = (toJson(value)?.length ?? 0) * 2;
  return core.keep(key, value, ({ module, memory, page, now }) => {
    const { words } = memory
      .stage()
      .name(key)
      .name(version ?? '')
      .names(tags ?? []);
    words[Word.timestamp] = timestamp;
    const kept = onEvent === 'keep';
    return (
      module._adoptRemote(page, now, ttl, expiresAt, cost, bytes, Reach.storage, kept, Policies.graceOf(policy)) === 1
    );
  });
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

function inTime<T>(answer: Promise<T>, time: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new DOMException(`no answer within ${time} ms`, 'TimeoutError')), time);
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
