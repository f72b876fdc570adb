#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cardcache {

/// Finds small numbers by the hash of what they stand for, which lies elsewhere: who asks says whether a number is the
/// one. A table with open addressing, 8 bytes a cell.
class HashIndex {
 public:
  using Id = std::uint32_t;

  template <typename IsIt>
  [[nodiscard]] std::optional<Id> find(std::uint32_t hash, IsIt&& is_it) const {
    if (size_ == 0) return std::nullopt;
    for (auto at = home_of(hash); cells_[at].id != none; at = after(at)) {
      if (cells_[at].hash == hash && is_it(cells_[at].id)) return cells_[at].id;
    }
    return std::nullopt;
  }

  /// `id` must not be in it.
  void put(std::uint32_t hash, Id id);
  /// `id` must be in it, under that hash.
  void erase(std::uint32_t hash, Id id);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr Id none = 0xFFFFFFFF;

  struct Cell {
    std::uint32_t hash = 0;
    Id id = none;
  };

  [[nodiscard]] std::size_t home_of(std::uint32_t hash) const { return hash & (cells_.size() - 1); }
  [[nodiscard]] std::size_t after(std::size_t at) const { return (at + 1) & (cells_.size() - 1); }
  void place(Cell cell);

  /// A power of two of them, or none; never more than seven eighths used.
  std::vector<Cell> cells_;
  std::size_t size_ = 0;
};

}  // namespace cardcache
