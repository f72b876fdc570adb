import type { LoadedCore } from './loader.ts';

/** Numbers that the core leaves after every call; the same list as `Word` in wasm/bindings/linear_memory.hpp. */
export const Word = {
  ringCount: 0,
  table: 1,
  droppedCount: 2,
  droppedAt: 3,
  noticeCount: 4,
  believedFrom: 5,
  wentBack: 6,
  slot: 7,
  timestamp: 8,
  end: 9,
  serial: 10,
  reportAt: 11,
  jsonAt: 12,
  jsonSize: 13,
  endpointsAt: 14,
  sealing: 15,
  boxAt: 16,
  boxSize: 17,
  bindingAt: 18,
  bindingSize: 19,
  upkeep: 20,
  cost: 21,
  bytes: 22,
  answered: 23,
  remaining: 24,
  grace: 25,
  seen: 26,
  count: 27,
} as const;

/** Hits noted before a call has to drain them; the same number as `Page::ring_size`. */
export const RING_SIZE = 256;

/** JSON of more bytes is not stored, and so not staged either; the same number as `most_json_bytes` in wasm/core/json_block.hpp. */
export const MOST_JSON_BYTES = 2 ** 20;

/** Text goes over in pieces of so many units: Chromium copies each first, and has no room at hand for a copy of hundreds of kB. */
const PIECE = 16_384;

/** Where messages to the core are written. */
export interface Staging {
  stage(): Staging;
  number(value: number): Staging;
  name(text: string): Staging;
  names(texts: readonly string[]): Staging;
}

/**
 * The one place that reads and writes the core's memory. A memory that grows detaches every view at once; each view here is
 * renewed when it is next asked for.
 */
export class LinearMemory implements Staging {
  // Not made when the file is loaded: some test environments and servers have neither.
  readonly #encoder = new TextEncoder();
  // A text may begin with what looks like a byte order mark.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #memory: WebAssembly.Memory;
  readonly #reserve: (bytes: number) => number;
  readonly #wordsAt: number;
  #words: Float64Array;
  #bytes: Uint8Array;
  #data: DataView;
  #staging = 0;
  #capacity = 0;
  #at = 0;

  constructor({ module, memory }: LoadedCore) {
    this.#memory = memory;
    this.#reserve = (bytes) => module._reserve(bytes);
    this.#wordsAt = module._wordsAddress();
    const { buffer } = memory;
    this.#words = new Float64Array(buffer, this.#wordsAt, Word.count);
    this.#bytes = new Uint8Array(buffer);
    this.#data = new DataView(buffer);
  }

  get words(): Float64Array {
    if (this.#words.length === 0) this.#words = new Float64Array(this.#memory.buffer, this.#wordsAt, Word.count);
    return this.#words;
  }

  get byteLength(): number {
    return this.#memory.buffer.byteLength;
  }

  /** From this address to the end of the memory. */
  doubles(address: number) {
    const { buffer } = this.#memory;
    return new Float64Array(buffer, address, (buffer.byteLength - address) >>> 3);
  }

  u32(address: number, count: number) {
    return new Uint32Array(this.#memory.buffer, address, count);
  }

  /** UTF-8 as text. */
  textAt(address: number, size: number): string {
    return this.#decoder.decode(new Uint8Array(this.#memory.buffer, address, size));
  }

  /** A copy, which outlives the next call. */
  bytesAt(address: number, size: number) {
    return new Uint8Array(this.#memory.buffer, address, size).slice();
  }

  /** Starts a message to the core. Views and addresses of an earlier one are void. */
  stage(): this {
    this.#at = 0;
    return this;
  }

  number(value: number): this {
    this.#room(4);
    this.#data.setUint32(this.#staging + this.#at, value, true);
    this.#at += 4;
    return this;
  }

  /** Well-formed text, such as JSON.stringify gives, as UTF-8. */
  text(text: string): this {
    this.#room(4 + text.length * 3);
    const start = this.#staging + this.#at + 4;
    let to = start;
    for (let from = 0; from < text.length; from += PIECE) {
      // A pair of surrogates that a piece ends in is left to the next one.
      const begin = from - pairBefore(text, from);
      const piece = text.slice(begin, from + PIECE - pairBefore(text, from + PIECE));
      to += this.#encoder.encodeInto(piece, this.#bytes.subarray(to)).written;
    }
    this.number(to - start);
    this.#at += to - start;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.#room(4 + bytes.length);
    this.number(bytes.length);
    this.#bytes.set(bytes, this.#staging + this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** Any text, lone surrogates too, as WTF-8; for keys and names, which are short. */
  name(text: string): this {
    this.#room(4 + text.length * 3);
    const start = this.#staging + this.#at + 4;
    let to = start;
    for (let index = 0; index < text.length; index++) {
      // Always there: the index is inside.
      const point = text.codePointAt(index) ?? 0;
      if (point > 0xffff) index++;
      to = putCodePoint(this.#bytes, to, point);
    }
    this.number(to - start);
    this.#at += to - start;
    return this;
  }

  names(texts: readonly string[]): this {
    this.number(texts.length);
    for (const text of texts) this.name(text);
    return this;
  }

  #room(bytes: number): void {
    if (this.#at + bytes > this.#capacity) {
      this.#capacity = Math.max(this.#at + bytes, this.#capacity * 2, 4096);
      this.#staging = this.#reserve(this.#capacity);
    }
    if (this.#bytes.length !== 0) return;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#data = new DataView(this.#memory.buffer);
  }
}

/** 1 where a pair of surrogates lies over this place of well-formed text. */
function pairBefore(text: string, index: number): number {
  return (text.charCodeAt(index) & 0xfc00) === 0xdc00 ? 1 : 0;
}

function putCodePoint(bytes: Uint8Array, to: number, point: number): number {
  if (point < 0x80) {
    bytes[to++] = point;
    return to;
  }
  if (point < 0x800) {
    bytes[to++] = 0xc0 | (point >> 6);
  } else {
    if (point < 0x10000) {
      bytes[to++] = 0xe0 | (point >> 12);
    } else {
      bytes[to++] = 0xf0 | (point >> 18);
      bytes[to++] = 0x80 | ((point >> 12) & 0x3f);
    }
    bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
  }
  bytes[to++] = 0x80 | (point & 0x3f);
  return to;
}
