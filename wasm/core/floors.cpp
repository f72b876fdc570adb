#include "core/floors.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cardcache {

std::string Floor::to_text() const { return (by_write ? "^" : spares_kept ? "~" : "") + selector.to_text(); }

std::optional<Floor> Floor::from_text(std::string_view name, Millis at) {
  const bool by_write = name.starts_with('^');
  const bool spares = by_write || name.starts_with('~');
  if (spares) name.remove_prefix(1);
  auto selector = Selector::from_text(name);
  if (!selector || name.empty()) return std::nullopt;
  return Floor{std::move(*selector), at, spares, by_write};
}

std::optional<Floor> Floor::from_note(std::string_view name, std::u16string_view text) {
  const auto at = read_whole_number(text);
  return at ? from_text(name, Millis{*at}) : std::nullopt;
}

bool Floors::raise(Floor floor) {
  for (auto& known : floors_) {
    if (known.spares_kept != floor.spares_kept || known.by_write != floor.by_write || known.selector != floor.selector)
      continue;
    const bool younger = known.at < floor.at;
    if (younger) known.at = floor.at;
    return younger;
  }
  floors_.push_back(std::move(floor));
  bytes_ += floors_.back().to_text().size();
  if (floors_.size() > most || (floors_.size() > 1 && bytes_ > most_bytes)) {
    Floor merged{{}, long_ago, true, false};
    for (const auto& one : floors_) {
      merged.at = std::max(merged.at, one.at);
      merged.spares_kept = merged.spares_kept && one.spares_kept;
      merged.by_write = merged.by_write || one.by_write;
    }
    merged.by_write = merged.by_write && merged.spares_kept;
    floors_ = {merged};
    bytes_ = 0;
  }
  return true;
}

Millis Floors::above(std::string_view key, std::span<const std::string> tags, bool kept_on_event) const {
  auto at = long_ago;
  for (const auto& floor : floors_) {
    if (floor.at > at && !(floor.spares_kept && kept_on_event) && floor.selector.selects(key, tags)) at = floor.at;
  }
  return at;
}

bool Floors::cover(const Floor& floor) const {
  return std::ranges::any_of(floors_, [&](const Floor& one) {
    return one.at >= floor.at && (floor.spares_kept || !one.spares_kept) &&
           (one.selector == floor.selector || one.selector == Selector{});
  });
}

bool Floors::has_older(Millis than) const {
  return std::ranges::any_of(floors_, [than](const Floor& floor) { return floor.at < than; });
}

void Floors::expire(Millis before, const Floors& outlived) {
  std::erase_if(floors_, [&](const Floor& floor) { return floor.at < before && outlived.cover(floor); });
  bytes_ = 0;
  for (const auto& floor : floors_) bytes_ += floor.to_text().size();
}

void Floors::clear() {
  floors_.clear();
  bytes_ = 0;
}

}  // namespace cardcache
