#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/chunked_vector.hpp"
#include "core/base/hash_index.hpp"
#include "core/base/string_arena.hpp"
#include "core/base/string_map.hpp"
#include "core/keys/selector.hpp"

namespace cardcache {

/// Finds entries by key, user, endpoint and tag. Selecting k of n keys costs O(k): entries stand in groups of one head,
/// which is a key up to its parameters (`tasks:sara:`), groups in lists by endpoint and by user, and every position is
/// known, so that removing costs O(1). Ids are small numbers given out here and used again after erase.
///
/// An entry without tags takes 16 bytes, what its key says beyond its group's head and a byte for how long that is,
/// and, in a table that is half to seven eighths full, 9 to 18 more.
class KeyIndex {
 public:
  using Id = std::uint32_t;

  /// `key` must not be in the index; `hash` is its hash_of.
  Id insert(std::string_view key, std::uint32_t hash, const std::vector<std::string>& tags);
  Id insert(std::string_view key, const std::vector<std::string>& tags) { return insert(key, hash_of(key), tags); }
  void erase(Id id);
  void retag(Id id, const std::vector<std::string>& tags);

  [[nodiscard]] std::optional<Id> find(std::string_view key, std::uint32_t hash) const;
  [[nodiscard]] std::optional<Id> find(std::string_view key) const { return find(key, hash_of(key)); }
  /// Ids of all entries that the selector selects, in no order.
  [[nodiscard]] std::vector<Id> select(const Selector& selector) const;

  /// A number for its endpoint, below endpoint_count().
  [[nodiscard]] std::uint32_t endpoint(Id id) const { return groups_[entries_[id].group].endpoint; }
  [[nodiscard]] std::optional<std::uint32_t> find_endpoint(std::string_view name) const {
    const auto* known = endpoint_ids_.find(name);
    return known ? std::optional(*known) : std::nullopt;
  }
  [[nodiscard]] std::size_t endpoint_count() const { return endpoint_ids_.size(); }

  [[nodiscard]] std::string key(Id id) const;
  /// The same where there is room already.
  void write_key(Id id, std::string& into) const;
  [[nodiscard]] const std::vector<std::string>& tags(Id id) const { return taggings_[tagging_numbers_[id]].tags; }
  [[nodiscard]] bool contains(Id id) const { return id < entries_.size() && entries_[id].rest != 0; }
  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  /// One past the largest id ever given out.
  [[nodiscard]] std::size_t capacity() const { return entries_.size(); }

  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (Id id = 0; id < entries_.size(); ++id) {
      if (contains(id)) visit(id);
    }
  }

 private:
  using GroupId = std::uint32_t;
  static constexpr Id none = 0xFFFFFFFF;

  struct Entry {
    StringArena::Ref rest = 0;  // 0: there is none of this id
    GroupId group = 0;
    /// In its group; of an id that is free, the next free one.
    Id next = none, previous = none;
  };
  struct Group {
    StringArena::Ref head = 0;
    std::uint32_t endpoint = 0, endpoint_position = 0;
    std::uint32_t user = 0, user_position = 0;
    Id first = none;
  };
  using GroupList = std::vector<GroupId>;
  struct Tagging {
    std::vector<std::string> tags;
    std::vector<std::uint32_t> positions;
  };

  [[nodiscard]] std::optional<GroupId> find_group(std::string_view head) const;
  GroupId group_of(std::string_view head);
  void drop_group(GroupId group);
  void link_tags(Id id, const std::vector<std::string>& tags);
  void unlink_tags(Id id);
  void collect(Id id, const Selector& selector, std::vector<Id>& out) const;
  void collect_group(GroupId group, const Selector& selector, std::vector<Id>& out) const;
  void collect_head(std::string_view head, const Selector& selector, std::vector<Id>& out) const;
  void repack_texts();

  StringArena texts_;
  ChunkedVector<Entry> entries_;
  Id free_ = none;
  HashIndex ids_;  // by key

  std::vector<Group> groups_;
  std::vector<GroupId> free_groups_;
  HashIndex group_ids_;  // by head
  StringMap endpoint_ids_,
      user_ids_;  // names to numbers, which are lists of groups; the shared ones stand under `None`
  std::vector<GroupList> endpoint_groups_, user_groups_;

  StringMap tag_ids_;
  std::vector<std::vector<Id>> tagged_;
  /// Of entries that have tags; the first is that of all others.
  std::vector<Tagging> taggings_ = std::vector<Tagging>(1);
  std::vector<std::uint32_t> free_taggings_;
  SparseColumn<std::uint32_t> tagging_numbers_{0};
};

}  // namespace cardcache
