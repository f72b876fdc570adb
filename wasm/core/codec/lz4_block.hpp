#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace cardcache {

/// Appends `text` as a block in LZ4's format, which may refer to `dictionary` as if it stood before the text. Every
/// reader of LZ4 blocks reads it.
///
/// Of our own, and not the library's: looking up chains of earlier places and one step ahead it stores a tenth to a
/// quarter less than LZ4_compress_fast in a quarter of the code (figures in wasm/README.md). The library stands in the
/// tests, where each reads what the other wrote.
void append_lz4_block(std::string& out, std::string_view text, std::string_view dictionary);

/// Fills all of `text`; false where the block is not whole, or is the block of a longer or a shorter text.
[[nodiscard]] bool read_lz4_block(std::string_view block, std::string_view dictionary, std::span<char> text);

/// A byte of a block stands for at most so many of its text.
inline constexpr std::size_t most_lz4_expansion = 255;

}  // namespace cardcache
