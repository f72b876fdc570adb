import type { Clock } from '../common/clock.ts';
import type { CacheError, CacheEvents, Key } from '../types.ts';
import { Call, type Border } from './calls.ts';
import { RING_SIZE, Word, type Message } from './message.ts';
import { ERRORS, News, REMOVAL_CAUSES } from './names.ts';

/** The listener for news of the core. */
export interface CoreListener {
  evicted(detail: CacheEvents['evict']): void;
  failed(error: CacheError): void;
  alerted(alert: CacheEvents['alert']): void;
  clockWentBack(): void;
  /** Maintenance is pending: call `maintain` in idle time. */
  maintenanceWaits(): void;
  /** The answers of these flights will not be cached. */
  flightsSuperseded(flights: readonly number[]): void;
  /** The next fetch of a watched key is due at another time. */
  dueMoved(): void;
  /**
   * Another tab has changed the area. `keys`: the watched keys that it changed, and resident ones whose record is encrypted now.
   */
  changedElsewhere(keys: readonly Key[]): void;
}

export interface PageSizes {
  memoryTtl: number | undefined;
  maxEntries: number | undefined;
  maxBytes: number | undefined;
  alerts: { hitRateBelow?: number; errorsAbove?: number; storageAbove?: number };
}

/**
 * One cache that is open in the core, with its values. Values stay here, by reference; the core knows everything else about an
 * entry. A hit compares the clock with a number in the core's memory, and makes no call.
 */
export class Page {
  protected readonly message: Message;
  protected readonly listener: CoreListener;
  protected isClosed = false;
  readonly #border: Border;
  readonly #clock: Clock;
  readonly #page: number;
  readonly #ringAt: number;

  readonly #slots = new Map<Key, number>();
  readonly #keys: (Key | undefined)[] = [];
  readonly #values: unknown[] = [];
  /** The grace of each slot, as far as this page has told the core. */
  readonly #graces: number[] = [];
  #deadlines: Float64Array = new Float64Array();
  #deadlinesAt = 0;
  #ring: Uint32Array = new Uint32Array();
  #noted = 0;
  #believedFrom = -Infinity;
  /** The latest time of a hit that the core has not been told yet. */
  #seen = -Infinity;
  #nextDue = Infinity;

  constructor(
    border: Border,
    space: number,
    user: string | null,
    sizes: PageSizes,
    clock: Clock,
    listener: CoreListener,
  ) {
    this.#border = border;
    this.message = border.message;
    this.#clock = clock;
    this.listener = listener;
    const { memoryTtl = NaN, maxEntries = NaN, maxBytes = NaN, alerts } = sizes;
    const { hitRateBelow = NaN, errorsAbove = NaN, storageAbove = NaN } = alerts;
    const seed = Math.floor(Math.random() * 2 ** 32);
    [this.#page, this.#ringAt] = border.ask(
      Call.openPage,
      (message) => {
        message.number(space).maybeName(user).number(memoryTtl).number(maxEntries).number(maxBytes);
        message.number(hitRateBelow).number(errorsAbove).number(storageAbove).number(seed);
      },
      (reply) => [reply.takeNumber(), reply.takeNumber()],
    );
    this.observe();
  }

  close(): void {
    this.isClosed = true;
    this.#border.ask(
      Call.closePage,
      (message) => message.number(this.#page),
      () => undefined,
    );
    this.#slots.clear();
    this.#values.length = 0;
  }

  get memoryBytes(): number {
    return this.message.byteLength;
  }

  /** The time. Tells the core first if the clock went back. */
  now(): number {
    const now = this.#clock.now();
    if (now < this.#believedFrom) this.#observe(now);
    return now;
  }

  observe(): void {
    this.#observe(this.#clock.now());
  }

  /** The value if it is resident and fresh. Costs one comparison and one write of a number, and makes no call. */
  hit(key: Key): unknown {
    const slot = this.#slots.get(key);
    const deadlines = this.#deadlines;
    // A view becomes empty when the core's memory grows. V8 reads a view more slowly for ever once it was read past its end.
    if (slot === undefined || slot >= deadlines.length) return undefined;
    const now = this.#clock.now();
    const deadline = deadlines[slot] as number;
    if (!(now < deadline) || now < this.#believedFrom) return undefined;
    // The next call tells the core this time. If the clock goes back before that, the core decides.
    if (now > this.#seen) this.#seen = this.#believedFrom = now;
    this.#ring[this.#noted++] = slot;
    if (this.#noted === RING_SIZE) this.observe();
    return this.#values[slot];
  }

  /** Like `hit`, but does not count as a hit. */
  fresh(key: Key): unknown {
    const slot = this.#slots.get(key);
    const now = this.#clock.now();
    if (slot === undefined || slot >= this.#deadlines.length) return undefined;
    if (!(now < (this.#deadlines[slot] ?? 0)) || now < this.#believedFrom) return undefined;
    return this.#values[slot];
  }

  /** The resident value, fresh or not. */
  resident(key: Key): unknown {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#values[slot];
  }

  /** The time of the next fetch of a watched key; Infinity for none. */
  nextDue(): number {
    return this.#nextDue;
  }

  /** True if the core does not know yet that the resident entry may be served for so long. */
  protected lengthens(key: Key, grace: number): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined || grace <= (this.#graces[slot] ?? 0)) return false;
    this.#graces[slot] = grace;
    return true;
  }

  protected slotOf(key: Key): number | undefined {
    return this.#slots.get(key);
  }

  protected valueIn(slot: number): unknown {
    return this.#values[slot];
  }

  /** Stores the value in the slot that the core chose; −1: the core stored nothing. */
  protected install(key: Key, slot: number, value: unknown, grace = 0): void {
    if (slot < 0) return;
    // Convert to an integer. The slot arrives as a double; if V8 stores it as one, it discards and recompiles the code of `hit`,
    // which expects an index, over and over: 30 → 550 ns a hit (`npm run bench -- memory`).
    const at = slot | 0;
    const before = this.#keys[at];
    if (before !== key) {
      if (before !== undefined) this.#slots.delete(before);
      this.#slots.set(key, at);
      this.#keys[at] = key;
    }
    this.#values[at] = value;
    this.#graces[at] = grace;
  }

  // ---- around every call

  /**
   * Makes a call. `write` writes the message, `read` reads the reply. The call first passes recorded hits to the core; afterwards
   * this page handles the news.
   */
  protected ask<T>(
    what: Call,
    write: (message: Message) => unknown,
    read: (reply: Message) => T,
    { install, cause }: { install?: (answer: T) => void; cause?: unknown } = {},
  ): T {
    const now = this.now();
    write(this.message.begin());
    const news = this.send(what, now);
    const answer = read(this.message.reply());
    this.hear(news, () => install?.(answer), cause);
    return answer;
  }

  /** Makes a call without a result. */
  protected tell(what: Call, write: (message: Message) => unknown = () => undefined, cause?: unknown): void {
    this.ask(what, write, () => undefined, { cause });
  }

  /** Sends the message. The caller then reads the reply, and passes the returned news to `hear`. */
  protected send(what: Call, now: number): number {
    let { words } = this.message;
    words[Word.noted] = this.#noted;
    words[Word.seen] = this.#seen;
    const news = this.#border.send(what, this.#page, now);
    this.#noted = 0;
    this.#seen = -Infinity;
    words = this.message.words;
    this.#believedFrom = words[Word.believedFrom] ?? -Infinity;
    return news;
  }

  #observe(now: number): void {
    this.message.begin();
    this.hear(this.send(Call.observe, now));
  }

  /**
   * Handles the news of a call: takes in what has changed, has `install` put the value of the call in its slot, and then calls the
   * listeners, which may call the cache again.
   */
  protected hear(news: number, install?: () => void, cause?: unknown): void {
    if (news === 0 && this.#deadlines.length > 0) {
      install?.();
      return;
    }
    const message = this.message.news();
    const number = () => message.takeNumber();
    if (news & News.deadlinesMoved) this.#deadlinesAt = number();
    if (news & News.deadlinesMoved || this.#deadlines.length === 0) {
      this.#deadlines = message.doubles(this.#deadlinesAt);
      this.#ring = message.u32(this.#ringAt, RING_SIZE);
    }
    if (news & News.nextDueMoved) this.#nextDue = number();
    const gone = news & News.slotsLetGo ? message.takeList(() => this.#letGo(number(), number())) : [];
    const notices =
      news & News.notices ? message.takeList(() => ({ key: message.takeName(), why: number(), error: number() })) : [];
    const flights = news & News.flightsSuperseded ? message.takeList(number) : [];
    const changed = news & News.changedElsewhere ? message.takeNames() : undefined;
    install?.();

    const { listener } = this;
    for (const detail of gone) if (detail) listener.evicted(detail);
    for (const { key, why, error } of notices) {
      if (why >= 0) listener.evicted({ key, why: REMOVAL_CAUSES[why] ?? 'quota' });
      else listener.failed({ kind: ERRORS[error] ?? 'corrupt', ...(key !== '' && { key }), cause });
    }
    if (news & News.clockSetBack) listener.clockWentBack();
    if (news & News.upkeepWaits) listener.maintenanceWaits();
    if (flights.length > 0) listener.flightsSuperseded(flights);
    if (changed) listener.changedElsewhere(changed);
    if (news & News.nextDueMoved) listener.dueMoved();
  }

  /** `why`: 0 if a call or an invalidation removed it, else 1 + the index of its RemovalCause. */
  #letGo(slot: number, why: number): CacheEvents['evict'] | undefined {
    const key = this.#keys[slot];
    if (key === undefined) return undefined;
    this.#slots.delete(key);
    this.#keys[slot] = undefined;
    this.#values[slot] = undefined;
    const reason = REMOVAL_CAUSES[why - 1];
    return reason && { key, why: reason };
  }
}
