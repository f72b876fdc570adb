#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace cardcache {

/// JSON as bytes that say how they are read: the number of a dictionary (1), how long the JSON is (a number, seven bits
/// a byte, the low ones first), then an LZ4 block over that dictionary; number 0: the JSON as it stands. What is to be
/// encrypted is made so before.
[[nodiscard]] std::string compress_json(std::string_view json);

/// False where it was made with a dictionary that is unknown here: by another version of the core.
[[nodiscard]] bool is_known_dictionary(std::string_view block);
/// nullopt where it is not whole.
[[nodiscard]] std::optional<std::string> decompress_json(std::string_view block);

/// More is neither written nor read: a page must not stand still for longer than 5 ms, and the time grows with the
/// length.
inline constexpr std::size_t most_json_bytes = 1 << 20;

}  // namespace cardcache
