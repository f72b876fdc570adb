/** Also for the wrapper of another evaluation of this file: a page may have it under two addresses. */
const REAL = Symbol.for('cardcache.real');

/**
 * Home Assistant's own, where this stands for it. A wrapped stack hands its `hass` to the wrapped cards in it: the inner wrapper must
 * ask Home Assistant, not the outer one, which would find the inner one's request under way and wait for it.
 */
export function realOf<T extends object>(value: T): T {
  return ((value as Record<symbol, unknown>)[REAL] as T | undefined) ?? value;
}

/** What says so. It stays where a card makes a `hass` of its own: `{ ...hass, states }`. */
export function standingFor(real: object): object {
  return { [REAL]: real };
}

/** The name of the property by which a proxy says so. */
export function asksForReal(name: PropertyKey): boolean {
  return name === REAL;
}
