#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/selector.hpp"
#include "core/string_map.hpp"

namespace cardcache {

/// Finds entries by key, user, endpoint and tag. Selecting k of n keys costs O(k): entries stand in groups of one
/// endpoint and one user, groups in lists by endpoint and by user, and every position is known, so that removing costs
/// O(1). Ids are small numbers given out here and used again after erase.
class KeyIndex {
 public:
  using Id = std::uint32_t;

  /// `key` must not be in the index.
  Id insert(std::string_view key, std::vector<std::string> tags);
  void erase(Id id);
  void retag(Id id, std::vector<std::string> tags);

  [[nodiscard]] std::optional<Id> find(std::string_view key) const;
  /// Ids of all entries that the selector selects, in no order.
  [[nodiscard]] std::vector<Id> select(const Selector& selector) const;

  [[nodiscard]] const std::string& key(Id id) const { return entries_[id].key; }
  [[nodiscard]] const std::vector<std::string>& tags(Id id) const { return entries_[id].tags; }
  [[nodiscard]] bool contains(Id id) const { return id < entries_.size() && entries_[id].live; }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  /// One past the largest id ever given out.
  [[nodiscard]] std::size_t capacity() const { return entries_.size(); }

  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (Id id = 0; id < entries_.size(); ++id) {
      if (entries_[id].live) visit(id);
    }
  }

 private:
  using GroupId = std::uint32_t;

  struct Entry {
    std::string key;
    std::vector<std::string> tags;
    std::vector<std::uint32_t> tag_positions;
    GroupId group = 0;
    std::uint32_t position = 0;  // in the group's list
    bool live = false;
  };
  struct Group {
    std::string name;  // `endpoint:user`, or `endpoint` where it is shared
    std::uint32_t endpoint_list = 0, endpoint_position = 0;
    std::uint32_t user_list = 0, user_position = 0;
    std::vector<Id> ids;
  };
  using GroupList = std::vector<GroupId>;

  GroupId group_of(std::string_view key);
  void drop_group(GroupId group);
  void link_tags(Id id);
  void unlink_tags(Id id);
  void collect(const std::vector<Id>& candidates, const Selector& selector, std::vector<Id>& out) const;

  std::vector<Entry> entries_;
  std::vector<Id> free_ids_;
  StringMap ids_;  // by key

  std::vector<Group> groups_;
  std::vector<GroupId> free_groups_;
  StringMap group_ids_;
  StringMap endpoint_ids_, user_ids_;  // names to lists of groups; the shared ones stand under `None`
  std::vector<GroupList> endpoint_groups_, user_groups_;

  StringMap tag_ids_;
  std::vector<std::vector<Id>> tagged_;
};

}  // namespace cardcache
