#include "core/base/chunked_vector.hpp"

#include <cstring>

namespace cardcache {

void ChunkList::grow(std::uint32_t size, const void* item, std::size_t item_bytes) {
  while (chunks_.size() * chunk_size < size) {
    const auto bytes = item_bytes * chunk_size;
    auto* chunk = chunks_.emplace_back(bytes).data();
    for (std::size_t at = 0; at < bytes; at += item_bytes) std::memcpy(chunk + at, item, item_bytes);
  }
  size_ = size;
}

}  // namespace cardcache
