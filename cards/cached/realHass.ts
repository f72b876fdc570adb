/** A global symbol, because a page may evaluate this file twice, under two addresses. */
const REAL = Symbol.for('cardcache.real');

/**
 * Returns Home Assistant's own `hass` behind a replacement. A wrapped stack passes its `hass` to the wrapped cards in it. The inner wrapper
 * must ask Home Assistant and not the outer wrapper, which would find the inner request in flight and wait for it.
 */
export function realOf<T extends object>(value: T): T {
  return ((value as Record<symbol, unknown>)[REAL] as T | undefined) ?? value;
}

/** The property that marks a replacement. It survives `{ ...hass, states }`. */
export function standingFor(real: object): object {
  return { [REAL]: real };
}

/** The property by which a proxy returns its original. */
export function asksForReal(name: PropertyKey): boolean {
  return name === REAL;
}
