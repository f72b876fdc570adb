#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cardcache {

/// Keys are held as WTF-8: UTF-8 that also carries the lone surrogates which JavaScript strings and localStorage keys
/// may hold, three bytes each. It keeps every key distinct and takes half the room of UTF-16.
[[nodiscard]] std::string to_wtf8(std::u16string_view text);

/// The inverse of to_wtf8. Bytes that are no WTF-8 become U+FFFD; never reads past the end.
[[nodiscard]] std::u16string to_utf16(std::string_view text);

/// JSON, which may hold lone surrogates inside its texts, as UTF-8: those become `\udXXX`.
[[nodiscard]] std::string to_utf8_json(std::u16string_view json);

/// The same JSON in UTF-8 with nothing above U+00FF: the few that there are become `\uXXXX`. A page makes text of half
/// the size of it, and parses that faster; where there are more than a few it would not, and `json` stays as it is.
[[nodiscard]] std::string to_narrow_json(std::string json);

/// A unit as JSON may write any: `\uXXXX`.
[[nodiscard]] std::string json_escape(char16_t unit);

struct Utf16Size {
  std::size_t units = 0;
  /// Some unit is above U+00FF.
  bool wide = false;
};
/// What UTF-8 becomes as UTF-16.
[[nodiscard]] Utf16Size utf16_size(std::string_view utf8);

/// Bytes that `text` takes in localStorage as the strictest engine (WebKit) counts: one a unit while every unit is at
/// most U+00FF, else two a unit.
[[nodiscard]] std::size_t stored_bytes(std::u16string_view text);

/// Percent-encodes all but letters, digits, `_`, `-` and `.`; for names that become part of a storage key.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// The decimals of a number that is whole and at most 2⁵³ either way. Digit by digit: std::to_string has a table for
/// each size.
[[nodiscard]] std::string whole_number(double value);

/// The inverse for numbers ≥ 0; nullopt for whatever is not digits alone.
[[nodiscard]] std::optional<double> read_whole_number(std::u16string_view text);

}  // namespace cardcache
