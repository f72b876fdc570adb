#pragma once

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.hpp"
#include "core/storage/storage_area.hpp"

namespace cardcache::testing {

/// localStorage as the core sees it: texts by name, and a quota over everything that lies in it, whoever wrote it,
/// counted as the strictest engine counts.
class MapArea final : public StorageArea {
 public:
  [[nodiscard]] std::optional<std::u16string> get(std::u16string_view key) override {
    ++reads;
    const auto found = texts_.find(key);
    return found == texts_.end() ? std::nullopt : std::optional(found->second);
  }

  [[nodiscard]] bool set(std::u16string_view key, std::u16string_view text) override {
    ++writes;
    if (broken) return false;
    const auto found = texts_.find(key);
    const auto before = found == texts_.end() ? 0 : taken(found->first, found->second);
    const auto after = counts_units ? units() - (found == texts_.end() ? 0 : units_of(found->first, found->second)) +
                                          units_of(key, text)
                                    : bytes_ - before + taken(key, text);
    if (refuses || after > quota) {
      ++refusals;
      return false;
    }
    bytes_ += taken(key, text) - before;
    texts_.insert_or_assign(std::u16string(key), std::u16string(text));
    return true;
  }

  [[nodiscard]] bool is_full() override { return !broken; }

  bool remove(std::u16string_view key) override {
    ++removals;
    if (clings) return false;
    const auto found = texts_.find(key);
    if (found == texts_.end()) return true;
    bytes_ -= taken(found->first, found->second);
    texts_.erase(found);
    return true;
  }

  [[nodiscard]] std::optional<StoredHead> head(std::u16string_view key, std::size_t units) override {
    ++reads;
    const auto found = texts_.find(key);
    return found == texts_.end() ? std::nullopt : std::optional(head_of(found->first, found->second, units));
  }

  /// In the order of names, so that what is written in between moves what follows, as in browsers.
  [[nodiscard]] Walk walk(std::u16string_view prefix, std::size_t from, std::size_t count, std::size_t units) override {
    Walk walk;
    auto at = texts_.begin();
    std::advance(at, std::min(from, texts_.size()));
    for (; at != texts_.end() && walk.visited < count; ++at) {
      ++walk.visited;
      if (!at->first.starts_with(prefix)) continue;
      ++reads;
      walk.heads.push_back(head_of(at->first, at->second, units));
    }
    return walk;
  }

  [[nodiscard]] std::vector<std::u16string> keys_with_prefix(std::u16string_view prefix) override {
    std::vector<std::u16string> keys;
    for (const auto& [key, text] : texts_) {
      if (key.starts_with(prefix)) keys.push_back(key);
    }
    return keys;
  }

  /// What a browser does that is short of room, and a user who clears the site's data.
  void throw_away() {
    texts_.clear();
    bytes_ = 0;
  }

  [[nodiscard]] bool holds(std::u16string_view key) const { return texts_.contains(key); }
  [[nodiscard]] const std::map<std::u16string, std::u16string, std::less<>>& texts() const { return texts_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Bytes under one prefix.
  [[nodiscard]] std::size_t bytes_under(std::u16string_view prefix) const {
    std::size_t sum = 0;
    for (const auto& [key, text] : texts_) {
      if (key.starts_with(prefix)) sum += taken(key, text);
    }
    return sum;
  }

  /// As engines count that do not look into the units.
  [[nodiscard]] std::size_t units() const {
    std::size_t sum = 0;
    for (const auto& [key, text] : texts_) sum += units_of(key, text);
    return sum;
  }

  bool counts_units = false;
  std::size_t quota = std::numeric_limits<std::size_t>::max();
  /// Refuses every write as if it were full.
  bool refuses = false;
  /// Refuses every write for another reason.
  bool broken = false;
  /// Refuses to remove.
  bool clings = false;
  int reads = 0, writes = 0, refusals = 0, removals = 0;

 private:
  static StoredHead head_of(const std::u16string& key, const std::u16string& text, std::size_t units) {
    const bool packed = !text.empty() && text.front() > 0xFF;
    return {.name = key,
            .text = packed ? text.substr(0, units) : text,
            .units = static_cast<double>(text.size()),
            .wide = stored_bytes(text) > text.size()};
  }

  static std::size_t units_of(std::u16string_view key, std::u16string_view text) { return key.size() + text.size(); }

  static std::size_t taken(std::u16string_view key, std::u16string_view text) {
    return stored_bytes(key) + stored_bytes(text);
  }

  std::map<std::u16string, std::u16string, std::less<>> texts_;
  std::size_t bytes_ = 0;
};

}  // namespace cardcache::testing
