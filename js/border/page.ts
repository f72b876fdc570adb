import type { Clock } from '../common/clock.ts';
import type { CacheError, CacheEvents, Key } from '../types.ts';
import { Call, type Border } from './calls.ts';
import { RING_SIZE, Word, type Message } from './message.ts';
import { ERRORS, News, WHYS } from './names.ts';

/** What the core has to say besides its answers. */
export interface CoreListener {
  evicted(detail: CacheEvents['evict']): void;
  failed(error: CacheError): void;
  alerted(alert: CacheEvents['alert']): void;
  clockWentBack(): void;
  /** There is something to do that idle time is for: `tend`. */
  upkeepWaits(): void;
  /** Their answers will not be kept. */
  flightsSuperseded(flights: readonly number[]): void;
  /** The next watched key is due at another time. */
  dueMoved(): void;
  /** Another tab has changed the area: these are the watched keys among it, and what was at hand here and is encrypted now. */
  changedElsewhere(keys: readonly Key[]): void;
}

export interface PageSizes {
  memoryTtl: number | undefined;
  maxEntries: number | undefined;
  maxBytes: number | undefined;
  alerts: { hitRateBelow?: number; errorsAbove?: number; storageAbove?: number };
}

/**
 * One cache that stands open in the core, and the values that belong to it. Values stay here, by reference; everything known about
 * them is the core's. A hit compares the clock with a number in the core's memory and calls nothing.
 */
export class Page {
  protected readonly message: Message;
  protected readonly listener: CoreListener;
  readonly #border: Border;
  readonly #clock: Clock;
  readonly #page: number;
  readonly #ringAt: number;

  readonly #slots = new Map<Key, number>();
  readonly #keys: (Key | undefined)[] = [];
  readonly #values: unknown[] = [];
  /** For how long past its end each is known to be kept, as far as this page has said so. */
  readonly #graces: number[] = [];
  #deadlines: Float64Array = new Float64Array();
  #deadlinesAt = 0;
  #ring: Uint32Array = new Uint32Array();
  #noted = 0;
  #believedFrom = -Infinity;
  /** The latest time that a hit has seen and no call has told the core yet. */
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

  /** The time, after the core has heard of it if it went back. */
  now(): number {
    const now = this.#clock.now();
    if (now < this.#believedFrom) this.#observe(now);
    return now;
  }

  observe(): void {
    this.#observe(this.#clock.now());
  }

  /** The value where it is resident and fresh; one comparison, one number written, no call. */
  hit(key: Key): unknown {
    const slot = this.#slots.get(key);
    const deadlines = this.#deadlines;
    // A view is empty once the core's memory has grown. V8 reads more slowly for good where it was once read past its end.
    if (slot === undefined || slot >= deadlines.length) return undefined;
    const now = this.#clock.now();
    const deadline = deadlines[slot] as number;
    if (!(now < deadline) || now < this.#believedFrom) return undefined;
    // The core hears of this time with the next call. A clock that goes back before that is the core's to judge.
    if (now > this.#seen) this.#seen = this.#believedFrom = now;
    this.#ring[this.#noted++] = slot;
    if (this.#noted === RING_SIZE) this.observe();
    return this.#values[slot];
  }

  /** What `hit` would give, without counting as asked for. */
  fresh(key: Key): unknown {
    const slot = this.#slots.get(key);
    const now = this.#clock.now();
    if (slot === undefined || !(now < (this.#deadlines[slot] ?? 0)) || now < this.#believedFrom) return undefined;
    return this.#values[slot];
  }

  /** The value in memory, fresh or not. */
  resident(key: Key): unknown {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#values[slot];
  }

  /** When the next watched key is due; Infinity where nothing is to be fetched. */
  nextDue(): number {
    return this.#nextDue;
  }

  /** True where the core has not been told yet that the resident entry may serve for so long. */
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

  /** The core keeps the key there; −1: nowhere. */
  protected install(key: Key, slot: number, value: unknown, grace = 0): void {
    if (slot < 0) return;
    // As an integer: it comes as a double, and V8, which may keep it as one, throws away the code of `hit` that expects
    // an index, compiles it anew and throws it away again. 30 → 550 ns a hit where that began (`npm run bench -- memory`).
    const at = slot | 0;
    if (this.#keys[at] !== key) {
      this.#slots.set(key, at);
      this.#keys[at] = key;
    }
    this.#values[at] = value;
    this.#graces[at] = grace;
  }

  // ---- around every call

  /** A call: `write` gives the message, `read` takes the answer out of the reply. Before it the core hears of the hits, after it this page of what has moved. */
  protected ask<T>(what: Call, write: (message: Message) => unknown, read: (reply: Message) => T, cause?: unknown): T {
    const now = this.now();
    write(this.message.begin());
    const news = this.send(what, now);
    const answer = read(this.message.reply());
    this.hear(news, cause);
    return answer;
  }

  /** One that answers nothing. */
  protected tell(what: Call, write: (message: Message) => unknown = () => undefined, cause?: unknown): void {
    this.ask(what, write, () => undefined, cause);
  }

  /** Sends the message that was written. The reply is to be read, and then `hear` called with what this gives. */
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

  /** Takes in what the call has moved: all of it before anybody is told, for listeners may call the cache again. */
  protected hear(news: number, cause?: unknown): void {
    if (news === 0 && this.#deadlines.length > 0) return;
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

    const { listener } = this;
    for (const detail of gone) if (detail) listener.evicted(detail);
    for (const { key, why, error } of notices) {
      if (why >= 0) listener.evicted({ key, why: WHYS[why] ?? 'quota' });
      else listener.failed({ kind: ERRORS[error] ?? 'corrupt', ...(key !== '' && { key }), cause });
    }
    if (news & News.clockSetBack) listener.clockWentBack();
    if (news & News.upkeepWaits) listener.upkeepWaits();
    if (flights.length > 0) listener.flightsSuperseded(flights);
    if (changed) listener.changedElsewhere(changed);
    if (news & News.nextDueMoved) listener.dueMoved();
  }

  /** `why`: 0 says that it went on purpose; else one more than the number of its reason. */
  #letGo(slot: number, why: number): CacheEvents['evict'] | undefined {
    const key = this.#keys[slot];
    if (key === undefined) return undefined;
    this.#slots.delete(key);
    this.#keys[slot] = undefined;
    this.#values[slot] = undefined;
    const reason = WHYS[why - 1];
    return reason && { key, why: reason };
  }
}
