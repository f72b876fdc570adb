#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardcache {

/// What can be told of a text without taking all of it.
struct StoredHead {
  std::u16string name;  // its key in the area
  std::u16string text;  // how it begins: so many units as were asked for where it is packed, else the whole
  double units = 0;     // of the whole text
  bool wide = false;    // one of its units is above U+00FF
};

/// Where records lie: localStorage in a page, a map in tests. Text is UTF-16, as browsers keep it. Nothing here throws:
/// a refusal is a value.
class StorageArea {
 public:
  struct Walk {
    std::vector<StoredHead> heads;
    /// Fewer than were asked for: the area ends there.
    std::size_t visited = 0;
  };

  StorageArea() = default;
  StorageArea(const StorageArea&) = delete;
  StorageArea& operator=(const StorageArea&) = delete;
  virtual ~StorageArea() = default;

  [[nodiscard]] virtual std::optional<std::u16string> get(std::u16string_view key) = 0;
  /// False where the area refused; the older value then still stands.
  [[nodiscard]] virtual bool set(std::u16string_view key, std::u16string_view text) = 0;
  /// Whether the last refusal was for want of capacity, which evictions can free.
  [[nodiscard]] virtual bool is_full() { return true; }
  /// False where the area refused; the value then still stands.
  virtual bool remove(std::u16string_view key) = 0;
  [[nodiscard]] virtual std::optional<StoredHead> head(std::u16string_view key, std::size_t units) = 0;
  /// Goes over `count` keys from number `from` on, in the area's own order, which any write may change.
  [[nodiscard]] virtual Walk walk(std::u16string_view prefix, std::size_t from, std::size_t count,
                                  std::size_t units) = 0;
  [[nodiscard]] virtual std::vector<std::u16string> keys_with_prefix(std::u16string_view prefix) = 0;
};

}  // namespace cardcache
