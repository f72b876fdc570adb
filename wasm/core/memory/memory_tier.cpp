#include "core/memory/memory_tier.hpp"

#include <algorithm>

namespace cardcache {
namespace {

/// How many slots are looked at for an expired one when capacity is short: all have been after a few puts.
constexpr std::uint32_t expiry_sample = 8;

std::uint32_t counted_bytes(double bytes) {
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  return bytes < most ? static_cast<std::uint32_t>(std::max(bytes, 0.0)) : most;
}

}  // namespace

std::optional<SlotId> MemoryTier::put(std::string_view key, const EntryFacts& facts, Millis now) {
  const auto hash = hash_of(key);
  if (const auto known = index_.find(key, hash)) return renew(SlotId{*known}, facts, now);
  if (!may_fit(facts)) return std::nullopt;
  const auto id = index_.insert(key, hash, facts.tags);
  if (id >= timestamps_.size()) {
    timestamps_.grow_to(id + 1);
    uses_.grow_to(id + 1);
    deadlines_.resize(id + 1, long_ago.value);
  }
  fill(id, facts, now);
  make_capacity(id, now);
  eviction_.insert(id, hash, value_of(facts));
  return SlotId{id};
}

std::optional<SlotId> MemoryTier::renew(SlotId slot, const EntryFacts& facts, Millis now) {
  const auto id = number(slot);
  if (!may_fit(facts)) {
    evict(slot, RemovalCause::capacity);
    return std::nullopt;
  }
  bytes_ -= details_[id].bytes;
  if (index_.tags(id) != facts.tags) index_.retag(id, facts.tags);
  fill(id, facts, now);
  if (fits()) {
    eviction_.set_value(id, value_of(facts));
    eviction_.use(id);
  } else {
    // Out of the queues while others are evicted, so that what was just put is not what goes.
    eviction_.remove(id);
    make_capacity(id, now);
    eviction_.insert(id, hash_of(index_.key(id)), value_of(facts));
  }
  return slot;
}

void MemoryTier::fill(std::uint32_t id, const EntryFacts& facts, Millis now) {
  const auto deadline = std::min(facts.expires_at, now + limits_.ttl);
  timestamps_[id] = facts.timestamp;
  deadlines_[id] = deadline.value;
  ends_.set(id, facts.expires_at == deadline ? long_ago : facts.expires_at);
  graces_.set(id, facts.grace);
  auto extras = details_[id].extras;
  if (facts.cost != 1 || !facts.version.empty()) {
    if (extras == 0) extras = take_extras();
    extras_[extras] = {facts.version, facts.cost};
  } else if (extras != 0) {
    drop_extras(extras);
    extras = 0;
  }
  const Details details{.bytes = counted_bytes(facts.bytes),
                        .extras = extras & Details::most_extras,
                        .exempt_from_events = facts.exempt_from_events,
                        .is_stored = facts.is_stored};
  details_.set(id, details);
  bytes_ += details.bytes;
}

MemoryTier::Facts MemoryTier::facts(SlotId slot) const {
  const auto id = number(slot);
  const auto end = ends_[id];
  const auto details = details_[id];
  return {.timestamp = timestamps_[id],
          .expires_at = end == long_ago ? Millis{deadlines_[id]} : end,
          .bytes = static_cast<double>(details.bytes),
          .exempt_from_events = details.exempt_from_events != 0,
          .is_stored = details.is_stored != 0};
}

void MemoryTier::note_stored(SlotId slot) {
  auto details = details_[number(slot)];
  details.is_stored = true;
  details_.set(number(slot), details);
}

std::uint32_t MemoryTier::take_extras() {
  if (free_extras_.empty()) {
    extras_.emplace_back();
    return static_cast<std::uint32_t>(extras_.size() - 1);
  }
  const auto number = free_extras_.back();
  free_extras_.pop_back();
  return number;
}

void MemoryTier::drop_extras(std::uint32_t number) {
  extras_[number] = {};
  free_extras_.push_back(number);
}

void MemoryTier::make_capacity(std::uint32_t excluded, Millis now) {
  while (!fits()) {
    const auto expired = find_expired(excluded, now);
    expired ? evict(*expired, RemovalCause::expired) : evict(SlotId{eviction_.evict()}, RemovalCause::capacity);
  }
}

double MemoryTier::value_of(const EntryFacts& facts) const {
  return limits_.max_bytes == std::numeric_limits<double>::infinity() ? facts.cost
                                                                      : facts.cost / std::max(facts.bytes, 1.0);
}

std::optional<SlotId> MemoryTier::find_expired(std::uint32_t excluded, Millis now) {
  for (std::uint32_t seen = 0; seen < std::min(expiry_sample, timestamps_.size()); ++seen) {
    const auto id = looked_at_ = (looked_at_ + 1) % timestamps_.size();
    if (id != excluded && index_.contains(id) && deadlines_[id] <= now.value) return SlotId{id};
  }
  return std::nullopt;
}

std::optional<SlotId> MemoryTier::find(std::string_view key) const {
  const auto id = index_.find(key);
  return id ? std::optional(SlotId{*id}) : std::nullopt;
}

bool MemoryTier::is_fresh(SlotId slot, Millis now) const { return may_serve(slot, now, Millis{0}); }

bool MemoryTier::may_serve(SlotId slot, Millis now, Millis grace) const {
  const auto id = number(slot);
  const Millis deadline{deadlines_[id]};
  const auto later_end = ends_[id];
  // What ends while resident is kept for its grace: it may lie nowhere else.
  const bool resident = now < deadline || later_end == long_ago;
  const auto end = later_end == long_ago ? deadline : later_end;
  return resident && now < end + grace && is_believed(timestamps_[id], now);
}

void MemoryTier::remove(SlotId slot) { release(slot, RemovalCause::expired, false); }

void MemoryTier::evict(SlotId slot, RemovalCause why) { release(slot, why, true); }

void MemoryTier::release(SlotId slot, RemovalCause why, bool evicted) {
  const auto id = number(slot);
  eviction_.remove(id);
  const auto details = details_[id];
  bytes_ -= details.bytes;
  if (details.extras != 0) drop_extras(details.extras);
  details_.set(id, {});
  deadlines_[id] = long_ago.value;
  uses_[id] = {};
  index_.erase(id);
  dropped_.push_back({slot, why, evicted});
}

}  // namespace cardcache
