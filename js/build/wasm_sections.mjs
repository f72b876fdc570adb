// Sections of a WebAssembly module, as https://webassembly.github.io/spec/core/binary/modules.html has them.

const CUSTOM = 0;
const IMPORTS = 2;
export const CODE = 10;
export const DATA = 11;

/** Reads what stands at a place, one after the other. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** `value` is a BigInt, `bytes` as it is written. */
  signed() {
    const start = this.at;
    while (this.byte() & 0x80);
    const bytes = this.bytes.subarray(start, this.at);
    const value = bytes.reduceRight((high, byte) => (high << 7n) | BigInt(byte & 0x7f), 0n);
    return { value: BigInt.asIntN(64, bytes.at(-1) & 0x40 ? value - (1n << BigInt(7 * bytes.length)) : value), bytes };
  }

  bytesOf(count) {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  text() {
    const size = this.number();
    this.at += size;
    return Buffer.from(this.bytes.subarray(this.at - size, this.at)).toString();
  }

  list(read) {
    return Array.from({ length: this.number() }, read);
  }
}

/** `{ id, whole, body }` each: with and without its head. */
export function sectionsOf(module) {
  const reader = new Reader(module, 8);
  const sections = [];
  while (reader.at < module.length) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.number();
    const body = module.subarray(reader.at, reader.at + size);
    reader.at += size;
    sections.push({ id, body, whole: module.subarray(start, reader.at) });
  }
  return sections;
}

/** The module without what no engine needs. */
export function stripped(module) {
  const kept = sectionsOf(module).filter(({ id }) => id !== CUSTOM);
  return Buffer.concat([module.subarray(0, 8), ...kept.map(({ whole }) => whole)]);
}

/** `{ name, size }` of each function that the module has of its own, in bytes. */
export function functionsOf(module) {
  const sections = sectionsOf(module);
  const names = namesOf(sections.find(({ id }) => id === CUSTOM)?.body ?? Buffer.alloc(0));
  const imported = importedFunctions(sections.find(({ id }) => id === IMPORTS).body);
  const code = new Reader(sections.find(({ id }) => id === CODE).body);
  return code.list((_, index) => {
    const size = code.number();
    code.at += size;
    return { name: names.get(imported + index) ?? '', size };
  });
}

function namesOf(body) {
  const reader = new Reader(body);
  const names = new Map();
  if (body.length === 0 || reader.text() !== 'name') return names;
  while (reader.at < body.length) {
    const kind = reader.byte();
    const end = reader.number() + reader.at;
    // 1: of functions.
    if (kind === 1) reader.list(() => names.set(reader.number(), reader.text()));
    reader.at = end;
  }
  return names;
}

/** emcc imports functions and nothing else but a memory, with limits of one kind or the other. */
function importedFunctions(body) {
  const reader = new Reader(body);
  let count = 0;
  reader.list(() => {
    reader.text();
    reader.text();
    if (reader.byte() === 0) {
      reader.number();
      count += 1;
    } else {
      const limited = reader.byte() & 1;
      reader.number();
      if (limited) reader.number();
    }
  });
  return count;
}
