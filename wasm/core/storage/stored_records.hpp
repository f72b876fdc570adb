#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/entry_facts.hpp"
#include "core/codec/record.hpp"
#include "core/storage/deferred_writes.hpp"
#include "core/storage/namespace_index.hpp"
#include "core/storage/storage_area.hpp"

namespace cardcache {

/// So many records are removed at once in a call; more wait for idle time. Removing a record costs 13 to 34 µs and
/// reading one 1.4 to 3 (Chromium 156, 15,000 records of 100 B): 32 stay within 2 ms.
inline constexpr std::size_t most_at_once = 32;

/// The records of a namespace as they lie in the area, and the index of them, which every step here keeps right.
class StoredRecords {
 public:
  /// Left the area without anybody's asking for it.
  struct Evicted {
    const UserRecords* user;
    std::string key;
    RemovalCause why;
  };

  /// `area` may be null: then there are no records.
  StoredRecords(StorageArea* area, std::string name, double budget, const RecordForm& form)
      : area_(area), form_(form), index_(std::move(name), budget) {}

  [[nodiscard]] StorageArea* area() { return area_; }
  [[nodiscard]] const RecordForm& form() const { return form_; }
  [[nodiscard]] NamespaceIndex& index() { return index_; }
  [[nodiscard]] const NamespaceIndex& index() const { return index_; }
  [[nodiscard]] DeferredWrites& deferred() { return deferred_; }
  [[nodiscard]] std::vector<Evicted>& evicted() { return evicted_; }

  /// The record as it lies there, or is to be written; nullopt where there is none that may be answered.
  [[nodiscard]] std::optional<std::u16string> text_of(const UserRecords& user, std::string_view key);
  /// What its beginning says, or all of it where that is not enough.
  [[nodiscard]] std::optional<RecordHead> read_head(StoredHead& head);
  [[nodiscard]] static StoredFacts facts_of(const StoredHead& head, const std::optional<RecordHead>& record);

  /// Somebody wrote this key of the area, or removed it (nullopt).
  void take_change(std::string_view area_key, const std::optional<std::u16string>& text);
  /// The record lies there now, whoever wrote it.
  void remember(UserRecords& user, std::string_view key, StoredFacts facts, const std::vector<std::string>& tags);
  /// False where the area refused: then it is invalidated.
  bool remove(UserRecords& user, std::string_view key);
  /// Removes what was invalidated and still lies there: how many were tried, `steps` at most.
  std::size_t remove_pending(std::size_t steps);
  void remove_note(std::u16string_view name);

  /// Another walk over the area begins: what is remembered from now on it has met.
  void begin_walk() { ++walk_; }
  [[nodiscard]] std::uint32_t walk() const { return walk_; }

  /// Forgets all of ours: until end_purge() what is not written anew is not ours any more.
  void begin_purge();
  void end_purge() { is_purging_ = false; }
  [[nodiscard]] bool is_purging() const { return is_purging_; }

  /// Others, or notes, may have taken more than the budget.
  void check_budget() { needs_trim_ = needs_trim_ || index_.excess() > 0; }
  void set_needs_trim(bool needs) { needs_trim_ = needs; }
  [[nodiscard]] bool needs_trim() const { return needs_trim_; }

 private:
  StorageArea* area_;
  RecordForm form_;
  NamespaceIndex index_;
  DeferredWrites deferred_;
  std::vector<Evicted> evicted_;
  std::uint32_t walk_ = 1;
  bool is_purging_ = false;
  bool needs_trim_ = false;
};

}  // namespace cardcache
