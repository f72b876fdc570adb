/** As js/build/module_text.mjs makes it: for how many bytes there must be room, the opcodes with the most frequent first, the texts. */
export type ModuleText = readonly [size: number, opcodes: readonly number[], texts: readonly string[]];

/** What wasm/expander exports. */
interface Expander {
  memory: WebAssembly.Memory;
  /** Where the addresses of the texts' digits go. */
  texts(): number;
  /** Where the opcodes go. */
  opcodes(): number;
  /** Memory is free from here on. */
  heap(): number;
  /** Writes the module from there on and answers its end. */
  expand(at: number, opcodeCount: number): number;
}

/**
 * Decodes a module that a script carries as text. The text is sorted: opcodes, locals, offsets, constants and calls each have a text of
 * their own, which makes the gzipped script 11 % smaller than the bytes in their order (`node js/build/sizes.mjs`). `expander` is the
 * module that restores the order, one digit a byte. It has less than 4 kB, which every engine compiles synchronously.
 */
export function decodeModule([size, opcodes, texts]: ModuleText, expander: string): Uint8Array<ArrayBuffer> {
  const small = new Uint8Array(expander.length);
  take(expander, small, 0);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(small));
  const { memory, ...calls } = exports as unknown as Expander;
  let place = calls.heap();
  const digits = texts.reduce((sum, text) => sum + text.length, 0);
  memory.grow(Math.ceil((place + size + digits) / 65_536));
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(opcodes, calls.opcodes());
  const begins = new Uint32Array(memory.buffer, calls.texts(), texts.length);
  texts.forEach((text, index) => {
    begins[index] = place;
    place = take(text, bytes, place);
  });
  return bytes.subarray(place, calls.expand(place, opcodes.length));
}

/** Writes the text's digits from `at` on; gives their end. */
function take(text: string, bytes: Uint8Array, at: number): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    bytes[at++] = code - (code < 127 ? 35 : 69);
  }
  return at;
}
