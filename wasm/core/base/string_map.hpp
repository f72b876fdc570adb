#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cardcache {

/// FNV-1a. Of a text in two pieces: that of the second, begun with that of the first.
inline constexpr std::uint32_t empty_hash = 2'166'136'261;
[[nodiscard]] std::uint32_t hash_of(std::string_view key, std::uint32_t begun = empty_hash);

/// Text to small number, looked up without making a string. A table with open addressing: what std::unordered_map
/// brings along (nodes, buckets, prime numbers) is five times its code, and every page loads that.
class StringMap {
 public:
  /// Null where `key` is not in it; valid until the next put() or erase().
  [[nodiscard]] std::uint32_t* find(std::string_view key);
  [[nodiscard]] const std::uint32_t* find(std::string_view key) const;
  /// Puts or replaces.
  void put(std::string_view key, std::uint32_t value);
  void erase(std::string_view key);
  void clear();
  [[nodiscard]] std::size_t size() const { return size_; }

  /// In no order.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& cell : cells_) {
      if (cell.used) visit(std::string_view(cell.key), cell.value);
    }
  }

 private:
  struct Cell {
    std::string key;
    std::uint32_t value = 0;
    bool used = false;
  };

  /// Where `key` lies, or the free cell where it would.
  [[nodiscard]] std::size_t position_of(std::string_view key) const;
  void grow();

  /// A power of two of them, or none; never more than three quarters used.
  std::vector<Cell> cells_;
  std::size_t size_ = 0;
};

}  // namespace cardcache
