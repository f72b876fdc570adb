#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/invalidation/note_store.hpp"
#include "core/storage/maintenance.hpp"
#include "core/storage/record_writer.hpp"
#include "core/storage/stored_records.hpp"

namespace cardcache {

class StorageSpace;

/// One user's records and notes: every key of the area under one prefix. The budget they share with others is their
/// space's concern.
class StorageTier final : public NoteStore {
 public:
  enum class Read : std::uint8_t { found, absent, corrupt, version };
  using Write = WriteResult;

  StorageTier(StorageSpace& space, UserRecords& user, StoredRecords& records, RecordWriter& writer,
              Maintenance& maintenance)
      : space_(space), user_(user), records_(records), writer_(writer), maintenance_(maintenance) {}

  [[nodiscard]] Read read(std::string_view key, Record& into);
  /// Writes through, making capacity inside the namespace if needed. Where it cannot, or where `data` is longer than
  /// most_json_bytes (empty: its owner found it so), the key's older record is gone as well: going back to an outdated
  /// answer is worse than a miss.
  [[nodiscard]] Write write(std::string_view key, std::string_view data, const EntryFacts& facts, Millis now,
                            bool encrypted = false);
  void remove(std::string_view key);
  /// Invalidates all of them; the area is rid of the first at once and of the rest in idle slices.
  void remove_all(std::span<const std::string> keys);
  /// The same of all that are known, however many, in a call of a millisecond; what is not known here and was true at
  /// `until` or before, which an invalidation concerns, goes in idle slices too. False where other
  /// invalidated records still lie there: then nothing was done.
  bool clear(Millis until);
  void note_use(std::string_view key, Millis now) { user_.records.note_use(key, now); }
  /// Somebody may ask for it so long past its end: sweeps of this page leave it that long.
  void keep_for(std::string_view key, Millis grace);
  [[nodiscard]] Millis kept_for(std::string_view key) const;

  /// What the record says of itself; nullopt where there is none that says anything.
  [[nodiscard]] std::optional<RecordHead> read_head(std::string_view key);
  /// The records' own keys that begin so, read from the area.
  [[nodiscard]] std::vector<std::string> keys_with_prefix(std::string_view start);
  [[nodiscard]] std::u16string area_key(std::string_view key) const { return user_.records.area_key(key); }

  // Notes are never evicted; where capacity is short, records go for them.
  [[nodiscard]] std::optional<std::u16string> read_note(std::string_view name) override;
  bool write_note(std::string_view name, std::string_view text) override;
  void remove_note(std::string_view name) override;
  [[nodiscard]] std::vector<std::string> notes_with_prefix(std::string_view name) override;
  [[nodiscard]] bool notes_are_outdated() const override { return records_.is_purging(); }

  /// The hints. The first call reads the area to its end.
  [[nodiscard]] const KeyIndex& index();
  /// The same for what `selector` selects. Where that is everything the area is read anew, as it is where another
  /// program owns the namespace: a write on this very page by another way raises no event.
  [[nodiscard]] const KeyIndex& index_for(const Selector& selector);
  [[nodiscard]] const StoredFacts& facts(KeyIndex::Id id) const { return user_.records.facts(id); }
  /// What was invalidated among these records, as far as it is known here. Walks remove what that concerns, and forget
  /// it once nothing can be left of that.
  [[nodiscard]] Invalidations& invalidations() { return user_.invalidations; }
  /// They are not forgotten: another store, which no walk goes over, may hold what they concern.
  void keep_invalidations() { user_.keeps_invalidations = true; }

  [[nodiscard]] const std::string& prefix() const { return user_.records.prefix(); }
  [[nodiscard]] StorageSpace& space() { return space_; }
  [[nodiscard]] bool is_of(const UserRecords* user) const { return user == &user_; }

 private:
  StorageSpace& space_;
  UserRecords& user_;
  StoredRecords& records_;
  RecordWriter& writer_;
  Maintenance& maintenance_;
};

}  // namespace cardcache
