#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/invalidations.hpp"
#include "core/key_index.hpp"
#include "core/memory_tier.hpp"
#include "core/millis.hpp"
#include "core/note_store.hpp"
#include "core/record.hpp"
#include "core/storage_area.hpp"

namespace cardcache {

class StorageSpace;

/// The note that says the latest time seen.
inline constexpr std::string_view clock_note = "!clock";

/// What is remembered of a record that lies in the area: a hint, since other tabs write there too. Whatever is answered
/// is read from the area itself.
struct StoredFacts {
  double bytes = 0;        // with its name, as the strictest engine counts
  double plain_bytes = 0;  // in the plain form
  double units = 0;        // as the other engines count
  Millis timestamp = long_ago;
  Millis end = long_ago;
  double cost = 1;
  Millis last_use = long_ago;
  /// How long past its end somebody here may ask for it, whatever it says itself.
  Millis grace{0};
  bool kept_on_event = false;
  /// The last walk over the area that met it.
  std::uint32_t walk = 0;
};

/// One user's records: every key of the area under one prefix. Its budget and the room it may take from others is its
/// space's concern.
class StorageTier final : public NoteStore {
 public:
  enum class Read : std::uint8_t { found, absent, corrupt, version };
  /// `waits`: idle slices make room for it first. `refused`: for another reason than want of room.
  enum class Write : std::uint8_t { stored, waits, quota, refused, unavailable };

  StorageTier(StorageSpace& space, std::string prefix) : space_(space), prefix_(std::move(prefix)) {}

  [[nodiscard]] Read read(std::string_view key, Record& into);
  /// Writes through, making room inside the namespace if needed. Where it cannot, or where `data` is longer than
  /// most_json_bytes (empty: its owner found it so), the key's older record is gone as well: going back to an outdated
  /// answer is worse than a miss.
  [[nodiscard]] Write write(std::string_view key, std::string_view data, const EntryFacts& facts, Millis now,
                            bool sealed = false);
  void remove(std::string_view key);
  /// All of them are gone for whoever asks; the area is rid of the first at once and of the rest in idle slices.
  void remove_all(std::span<const std::string> keys);
  /// The same of all that are known, however many, in a call of a millisecond; what is not known here and was true at
  /// `until` or before, which a floor is to void, goes in idle slices too. False where an earlier clearing is still
  /// under way: then nothing was done.
  bool clear(Millis until);
  void note_use(std::string_view key, Millis now);
  /// Somebody may ask for it so long past its end: sweeps of this page leave it that long.
  void keep_for(std::string_view key, Millis grace);
  [[nodiscard]] Millis kept_for(std::string_view key) const;

  /// What the record says of itself; nullopt where there is none that says anything.
  [[nodiscard]] std::optional<RecordHead> read_head(std::string_view key);
  /// The records' own keys that begin so, read from the area.
  [[nodiscard]] std::vector<std::string> keys_with_prefix(std::string_view start);
  [[nodiscard]] std::u16string area_key(std::string_view key) const;

  // Notes are never evicted; where capacity is short, records go for them.
  [[nodiscard]] std::optional<std::u16string> read_note(std::string_view name) override;
  bool write_note(std::string_view name, std::string_view text) override;
  void remove_note(std::string_view name) override;
  [[nodiscard]] std::vector<std::string> notes_with_prefix(std::string_view name) override;
  [[nodiscard]] bool notes_are_outdated() const override;

  /// The hints. The first call reads the area to its end.
  [[nodiscard]] const KeyIndex& index();
  /// The same for what `selector` selects. Where that is everything the area is read anew, as it is where another
  /// program owns the namespace: who writes on this very page by another way tells nobody.
  [[nodiscard]] const KeyIndex& index_for(const Selector& selector);
  [[nodiscard]] const StoredFacts& facts(KeyIndex::Id id) const { return stored_[id]; }
  /// What was invalidated among these records, as far as it is known here. Walks remove what that makes void, and
  /// forget it once nothing can be left of that.
  [[nodiscard]] Invalidations& invalidations() { return invalidations_; }
  /// They are not forgotten: another store, which no walk goes over, may hold what they make void.
  void keep_invalidations() { keeps_invalidations_ = true; }

  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] StorageSpace& space() { return space_; }

 private:
  friend class StorageSpace;

  void remember(std::string_view key, const StoredFacts& facts, const std::vector<std::string>& tags);
  void forget(std::string_view key);
  /// Whatever lies under it is answered no more, until it is overwritten or gone.
  void make_void(std::string_view key);
  void add_void(std::string_view key, double bytes);
  void end_void(std::string_view key);
  [[nodiscard]] bool is_void(std::string_view key) const;
  /// Records that must not be answered still lie in the area.
  [[nodiscard]] bool has_void() const { return void_.size() > 0 || cleared_.size() > 0; }
  /// Of the `cleared_` ones: one that is no longer among them.
  void end_cleared(KeyIndex::Id id);

  StorageSpace& space_;
  std::string prefix_;
  KeyIndex index_;
  std::vector<StoredFacts> stored_;
  /// Records that must not be answered and still lie in the area, with their bytes: it refused to remove them, or they
  /// were too many to remove at once. `doomed_` are those of them that are still to be tried.
  StringMap void_;
  std::vector<std::string> doomed_;
  /// More of them: all that were known when everything was removed, and until when what is not known is void as well.
  KeyIndex cleared_;
  std::vector<StoredFacts> cleared_facts_;
  KeyIndex::Id cleared_end_ = 0;  // those that are left are below it
  Millis void_until_ = long_ago;
  Invalidations invalidations_;
  /// The same when the walk began that is under way, or was the last, and whatever notes said then.
  Invalidations swept_by_;
  /// The last walk that met a record in a format that is unknown here.
  std::uint32_t walk_of_unread_ = 0;
  bool keeps_invalidations_ = false;
};

}  // namespace cardcache
