#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/storage/maintenance.hpp"
#include "core/storage/record_writer.hpp"
#include "core/storage/storage_tier.hpp"
#include "core/storage/stored_records.hpp"

namespace cardcache {

/// Everything of ours in one area under one namespace, over all its users: their tiers, the budget they share, its
/// maintenance, and the latest time that any tab has seen.
///
/// No call but the first that asks for all records does more than a bounded number of things to the area.
class StorageSpace {
 public:
  /// `area` may be null (private mode, sandboxed frame): then everything is absent and every write says so. It must
  /// outlive this. `budget` in bytes as stored_bytes() counts. In a foreign namespace only valid plain records count as
  /// ours and no notes are kept: another program owns the namespace.
  StorageSpace(StorageArea* area, std::string name_space, double budget, const RecordForm& form);
  StorageSpace(const StorageSpace&) = delete;
  StorageSpace& operator=(const StorageSpace&) = delete;

  [[nodiscard]] StorageTier& tier_of(std::optional<std::string_view> user);

  [[nodiscard]] bool available() { return records_.area() != nullptr; }
  [[nodiscard]] bool foreign() const { return records_.form().foreign; }
  [[nodiscard]] double bytes();
  /// What bytes() would be if nothing were packed.
  [[nodiscard]] double plain_bytes();
  [[nodiscard]] double budget() const { return records_.index().budget(); }
  [[nodiscard]] Millis default_life() const { return records_.form().default_life; }
  [[nodiscard]] const RecordForm& form() const { return records_.form(); }

  /// Goes over the area to its end, unless that was done; for calls that ask for all records.
  void ensure_counted() { maintenance_.ensure_counted(); }
  /// The index is doubtful: somebody emptied the area.
  void recount() { maintenance_.recount(); }
  /// Somebody else wrote this key of the area, or removed it (nullopt).
  void on_change(std::string_view area_key, const std::optional<std::u16string>& text) {
    records_.take_change(area_key, text);
  }

  /// A policy of this page lets answers of this endpoint serve so long past their end, whatever their records say.
  void allow_grace(std::string_view endpoint, Millis grace) { records_.index().allow_grace(endpoint, grace); }
  /// How long past its end an answer may serve whose record says `own`.
  [[nodiscard]] Millis grace_of(std::string_view key, Millis own) const { return records_.index().grace_of(key, own); }
  /// Begins a walk over the area: hints are put right, what has ended or comes from the future is removed.
  void begin_sweep() { maintenance_.begin_sweep(); }
  /// A slice of what is to be done: at most `steps` records are read or removed. True while there is more.
  bool maintain(Millis now, std::size_t steps);
  [[nodiscard]] bool needs_maintenance() const { return maintenance_.has_work(); }

  /// True where the clock is more than a minute behind what was seen: then all of ours is invalid, every user's.
  bool observe(Millis now);
  /// How often all of ours has been invalid since a clock went back.
  [[nodiscard]] std::uint32_t beginnings() const { return beginnings_; }
  /// Somebody has seen this time.
  void saw(Millis time) { latest_ = std::max(latest_, time); }
  /// Takes all of ours out of the area, every user's. From now on nothing of it is answered.
  void remove_everything();
  [[nodiscard]] bool purging() const { return records_.is_purging(); }
  /// The latest time any tab has seen, kept beside the records so that a clock set back is noticed after a reload too.
  [[nodiscard]] Millis latest_time_seen();
  /// The same without looking at what other tabs kept.
  [[nodiscard]] Millis latest_seen() const { return latest_; }
  void keep_time(Millis now);

  [[nodiscard]] std::vector<StoredRecords::Evicted>& evicted() { return records_.evicted(); }
  /// Deferred writes for which no capacity could be made.
  [[nodiscard]] std::vector<std::pair<const UserRecords*, std::string>>& given_up() { return writer_.given_up(); }

 private:
  [[nodiscard]] std::optional<Millis> kept_time();
  void keep_time_after_purge(bool was_purging);

  StoredRecords records_;
  RecordWriter writer_{records_};
  Maintenance maintenance_{records_, writer_};
  std::vector<std::unique_ptr<StorageTier>> tiers_;
  Millis latest_ = long_ago;
  Millis time_kept_ = long_ago;
  std::uint32_t beginnings_ = 0;
};

}  // namespace cardcache
