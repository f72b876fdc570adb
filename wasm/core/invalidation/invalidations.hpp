#pragma once

#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/millis.hpp"
#include "core/keys/selector.hpp"

namespace cardcache {

/// How an invalidation's note is named in the area; its selector follows.
inline constexpr std::string_view invalidation_note = "!floor:";

/// Whatever `selector` selects and is not younger than `at` is invalid, wherever it lies or comes from.
struct Invalidation {
  Selector selector;
  Millis at;
  /// Left by a mutation event, or by a write: entries that are exempt from events stay valid.
  bool skips_exempt = false;
  /// Left by a write. Tabs hear of no event then: this tells them to fetch what they watch.
  bool by_write = false;

  /// Everything but its time, as text that reads back.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static std::optional<Invalidation> from_text(std::string_view name, Millis at);

  // As a note in the area: a name, and the time as its text.
  [[nodiscard]] std::string note_name() const;
  [[nodiscard]] std::string note_text() const;
  /// nullopt where the note is another one or says nothing.
  [[nodiscard]] static std::optional<Invalidation> from_note(std::string_view name, std::u16string_view text);
};

/// An invalidation lives at least so long, however little is left that it concerns: an answer may be under way in
/// another tab, or lie in one that is frozen.
inline constexpr Millis shortest_invalidation_life{259'200'000};

/// All invalidations that are known here. Without them an answer that was already on its way, or a record that another
/// tab is just writing, would bring back what was invalidated.
class Invalidations {
 public:
  /// More than this many, or more bytes of selectors, are merged into one over everything: coarser, but never wrong.
  static constexpr std::size_t most = 128;
  static constexpr std::size_t most_bytes = 200'000;

  /// Keeps the younger of two with equal selectors. True when something changed.
  bool add(Invalidation invalidation);
  /// Time of the latest one that concerns this entry; long ago where none does.
  [[nodiscard]] Millis latest_for(std::string_view key, std::span<const std::string> tags, bool is_exempt) const;
  /// Whether one of these invalidates whatever `other` does.
  [[nodiscard]] bool cover(const Invalidation& other) const;
  /// Whether this very note stands for one of them.
  [[nodiscard]] bool have_note(std::string_view name) const;
  /// Whether one is older than this.
  [[nodiscard]] bool has_older(Millis than) const;
  /// Forgets those that are older and that `outlived` covers: of what they concern no record is left.
  void expire(Millis before, const Invalidations& outlived);
  void clear();
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] const std::list<Invalidation>& all() const { return all_; }

 private:
  std::list<Invalidation> all_;
  std::size_t bytes_ = 0;  // of their selectors, as text
};

}  // namespace cardcache
