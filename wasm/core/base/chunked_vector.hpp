#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace cardcache {

/// What all ChunkedVector share, whatever stands in them: one copy of the code that makes room.
class ChunkList {
 public:
  [[nodiscard]] std::uint32_t size() const { return size_; }

 protected:
  /// As many items as a miniature of the eviction needs (core/eviction.hpp).
  static constexpr std::uint32_t chunk_size = 128;

  void grow(std::uint32_t size, const void* item, std::size_t item_bytes);
  [[nodiscard]] std::byte* chunk_with(std::uint32_t at) { return chunks_[at / chunk_size].data(); }

 private:
  std::vector<std::vector<std::byte>> chunks_;
  std::uint32_t size_ = 0;
};

/// A list that grows at its end and never moves what stands in it: a vector of a hundred thousand entries would leave
/// as much room again behind in WebAssembly's memory, which is never given back.
template <typename Item>
class ChunkedVector : public ChunkList {
  static_assert(std::is_trivially_copyable_v<Item>);

 public:
  [[nodiscard]] Item& operator[](std::uint32_t at) { return reinterpret_cast<Item*>(chunk_with(at))[at % chunk_size]; }
  [[nodiscard]] const Item& operator[](std::uint32_t at) const { return const_cast<ChunkedVector&>(*this)[at]; }

  /// `size` is not less than it was.
  void grow_to(std::uint32_t size, const Item& with = Item{}) { grow(size, &with, sizeof(Item)); }
};

/// A number beside each entry that is the same for all of them in most caches: takes room once one differs.
template <typename Item>
class SparseColumn {
 public:
  explicit SparseColumn(Item usual) : usual_(usual) {}

  [[nodiscard]] Item operator[](std::uint32_t at) const { return at < items_.size() ? items_[at] : usual_; }
  void set(std::uint32_t at, Item item) {
    if (at >= items_.size()) {
      if (item == usual_) return;
      items_.grow_to(at + 1, usual_);
    }
    items_[at] = item;
  }

 private:
  Item usual_;
  ChunkedVector<Item> items_;
};

}  // namespace cardcache
