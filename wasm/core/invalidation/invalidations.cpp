#include "core/invalidation/invalidations.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace cardcache {

std::string Invalidation::to_text() const { return (by_write ? "^" : skips_exempt ? "~" : "") + selector.to_text(); }

std::optional<Invalidation> Invalidation::from_text(std::string_view name, Millis at) {
  const bool by_write = name.starts_with('^');
  const bool skips = by_write || name.starts_with('~');
  if (skips) name.remove_prefix(1);
  auto selector = Selector::from_text(name);
  if (!selector || name.empty()) return std::nullopt;
  return Invalidation{std::move(*selector), at, skips, by_write};
}

std::string Invalidation::note_name() const { return std::string(invalidation_note) + to_text(); }

std::string Invalidation::note_text() const { return whole_number(at.value); }

std::optional<Invalidation> Invalidation::from_note(std::string_view name, std::u16string_view text) {
  if (!name.starts_with(invalidation_note)) return std::nullopt;
  const auto at = read_whole_number(text);
  return at ? from_text(name.substr(invalidation_note.size()), Millis{*at}) : std::nullopt;
}

bool Invalidations::add(Invalidation invalidation) {
  for (auto& known : all_) {
    if (known.skips_exempt != invalidation.skips_exempt || known.by_write != invalidation.by_write ||
        known.selector != invalidation.selector)
      continue;
    const bool younger = known.at < invalidation.at;
    if (younger) known.at = invalidation.at;
    return younger;
  }
  all_.push_back(std::move(invalidation));
  bytes_ += all_.back().to_text().size();
  if (all_.size() > most || (all_.size() > 1 && bytes_ > most_bytes)) {
    Invalidation merged{{}, long_ago, true, false};
    for (const auto& one : all_) {
      merged.at = std::max(merged.at, one.at);
      merged.skips_exempt = merged.skips_exempt && one.skips_exempt;
      merged.by_write = merged.by_write || one.by_write;
    }
    merged.by_write = merged.by_write && merged.skips_exempt;
    all_ = {merged};
    bytes_ = 0;
  }
  return true;
}

Millis Invalidations::latest_for(std::string_view key, std::span<const std::string> tags, bool is_exempt) const {
  auto at = long_ago;
  for (const auto& one : all_) {
    if (one.at > at && !(one.skips_exempt && is_exempt) && one.selector.selects(key, tags)) at = one.at;
  }
  return at;
}

bool Invalidations::cover(const Invalidation& other) const {
  return std::ranges::any_of(all_, [&](const Invalidation& one) {
    return one.at >= other.at && (other.skips_exempt || !one.skips_exempt) &&
           (one.selector == other.selector || one.selector == Selector{});
  });
}

bool Invalidations::have_note(std::string_view name) const {
  return std::ranges::any_of(all_, [name](const Invalidation& one) { return one.note_name() == name; });
}

bool Invalidations::has_older(Millis than) const {
  return std::ranges::any_of(all_, [than](const Invalidation& one) { return one.at < than; });
}

void Invalidations::expire(Millis before, const Invalidations& outlived) {
  std::erase_if(all_, [&](const Invalidation& one) { return one.at < before && outlived.cover(one); });
  bytes_ = 0;
  for (const auto& one : all_) bytes_ += one.to_text().size();
}

void Invalidations::clear() {
  all_.clear();
  bytes_ = 0;
}

}  // namespace cardcache
