import { Breaker, PATIENCE } from './breaker.ts';
import type { Core, Kept } from './border/core.ts';
import type { Landed } from './flights.ts';
import { mayReachStorage } from './policies.ts';
import { receive } from './received.ts';
import type { SharedCache } from './sharedCache.ts';
import { answerFor } from './tabAnswers.ts';
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
import { unref } from './watches.ts';

/** What has not arrived there by then is taken for lost: clients keep it while they have no connection, perhaps for ever. */
const ARRIVES_WITHIN = 5_000;
/** Invalidations that did not arrive are told again after this, then after twice as long each time, ms. */
const FIRST_RETRY = 1_000;
const LONGEST_RETRY = 5_000;
/** More of them become one over everything: coarser, but never wrong. */
const MOST_UNTOLD = 256;

interface Floor {
  selector: Selector;
  at: number;
  of: FloorScope;
}

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
  readonly #breaker: Breaker;
  readonly #writes = new Set<Promise<void>>();
  /** Invalidations that have not arrived: what the others do not know is told when the store is back. */
  #untold: Floor[] = [];
  /** Some of them have not been tried yet. */
  #hasNew = false;
  #telling: Promise<void> | undefined;
  #tellingNext: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #retryIn = FIRST_RETRY;
  readonly #timers = new Set<unknown>();
  readonly #unsubscribe: (() => void) | undefined;
  #hits = 0;
  #misses = 0;

  constructor(cache: SharedCache, core: Core, tier: RemoteTier, scope: string) {
    this.#cache = cache;
    this.#core = core;
    this.#tier = tier;
    this.#scope = scope;
    this.#breaker = new Breaker(
      () => cache.now(),
      (entry) => cache.log.write(entry),
    );
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
    const notBefore = this.#core.oldestToTake(key, policy);
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
    if (!this.#breaker.takes) return;
    const record: RemoteRecord = {
      // A copy: the store may read it later than its owner changes it.
      data: JSON.parse(json) as unknown,
      timestamp: kept.timestamp,
      ...(version !== undefined && { version }),
      ...(tags !== undefined && { tags }),
    };
    const { turn } = this.#breaker;
    const written = this.#inTime(ARRIVES_WITHIN, () => this.#tier.set(this.#nameOf(key), record, kept.remaining))
      .then(() => this.#breaker.succeeded('write'))
      .catch((error: unknown) => this.#failed('write', key, error, turn))
      .finally(() => this.#writes.delete(written));
    this.#writes.add(written);
  }

  /** What was invalidated here, as of `at`: by hand, after a write or after an event. */
  invalidate(selector: Selector, at: number, why: 'asked' | 'write' | 'event'): void {
    const of = { scope: this.#scope, sparesKept: why !== 'asked', byWrite: why === 'write' };
    this.#untold.push({ selector, at, of });
    this.#hasNew = true;
    if (this.#untold.length > MOST_UNTOLD) {
      const all: FloorScope = { scope: this.#scope, sparesKept: false, byWrite: false };
      this.#untold = [{ selector: '*', at: Math.max(...this.#untold.map((floor) => floor.at)), of: all }];
    }
    void this.#tellFloors();
  }

  /** One key was removed here: older answers of the store are void as well. */
  remove(key: Key, at: number): void {
    this.#learn({ keys: [key] }, at, undefined);
    this.invalidate({ keys: [key] }, at, 'asked');
  }

  async settled(): Promise<void> {
    await this.#tellFloors();
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  /** Resolves when the invalidations that are on their way have arrived, or after 5 s. Never rejects. */
  async close(): Promise<void> {
    clearTimeout(this.#retry);
    this.#breaker.close();
    // Nobody waits for it any more: it must not keep a finished program alive.
    for (const timer of this.#timers) unref(timer);
    const told = this.#telling && this.#tellFloors();
    if (told) await this.#inTime(ARRIVES_WITHIN, () => told).catch(() => undefined);
    this.#unsubscribe?.();
  }

  async #ask(key: Key): Promise<RemoteRecord | undefined> {
    const patience = this.#breaker.admit();
    if (patience === 0) return undefined;
    if (patience === PATIENCE) return this.#read(key, this.#tellingNext ?? this.#telling);
    // What is asked whether the store is back hears first what it has missed.
    const found = this.#read(key, this.#tellFloors());
    return this.#inTime(patience, () => found).catch(() => undefined);
  }

  /** An invalidation of this process that is still on its way there must not be overtaken. */
  async #read(key: Key, told: Promise<void> | undefined): Promise<RemoteRecord | undefined> {
    const { turn } = this.#breaker;
    let record: unknown;
    try {
      record = await this.#inTime(PATIENCE, async () => {
        await told;
        return this.#tier.get(this.#nameOf(key));
      });
    } catch (error) {
      this.#failed('read', key, error, turn);
      return undefined;
    }
    this.#breaker.succeeded('read');
    if (record == null || isRecord(record)) return record ?? undefined;
    this.#note(key, new TypeError('cardcache: what the remote tier gave is no record'));
    return undefined;
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
    core.learnInvalidation(selector, at, sparesKept, byWrite);
  }

  /** Tells all that have not arrived, in one go; resolves when that has been tried. */
  #tellFloors(): Promise<void> {
    if (this.#telling) {
      this.#tellingNext ??= this.#telling.then(() => {
        this.#tellingNext = undefined;
        return this.#hasNew ? this.#tellFloors() : undefined;
      });
      return this.#tellingNext;
    }
    if (this.#untold.length === 0) return Promise.resolve();
    this.#telling = this.#tellUntold().finally(() => (this.#telling = undefined));
    return this.#telling;
  }

  async #tellUntold(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const floors = this.#untold.splice(0);
    this.#hasNew = false;
    const { turn } = this.#breaker;
    try {
      await this.#inTime(ARRIVES_WITHIN, () =>
        Promise.all(floors.map(async ({ selector, at, of }) => this.#tier.invalidate(selector, at, of))),
      );
      this.#retryIn = FIRST_RETRY;
      this.#breaker.succeeded('write');
    } catch (error) {
      this.#untold.unshift(...floors);
      this.#failed('write', '', error, turn);
      if (this.#cache.core !== this.#core) return;
      this.#retry = setTimeout(() => void this.#tellFloors(), this.#retryIn);
      unref(this.#retry);
      this.#retryIn = Math.min(this.#retryIn * 2, LONGEST_RETRY);
    }
  }

  /** The key as the store sees it. Stores speak UTF-8: in it all halves of a pair of surrogates would be the same. */
  #nameOf(key: Key): string {
    // No key begins with `!`.
    return this.#scope + (HALVES.test(key) ? `!${escaped(key, /[%\p{Cs}]/gu)}` : key);
  }

  /** Rejects where `act` takes longer than `time`. */
  #inTime<T>(time: number, act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new DOMException(`no answer within ${time} ms`, 'TimeoutError')), time);
      this.#timers.add(late);
      new Promise<T>((begun) => begun(act())).then(resolve, reject).finally(() => {
        clearTimeout(late);
        this.#timers.delete(late);
      });
    });
  }

  #failed(what: 'read' | 'write', key: Key, error: unknown, turn: number): void {
    this.#note(key, error);
    if (this.#cache.core === this.#core) this.#breaker.failed(what, error, turn);
  }

  #note(key: Key, error: unknown): void {
    if (this.#cache.core === this.#core) this.#core.noteError('remote', key, error);
  }
}

const HALVES = /\p{Cs}/u;

function escaped(text: string, what: RegExp): string {
  return text.replace(what, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

/** How the keys of one user's cache in a namespace begin in a store that all share. */
export function scopeOf(namespace: string, user: string | null): string {
  if (user === null) return namespace;
  return `${namespace}@${escaped(user, /[%/\p{Cs}]/gu)}/`;
}

/** Whether an answer under this policy may be where other processes read it. */
export function mayBeRemote(policy: Policy): boolean {
  return mayReachStorage(policy) && !policy.encrypted;
}

/** Keeps an answer as old as it is. False where the core knows a younger one, or one of its invalidations. */
export function adopt(
  core: Core,
  key: Key,
  value: unknown,
  { timestamp, version, tags }: RemoteRecord,
  policy: Policy,
) {
  const bytes = (toJson(value)?.length ?? 0) * 2;
  return core.adoptRemote(key, value, { timestamp, version: version ?? '', tags: tags ?? [] }, policy, bytes);
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
