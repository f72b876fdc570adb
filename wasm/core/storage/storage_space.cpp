#include "core/storage/storage_space.hpp"

#include "core/base/text.hpp"

namespace cardcache {
namespace {

constexpr Millis time_keeping_interval{60'000};

}  // namespace

StorageSpace::StorageSpace(StorageArea* area, std::string name_space, double budget, const RecordForm& form)
    : records_(area, std::move(name_space), budget, form) {}

StorageTier& StorageSpace::tier_of(std::optional<std::string_view> name) {
  auto& user = records_.index().user(name);
  for (const auto& tier : tiers_) {
    if (tier->is_of(&user)) return *tier;
  }
  tiers_.push_back(std::make_unique<StorageTier>(*this, user, records_, writer_, maintenance_));
  return *tiers_.back();
}

double StorageSpace::bytes() {
  ensure_counted();
  return records_.index().bytes();
}

double StorageSpace::plain_bytes() {
  ensure_counted();
  return records_.index().plain_bytes();
}

bool StorageSpace::maintain(Millis now, std::size_t steps) {
  const bool was_purging = purging();
  maintenance_.run(now, steps);
  keep_time_after_purge(was_purging);
  return needs_maintenance();
}

bool StorageSpace::observe(Millis now) {
  const bool went_back = now + clock_tolerance < latest_;
  if (went_back) {
    latest_ = now;
    ++beginnings_;
    remove_everything();
  }
  saw(now);
  return went_back;
}

void StorageSpace::remove_everything() {
  maintenance_.purge();
  keep_time_after_purge(true);
}

std::optional<Millis> StorageSpace::kept_time() {
  const auto kept =
      read_whole_number(records_.area()->get(to_utf16(records_.index().name()) + to_utf16(clock_note)).value_or(u""));
  return kept ? std::optional(Millis{*kept}) : std::nullopt;
}

Millis StorageSpace::latest_time_seen() {
  if (available() && !foreign() && !purging()) saw(kept_time().value_or(long_ago));
  return latest_;
}

void StorageSpace::keep_time(Millis now) {
  if (!available() || foreign() || purging() || now == long_ago || now < time_kept_ + time_keeping_interval) return;
  time_kept_ = now;
  // What a hit saw may lie ahead of a clock that was set back a little since.
  now = std::max(now, latest_);
  const auto kept = kept_time();
  // One that is far ahead was a wrong clock's, and has done what it could: from here on ages are told anew.
  if (kept && *kept >= now && is_believed(*kept, now)) return;
  writer_.write_note(to_utf16(records_.index().name()) + to_utf16(clock_note), to_utf16(whole_number(now.value)),
                     latest_);
}

void StorageSpace::keep_time_after_purge(bool was_purging) {
  if (!was_purging || purging()) return;
  time_kept_ = long_ago;
  keep_time(latest_);
}

}  // namespace cardcache
