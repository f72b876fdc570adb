#pragma once

#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/millis.hpp"
#include "core/selector.hpp"

namespace cardcache {

/// One invalidation that goes on holding: whatever `selector` selects and is not younger than `at` is void.
struct Floor {
  Selector selector;
  Millis at;
  /// Left by a mutation event, or by a write: entries with `onEvent: 'keep'` stand above it.
  bool spares_kept = false;
  /// Left by a write. Tabs hear of no event then: this is what tells them to fetch what they watch.
  bool by_write = false;

  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static std::optional<Floor> from_text(std::string_view name, Millis at);
  /// As it lies in the area: `text` is its time.
  [[nodiscard]] static std::optional<Floor> from_note(std::string_view name, std::u16string_view text);
};

/// However little is left that it makes void, a floor holds for so long: an answer may be under way in another tab, or
/// lie in one that is frozen.
inline constexpr Millis shortest_floor_life{259'200'000};

/// All floors that are known here. Without them an answer that was already on its way, or a record that another tab is
/// just writing, would bring back what was invalidated.
class Floors {
 public:
  /// More than this many, or more bytes of selectors, are merged into one over everything: coarser, but never wrong.
  static constexpr std::size_t most = 128;
  static constexpr std::size_t most_bytes = 200'000;

  /// Keeps the younger of two equal selectors. True when something changed.
  bool raise(Floor floor);
  /// Time of the youngest floor that selects this entry; long ago where none does.
  [[nodiscard]] Millis above(std::string_view key, std::span<const std::string> tags, bool kept_on_event) const;
  /// Whether one of these makes void whatever `floor` does.
  [[nodiscard]] bool cover(const Floor& floor) const;
  /// Whether one is older than this.
  [[nodiscard]] bool has_older(Millis than) const;
  /// Forgets those that are older and that `outlived` covers: of these no record is left.
  void expire(Millis before, const Floors& outlived);
  void clear();
  [[nodiscard]] std::size_t size() const { return floors_.size(); }
  [[nodiscard]] const std::list<Floor>& all() const { return floors_; }

 private:
  std::list<Floor> floors_;
  std::size_t bytes_ = 0;  // of their selectors, as text
};

}  // namespace cardcache
