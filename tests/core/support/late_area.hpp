#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/storage_area.hpp"
#include "map_area.hpp"

namespace cardcache::testing {

/// One write to an area that several tabs share, numbered in the order in which they were made.
struct AreaChange {
  std::size_t by = 0, number = 0;
  std::u16string name;
  std::optional<std::u16string> text;
};

/// One tab's view of localStorage: its own writes stand at once, those of other tabs when they arrive. A browser with a
/// process for each tab keeps such views; where all tabs see one area, they see the same MapArea.
class LateArea final : public StorageArea {
 public:
  LateArea(std::size_t tab, MapArea* view, std::vector<AreaChange>* log) : tab_(tab), view_(*view), log_(*log) {}

  [[nodiscard]] std::optional<std::u16string> get(std::u16string_view key) override { return view_.get(key); }
  [[nodiscard]] bool set(std::u16string_view key, std::u16string_view text) override {
    note(key, std::u16string(text));
    return view_.set(key, text);
  }
  bool remove(std::u16string_view key) override {
    if (view_.holds(key)) note(key, std::nullopt);
    return view_.remove(key);
  }
  [[nodiscard]] std::optional<StoredHead> head(std::u16string_view key, std::size_t units) override {
    return view_.head(key, units);
  }
  [[nodiscard]] Walk walk(std::u16string_view prefix, std::size_t from, std::size_t count, std::size_t units) override {
    return view_.walk(prefix, from, count, units);
  }
  [[nodiscard]] std::vector<std::u16string> keys_with_prefix(std::u16string_view prefix) override {
    return view_.keys_with_prefix(prefix);
  }

  /// Another tab's write arrives. One that was made before this tab's own of that name has been overwritten already.
  void take(const AreaChange& change) {
    if (const auto own = own_.find(change.name); own != own_.end() && own->second > change.number) return;
    if (change.text) {
      (void)view_.set(change.name, *change.text);
    } else {
      view_.remove(change.name);
    }
  }

 private:
  void note(std::u16string_view name, std::optional<std::u16string> text) {
    own_.insert_or_assign(std::u16string(name), log_.size());
    log_.push_back({tab_, log_.size(), std::u16string(name), std::move(text)});
  }

  std::size_t tab_;
  MapArea& view_;
  std::vector<AreaChange>& log_;
  std::map<std::u16string, std::size_t> own_;
};

}  // namespace cardcache::testing
