#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/storage/eviction_plan.hpp"
#include "core/storage/stored_records.hpp"

namespace cardcache {

/// `deferred`: idle slices make capacity for it first. `refused`: for another reason than want of capacity.
enum class WriteResult : std::uint8_t { stored, deferred, quota, refused, unavailable };

/// Writes records and notes, and evicts records of the least retention value where capacity is short.
class RecordWriter {
 public:
  /// A record may displace others of so many times its own retention value, and no more: the newest is the likeliest to
  /// be asked for next, but one list is not worth hundreds of answers that were used just as lately.
  static constexpr double most_displaced = 64;

  /// `records` must outlive this.
  explicit RecordWriter(StoredRecords& records) : records_(records) {}

  /// Where it is not stored, the key's older record is gone as well.
  [[nodiscard]] WriteResult write(RecordWrite record, Millis now);
  /// Notes are never evicted. False where there is no capacity for it.
  bool write_note(const std::u16string& name, const std::u16string& text, Millis now);
  /// For idle time: how many of `steps` were done.
  std::size_t write_deferred(Millis now, std::size_t steps);
  /// For idle time: evicts what is over the budget.
  void trim(Millis now, std::size_t steps);

  /// Deferred writes for which no capacity could be made.
  [[nodiscard]] std::vector<std::pair<const UserRecords*, std::string>>& given_up() { return given_up_; }

 private:
  enum class Capacity : std::uint8_t { there, later, none };
  /// How much may be done at once: in idle time what takes more steps goes on in the next slice, otherwise nothing is
  /// begun that takes more.
  struct Effort {
    std::size_t steps;
    bool is_idle;
  };

  WriteResult attempt(RecordWrite& record, Millis now, Effort effort);
  /// Evicts until the need is met, and `spare` bytes more while it is at it; nothing where that cannot be, or would
  /// cost more than `most_lost`.
  Capacity make_capacity(Need& need, double spare, double most_lost, const EvictionPlan::Excluded& excluded, Millis now,
                         Effort effort);
  Capacity make_capacity(Need& need, Millis now, Effort effort) {
    return make_capacity(need, 0, never.value, {}, now, effort);
  }
  /// What that has freed.
  Need evict(UserRecords& user, KeyIndex::Id id, Millis now);

  StoredRecords& records_;
  std::vector<std::pair<const UserRecords*, std::string>> given_up_;
  /// An eviction found something else than what was remembered.
  bool was_mistaken_ = false;
};

}  // namespace cardcache
