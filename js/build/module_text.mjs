// A module as text that stands in a script: sorted by what its code says, for js/border/moduleText.ts and wasm/expander to put back.
import { CODE, Reader, sectionsOf } from './wasm_sections.mjs';

// A number is one digit, or two, or one that says how many follow; wasm/expander/expander.cpp has the same three.
const BASE = 92;
const ONE_DIGIT = 72;
const TWO_DIGITS = 15;

/** Loads and stores, from 0x28 on: the alignment (as a power of 2) that each has unless the text says otherwise. */
const NATURAL_ALIGNMENTS = [2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2];

/** Characters that need no escape in a script, one byte each in UTF-8 as far as they reach. */
function digit(value) {
  return String.fromCharCode(value < BASE ? 35 + value : 69 + value);
}

function number(value) {
  if (value < ONE_DIGIT) return digit(value);
  let rest = value - ONE_DIGIT;
  if (rest < TWO_DIGITS * BASE) return digit(ONE_DIGIT + Math.floor(rest / BASE)) + digit(rest % BASE);
  rest -= TWO_DIGITS * BASE;
  const digits = [];
  do {
    digits.push(digit(rest % BASE));
    rest = Math.floor(rest / BASE);
  } while (rest > 0);
  return digit(ONE_DIGIT + TWO_DIGITS + digits.length - 1) + digits.join('');
}

/** Numbers of both signs as numbers from 0 on; small ones stay small. */
function folded(value) {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** The texts, in the order in which wasm/expander/expander.cpp reads them. */
class Texts {
  opcodes = [];
  locals = [];
  offsets = [];
  integers = [];
  calls = [];
  nesting = [];
  literals = [];
  bytes = [];
  declarations = [];

  get all() {
    return Object.values(this).map((parts) => parts.join(''));
  }

  /** So many bytes as they are. */
  addBytes(chunks) {
    const all = Buffer.concat(chunks);
    this.bytes.push(number(all.length), ...[...all].map(number));
  }
}

/** Bytes, a digit each. */
export function digits(bytes) {
  return Array.from(bytes, digit).join('');
}

/**
 * `[size, opcodes, texts]`: for how many bytes there must be room, the opcodes with the most frequent first, and the texts.
 * Throws for an instruction that the expander does not know.
 */
export function moduleText(module) {
  const sections = sectionsOf(module);
  const at = sections.findIndex(({ id }) => id === CODE);
  const functions = functionsIn(sections[at].body);
  const uses = new Map();
  for (const { instructions } of functions)
    for (const { opcode } of instructions) uses.set(opcode, (uses.get(opcode) ?? 0) + 1);
  const opcodes = [...uses].sort(([, one], [, other]) => other - one).map(([opcode]) => opcode);
  const places = new Map(opcodes.map((opcode, place) => [opcode, place]));

  const texts = new Texts();
  texts.addBytes([module.subarray(0, 8), ...sections.slice(0, at).map(({ whole }) => whole)]);
  texts.declarations.push(number(functions.length));
  for (const { locals, instructions } of functions) {
    texts.declarations.push(number(locals.length), ...locals.map(([count, type]) => number(count * 4 + 0x7f - type)));
    for (const { opcode, lessAligned, ...operands } of instructions) {
      // A place that no opcode has says that the alignment is less than usual.
      if (lessAligned) texts.opcodes.push(digit(opcodes.length + lessAligned));
      texts.opcodes.push(digit(places.get(opcode)));
      for (const [text, values] of Object.entries(operands)) texts[text].push(...values.map(number));
    }
  }
  texts.addBytes(sections.slice(at + 1).map(({ whole }) => whole));
  // The expander writes each size in five bytes.
  return [module.length + 5 * (functions.length + 1), opcodes, texts.all];
}

/** `{ locals, instructions }` of each function. */
export function functionsIn(body) {
  const reader = new Reader(body);
  return reader.list(() => {
    const size = reader.number();
    const end = reader.at + size;
    const locals = reader.list(() => [reader.number(), reader.byte()]);
    const instructions = [];
    while (reader.at < end) instructions.push(instructionAt(reader));
    return { locals, instructions };
  });
}

/** An opcode, and its operands by the text in which they go. */
function instructionAt(reader) {
  const opcode = reader.byte();
  const unsigned = () => [reader.number()];
  if (opcode >= 0x02 && opcode <= 0x04) return { opcode, nesting: [blockType(reader)] };
  if (opcode === 0x0c || opcode === 0x0d || opcode === 0x23 || opcode === 0x24) return { opcode, nesting: unsigned() };
  if (opcode === 0x0e) {
    const labels = reader.list(() => reader.number());
    return { opcode, nesting: [labels.length, ...labels, reader.number()] };
  }
  if (opcode === 0x10 || opcode === 0x12 || opcode === 0xd2) return { opcode, calls: unsigned() };
  if (opcode === 0x11) return { opcode, calls: unsigned(), nesting: unsigned() };
  if (opcode >= 0x20 && opcode <= 0x22) return { opcode, locals: unsigned() };
  if (opcode >= 0x28 && opcode <= 0x3e) {
    const lessAligned = NATURAL_ALIGNMENTS[opcode - 0x28] - reader.number();
    return { opcode, lessAligned, offsets: unsigned() };
  }
  if (opcode === 0x3f || opcode === 0x40) return expectZeros(reader, 1, { opcode });
  if (opcode === 0x41) return { opcode, integers: [folded(Number(reader.signed().value))] };
  if (opcode === 0x42) {
    const { value, bytes } = reader.signed();
    const isSmall = value >= -100_000n && value < 100_000n;
    return { opcode, literals: isSmall ? [1 + folded(Number(value))] : [0, ...bytes] };
  }
  if (opcode === 0x43 || opcode === 0x44) return { opcode, literals: [...reader.bytesOf(opcode === 0x43 ? 4 : 8)] };
  if (opcode === 0xfc) {
    const more = reader.number();
    // Up to 7 truncations; then memory.copy and memory.fill, which name their memories.
    if (more > 7 && more !== 10 && more !== 11) throw unknown(opcode, more);
    return expectZeros(reader, more === 10 ? 2 : more === 11 ? 1 : 0, { opcode, nesting: [more] });
  }
  const takesNone = opcode <= 0x01 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f;
  if (takesNone || opcode === 0x1a || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0xc4)) return { opcode };
  throw unknown(opcode);
}

function blockType(reader) {
  const type = reader.byte();
  if (type === 0x40) return 0;
  if (type < 0x7c || type > 0x7f) throw new Error(`wasm/expander knows no block of type ${type}`);
  return 0x80 - type;
}

function expectZeros(reader, count, instruction) {
  if (reader.bytesOf(count).some((byte) => byte !== 0)) throw unknown(instruction.opcode);
  return instruction;
}

function unknown(...opcode) {
  return new Error(
    `wasm/expander does not know the instruction ${opcode.map((byte) => `0x${byte.toString(16)}`).join(' ')}`,
  );
}
