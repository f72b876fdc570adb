#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardcache {

/// Where records lie: localStorage in a page, a map in tests. Text is UTF-16, as browsers keep it. Nothing here throws:
/// a refusal is a value.
class StorageArea {
 public:
  StorageArea() = default;
  StorageArea(const StorageArea&) = delete;
  StorageArea& operator=(const StorageArea&) = delete;
  virtual ~StorageArea() = default;

  [[nodiscard]] virtual std::optional<std::u16string> get(std::u16string_view key) = 0;
  /// False where the area refused, for instance because its quota is full; the older value then still stands.
  [[nodiscard]] virtual bool set(std::u16string_view key, std::u16string_view text) = 0;
  virtual void remove(std::u16string_view key) = 0;
  [[nodiscard]] virtual std::vector<std::u16string> keys_with_prefix(std::u16string_view prefix) = 0;
};

}  // namespace cardcache
