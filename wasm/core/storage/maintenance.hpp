#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/storage/record_writer.hpp"
#include "core/storage/stored_records.hpp"

namespace cardcache {

/// The note that says the latest time seen.
inline constexpr std::string_view clock_note = "!clock";

/// What idle time is for: a walk over the area in slices, which puts the index right and removes what has ended or is
/// invalidated; deferred writes; trimming; and forgetting invalidations of which nothing can be left.
class Maintenance {
 public:
  /// Both must outlive this.
  Maintenance(StoredRecords& records, RecordWriter& writer);

  /// A slice: at most `steps` records are read or removed. True while there is more.
  bool run(Millis now, std::size_t steps);
  [[nodiscard]] bool has_work() const;
  /// Begins a walk. What has ended or comes from the future is removed by it.
  void begin_sweep();
  /// Goes over the area to its end, unless that was done.
  void ensure_counted();
  /// What is remembered is doubtful: the area is gone over anew.
  void recount();
  /// Takes all of ours out of the area, every user's. From now on nothing of it is answered.
  void purge();

 private:
  void restart_walk();
  // Without a time nothing is removed.
  std::size_t walk_some(std::optional<Millis> now, std::size_t steps);
  bool visit(StoredHead& head, std::optional<Millis> now);
  bool visit_note(const StoredHead& head, std::optional<Millis> now);
  void end_walk(std::optional<Millis> now);
  std::size_t check_unseen(std::optional<Millis> now, std::size_t steps);
  void check_notes();

  void begin_sweeping(Millis now);
  void list_unmet(Millis now);
  void forget_invalidations(Millis now);
  template <typename Visitor>
  void for_each_invalidation(const Visitor& visit);

  StoredRecords& records_;
  RecordWriter& writer_;
  NamespaceIndex& index_;
  StorageArea* area_;
  bool is_walking_, is_counted_ = false;
  /// From its beginning on the walk has removed what is invalidated, so that at its end nothing of that is left.
  bool is_sweeping_ = false;
  /// Where the walk stands.
  std::size_t at_ = 0;
  /// What was remembered and not met: it may be gone, or the area's order has changed under the walk.
  std::vector<std::pair<UserRecords*, std::string>> unseen_;
};

}  // namespace cardcache
