#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/invalidation/invalidations.hpp"
#include "core/invalidation/note_store.hpp"

namespace cardcache {

/// The invalidations of one user as tabs share them: each lies as a note in the area, and a mark tells other tabs of a
/// new one. It also gives out the times of answers, so that what comes after an invalidation is younger than it.
class InvalidationLog {
 public:
  /// One that a note told of.
  struct Heard {
    Invalidation invalidation;
    bool is_new;
  };
  struct Added {
    /// What other tabs had left in the meantime.
    std::vector<Heard> heard;
    /// It is known here, but its note found no capacity.
    bool is_unsaved = false;
  };

  /// `known` and `notes` must outlive this. Without notes (another program owns the namespace) nothing is shared.
  /// `seed` makes the marks of this tab its own.
  InvalidationLog(Invalidations& known, NoteStore* notes, std::uint32_t seed);

  [[nodiscard]] const Invalidations& known() const { return known_; }
  [[nodiscard]] Millis latest_for(std::string_view key, std::span<const std::string> tags, bool is_exempt) const {
    return known_.latest_for(key, tags, is_exempt);
  }

  /// The timestamp of an answer that is asked for at `now`: younger than what invalidates its key, and than `older`.
  [[nodiscard]] Millis stamp(std::string_view key, std::span<const std::string> tags, bool is_exempt, Millis now,
                             Millis older = long_ago);
  /// When an invalidation that begins now takes effect: not before any timestamp that was given out, so that a flight
  /// of the very same millisecond is superseded too.
  [[nodiscard]] Millis begin(Millis now) { return last_ = std::max(now, last_stamp_); }
  /// When the last one of this tab took effect.
  [[nodiscard]] Millis last() const { return last_; }

  /// Adds one of this tab and leaves its note.
  [[nodiscard]] Added add(const Invalidation& invalidation);
  /// Adds one that came another way than by a note. True where it is new.
  bool merge(const Invalidation& invalidation) { return known_.add(invalidation); }
  /// A note as another tab wrote it; nullopt where it is no invalidation's.
  [[nodiscard]] std::optional<Heard> hear(std::string_view note, std::u16string_view text);
  /// Reads all notes.
  [[nodiscard]] std::vector<Heard> read_notes();
  /// Reads them if another tab has left a new one: its mark already lies in the area, though nothing may have announced
  /// it here yet.
  [[nodiscard]] std::vector<Heard> read_new_notes();
  /// Tries again to save what found no capacity.
  void save_unsaved() {
    if (is_unsaved_) save();
  }
  void start_anew();

 private:
  void save();
  void remove_merged_notes(std::vector<Heard>& heard);

  Invalidations& known_;
  NoteStore* notes_;
  std::string tab_;
  std::uint32_t marks_ = 0;
  /// The mark that was read or written last.
  std::u16string mark_;
  Millis last_stamp_ = long_ago;
  Millis last_ = long_ago;
  bool is_unsaved_ = false;
};

}  // namespace cardcache
