#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/entry_facts.hpp"
#include "core/base/millis.hpp"
#include "core/base/text.hpp"

namespace cardcache {

/// The packed form: one unit that names the format, outside the range of the packed ones, then packed bytes: checksum
/// (4), flags (1), units of the JSON, timestamp, what differs from the defaults, and the data: a compress_json(), or
/// what the page made of it where they are encrypted. wasm/README.md has it byte for byte.
inline constexpr char16_t packed_mark = 0x8101;
/// Marks of other formats, past and to come.
inline constexpr char16_t first_mark = 0x8100;
inline constexpr char16_t last_mark = 0x81FF;

struct PackedHead {
  EntryFacts facts;
  bool encrypted = false;
  /// What the JSON is as text; of encrypted data nothing is said.
  Utf16Size size;
};

/// `seed` is what the checksum begins with.
[[nodiscard]] std::u16string write_packed_record(const PackedHead& head, std::string_view data, Millis default_life,
                                                 std::uint32_t seed);

/// Tags as they stand in a packed record. Its byte of flags is full, so a field that came later is a text among the
/// tags, which older readers pass over: U+0000, a letter, and what it says. `g`: the grace in ms, nothing where it has
/// no end. A tag that begins with U+0000 stands there with another one before it.
[[nodiscard]] std::vector<std::string> tags_and_fields(const EntryFacts& facts);

/// The bytes behind the mark; nullopt where they are not as they were written.
[[nodiscard]] std::optional<std::string> open_packed_record(std::u16string_view text, std::uint32_t seed);
/// Reads the head of such bytes, or of their beginning, and leaves the data in `rest`. nullopt where they end before
/// it does.
[[nodiscard]] std::optional<PackedHead> read_packed_head(std::string_view bytes, Millis default_life,
                                                         std::string_view& rest);

}  // namespace cardcache
