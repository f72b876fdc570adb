#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/namespace_index.hpp"

namespace cardcache {

/// What is to be made free: of our budget, and of the origin's quota as engines count that do not look into the units.
struct Need {
  double bytes = 0, units = 0;
  [[nodiscard]] bool is_met() const { return bytes <= 0 && units <= 0; }
};

/// A record to be written, and the capacity that it lacks.
struct RecordWrite {
  UserRecords* user;
  std::string key;
  std::u16string name, text;
  StoredFacts facts;
  std::vector<std::string> tags;
  Need need{};
  bool origin_full = false;
  int retries = 2;
};

/// Writes for which more must go than a call removes: idle slices free the capacity first. One a key at most.
class DeferredWrites {
 public:
  [[nodiscard]] const RecordWrite* find(const UserRecords& user, std::string_view key) const {
    const auto found =
        std::ranges::find_if(writes_, [&](const RecordWrite& one) { return one.user == &user && one.key == key; });
    return found == writes_.end() ? nullptr : &*found;
  }
  /// nullopt: all of the user's.
  void abandon(const UserRecords& user, std::optional<std::string_view> key = std::nullopt) {
    std::erase_if(writes_, [&](const RecordWrite& one) { return one.user == &user && (!key || one.key == *key); });
  }
  void add(RecordWrite write) { writes_.push_back(std::move(write)); }
  /// The oldest.
  [[nodiscard]] RecordWrite take() {
    auto write = std::move(writes_.front());
    writes_.erase(writes_.begin());
    return write;
  }
  void put_back(RecordWrite write) { writes_.insert(writes_.begin(), std::move(write)); }
  [[nodiscard]] bool empty() const { return writes_.empty(); }
  void clear() { writes_.clear(); }

 private:
  std::vector<RecordWrite> writes_;
};

}  // namespace cardcache
