/** Shifts the most frequent bytes of WebAssembly to characters of one byte: 0 becomes `-`. */
const SHIFT = 13;
/** How many byte values become characters of one byte; the others become letters of two bytes, from U+00A1 on. */
const SHORT = 95;

/**
 * Decodes a module from text in a script, as encode() in js/build/bundle.mjs writes it. Compressed with the script, the text
 * takes 5 % more than the module itself; base64, which hides every repetition, takes 28 % more. No character is a control
 * character or half of a surrogate pair, so the text survives everything that handles UTF-8.
 */
export function decodeModule(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) {
    const code = text.charCodeAt(index);
    bytes[index] = code - (code < 0x20 + SHORT ? 0x20 : 0xa1 - SHORT) - SHIFT;
  }
  return bytes;
}
