// What idle time is for: going over the area in slices, removing what has ended or is void, making room that a write
// could not make at once.
#include <algorithm>
#include <limits>

#include "core/keys.hpp"
#include "core/storage_space.hpp"
#include "core/text.hpp"

namespace cardcache {
namespace {

/// An area that never says where it ends is left here; five million units hold no more keys that are ours.
constexpr std::size_t most_keys = std::size_t{1} << 20U;

}  // namespace

bool StorageSpace::has_upkeep() const {
  const auto doomed = [](const auto& tier) { return !tier->doomed_.empty() || tier->cleared_.size() > 0; };
  return walking_ || !unseen_.empty() || !pending_.empty() || trim_ || std::ranges::any_of(tiers_, doomed);
}

void StorageSpace::begin_sweep() {
  if (!area_) return;
  // What the area refused to let go of is tried once more.
  for (const auto& tier : tiers_) {
    tier->doomed_.clear();
    tier->void_.for_each([&](std::string_view key, std::uint32_t) { tier->doomed_.emplace_back(key); });
  }
  if (walking_ || !unseen_.empty()) return;
  walking_ = true;
  sweeping_ = false;
  at_ = 0;
  ++walk_;
}

void StorageSpace::recount() {
  if (!area_) return;
  unseen_.clear();
  walking_ = true;
  counted_ = false;
  sweeping_ = false;
  at_ = 0;
  ++walk_;
}

void StorageSpace::ensure_counted() {
  constexpr auto all = std::numeric_limits<std::size_t>::max();
  if (counted_ || purging_) return;
  while (walking_) walk_some(std::nullopt, 256);
  check_unseen(std::nullopt, all);
}

bool StorageSpace::tend(Millis now, std::size_t steps) {
  if (!area_) return false;
  auto done = remove_doomed(steps);
  while (done < steps && !pending_.empty()) {
    auto record = std::move(pending_.front());
    pending_.erase(pending_.begin());
    if (record.facts.timestamp <=
        record.tier->invalidations_.latest_for(record.key, record.tags, record.facts.kept_on_event)) {
      record.tier->forget(record.key);
      ++done;
      continue;
    }
    const auto before = evicted_.size();
    const auto written = attempt(record, now, steps - done, true);
    done += 1 + evicted_.size() - before;
    if (written == StorageTier::Write::stored) continue;
    if (written == StorageTier::Write::waits) {
      pending_.insert(pending_.begin(), std::move(record));
      return true;
    }
    record.tier->remove(record.key);
    given_up_.emplace_back(record.tier, record.key);
  }
  // Meeting a record costs less than half of removing one.
  if (done < steps && walking_) done += walk_some(now, purging_ ? steps - done : 2 * (steps - done)) / 2 + 1;
  if (done < steps && !walking_) done += check_unseen(now, steps - done);
  if (sweeping_ && !walking_ && unseen_.empty()) forget_invalidations(now);
  if (done < steps && counted_ && trim_) {
    Need need{bytes_ - budget_, 0};
    trim_ = make_room(need, 0, never.value, {}, now, steps - done, true) == Room::later;
  }
  return has_upkeep();
}

std::size_t StorageSpace::remove_doomed(std::size_t steps) {
  std::size_t done = 0;
  for (const auto& tier : tiers_) {
    for (; done < steps && !tier->doomed_.empty(); ++done) {
      const auto key = std::move(tier->doomed_.back());
      tier->doomed_.pop_back();
      // Overwritten or gone in the meantime.
      if (!tier->void_.find(key)) continue;
      if (area_->remove(tier->area_key(key))) tier->end_void(key);
    }
    while (done < steps && tier->cleared_.size() > 0) {
      const auto id = --tier->cleared_end_;
      if (!tier->cleared_.contains(id)) continue;
      ++done;
      const std::string key = tier->cleared_.key(id);
      const auto bytes = tier->cleared_facts_[id].bytes;
      tier->end_cleared(id);
      if (!area_->remove(tier->area_key(key))) tier->add_void(key, bytes);
    }
  }
  return done;
}

std::size_t StorageSpace::walk_some(std::optional<Millis> now, std::size_t steps) {
  if (now && at_ == 0) begin_sweeping(*now);
  if (!now) sweeping_ = false;
  auto walk = area_->walk(to_utf16(name_), at_, steps, record_head_units);
  std::size_t removed = 0;
  for (auto& head : walk.heads) removed += meet(head, now) ? 0 : 1;
  // What follows has moved up by as many.
  at_ += walk.visited - std::min(walk.visited, removed);
  if (walk.visited < steps || at_ > most_keys) end_walk(now);
  return std::max<std::size_t>(walk.visited, 1);
}

/// True where it stays.
bool StorageSpace::meet(StoredHead& head, std::optional<Millis> now) {
  const auto area_key = to_wtf8(head.name);
  std::string_view key;
  auto& tier = tier_for(area_key, key);
  if (key.starts_with('!')) return form_.foreign || meet_note(head, now);
  if (!is_valid_key(key)) return true;
  const auto record = read_head(head.name, head);
  if (!record && form_.foreign) return true;
  const auto known = tier.index_.find(key);
  if (purging_ && !known) {
    tier.remove(key);
    return tier.is_void(key);
  }
  if (tier.is_void(key)) return true;
  auto facts = facts_of(head.name, head, record);
  facts.walk = walk_;
  const bool invalidated =
      now && record &&
      (facts.timestamp <= tier.void_until_ ||
       facts.timestamp <= tier.swept_by_.latest_for(key, record->facts.tags, record->facts.kept_on_event));
  bool gone = invalidated;
  if (record) {
    const auto grace = grace_of(key, std::max(record->facts.grace, tier.kept_for(key)));
    gone = gone || (now && (facts.end + grace <= *now || !is_believed(facts.timestamp, *now)));
  } else if (Record whole; now) {
    // What another core's format says is that core's business: here it is the first to go when room is short.
    gone = read_record(head.name, head.text, form_, whole) != RecordFault::version;
    // Nobody here can tell what makes it void.
    if (!gone) tier.walk_of_unread_ = walk_;
  }
  tier.remember(key, facts, record ? record->facts.tags : std::vector<std::string>{});
  if (!gone) return true;
  const std::string name(key);
  tier.remove(name);
  if (tier.is_void(name)) return true;
  if (!invalidated) evicted_.push_back({&tier, name, Why::expired});
  return false;
}

bool StorageSpace::meet_note(const StoredHead& head, std::optional<Millis> now) {
  const auto area_key = to_wtf8(head.name);
  const auto note = std::string_view(area_key).substr(area_key.find('!'));
  // The clock's note goes last of all: a purge that is cut short must be taken up again after a reload.
  bool gone = purging_ && note != clock_note && !note_bytes_.find(area_key);
  if (now && note.starts_with(invalidation_note)) {
    // Those that say something go when nothing is left that they make void: forget_invalidations().
    const auto at = read_whole_number(head.text);
    const bool old = !at || Millis{*at} < *now - shortest_invalidation_life;
    gone = gone || (old && !Invalidation::from_note(note, head.text));
  }
  if (gone && area_->remove(head.name)) {
    count_note(area_key, 0);
    return false;
  }
  count_note(area_key, static_cast<double>(stored_bytes(head.name)) + (head.wide ? head.units * 2 : head.units));
  return true;
}

void StorageSpace::end_walk(std::optional<Millis> now) {
  walking_ = false;
  at_ = 0;
  counted_ = true;
  for (const auto& tier : tiers_) {
    tier->index_.for_each([&](KeyIndex::Id id) {
      const auto& facts = tier->stored_[id];
      if (facts.walk != walk_ && facts.bytes > 0) unseen_.emplace_back(tier.get(), tier->index_.key(id));
    });
  }
  check_notes();
  trim_ = bytes_ > budget_;
  if (now && sweeping_) list_unmet(*now);
  if (!purging_) return;
  purging_ = false;
  time_kept_ = long_ago;
  keep_time(latest_);
}

std::size_t StorageSpace::check_unseen(std::optional<Millis> now, std::size_t steps) {
  std::size_t done = 0;
  for (; done < steps && !unseen_.empty(); ++done) {
    const auto [tier, key] = std::move(unseen_.back());
    unseen_.pop_back();
    const auto name = tier->area_key(key);
    if (tier->index_.find(key)) on_change(tier->prefix_ + key, area_->get(name));
    if (!now) sweeping_ = false;
    if (auto head = now ? area_->head(name, record_head_units) : std::nullopt) meet(*head, now);
  }
  return done;
}

std::optional<Invalidation> StorageSpace::invalidation_of_note(std::string_view area_key, StorageTier*& tier) {
  std::string_view note;
  tier = &tier_for(area_key, note);
  if (!note.starts_with(invalidation_note)) return std::nullopt;
  const auto text = area_->get(to_utf16(area_key));
  return text ? Invalidation::from_note(note, *text) : std::nullopt;
}

void StorageSpace::begin_sweeping(Millis now) {
  sweeping_ = true;
  for (const auto& tier : tiers_) tier->swept_by_ = tier->invalidations_;
  note_bytes_.for_each([&](std::string_view area_key, std::uint32_t) {
    StorageTier* tier = nullptr;
    auto one = invalidation_of_note(area_key, tier);
    // One that lies ahead shows that a clock was wrong: whoever opens its user's cache begins anew.
    if (one && is_believed(one->at, now)) tier->swept_by_.add(std::move(*one));
  });
}

/// The area's order may change under a walk, and what was never met is not missed: before an invalidation is forgotten,
/// every name is asked for.
void StorageSpace::list_unmet(Millis now) {
  const auto old = now - shortest_invalidation_life;
  bool met_late = false;
  note_bytes_.for_each([&](std::string_view area_key, std::uint32_t) {
    StorageTier* tier = nullptr;
    const auto one = invalidation_of_note(area_key, tier);
    met_late = met_late || (one && one->at < old && !tier->swept_by_.cover(*one));
  });
  const auto may_forget = [old](const auto& tier) { return tier->swept_by_.has_older(old); };
  sweeping_ = !met_late && std::ranges::any_of(tiers_, may_forget);
  if (met_late) {
    // Another walk, which knows of them from its beginning on.
    walking_ = true;
    ++walk_;
  }
  if (!sweeping_) return;
  for (const auto& name : area_->keys_with_prefix(to_utf16(name_))) {
    const auto area_key = to_wtf8(name);
    std::string_view key;
    auto& tier = tier_for(area_key, key);
    const auto id = tier.index_.find(key);
    if (is_valid_key(key) && !(id && tier.stored_[*id].walk == walk_)) unseen_.emplace_back(&tier, key);
  }
}

/// Of what these made void nothing is left.
void StorageSpace::forget_invalidations(Millis now) {
  sweeping_ = false;
  const auto old = now - shortest_invalidation_life;
  const auto is_clean = [&](const StorageTier& tier) { return !tier.has_void() && tier.walk_of_unread_ != walk_; };
  std::vector<std::string> gone;
  note_bytes_.for_each([&](std::string_view area_key, std::uint32_t) {
    StorageTier* tier = nullptr;
    const auto one = invalidation_of_note(area_key, tier);
    if (one && one->at < old && is_clean(*tier) && tier->swept_by_.cover(*one)) gone.emplace_back(area_key);
  });
  for (const auto& area_key : gone) {
    if (area_->remove(to_utf16(area_key))) count_note(area_key, 0);
  }
  for (const auto& tier : tiers_) {
    if (is_clean(*tier) && !tier->keeps_invalidations_) tier->invalidations_.expire(old, tier->swept_by_);
  }
}

/// Notes are few: a hundred invalidations a user at most.
void StorageSpace::check_notes() {
  std::vector<std::string> gone;
  note_bytes_.for_each([&](std::string_view key, std::uint32_t) {
    if (!area_->get(to_utf16(key))) gone.emplace_back(key);
  });
  for (const auto& key : gone) count_note(key, 0);
}

void StorageSpace::remove_everything() {
  if (!area_) return;
  for (const auto& tier : tiers_) {
    tier->index_ = {};
    tier->stored_.clear();
    tier->void_.clear();
    tier->doomed_.clear();
    tier->cleared_ = {};
    tier->cleared_facts_.clear();
    tier->void_until_ = long_ago;
    tier->swept_by_.clear();
  }
  pending_.clear();
  unseen_.clear();
  note_bytes_.clear();
  bytes_ = plain_bytes_ = 0;
  recount();
  purging_ = true;
  walk_some(std::nullopt, most_at_once);
}

}  // namespace cardcache
