/** What the module of wasm/border exports. */
export interface CoreModule {
  /** Room for a message of so many bytes; gives its address. */
  _reserve(bytes: number): number;
  _wordsAddress(): number;
  /** One of `Call`, with the message that lies there; gives bits of `News`. */
  _call: (what: number, page: number, now: number, bytes: number) => number;
  /** The area of the space that is opened next. */
  area: AreaPort | null;
}

export type Head = [key: string, begin: string, length: number];

/** A Storage as the module uses it: nothing in here throws. */
export interface AreaPort {
  get(key: string): string | null;
  /** 0 where it is written, 1 where there is no room for it, 2 where it was refused for another reason. */
  set(key: string, text: string): number;
  /** False where it was refused. */
  remove(key: string): boolean;
  /** Key, how the text begins (`units` of a packed one, else all of it) and its length, negated where a unit is above U+00FF; nothing where there is none. */
  head(key: string, units: number): Head | [];
  /** How many keys were gone over, fewer than `count` at the end; then the heads of those with the prefix. */
  walk(prefix: string, from: number, count: number, units: number): (string | number)[];
  keys(prefix: string): string[];
}
