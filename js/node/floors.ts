import type { FloorScope, Selector } from '../types.ts';
import { put, type Store } from './store.ts';

export type Heard = (selector: Selector, at: number, of: FloorScope) => void;

/** What one process invalidated. */
interface Floor {
  selector: Selector;
  at: number;
  of: FloorScope;
}

/** Lists of writers and of their floors, beside the answers. Keys of caches begin with a namespace, which has no `!`. */
const WRITERS = '!cardcache:floors';
const floorsOf = (writer: string): string => `${WRITERS}:${writer}`;
/** More than this many become one over everything of their scope: coarser, but never wrong. */
const MOST = 256;
const MOST_KNOWN = 4_096;
/** A write from a reading that was outdated is over after a round trip; then it is looked whether ours still stands. */
const SETTLED_AFTER = 20;
/** A process that was held up between reading and writing takes longer: it is looked again after these, ms. */
const LOOKED_AFTER = [500, 5_000];
const TRIES = 10;
/** A write that has not ended by then, ms, is not waited for: clients keep it while they have no connection, perhaps for ever. */
const ARRIVES_WITHIN = 5_000;
/** No process has written more floors, or floors with more keys: of more it is said that they void everything of their scope. */
const MOST_READ = 1_024;
const MOST_KEYS = 1_024;
/** With more processes a list is no list of ours: then the store is of no use, since what is void cannot be told. */
const MOST_WRITERS = 4_096;

/**
 * Invalidations in a store that can neither delete by pattern nor change a value in place: each process writes a list of its own,
 * which nobody else writes, and sees to it that its name is among the writers. What a floor selects is not for this file to say:
 * each is handed on once.
 */
export class Floors {
  readonly #store: Store;
  readonly #ttl: number;
  readonly #heard: Heard;
  readonly #self = crypto.randomUUID();
  readonly #own = new Map<string, Floor>();
  /** The youngest that was handed on, by writer and what it selects. */
  readonly #known = new Map<string, number>();
  #writers: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  /** Rises with each rest: what began before it goes no further. */
  #turn = 0;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(store: Store, ttl: number, heard: Heard) {
    this.#store = store;
    this.#ttl = ttl;
    this.#heard = heard;
  }

  /** One of this process's own; gives the text that tells it to others. */
  raise(selector: Selector, at: number, of: FloorScope): string {
    const floor = coarse({ selector, at, of });
    this.#own.set(nameOf(floor), floor);
    this.#forget();
    return JSON.stringify({ writer: this.#self, ...floor });
  }

  /** Everything that was raised up to now stands in the store when it resolves. */
  write(): Promise<void> {
    // One after the other: a list is written whole. One that hangs must not stop the others for ever: of those the last stands.
    const before = inTime(this.#writing, () => this.#lookAgainIn(ARRIVES_WITHIN));
    const turn = this.#turn;
    this.#writing = before.then(() => this.#write(turn));
    this.#writing.catch(() => undefined);
    return this.#writing;
  }

  /** Nobody listens any more: a client that is asked once more, after its owner has closed it, would connect again. */
  rest(): void {
    this.#turn++;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Hands on what others have written since. */
  async learn(): Promise<void> {
    const turn = this.#turn;
    // Those that are known are asked for together with who they are, which saves a way to the store.
    const known = this.#writers;
    const [writers, lists] = await Promise.all([this.#readWriters(), this.#readLists(known)]);
    if (turn !== this.#turn) return;
    this.#handOn(known, lists);
    const further = writers.filter((writer) => !known.includes(writer));
    if (further.length > 0) this.#handOn(further, await this.#readLists(further));
    if (turn !== this.#turn) return;
    this.#writers = writers;
    // Another process wrote the list from a reading older than our name.
    if (this.#own.size > 0 && !writers.includes(this.#self)) this.write().catch(() => undefined);
  }

  /** What another process has told. */
  hear(text: string): void {
    try {
      const told: unknown = JSON.parse(text);
      if (isFloor(told)) this.#tell(String((told as { writer?: unknown }).writer), coarse(told));
    } catch {
      // Somebody else's words on this channel.
    }
  }

  async #write(turn: number): Promise<void> {
    if (turn !== this.#turn) return;
    await put(this.#store, floorsOf(this.#self), [...this.#own.values()], this.#ttl);
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (turn !== this.#turn) return;
      const writers = await this.#readWriters();
      // Whose floors have gone has none that matter.
      if (writers.includes(this.#self)) return;
      if (turn !== this.#turn) return;
      const lists = await this.#readLists(writers);
      const living = writers.filter((_writer, index) => lists[index] !== undefined);
      if (turn !== this.#turn) return;
      await put(this.#store, WRITERS, [...living, this.#self], this.#ttl);
      if (attempt === 0) for (const time of LOOKED_AFTER) this.#lookAgainIn(time);
      await new Promise((resolve) => setTimeout(resolve, SETTLED_AFTER * (1 + Math.random())));
    }
    throw new Error('cardcache: this process’s invalidations could not be made known in the store');
  }

  #lookAgainIn(time: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.write().catch(() => undefined);
    }, time);
    this.#timers.add(timer);
    // It must not keep a finished program alive.
    (timer as { unref?: () => void }).unref?.();
  }

  async #readWriters(): Promise<string[]> {
    const writers = await this.#store.get(WRITERS);
    if (!Array.isArray(writers)) return [];
    if (writers.length > MOST_WRITERS)
      throw new Error('cardcache: too many processes have left invalidations to be read');
    return writers.filter((writer) => typeof writer === 'string');
  }

  async #readLists(writers: string[]): Promise<unknown[]> {
    return writers.length > 0 ? this.#store.getMany(writers.map(floorsOf)) : [];
  }

  #handOn(writers: string[], lists: unknown[]): void {
    writers.forEach((writer, index) => {
      const list = lists[index];
      for (const floor of Array.isArray(list) ? bounded(list.filter(isFloor)) : []) this.#tell(writer, floor);
    });
  }

  #tell(writer: string, floor: Floor): void {
    const name = `${writer} ${nameOf(floor)}`;
    if (writer === this.#self || (this.#known.get(name) ?? -Infinity) >= floor.at) return;
    // What was forgotten is handed on once more, which changes nothing.
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    this.#known.set(name, floor.at);
    this.#heard(floor.selector, floor.at, floor.of);
  }

  /** What is older than all that can lie in the store, and what is too much to list. */
  #forget(): void {
    const oldest = Date.now() - this.#ttl;
    for (const [name, { at }] of this.#own) if (at < oldest) this.#own.delete(name);
    if (this.#own.size <= MOST) return;
    const all = merged([...this.#own.values()]);
    this.#own.clear();
    for (const floor of all) this.#own.set(nameOf(floor), floor);
  }
}

/** One over everything for each scope. */
function merged(floors: readonly Floor[]): Floor[] {
  const byScope = new Map<string, Floor>();
  for (const { at, of } of floors) {
    const before = byScope.get(of.scope)?.at ?? -Infinity;
    byScope.set(of.scope, everything(Math.max(at, before), of.scope));
  }
  return [...byScope.values()];
}

function everything(at: number, scope: string): Floor {
  return { selector: '*', at, of: { scope, sparesKept: false, byWrite: false } };
}

function bounded(floors: Floor[]): Floor[] {
  return floors.length > MOST_READ ? merged(floors) : floors.map(coarse);
}

function coarse(floor: Floor): Floor {
  const { keys } = typeof floor.selector === 'string' ? {} : floor.selector;
  return Array.isArray(keys) && keys.length > MOST_KEYS ? everything(floor.at, floor.of.scope) : floor;
}

/** Resolves when `act` has ended, well or not, or when it takes too long: then `late` is called. */
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

function nameOf({ selector, of }: Floor): string {
  return JSON.stringify([selector, of]);
}

function isFloor(value: unknown): value is Floor {
  const { selector, at, of } = (value ?? {}) as Partial<Record<keyof Floor, unknown>>;
  const isSelector = typeof selector === 'string' || (typeof selector === 'object' && selector !== null);
  return isSelector && typeof at === 'number' && typeof of === 'object' && of !== null;
}
