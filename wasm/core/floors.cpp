#include "core/floors.hpp"

#include <algorithm>

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

bool Floors::raise(Floor floor) {
  for (auto& known : floors_) {
    if (known.spares_kept != floor.spares_kept || known.by_write != floor.by_write || known.selector != floor.selector)
      continue;
    const bool younger = known.at < floor.at;
    if (younger) known.at = floor.at;
    return younger;
  }
  floors_.push_back(std::move(floor));
  if (floors_.size() > most) {
    Floor merged{{}, long_ago, true, false};
    for (const auto& one : floors_) {
      merged.at = std::max(merged.at, one.at);
      merged.spares_kept = merged.spares_kept && one.spares_kept;
      merged.by_write = merged.by_write || one.by_write;
    }
    merged.by_write = merged.by_write && merged.spares_kept;
    floors_ = {merged};
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

void Floors::expire(Millis before) {
  std::erase_if(floors_, [before](const Floor& floor) { return floor.at < before; });
}

}  // namespace cardcache
