#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/invalidation/invalidations.hpp"
#include "core/storage/record_index.hpp"

namespace cardcache {

/// One user's part of a namespace.
struct UserRecords {
  explicit UserRecords(std::string prefix) : records(std::move(prefix)) {}

  RecordIndex records;
  Invalidations invalidations;
  /// They are not forgotten: another store, which no walk goes over, may hold what they concern.
  bool keeps_invalidations = false;
  /// The invalidations that were known here, or that notes told of, when the walk began that is under way or was the
  /// last: it removes what they concern.
  Invalidations swept;
  /// The last walk that met a record in a format that is unknown here.
  std::uint32_t walk_of_unread = 0;
};

/// What is remembered of a namespace of an area, over all its users: their records, the cache's own notes, and what all
/// of it takes.
class NamespaceIndex {
 public:
  /// `budget` in bytes as stored_bytes() counts.
  NamespaceIndex(std::string name, double budget) : name_(std::move(name)), budget_(budget) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] UserRecords& user(std::optional<std::string_view> name);
  /// Whose record or note that is, and what is left of the key. `area_key` begins with the namespace's name.
  [[nodiscard]] UserRecords& owner_of(std::string_view area_key, std::string_view& key);
  [[nodiscard]] const std::vector<std::unique_ptr<UserRecords>>& users() const { return users_; }

  [[nodiscard]] double bytes() const;
  [[nodiscard]] double plain_bytes() const;
  [[nodiscard]] double budget() const { return budget_; }
  [[nodiscard]] double excess() const { return bytes() - budget_; }

  /// 0 bytes: it is gone.
  void count_note(std::string_view area_key, double bytes);
  /// The notes that are known, with their bytes.
  [[nodiscard]] const StringMap& notes() const { return notes_; }

  /// A policy of this page lets answers of this endpoint serve so long past their end, whatever their records say.
  void allow_grace(std::string_view endpoint, Millis grace);
  /// How long past its end an answer may serve whose record says `own`.
  [[nodiscard]] Millis grace_of(std::string_view key, Millis own) const;

  void forget_everything();

 private:
  UserRecords& user_with_prefix(std::string prefix);

  std::string name_;
  double budget_;
  StringMap user_numbers_;  // by prefix
  std::vector<std::unique_ptr<UserRecords>> users_;
  StringMap notes_;  // by area key
  double note_bytes_ = 0;
  std::vector<std::pair<std::string, Millis>> graces_;  // by endpoint
};

}  // namespace cardcache
