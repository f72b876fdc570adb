#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace cardcache {

/// XXH32 of these bytes. Each step can be undone, so a change of up to four bytes in a row never goes unseen; others do
/// once in 2³².
[[nodiscard]] std::uint32_t checksum(std::string_view bytes, std::uint32_t seed);

/// The bytes of a text as they lie in memory, low one first on every machine that runs this.
[[nodiscard]] inline std::string_view bytes_of(std::u16string_view text) {
  static_assert(std::endian::native == std::endian::little);
  return {reinterpret_cast<const char*>(text.data()), text.size() * sizeof(char16_t)};
}

}  // namespace cardcache
