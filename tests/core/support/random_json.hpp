#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "random.hpp"

namespace cardcache::testing {

enum class Surrogates : std::uint8_t { escaped, as_they_are };

/// A JSON string; `escaped` as JSON.stringify writes lone surrogates.
inline std::u16string quoted(std::u16string_view text, Surrogates lone) {
  static constexpr std::u16string_view digits = u"0123456789abcdef";
  const auto is = [&](std::size_t at, char16_t first) { return at < text.size() && (text[at] & 0xFC00) == first; };
  std::u16string out = u"\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto unit = text[i];
    const bool pair = is(i, 0xD800) && is(i + 1, 0xDC00);
    const bool second = i > 0 && is(i, 0xDC00) && is(i - 1, 0xD800);
    const bool alone = (unit & 0xF800) == 0xD800 && !pair && !second;
    if (unit < 0x20 || (alone && lone == Surrogates::escaped)) {
      out += u"\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[(unit >> shift) & 0xF]);
      continue;
    }
    if (unit == u'"' || unit == u'\\') out.push_back(u'\\');
    out.push_back(unit);
  }
  return out + u"\"";
}

/// What a JSON string says; `text` must be one that was written with these escapes alone.
inline std::u16string unquoted(std::u16string_view text) {
  std::u16string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    const bool is_escaped = text[i] == u'\\';
    if (is_escaped) ++i;
    if (!is_escaped || text[i] != u'u') {
      out.push_back(text[i]);
      continue;
    }
    unsigned unit = 0;
    for (const auto end = i + 4; i < end;) {
      const auto digit = text[++i];
      unit = unit * 16 + (digit <= u'9' ? digit - u'0' : (digit | 0x20U) - u'a' + 10U);
    }
    out.push_back(static_cast<char16_t>(unit));
  }
  return out;
}

/// JSON of about `size` values, of every shape, as JSON.stringify writes it, in UTF-8.
inline std::string random_json(Random& random, std::uint32_t size) {
  const auto text = [&] {
    // Words that come again, as in answers, and any text at all.
    static constexpr std::array<std::u16string_view, 5> words{u"task_id", u"assigned_to", u"sara",
                                                              u"2026-11-22T08:00:00Z", u"K\u00FCche"};
    const auto chosen = random.chance(3) ? random_text(random, 12) : std::u16string(random.one_of(words));
    return to_wtf8(quoted(chosen, Surrogates::escaped));
  };
  if (size <= 1) {
    switch (random.below(8)) {
      case 0:
        return "null";
      case 1:
        return random.chance(2) ? "true" : "false";
      case 2:
        return random.chance(2) ? "[]" : "{}";
      case 3:
        return std::to_string(random.below(1'000'000));
      case 4:
        return "-" + std::to_string(random.below(100)) + ".5e-" + std::to_string(random.below(300));
      default:
        return text();
    }
  }
  const bool list = random.chance(2);
  std::string out(1, list ? '[' : '{');
  for (auto left = size; left > 0;) {
    const auto share = 1 + random.below(left);
    if (out.size() > 1) out += ',';
    if (!list) out += text() + ":";
    out += random_json(random, share == size ? share - 1 : share);
    left -= share;
  }
  return out + (list ? "]" : "}");
}

}  // namespace cardcache::testing
