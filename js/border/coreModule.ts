/** The exports of the module that wasm/border defines. */
export interface CoreModule {
  /** Reserves room for a message of this many bytes; returns its address. */
  _reserve(bytes: number): number;
  _wordsAddress(): number;
  /** Makes the `Call` number `what` with the message in the reserved room; returns bits of `News`. */
  _call: (what: number, page: number, now: number, bytes: number) => number;
  /** The area of the space that the next `openSpace` opens. */
  area: AreaPort | null;
}

export type Head = [key: string, begin: string, length: number];

/** A Storage as the module uses it. Its methods never throw. */
export interface AreaPort {
  get(key: string): string | null;
  /** Returns 0 if the text was written, 1 if there is no room, 2 if it was refused for another reason. */
  set(key: string, text: string): number;
  /** Returns false if the removal was refused. */
  remove(key: string): boolean;
  /**
   * Returns the key, the beginning of the text (its first `units` if it is packed, else all of it), and its length, negated if a
   * unit is above U+00FF; an empty list if there is no such key.
   */
  head(key: string, units: number): Head | [];
  /** Returns how many keys were visited, fewer than `count` at the end; then the heads of those with the prefix. */
  walk(prefix: string, from: number, count: number, units: number): (string | number)[];
  keys(prefix: string): string[];
}
