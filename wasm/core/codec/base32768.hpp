#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cardcache {

/// Bytes as UTF-16 units, 15 bits in each, all of them in [U+0100, U+8100): no surrogates, quotes, backslashes or
/// controls, so that a browser keeps them as they are. A 1 and zeros fill the last unit: every text of such units
/// stands for one row of bytes at most.
inline constexpr char16_t first_base32768 = 0x100;

void append_base32768(std::u16string& out, std::string_view bytes);
/// nullopt where a unit is none of these or the end is no such end.
[[nodiscard]] std::optional<std::string> read_base32768(std::u16string_view units);
/// The whole bytes at the beginning of a text that may go on; stops at the first unit that is none of these.
[[nodiscard]] std::string read_base32768_prefix(std::u16string_view units);

}  // namespace cardcache
