#pragma once

#include <emscripten/val.h>

#include "core/storage_area.hpp"

namespace cardcache::bindings {

/// localStorage, or whatever Storage the page gave, through a small object of the page's (js/storageArea.ts) that
/// catches what browsers throw: `get(key)`, `set(key, text): boolean`, `remove(key)`, `keys(prefix)`.
class LocalStorage : public StorageArea {
 public:
  explicit LocalStorage(emscripten::val area) : area_(std::move(area)) {}

  [[nodiscard]] std::optional<std::u16string> get(std::u16string_view key) override;
  [[nodiscard]] bool set(std::u16string_view key, std::u16string_view text) override;
  void remove(std::u16string_view key) override;
  [[nodiscard]] std::vector<std::u16string> keys_with_prefix(std::u16string_view prefix) override;

 private:
  emscripten::val area_;
};

}  // namespace cardcache::bindings
