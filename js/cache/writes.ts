import type { Key, MutationEvent, Selector } from '../types.ts';

export interface MutateOptions {
  optimistic?: Iterable<[Key, unknown]>;
  invalidate?: Selector;
  event?: MutationEvent;
}

/** Entries of all users and shared ones: a write may have changed any of them unless `invalidate` says which. */
const EVERYTHING: Selector = '*';

/** One optimistic value of a write in progress, and the value that it covers. */
interface Layer {
  readonly key: Key;
  readonly optimistic: unknown;
  before: unknown;
}

/** The parts of a cache that writes use. */
export interface WritesHost {
  peekValue(key: Key): unknown;
  /** The value that watchers show. */
  shown(key: Key): unknown;
  /** Shows the value to watchers. */
  changed(key: Key, value: unknown): void;
  /** Serves the value instead of the stored one until `dropOptimistic`. */
  keepOptimistic(key: Key, value: unknown): void;
  dropOptimistic(key: Key): void;
  applyEvent(event: MutationEvent): void;
  invalidate(selector: Selector): void;
}

/** Writes in progress, and their optimistic values. */
export class Writes {
  readonly #host: WritesHost;
  /** Oldest first. */
  readonly #layers = new Set<Layer>();
  /** For each write in progress: invalidates what it may change. */
  readonly #drops = new Set<() => void>();

  constructor(host: WritesHost) {
    this.#host = host;
  }

  /** Runs a write, then invalidates what it may have changed, even if it failed: the server may have applied it nevertheless. */
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

  /** The core now runs: it serves the optimistic values of writes in progress, too. */
  showAgain(): void {
    for (const layer of this.#layers) {
      const { key, optimistic } = layer;
      const cached = this.#host.peekValue(key);
      if (cached !== undefined && !Object.is(cached, optimistic)) layer.before = cached;
      this.#host.keepOptimistic(key, optimistic);
    }
  }

  /**
   * Invalidates now what writes in progress may change: nothing can do that after closing, and the next opener would read the old
   * records from storage.
   */
  close(): void {
    for (const drop of this.#drops) drop();
  }

  #show(key: Key, optimistic: unknown): Layer {
    const cached = this.#host.peekValue(key);
    const layer = { key, optimistic, before: cached === undefined ? this.#host.shown(key) : cached };
    this.#layers.add(layer);
    this.#host.keepOptimistic(key, optimistic);
    this.#host.changed(key, optimistic);
    return layer;
  }

  /** Rolls back only if the value is still current. A later layer that covers it then covers the older value instead. */
  #rollBack(layer: Layer): void {
    const { key, optimistic, before } = layer;
    const ofKey = [...this.#layers].filter((other) => other.key === key);
    const above = ofKey[ofKey.indexOf(layer) + 1];
    if (above && Object.is(above.before, optimistic)) above.before = before;
    if (Object.is(this.#host.shown(key), optimistic)) this.#host.changed(key, before);
  }

  #drop({ invalidate, event }: MutateOptions): void {
    // An event has its own rules for what it invalidates. Besides that, only an explicit selector is invalidated.
    if (event) this.#host.applyEvent(event);
    if (invalidate !== undefined || !event) this.#host.invalidate(invalidate ?? EVERYTHING);
  }
}
