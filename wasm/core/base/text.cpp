#include "core/base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace cardcache {
namespace {

constexpr bool is_high(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
constexpr bool is_low(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

void append_code_point(std::string& out, std::uint32_t point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6));
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

/// Hands on every code point, and every surrogate that stands alone.
template <typename Take>
void for_each_point(std::u16string_view text, Take take) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::uint32_t point = text[i];
    if (is_high(point) && i + 1 < text.size() && is_low(text[i + 1])) {
      point = 0x10000 + ((point - 0xD800) << 10) + (text[++i] - 0xDC00U);
    }
    take(point);
  }
}

struct Decoded {
  std::uint32_t point;
  std::size_t length;
};

constexpr Decoded replacement{0xFFFD, 1};

/// What is no ASCII.
Decoded decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t offset) { return static_cast<std::uint8_t>(text[at + offset]); };
  const std::uint32_t lead = byte(0);
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return replacement;
  std::uint32_t point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return replacement;
    point = (point << 6) | (byte(i) & 0x3F);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  if (overlong || point > 0x10FFFF) return replacement;
  return {point, length};
}

/// Where the run of ASCII ends that begins at `from`: eight at a time, since nearly all of any JSON is one.
std::size_t end_of_ascii(std::string_view text, std::size_t from) {
  auto at = from;
  for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if (eight & 0x8080'8080'8080'8080) break;
  }
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

}  // namespace

std::string to_wtf8(std::u16string_view text) {
  std::string out;
  out.reserve(text.size());
  for_each_point(text, [&out](std::uint32_t point) { append_code_point(out, point); });
  return out;
}

std::string json_escape(char16_t unit) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[(unit >> shift) & 0xF]);
  return out;
}

std::string to_utf8_json(std::u16string_view json) {
  std::string out;
  out.reserve(json.size());
  for_each_point(json, [&out](std::uint32_t point) {
    if (is_high(point) || is_low(point)) {
      out += json_escape(static_cast<char16_t>(point));
    } else {
      append_code_point(out, point);
    }
  });
  return out;
}

std::string to_narrow_json(std::string json) {
  constexpr std::size_t one_in = 64;
  constexpr std::size_t most_growth = 8;
  const auto most = json.size() / one_in;
  std::string out;
  std::size_t done = 0;
  std::size_t wide = 0;
  for (auto at = end_of_ascii(json, 0); at < json.size(); at = end_of_ascii(json, at + 1)) {
    // U+0100 begins with C4, and what goes on behind a first byte is below that.
    const auto byte = static_cast<std::uint8_t>(json[at]);
    if (byte < 0xC4) continue;
    if (wide++ == most) return json;
    if (wide == 1) out.reserve(json.size() + most * most_growth);
    out.append(json, done, at - done);
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    for (const auto unit : to_utf16(std::string_view(json).substr(at, length))) out += json_escape(unit);
    done = at + length;
  }
  if (wide == 0) return json;
  return out.append(json, std::min(done, json.size()));
}

Utf16Size utf16_size(std::string_view utf8) {
  Utf16Size size;
  for (std::size_t at = 0; at < utf8.size(); ++at) {
    const auto ascii = end_of_ascii(utf8, at);
    size.units += ascii - at;
    at = ascii;
    if (at == utf8.size()) break;
    const auto byte = static_cast<std::uint8_t>(utf8[at]);
    // A code point of four bytes is two units; U+0100 begins with C4.
    size.units += (byte & 0xC0) != 0x80 ? 1 : 0;
    size.units += byte >= 0xF0 ? 1 : 0;
    size.wide |= byte >= 0xC4;
  }
  return size;
}

std::u16string to_utf16(std::string_view text) {
  std::u16string out(text.size(), u'\0');
  auto* to = out.data();
  for (std::size_t i = 0; i < text.size();) {
    // Nearly all of it is ASCII.
    if (static_cast<std::uint8_t>(text[i]) < 0x80) {
      *to++ = static_cast<char16_t>(text[i++]);
      continue;
    }
    const auto [point, length] = decode(text, i);
    i += length;
    if (point < 0x10000) {
      *to++ = static_cast<char16_t>(point);
    } else {
      *to++ = static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10));
      *to++ = static_cast<char16_t>(0xDC00 + (point & 0x3FF));
    }
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return out;
}

std::size_t stored_bytes(std::u16string_view text) {
  const bool wide = std::ranges::any_of(text, [](char16_t unit) { return unit > 0xFF; });
  return wide ? text.size() * 2 : text.size();
}

std::string percent_encode(std::string_view text) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char character : text) {
    const auto byte = static_cast<std::uint8_t>(character);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       byte == '_' || byte == '-' || byte == '.';
    if (plain) {
      out.push_back(character);
    } else {
      out.push_back('%');
      out.push_back(digits[byte >> 4]);
      out.push_back(digits[byte & 0xF]);
    }
  }
  return out;
}

std::string whole_number(double value) {
  std::string digits;
  auto left = static_cast<std::uint64_t>(value < 0 ? -value : value);
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + left % 10));
    left /= 10;
  } while (left > 0);
  return value < 0 ? "-" + digits : digits;
}

std::optional<double> read_whole_number(std::u16string_view text) {
  if (text.empty()) return std::nullopt;
  double value = 0;
  for (const auto unit : text) {
    if (unit < u'0' || unit > u'9') return std::nullopt;
    value = value * 10 + (unit - u'0');
  }
  return value;
}

}  // namespace cardcache
