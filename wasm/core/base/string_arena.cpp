#include "core/base/string_arena.hpp"

#include <algorithm>

namespace cardcache {
namespace {

/// Seven bits a byte, the low ones first, the high bit saying that more follow.
constexpr std::size_t most_length_bytes = 5;

std::size_t write_length(char* to, std::size_t length) {
  std::size_t size = 0;
  for (; length >= 0x80; length >>= 7) to[size++] = static_cast<char>(length | 0x80);
  to[size++] = static_cast<char>(length);
  return size;
}

std::string_view text_at(const char* from) {
  std::size_t length = 0;
  unsigned shift = 0;
  for (;; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(*from++);
    length |= static_cast<std::size_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return {from, length};
  }
}

}  // namespace

StringArena::Ref StringArena::put(std::string_view text) {
  const auto most = text.size() + most_length_bytes;
  auto block = filling_;
  std::size_t at = 0;
  if (most > block_size / 4) {
    // One of its own: what is left of the block that is being filled stays for shorter ones.
    block = blocks_.size();
    blocks_.emplace_back(most);
  } else {
    if (used_ + most > block_size) {
      block = filling_ = blocks_.size();
      blocks_.emplace_back(block_size);
      used_ = 0;
    }
    at = used_;
  }
  auto* to = blocks_[block].data() + at;
  const auto prefix = write_length(to, text.size());
  std::ranges::copy(text, to + prefix);
  if (most <= block_size / 4) used_ = at + prefix + text.size();
  kept_ += text.size();
  return static_cast<Ref>(block * block_size + at + 1);
}

std::string_view StringArena::at(Ref ref) const {
  return text_at(blocks_[(ref - 1) / block_size].data() + (ref - 1) % block_size);
}

void StringArena::drop(Ref ref) {
  const auto size = at(ref).size();
  kept_ -= size;
  dropped_ += size;
}

}  // namespace cardcache
