import type { CacheEvents } from '../types.ts';

type Listener<E extends keyof CacheEvents> = (detail: CacheEvents[E]) => void;

/** Tells listeners at once and in order; one that throws harms neither the others nor the caller. */
export class Emitter {
  /** Whether anybody listens to hits; a look into a Map would cost a seventh of one. */
  hearsHits = false;
  readonly #listeners = new Map<keyof CacheEvents, Set<Listener<never>>>();

  on<E extends keyof CacheEvents>(event: E, listener: Listener<E>): () => void {
    const known = this.#listeners.get(event) ?? new Set<Listener<never>>();
    this.#listeners.set(event, known);
    // A wrapper of its own, so that the same function given twice is told twice and taken off once.
    const own: Listener<E> = (detail) => listener(detail);
    known.add(own);
    this.hearsHits = this.#listeners.has('hit');
    return () => {
      known.delete(own);
      if (known.size === 0 && this.#listeners.get(event) === known) this.#listeners.delete(event);
      this.hearsHits = this.#listeners.has('hit');
    };
  }

  /** Whether anybody listens: what costs to prepare can be left out. */
  hears(event: keyof CacheEvents): boolean {
    return this.#listeners.has(event);
  }

  emit<E extends keyof CacheEvents>(event: E, detail: CacheEvents[E]): void {
    const known = this.#listeners.get(event);
    if (!known) return;
    for (const listener of [...known] as Listener<E>[]) callSafely(() => listener(detail));
  }
}

/** Runs somebody else's code. What it throws is reported where its author finds it and goes no further. */
export function callSafely(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else console.error(error);
  }
}
