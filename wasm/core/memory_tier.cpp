#include "core/memory_tier.hpp"

#include <algorithm>

namespace cardcache {
namespace {

/// How many slots are looked at for an expired one when room is short: all have been after a few puts.
constexpr std::size_t expiry_sample = 8;

}  // namespace

std::optional<SlotId> MemoryTier::put(std::string_view key, const EntryFacts& facts, Millis now) {
  const auto known = index_.find(key);
  if (facts.bytes > limits_.max_bytes || limits_.max_entries == 0) {
    if (known) evict(SlotId{*known}, Why::capacity);
    return std::nullopt;
  }
  if (known) {
    bytes_ -= slots_[*known].facts.bytes;
    index_.retag(*known, facts.tags);
  }
  const auto id = known ? *known : index_.insert(key, facts.tags);
  if (id >= slots_.size()) {
    slots_.resize(id + 1);
    deadlines_.resize(id + 1, long_ago.value);
    uses_.resize(id + 1);
  }
  auto& slot = slots_[id];
  slot.facts = facts;
  slot.resident_until = now + limits_.ttl;
  deadlines_[id] = std::min(facts.end, slot.resident_until).value;
  bytes_ += facts.bytes;
  const bool fits = index_.size() <= limits_.max_entries && bytes_ <= limits_.max_bytes;
  if (known && fits) {
    eviction_.set_value(id, value_of(facts));
    eviction_.use(id);
    return SlotId{id};
  }
  // Out of the queues while room is made, so that what was just put is not what goes.
  eviction_.remove(id);
  while (index_.size() > limits_.max_entries || bytes_ > limits_.max_bytes) {
    const auto expired = find_expired(id, now);
    expired ? evict(*expired, Why::expired) : evict(SlotId{eviction_.evict()}, Why::capacity);
  }
  eviction_.insert(id, hash_of(key), value_of(facts));
  return SlotId{id};
}

double MemoryTier::value_of(const EntryFacts& facts) const {
  return limits_.max_bytes == std::numeric_limits<double>::infinity() ? facts.cost
                                                                      : facts.cost / std::max(facts.bytes, 1.0);
}

std::optional<SlotId> MemoryTier::find_expired(std::uint32_t spared, Millis now) {
  for (std::size_t seen = 0; seen < std::min(expiry_sample, slots_.size()); ++seen) {
    const auto id = looked_at_ = (looked_at_ + 1) % static_cast<std::uint32_t>(slots_.size());
    if (id != spared && index_.contains(id) && deadlines_[id] <= now.value) return SlotId{id};
  }
  return std::nullopt;
}

std::optional<SlotId> MemoryTier::find(std::string_view key) const {
  const auto id = index_.find(key);
  return id ? std::optional(SlotId{*id}) : std::nullopt;
}

bool MemoryTier::is_fresh(SlotId slot, Millis now) const { return may_serve(slot, now, Millis{0}); }

bool MemoryTier::may_serve(SlotId slot, Millis now, Millis grace) const {
  const auto& entry = slots_[number(slot)];
  // What ends while resident is kept for its grace: it may lie nowhere else.
  const bool resident = now < entry.resident_until || entry.facts.end <= entry.resident_until;
  return resident && now < entry.facts.end + grace && is_believed(entry.facts.timestamp, now);
}

void MemoryTier::remove(SlotId slot) { release(slot, Why::expired, false); }

void MemoryTier::evict(SlotId slot, Why why) { release(slot, why, true); }

void MemoryTier::release(SlotId slot, Why why, bool evicted) {
  const auto id = number(slot);
  eviction_.remove(id);
  bytes_ -= slots_[id].facts.bytes;
  slots_[id] = {};
  uses_[id] = {};
  deadlines_[id] = long_ago.value;
  index_.erase(id);
  dropped_.push_back({slot, why, evicted});
}

void MemoryTier::sweep(Millis now, Millis grace) {
  for (std::uint32_t id = 0; id < slots_.size(); ++id) {
    if (index_.contains(id) && !may_serve(SlotId{id}, now, grace)) evict(SlotId{id}, Why::expired);
  }
}

MemoryTier::Use* MemoryTier::note_use(SlotId slot) {
  const auto id = number(slot);
  if (!eviction_.holds(id)) return nullptr;
  eviction_.use(id);
  auto& use = uses_[id];
  ++use.hits;
  return &use;
}

}  // namespace cardcache
