#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/key_index.hpp"
#include "core/memory_tier.hpp"
#include "core/millis.hpp"
#include "core/record.hpp"
#include "core/storage_area.hpp"

namespace cardcache {

class StorageSpace;

/// What is remembered of a record that lies in the area: a hint, since other tabs write there too. Whatever is answered
/// is read from the area itself.
struct StoredFacts {
  double bytes = 0;
  double plain_bytes = 0;  // in the plain form
  Millis timestamp = long_ago;
  Millis end = long_ago;
  double cost = 1;
  Millis last_use = long_ago;
  bool kept_on_event = false;
};

/// One user's records: every key of the area under one prefix. Its budget and the room it may take from others is its
/// space's concern.
class StorageTier {
 public:
  enum class Read : std::uint8_t { found, absent, corrupt, version };
  enum class Write : std::uint8_t { stored, quota, unavailable };

  StorageTier(StorageSpace& space, std::string prefix) : space_(space), prefix_(std::move(prefix)) {}

  [[nodiscard]] Read read(std::string_view key, Record& into);
  /// Writes through, making room inside the namespace if needed. Where it cannot, or where `data` is longer than
  /// most_json_bytes (empty: its owner found it so), the key's older record is gone as
  /// well: going back to an outdated answer is worse than a miss.
  [[nodiscard]] Write write(std::string_view key, std::string_view data, const EntryFacts& facts, Millis now,
                            bool sealed = false);
  void remove(std::string_view key);
  void note_use(std::string_view key, Millis now);
  /// What the record says of itself; nullopt where there is none that says anything.
  [[nodiscard]] std::optional<RecordHead> read_head(std::string_view key);
  /// The records' own keys that begin so, read from the area.
  [[nodiscard]] std::vector<std::string> keys_with_prefix(std::string_view start);
  [[nodiscard]] std::u16string area_key(std::string_view key) const;

  /// The cache's own notes (floors): keys that begin with `!`, never evicted.
  [[nodiscard]] std::optional<std::u16string> read_note(std::string_view name);
  void write_note(std::string_view name, std::string_view text);
  void remove_note(std::string_view name);
  [[nodiscard]] std::vector<std::string> notes_with_prefix(std::string_view name);

  /// Another tab or somebody else wrote this key, or removed it (nullopt).
  void on_change(std::string_view key, const std::optional<std::u16string>& text);

  /// The hints. The first call reads the area.
  [[nodiscard]] const KeyIndex& index();
  [[nodiscard]] const StoredFacts& facts(KeyIndex::Id id) const { return stored_[id]; }
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] StorageSpace& space() { return space_; }

 private:
  friend class StorageSpace;

  void remember(std::string_view key, const StoredFacts& facts);
  void forget(std::string_view key);

  StorageSpace& space_;
  std::string prefix_;
  KeyIndex index_;
  std::vector<StoredFacts> stored_;
};

/// Everything of ours in one area under one namespace, over all its users: the budget, and who goes first when it is
/// full.
class StorageSpace {
 public:
  struct Evicted {
    const StorageTier* tier;
    std::string key;
    Why why;
  };

  /// `area` may be null (private mode, sandboxed frame): then everything is absent and every write says so. It must
  /// outlive this. `budget` in bytes as stored_bytes() counts. In a foreign namespace only valid plain records count as
  /// ours and no notes are kept: another program owns the namespace.
  StorageSpace(StorageArea* area, std::string name_space, double budget, const RecordForm& form);

  [[nodiscard]] StorageTier& tier_of(std::optional<std::string_view> user);

  [[nodiscard]] bool available() const { return area_ != nullptr; }
  [[nodiscard]] bool foreign() const { return form_.foreign; }
  [[nodiscard]] double bytes() const { return bytes_; }
  /// What bytes() would be if nothing were packed.
  [[nodiscard]] double plain_bytes() const { return plain_bytes_; }
  [[nodiscard]] double budget() const { return budget_; }
  [[nodiscard]] Millis default_life() const { return form_.default_life; }
  [[nodiscard]] const RecordForm& form() const { return form_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Reads what lies in the area anew: on first need, after a quota failure, when somebody emptied it.
  void recount();
  void ensure_counted();

  /// Removes what is over `grace` past its end.
  void sweep(Millis now, Millis grace);
  /// Takes all of ours out of the area, every user's.
  void remove_everything();

  /// The latest time any tab has seen, kept beside the records so that a clock set back is noticed after a reload too.
  [[nodiscard]] Millis latest_time_seen();
  void keep_time(Millis now);

  [[nodiscard]] std::vector<Evicted>& evicted() { return evicted_; }

 private:
  friend class StorageTier;

  struct Candidate {
    StorageTier* tier;
    KeyIndex::Id id;
    bool expired;
    double worth;
  };

  [[nodiscard]] bool put(std::u16string_view area_key, std::u16string_view text);
  StorageTier& tier_with_prefix(std::string prefix);
  void count_in(std::string_view area_key, const std::u16string& text);
  /// Evicts until `room` more bytes fit into `limit`; `spared` of `spared_in` stays. False where that cannot be.
  bool make_room(double room, double limit, const StorageTier* spared_in, std::string_view spared, Millis now);

  StorageArea* area_;
  std::string name_;
  double budget_;
  RecordForm form_;
  bool counted_ = false;
  double bytes_ = 0, plain_bytes_ = 0;
  Millis time_kept_ = long_ago;
  StringMap tier_numbers_;  // by prefix
  std::vector<std::unique_ptr<StorageTier>> tiers_;
  StringMap note_bytes_;  // by area key
  std::vector<Evicted> evicted_;
};

}  // namespace cardcache
