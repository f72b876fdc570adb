// Puts a module that js/build/module_text.mjs has sorted back into the order of its binary format. It is a module of
// its own, of under 2 kB: engines run it at full speed at once, which they would not do with the same loop in
// JavaScript.
//
// Sorted, each kind of operand stands in a text of its own: opcodes, locals, offsets, … There gzip finds what it cannot
// find where they take turns. Memory is the page's to fill: the texts' digits (js/border/moduleText.ts), where each
// text begins, and the table of opcodes. https://webassembly.github.io/spec/core/binary/ names the opcodes and says
// what each is followed by.

namespace {

using Byte = unsigned char;
using Number = unsigned;

/// The texts, in the order in which js/build/module_text.mjs writes them.
enum Text { opcodes, locals, offsets, integers, calls, nesting, literals, bytes, declarations, text_count };

const Byte* texts[text_count];
/// The opcodes that the module has, the most frequent first.
Byte opcode_table[256];
/// Where the next byte of the module goes.
Byte* to;

// A number is one digit, or two, or one that says how many follow. js/build/module_text.mjs has the same three.
constexpr Number base = 92, one_digit = 72, two_digits = 15;

Byte digit(Text text) { return *texts[text]++; }

Number number(Text text) {
  Number value = digit(text);
  if (value < one_digit) return value;
  value -= one_digit;
  if (value < two_digits) return one_digit + value * base + digit(text);
  Number weight = 1, sum = one_digit + two_digits * base;
  for (Number left = value - two_digits + 1; left > 0; --left, weight *= base) sum += digit(text) * weight;
  return sum;
}

void put(Number byte) { *to++ = static_cast<Byte>(byte); }

void put_unsigned(Number value) {
  for (; value > 127; value >>= 7) put((value & 127) | 128);
  put(value);
}

/// `folded`: twice the number, or twice its size less 1 where it is negative.
void put_signed(Number folded) {
  int value = static_cast<int>(folded >> 1) ^ -static_cast<int>(folded & 1);
  for (; value < -64 || value > 63; value >>= 7) put(static_cast<Number>(value & 127) | 128);
  put(static_cast<Number>(value & 127));
}

void copy_unsigned(Text text) { put_unsigned(number(text)); }

void copy_bytes(Text text, Number count) {
  for (; count > 0; --count) put(number(text));
}

/// The size of what is written next takes five bytes, which end_sized() fills in.
Byte* begin_sized() { return to += 5; }

void end_sized(Byte* begin) {
  auto size = static_cast<Number>(to - begin);
  for (int place = -5; place < 0; ++place, size >>= 7)
    begin[place] = static_cast<Byte>((size & 127) | (place < -1 ? 128 : 0));
}

/// A block's type: nothing, or one of the four of values.
void put_block_type() {
  const auto type = number(nesting);
  put(type == 0 ? 0x40 : 0x80 - type);
}

/// Loads and stores, from 0x28 on: the alignment that each has unless the text says otherwise.
constexpr Byte natural_alignments[] = {2, 3, 2, 3, 0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 2, 3, 2, 3, 0, 1, 0, 1, 2};

/// One function's instructions, up to the `end` that closes it.
void put_body(Number opcode_count) {
  for (Number depth = 1; depth > 0;) {
    Number place = digit(opcodes), less_aligned = 0;
    if (place > opcode_count) {
      less_aligned = place - opcode_count;
      place = digit(opcodes);
    }
    const Byte opcode = opcode_table[place];
    put(opcode);
    if (opcode > 0x44 && opcode < 0xd2) continue;  // takes no operand
    if (opcode >= 0x20 && opcode <= 0x22) {
      copy_unsigned(locals);
    } else if (opcode == 0x41) {  // i32.const
      put_signed(number(integers));
    } else if (opcode >= 0x28 && opcode <= 0x3e) {  // a load or a store
      put(natural_alignments[opcode - 0x28] - less_aligned);
      copy_unsigned(offsets);
    } else if (opcode == 0x0b) {  // end
      --depth;
    } else if ((opcode >= 0x10 && opcode <= 0x12) || opcode == 0xd2) {  // call, call_indirect, return_call, ref.func
      copy_unsigned(calls);
      if (opcode == 0x11) copy_unsigned(nesting);
    } else if (opcode >= 0x02 && opcode <= 0x04) {  // block, loop, if
      ++depth;
      put_block_type();
    } else if (opcode == 0x0c || opcode == 0x0d || opcode == 0x23 || opcode == 0x24) {  // br, br_if, a global
      copy_unsigned(nesting);
    } else if (opcode == 0x0e) {  // br_table
      Number left = number(nesting);
      put_unsigned(left);
      do copy_unsigned(nesting);
      while (left-- > 0);
    } else if (opcode == 0x42) {  // i64.const: one more than the folded number, or 0 and its bytes
      if (const auto folded = number(literals); folded > 0) {
        put_signed(folded - 1);
      } else {
        Number byte;
        do put(byte = number(literals));
        while (byte > 127);
      }
    } else if (opcode == 0x43 || opcode == 0x44) {  // f32.const, f64.const
      copy_bytes(literals, opcode == 0x43 ? 4 : 8);
    } else if (opcode == 0x3f || opcode == 0x40) {  // memory.size, memory.grow
      put(0);
    } else if (opcode == 0xfc) {  // truncations, or what works on many bytes and names its memories
      const auto more = number(nesting);
      put(more);
      for (Number left = more == 10 ? 2 : more == 11 ? 1 : 0; left > 0; --left) put(0);
    }
  }
}

void put_function(Number opcode_count) {
  auto* const begin = begin_sized();
  Number groups = number(declarations);
  put_unsigned(groups);
  for (; groups > 0; --groups) {
    const auto group = number(declarations);
    put_unsigned(group >> 2);
    put(0x7f - (group & 3));
  }
  put_body(opcode_count);
  end_sized(begin);
}

}  // namespace

extern Byte __heap_base;

[[clang::export_name("texts")]] const Byte** export_texts() { return texts; }
[[clang::export_name("opcodes")]] Byte* export_opcodes() { return opcode_table; }
[[clang::export_name("heap")]] Byte* export_heap() { return &__heap_base; }

/// Writes the module from `at` on; answers its end.
[[clang::export_name("expand")]] Byte* expand(Byte* at, Number opcode_count) {
  to = at;
  copy_bytes(bytes, number(bytes));
  put(10);  // the section of code
  auto* const section = begin_sized();
  Number functions = number(declarations);
  put_unsigned(functions);
  for (; functions > 0; --functions) put_function(opcode_count);
  end_sized(section);
  copy_bytes(bytes, number(bytes));
  return to;
}
