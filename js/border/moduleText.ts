/** Moves the bytes that WebAssembly uses most to where characters take one byte: 0 becomes `-`. */
const SHIFT = 13;
/** How many of them do; the others are letters of two bytes, from U+00A1 on. */
const SHORT = 95;

/**
 * The bytes of a module that stands in a script as text, written by encode() in js/build/bundle.mjs. Compressed with the script it
 * takes 5 % more than the module itself; base64, whose three bytes in four characters hide every repetition, takes 28 %. No
 * character of it is a control or half a surrogate pair, so nothing that handles UTF-8 as text can damage it.
 */
export function decodeModule(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < bytes.length; index++) {
    const code = text.charCodeAt(index);
    bytes[index] = code - (code < 0x20 + SHORT ? 0x20 : 0xa1 - SHORT) - SHIFT;
  }
  return bytes;
}
