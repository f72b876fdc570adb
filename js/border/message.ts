import type { LoadedCore } from './loader.ts';

/**
 * Numbers at a fixed address, for what changes too often to be written into messages; the same list as `Word` in
 * wasm/border/call.hpp.
 */
export const Word = { noted: 0, seen: 1, believedFrom: 2, replyAt: 3, newsAt: 4 } as const;
const WORDS = Object.keys(Word).length;

/** The most hits that are recorded before a call must drain them; the same number as `Page::ring_size`. */
export const RING_SIZE = 256;

/** Text is encoded in pieces of this many units: Chromium copies each piece first, and copies of hundreds of kB are slow. */
const PIECE = 16_384;

/**
 * A message to the core, and its reply: the only class that reads and writes the core's memory. A number is a double, a text is
 * its length (u32) and its bytes, a list is its length (u32) and its items, in the order in which wasm/border/message.hpp reads
 * them. When the memory grows, all views are detached; each is renewed on its next use.
 */
export class Message {
  // Created here and not when the file is loaded: some test environments and servers have neither class.
  readonly #encoder = new TextEncoder();
  // Without ignoreBOM the decoder would drop a leading U+FEFF.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #memory: WebAssembly.Memory;
  readonly #reserve: (bytes: number) => number;
  readonly #wordsAt: number;
  #words: Float64Array;
  #bytes: Uint8Array;
  #data: DataView;
  /** The core is handling the message. */
  isSent = false;
  /** The address of the message, and the reserved bytes. */
  #start = 0;
  #capacity = 0;
  /** The address of the next write or read. */
  #at = 0;

  constructor({ module, memory }: LoadedCore) {
    this.#memory = memory;
    this.#reserve = (bytes) => module._reserve(bytes);
    this.#wordsAt = module._wordsAddress();
    const { buffer } = memory;
    this.#words = new Float64Array(buffer, this.#wordsAt, WORDS);
    this.#bytes = new Uint8Array(buffer);
    this.#data = new DataView(buffer);
  }

  get words(): Float64Array {
    if (this.#words.length === 0) this.#words = new Float64Array(this.#memory.buffer, this.#wordsAt, WORDS);
    return this.#words;
  }

  get byteLength(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A view from this address to the end of the memory. */
  doubles(address: number) {
    const { buffer } = this.#memory;
    return new Float64Array(buffer, address, (buffer.byteLength - address) >>> 3);
  }

  u32(address: number, count: number) {
    return new Uint32Array(this.#memory.buffer, address, count);
  }

  // ---- writing

  /** Starts a message; discards an unsent one. */
  begin(): this {
    // Only a storage area of the page's own can run code in the midst of a call.
    if (this.isSent) throw new TypeError('cardcache: a storage area must not call the cache that has called it');
    this.#renew();
    this.#at = this.#start;
    return this;
  }

  /** The number of bytes written. */
  get size(): number {
    return this.#at - this.#start;
  }

  number(value: number): this {
    this.#room(8);
    this.#data.setFloat64(this.#at, value, true);
    this.#at += 8;
    return this;
  }

  flag(value: boolean): this {
    return this.number(value ? 1 : 0);
  }

  /** Well-formed text, such as JSON.stringify gives, as UTF-8. */
  text(text: string): this {
    this.#room(4 + text.length * 3);
    const start = this.#at;
    let to = start + 4;
    for (let from = 0; from < text.length; from += PIECE) {
      // Do not split a surrogate pair: leave it to the next piece.
      const begin = from - pairBefore(text, from);
      const piece = text.slice(begin, from + PIECE - pairBefore(text, from + PIECE));
      to += this.#encoder.encodeInto(piece, this.#bytes.subarray(to)).written;
    }
    return this.#end(start, to);
  }

  bytes(bytes: Uint8Array): this {
    this.#room(4 + bytes.length);
    this.#bytes.set(bytes, this.#at + 4);
    return this.#end(this.#at, this.#at + 4 + bytes.length);
  }

  /** Any text, with lone surrogates, as WTF-8; for keys and names, which are short. */
  name(text: string): this {
    this.#room(4 + text.length * 3);
    const start = this.#at;
    let to = start + 4;
    for (let index = 0; index < text.length; index++) {
      // Defined, since the index is inside the text.
      const point = text.codePointAt(index) ?? 0;
      if (point > 0xffff) index++;
      to = putCodePoint(this.#bytes, to, point);
    }
    return this.#end(start, to);
  }

  /** A flag, and the name if there is one. */
  maybeName(text: string | null | undefined): this {
    this.flag(text != null);
    return text == null ? this : this.name(text);
  }

  names(texts: Iterable<string>): this {
    this.#room(4);
    const start = this.#at - this.#start;
    this.#at += 4;
    let count = 0;
    for (const text of texts) {
      this.name(text);
      count++;
    }
    // Count the items: a value that another tab sent may be no list, and have a wrong length.
    this.#data.setUint32(this.#start + start, count, true);
    return this;
  }

  count(count: number): this {
    this.#room(4);
    this.#data.setUint32(this.#at, count, true);
    this.#at += 4;
    return this;
  }

  /** Writes the length of the text in front of it. */
  #end(start: number, to: number): this {
    this.#data.setUint32(start, to - start - 4, true);
    this.#at = to;
    return this;
  }

  #room(bytes: number): void {
    const size = this.#at - this.#start + bytes;
    if (size <= this.#capacity) return;
    this.#capacity = Math.max(size, this.#capacity * 2, 4096);
    const at = this.#at - this.#start;
    this.#start = this.#reserve(this.#capacity);
    this.#at = this.#start + at;
    this.#renew();
  }

  #renew(): void {
    if (this.#bytes.length !== 0) return;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#data = new DataView(this.#memory.buffer);
  }

  // ---- reading

  /** Moves to the reply of the last call, which the next call overwrites. */
  reply(): this {
    return this.#open(Word.replyAt);
  }

  /** Moves to the details of the last call's news. */
  news(): this {
    return this.#open(Word.newsAt);
  }

  #open(word: number): this {
    this.#renew();
    this.#at = this.words[word] ?? 0;
    return this;
  }

  takeNumber(): number {
    const value = this.#data.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  takeFlag(): boolean {
    return this.takeNumber() === 1;
  }

  takeCount(): number {
    const count = this.#data.getUint32(this.#at, true);
    this.#at += 4;
    return count;
  }

  /** Reads a list, with `take` for each item. */
  takeList<T>(take: () => T): T[] {
    return Array.from({ length: this.takeCount() }, take);
  }

  /** A copy, which stays valid after the next call. */
  takeBytes() {
    return this.#take().slice();
  }

  /** UTF-8. */
  takeText(): string {
    return this.#decoder.decode(this.#take());
  }

  /** WTF-8. */
  takeName(): string {
    const bytes = this.#take();
    let text = '';
    for (let at = 0; at < bytes.length;) {
      const first = bytes[at++] ?? 0;
      const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
      let point = more === 0 ? first : first & (0x3f >> more);
      for (let left = more; left > 0; left--) point = (point << 6) | ((bytes[at++] ?? 0) & 0x3f);
      text += String.fromCodePoint(point);
    }
    return text;
  }

  takeNames(): string[] {
    return this.takeList(() => this.takeName());
  }

  #take() {
    const size = this.takeCount();
    const bytes = new Uint8Array(this.#memory.buffer, this.#at, size);
    this.#at += size;
    return bytes;
  }
}

/** 1 if the index splits a surrogate pair of well-formed text, else 0. */
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
