import type { CacheEvents } from '../types.ts';

type Listener<E extends keyof CacheEvents> = (detail: CacheEvents[E]) => void;

/** Calls listeners synchronously and in order. A listener that throws affects neither the others nor the caller. */
export class Emitter {
  /** True if `hit` has a listener. A look into the Map would cost a seventh of a hit. */
  hearsHits = false;
  readonly #listeners = new Map<keyof CacheEvents, Set<Listener<never>>>();

  on<E extends keyof CacheEvents>(event: E, listener: Listener<E>): () => void {
    const known = this.#listeners.get(event) ?? new Set<Listener<never>>();
    this.#listeners.set(event, known);
    // A wrapper, so that a function that subscribes twice is called twice and unsubscribes once.
    const own: Listener<E> = (detail) => listener(detail);
    known.add(own);
    this.hearsHits = this.#listeners.has('hit');
    return () => {
      known.delete(own);
      if (known.size === 0 && this.#listeners.get(event) === known) this.#listeners.delete(event);
      this.hearsHits = this.#listeners.has('hit');
    };
  }

  /** True if the event has a listener; without one the caller can skip costly preparations. */
  hears(event: keyof CacheEvents): boolean {
    return this.#listeners.has(event);
  }

  emit<E extends keyof CacheEvents>(event: E, detail: CacheEvents[E]): void {
    const known = this.#listeners.get(event);
    if (!known) return;
    for (const listener of [...known] as Listener<E>[]) callSafely(() => listener(detail));
  }
}

/** Calls a function of the page. Reports what it throws where the page's author finds it, and does not rethrow. */
export function callSafely(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else console.error(error);
  }
}
