#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/storage_tier.hpp"

namespace cardcache {

/// Everything of ours in one area under one namespace, over all its users: the budget, who goes first when it is full,
/// and the upkeep that idle time is for.
///
/// No call but the first that asks for all records does more than a bounded number of things to the area: removing a
/// record costs 13 to 34 µs and reading one 1.4 to 3 (Chromium 156, 15,000 records of 100 B), so that 32 stay within 2
/// ms.
class StorageSpace {
 public:
  struct Evicted {
    const StorageTier* tier;
    std::string key;
    Why why;
  };

  /// So many records are removed at once in a call; what is more waits for idle time.
  static constexpr std::size_t most_at_once = 32;
  /// A value may displace what is worth so many times as much as itself, and no more: the newest is the likeliest to be
  /// asked for next, but one list is not worth hundreds of answers that were used just as lately.
  static constexpr double most_displaced = 64;

  /// `area` may be null (private mode, sandboxed frame): then everything is absent and every write says so. It must
  /// outlive this. `budget` in bytes as stored_bytes() counts. In a foreign namespace only valid plain records count as
  /// ours and no notes are kept: another program owns the namespace.
  StorageSpace(StorageArea* area, std::string name_space, double budget, const RecordForm& form);

  [[nodiscard]] StorageTier& tier_of(std::optional<std::string_view> user);

  [[nodiscard]] bool available() const { return area_ != nullptr; }
  [[nodiscard]] bool foreign() const { return form_.foreign; }
  [[nodiscard]] double bytes();
  /// What bytes() would be if nothing were packed.
  [[nodiscard]] double plain_bytes();
  [[nodiscard]] double budget() const { return budget_; }
  [[nodiscard]] Millis default_life() const { return form_.default_life; }
  [[nodiscard]] const RecordForm& form() const { return form_; }

  /// Goes over the area to its end, unless that was done; for calls that ask for all records.
  void ensure_counted();
  /// What is remembered is doubtful: somebody emptied the area.
  void recount();
  /// Somebody else wrote this key of the area, or removed it (nullopt).
  void on_change(std::string_view area_key, const std::optional<std::u16string>& text);

  /// A policy of this page lets answers of this endpoint serve so long past their end, whatever their records say.
  void allow_grace(std::string_view endpoint, Millis grace);
  /// How long past its end an answer may serve whose record says `own`.
  [[nodiscard]] Millis grace_of(std::string_view key, Millis own) const;
  /// Begins a walk over the area: hints are put right, what has ended or comes from the future is removed.
  void begin_sweep();
  /// A slice of what is to be done: at most `steps` records are read or removed. True while there is more.
  bool tend(Millis now, std::size_t steps);
  [[nodiscard]] bool has_upkeep() const;

  /// True where the clock is more than a minute behind what was seen: then all of ours is void, every user's.
  bool observe(Millis now);
  /// How often all of ours has been void since a clock went back.
  [[nodiscard]] std::uint32_t beginnings() const { return beginnings_; }
  /// Somebody has seen this time.
  void saw(Millis time) { latest_ = std::max(latest_, time); }
  /// Takes all of ours out of the area, every user's. From now on nothing of it is answered.
  void remove_everything();
  [[nodiscard]] bool purging() const { return purging_; }
  /// The latest time any tab has seen, kept beside the records so that a clock set back is noticed after a reload too.
  [[nodiscard]] Millis latest_time_seen();
  void keep_time(Millis now);

  [[nodiscard]] std::vector<Evicted>& evicted() { return evicted_; }
  /// Records that had to wait for room and got none.
  [[nodiscard]] std::vector<std::pair<const StorageTier*, std::string>>& given_up() { return given_up_; }

 private:
  friend class StorageTier;

  /// Eviction order. If the endpoint being written is over its share, only its own records count as
  /// `of_large_endpoint`.
  enum class Turn : std::uint8_t { expired, of_large_endpoint, other };
  struct Candidate {
    StorageTier* tier;
    KeyIndex::Id id;
    Turn turn;
    double worth;
  };
  /// The record that room is made for, which does not go for itself.
  struct Spared {
    const StorageTier* tier = nullptr;
    std::string_view key;
  };
  struct Need {
    double bytes = 0, units = 0;
    [[nodiscard]] bool met() const { return bytes <= 0 && units <= 0; }
  };
  /// A record to be written, and the room that it lacks.
  struct Pending {
    StorageTier* tier;
    std::string key;
    std::u16string name, text;
    StoredFacts facts;
    std::vector<std::string> tags;
    Need need{};
    bool origin_full = false;
    int retries = 2;
  };
  enum class Room : std::uint8_t { there, later, none };

  StorageTier& tier_with_prefix(std::string prefix);
  /// The tier of a key in the area, and what is left of the key.
  StorageTier& tier_for(std::string_view area_key, std::string_view& key);
  [[nodiscard]] static StoredFacts facts_of(std::u16string_view name, const StoredHead& head,
                                            const std::optional<RecordHead>& record);
  [[nodiscard]] std::optional<RecordHead> read_head(std::u16string_view name, StoredHead& head);
  void count_note(std::string_view area_key, double bytes);
  [[nodiscard]] std::optional<Millis> kept_time();

  // storage_room.cpp
  StorageTier::Write write(Pending record, Millis now);
  /// With `idle` it may take several calls, each of so many steps; without, what takes more is left for idle time.
  StorageTier::Write attempt(Pending& record, Millis now, std::size_t steps, bool idle);
  /// nullopt: whatever of the tier's waits.
  void abandon(const StorageTier* tier, std::optional<std::string_view> key);
  [[nodiscard]] const Pending* pending(const StorageTier* tier, std::string_view key) const;
  [[nodiscard]] std::vector<Candidate> candidates(const Spared& spared, Millis now) const;
  /// What each endpoint of one user takes, by its number.
  [[nodiscard]] static std::vector<double> endpoint_bytes(const StorageTier& tier);
  /// Evicts what is worth least until the need is met, and `spare` bytes more while it is at it; nothing where that
  /// cannot be, or would cost more than `stake`. Later where it takes more than `steps`; nothing has gone then unless
  /// `idle`.
  Room make_room(Need& need, double spare, double stake, const Spared& spared, Millis now, std::size_t steps,
                 bool idle);
  Need evict(StorageTier& tier, KeyIndex::Id id, Millis now);
  bool put_note(const std::u16string& name, const std::u16string& text);

  // storage_upkeep.cpp
  std::size_t remove_doomed(std::size_t steps);
  std::size_t walk_some(std::optional<Millis> now, std::size_t steps);
  bool meet(StoredHead& head, std::optional<Millis> now);
  bool meet_note(const StoredHead& head, std::optional<Millis> now);
  void end_walk(std::optional<Millis> now);
  std::size_t check_unseen(std::optional<Millis> now, std::size_t steps);
  void check_notes();
  void begin_sweeping(Millis now);
  [[nodiscard]] std::optional<Invalidation> invalidation_of_note(std::string_view area_key, StorageTier*& tier);
  void list_unmet(Millis now);
  void forget_invalidations(Millis now);

  StorageArea* area_;
  std::string name_;
  double budget_;
  RecordForm form_;
  double bytes_ = 0, plain_bytes_ = 0;
  std::vector<std::pair<std::string, Millis>> graces_;  // by endpoint
  Millis latest_ = long_ago;
  Millis time_kept_ = long_ago;
  std::uint32_t beginnings_ = 0;
  StringMap tier_numbers_;  // by prefix
  std::vector<std::unique_ptr<StorageTier>> tiers_;
  StringMap note_bytes_;  // by area key
  std::vector<Evicted> evicted_;
  std::vector<std::pair<const StorageTier*, std::string>> given_up_;
  std::vector<Pending> pending_;

  /// The walk over the area: whether it runs, where it stands, and its number.
  bool walking_, counted_ = false, purging_ = false;
  /// From its beginning on it has removed what is void, so that at its end nothing of that is left.
  bool sweeping_ = false;
  /// Others, or notes, have taken more than the budget; cleared where nothing more can go.
  bool trim_ = false;
  /// An eviction found something else than what was remembered.
  bool repaired_ = false;
  std::size_t at_ = 0;
  std::uint32_t walk_ = 1;
  /// What was remembered and not met: it may be gone, or the area's order has changed under the walk.
  std::vector<std::pair<StorageTier*, std::string>> unseen_;
};

}  // namespace cardcache
