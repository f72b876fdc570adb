#pragma once

#include <emscripten/val.h>

#include "core/storage/storage_area.hpp"

namespace cardcache::border {

/// localStorage, or whatever Storage the page gave, through a small object of the page's (js/border/storageArea.ts)
/// that catches what browsers throw; js/border/coreModule.ts says what it answers (AreaPort).
class LocalStorage : public StorageArea {
 public:
  explicit LocalStorage(emscripten::val area) : area_(std::move(area)) {}

  [[nodiscard]] std::optional<std::u16string> get(std::u16string_view key) override;
  [[nodiscard]] bool set(std::u16string_view key, std::u16string_view text) override;
  [[nodiscard]] bool is_full() override { return full_; }
  bool remove(std::u16string_view key) override;
  [[nodiscard]] std::optional<StoredHead> head(std::u16string_view key, std::size_t units) override;
  [[nodiscard]] Walk walk(std::u16string_view prefix, std::size_t from, std::size_t count, std::size_t units) override;
  [[nodiscard]] std::vector<std::u16string> keys_with_prefix(std::u16string_view prefix) override;

 private:
  emscripten::val area_;
  bool full_ = false;
};

}  // namespace cardcache::border
