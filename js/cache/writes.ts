import type { Key, MutationEvent, Selector } from '../types.ts';

export interface MutateOptions {
  optimistic?: Iterable<[Key, unknown]>;
  invalidate?: Selector;
  event?: MutationEvent;
}

/** All users' and shared entries: what a write may have changed when nobody says more. */
const EVERYTHING: Selector = '*';

/** One value that a write under way shows, and what it stands before. */
interface Layer {
  readonly key: Key;
  readonly optimistic: unknown;
  before: unknown;
}

/** A cache, as far as writes change it. */
export interface WritesHost {
  peekValue(key: Key): unknown;
  /** What watchers show of it. */
  shown(key: Key): unknown;
  /** Shows it to those who watch. */
  changed(key: Key, value: unknown): void;
  /** Answers it before what is stored until it is dropped. */
  keepOptimistic(key: Key, value: unknown): void;
  dropOptimistic(key: Key): void;
  applyEvent(event: MutationEvent): void;
  invalidate(selector: Selector): void;
}

/** Writes under way, and what they show before they have ended. */
export class Writes {
  readonly #host: WritesHost;
  /** Oldest first. */
  readonly #layers = new Set<Layer>();
  /** Drops what writes under way may change. */
  readonly #drops = new Set<() => void>();

  constructor(host: WritesHost) {
    this.#host = host;
  }

  /**
   * Runs a write. What it may have changed is dropped when it has ended, well or not: whether a server that failed has applied it
   * cannot be known.
   */
  async run<T>(write: () => Promise<T>, options: MutateOptions): Promise<T> {
    const drop = (): void => this.#drop(options);
    this.#drops.add(drop);
    const layers = [...(options.optimistic ?? [])].map(([key, value]) => this.#show(key, value));
    try {
      return await write();
    } catch (error) {
      for (const layer of [...layers].reverse()) this.#rollBack(layer);
      throw error;
    } finally {
      for (const layer of layers) {
        this.#layers.delete(layer);
        if (Object.is(this.#host.peekValue(layer.key), layer.optimistic)) this.#host.dropOptimistic(layer.key);
      }
      this.#drops.delete(drop);
      drop();
    }
  }

  /** The core has come while writes were under way: until they end it answers what they show, too. */
  showAgain(): void {
    for (const layer of this.#layers) {
      const { key, optimistic } = layer;
      const kept = this.#host.peekValue(key);
      if (kept !== undefined && !Object.is(kept, optimistic)) layer.before = kept;
      this.#host.keepOptimistic(key, optimistic);
    }
  }

  /** Nobody can drop when writes under way have ended: what they change would be answered from storage by whoever opens next. */
  close(): void {
    for (const drop of this.#drops) drop();
  }

  #show(key: Key, optimistic: unknown): Layer {
    const kept = this.#host.peekValue(key);
    const layer = { key, optimistic, before: kept === undefined ? this.#host.shown(key) : kept };
    this.#layers.add(layer);
    this.#host.keepOptimistic(key, optimistic);
    this.#host.changed(key, optimistic);
    return layer;
  }

  /** Rolls back only what is still current; a later layer that stands before it then falls back to the older value. */
  #rollBack(layer: Layer): void {
    const { key, optimistic, before } = layer;
    const ofKey = [...this.#layers].filter((other) => other.key === key);
    const above = ofKey[ofKey.indexOf(layer) + 1];
    if (above && Object.is(above.before, optimistic)) above.before = before;
    if (Object.is(this.#host.shown(key), optimistic)) this.#host.changed(key, before);
  }

  #drop({ invalidate, event }: MutateOptions): void {
    // An event says itself what it voids; beside it only what was named on top is dropped.
    if (event) this.#host.applyEvent(event);
    if (invalidate !== undefined || !event) this.#host.invalidate(invalidate ?? EVERYTHING);
  }
}
