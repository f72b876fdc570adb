import type { FloorScope, Selector } from '../types.ts';
import { put, type Store } from './store.ts';

export type Heard = (selector: Selector, at: number, of: FloorScope) => void;

/** An invalidation by one process. Its fields are stored: they are a format. */
interface Invalidation {
  selector: Selector;
  at: number;
  of: FloorScope;
}

/**
 * The list of writers, and each writer's list of invalidations, beside the answers. Keys of caches begin with a namespace, which
 * contains no `!`. The names are a format.
 */
const WRITERS = '!cardcache:floors';
const listOf = (writer: string): string => `${WRITERS}:${writer}`;
/** More invalidations are merged into one per scope that selects everything: coarser, but never wrong. */
const MOST = 256;
const MOST_KNOWN = 4_096;
/**
 * The time after which a concurrent write, based on an outdated read of the list, is done, in ms; then this process checks its
 * name again.
 */
const SETTLED_AFTER = 20;
/** Further checks, in ms, for processes that were held up between reading and writing. */
const WRITTEN_AGAIN_AFTER = [500, 5_000];
const TRIES = 10;
/** How long after a failure to catch up it is tried again, in ms. */
const RETRY = 1_000;
/** How long a write may delay the next one, in ms: without a connection, clients keep requests, perhaps for ever. */
const ARRIVES_WITHIN = 5_000;
/**
 * No process writes more invalidations, or more keys in one. A longer list counts as one that selects everything in its scope.
 */
const MOST_READ = 1_024;
const MOST_KEYS = 1_024;
/** The most writers. With more, the list is not ours, and the store is unusable: nothing tells which answers are invalid. */
const MOST_WRITERS = 4_096;

/**
 * Invalidations in a store that can neither delete by pattern nor change a value in place. Each process writes a list of its own
 * and makes sure that its name is in the list of writers. This class reports each invalidation of other processes once; it does
 * not interpret selectors.
 */
export class Invalidations {
  readonly #store: Store;
  readonly #ttl: number;
  readonly #heard: Heard;
  readonly #self = crypto.randomUUID();
  readonly #own = new Map<string, Invalidation>();
  /** The latest reported time, by writer, selector and scope. */
  readonly #known = new Map<string, number>();
  #writers: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  /** Rises with each pause: work that began before it stops. */
  #round = 0;
  /** The latest attempt to catch up: only this one is repeated. */
  #catchingUp: object | undefined;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(store: Store, ttl: number, heard: Heard) {
    this.#store = store;
    this.#ttl = ttl;
    this.#heard = heard;
  }

  /** Adds an invalidation of this process; returns the message that tells other processes of it. */
  add(selector: Selector, at: number, of: FloorScope): string {
    const invalidation = coarsened({ selector, at, of });
    this.#own.set(nameOf(invalidation), invalidation);
    this.#forget();
    return JSON.stringify({ writer: this.#self, ...invalidation });
  }

  /** Writes this process's list. Resolves when every invalidation that was added so far is in the store. */
  write(): Promise<void> {
    // Serialize the writes, since each one replaces the whole list. A write that hangs must not block later ones for ever; the
    // last one counts.
    const before = inTime(this.#writing, () => this.#writeAgainIn(ARRIVES_WITHIN));
    const round = this.#round;
    this.#writing = before.then(() => this.#write(round));
    this.#writing.catch(() => undefined);
    return this.#writing;
  }

  /**
   * Stops all pending work when the last listener has gone: a request after the owner has closed the client would reconnect it.
   */
  pause(): void {
    this.#round++;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Like `learn`, after a new subscription; tries again until the store answers. */
  async catchUp(): Promise<void> {
    const round = this.#round;
    const attempt = (this.#catchingUp = {});
    try {
      await this.learn();
    } catch {
      if (round === this.#round && attempt === this.#catchingUp) this.#after(RETRY, () => this.catchUp());
    }
  }

  /** Reports what other processes have written since. */
  async learn(): Promise<void> {
    const round = this.#round;
    // Read the lists of known writers together with the list of writers, which saves a round trip.
    const known = this.#writers;
    const [writers, lists] = await Promise.all([this.#readWriters(), this.#readLists(known)]);
    if (round !== this.#round) return;
    this.#report(known, lists);
    const newcomers = writers.filter((writer) => !known.includes(writer));
    if (newcomers.length > 0) this.#report(newcomers, await this.#readLists(newcomers));
    if (round !== this.#round) return;
    this.#writers = writers;
    // Another process has replaced the list of writers with one from before our name.
    if (this.#own.size > 0 && !writers.includes(this.#self)) this.write().catch(() => undefined);
  }

  /** Handles a message of another process. */
  hear(text: string): void {
    try {
      const told: unknown = JSON.parse(text);
      if (isInvalidation(told)) this.#reportOne(String((told as { writer?: unknown }).writer), coarsened(told));
    } catch {
      // Another program's message.
    }
  }

  async #write(round: number): Promise<void> {
    if (round !== this.#round) return;
    await put(this.#store, listOf(this.#self), [...this.#own.values()], this.#ttl);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (round !== this.#round) return;
      const writers = await this.#readWriters();
      // A writer whose list has expired has no invalidations that matter.
      if (writers.includes(this.#self)) return;
      if (round !== this.#round) return;
      const lists = await this.#readLists(writers);
      const living = writers.filter((_writer, index) => lists[index] !== undefined);
      if (round !== this.#round) return;
      await put(this.#store, WRITERS, [...living, this.#self], this.#ttl);
      if (attempt === 0) for (const time of WRITTEN_AGAIN_AFTER) this.#writeAgainIn(time);
      await new Promise((resolve) => setTimeout(resolve, SETTLED_AFTER * (1 + Math.random())));
    }
    throw new Error('cardcache: the store did not keep this process’s invalidations; the next one tries again');
  }

  #writeAgainIn(time: number): void {
    this.#after(time, () => this.write());
  }

  #after(time: number, act: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act().catch(() => undefined);
    }, time);
    this.#timers.add(timer);
    // The timer must not keep a finished program alive.
    (timer as { unref?: () => void }).unref?.();
  }

  async #readWriters(): Promise<string[]> {
    const writers = await this.#store.get(WRITERS);
    if (!Array.isArray(writers)) return [];
    if (writers.length > MOST_WRITERS)
      throw new Error(
        'cardcache: the store lists too many processes with invalidations: remove !cardcache:floors from it',
      );
    return writers.filter((writer) => typeof writer === 'string');
  }

  async #readLists(writers: string[]): Promise<unknown[]> {
    return writers.length > 0 ? this.#store.getMany(writers.map(listOf)) : [];
  }

  #report(writers: string[], lists: unknown[]): void {
    writers.forEach((writer, index) => {
      const list = lists[index];
      for (const invalidation of Array.isArray(list) ? bounded(list.filter(isInvalidation)) : [])
        this.#reportOne(writer, invalidation);
    });
  }

  #reportOne(writer: string, invalidation: Invalidation): void {
    const name = `${writer} ${nameOf(invalidation)}`;
    if (writer === this.#self || (this.#known.get(name) ?? -Infinity) >= invalidation.at) return;
    // Forgetting them reports some invalidations twice, which is harmless.
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    this.#known.set(name, invalidation.at);
    this.#heard(invalidation.selector, invalidation.at, invalidation.of);
  }

  /** Forgets invalidations that are older than every record in the store, and merges them if there are too many. */
  #forget(): void {
    const oldest = Date.now() - this.#ttl;
    for (const [name, { at }] of this.#own) if (at < oldest) this.#own.delete(name);
    if (this.#own.size <= MOST) return;
    const all = merged([...this.#own.values()]);
    this.#own.clear();
    for (const invalidation of all) this.#own.set(nameOf(invalidation), invalidation);
  }
}

/** One invalidation per scope that selects everything. */
function merged(invalidations: readonly Invalidation[]): Invalidation[] {
  const byScope = new Map<string, Invalidation>();
  for (const { at, of } of invalidations) {
    const before = byScope.get(of.scope)?.at ?? -Infinity;
    byScope.set(of.scope, everything(Math.max(at, before), of.scope));
  }
  return [...byScope.values()];
}

function everything(at: number, scope: string): Invalidation {
  return { selector: '*', at, of: { scope, sparesKept: false, byWrite: false } };
}

function bounded(invalidations: Invalidation[]): Invalidation[] {
  return invalidations.length > MOST_READ ? merged(invalidations) : invalidations.map(coarsened);
}

function coarsened(invalidation: Invalidation): Invalidation {
  const { keys } = typeof invalidation.selector === 'string' ? {} : invalidation.selector;
  return Array.isArray(keys) && keys.length > MOST_KEYS
    ? everything(invalidation.at, invalidation.of.scope)
    : invalidation;
}

/** Resolves when `act` has ended, successfully or not, or when it takes too long; then it calls `late`. */
async function inTime(act: Promise<void>, late: () => void): Promise<void> {
  let timer: unknown;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late();
      resolve();
    }, ARRIVES_WITHIN);
    (timer as { unref?: () => void }).unref?.();
  });
  await Promise.race([act.catch(() => undefined), tooLong]);
  clearTimeout(timer as number);
}

function nameOf({ selector, of }: Invalidation): string {
  return JSON.stringify([selector, of]);
}

function isInvalidation(value: unknown): value is Invalidation {
  const { selector, at, of } = (value ?? {}) as Partial<Record<keyof Invalidation, unknown>>;
  const isSelector = typeof selector === 'string' || (typeof selector === 'object' && selector !== null);
  return isSelector && typeof at === 'number' && typeof of === 'object' && of !== null;
}
