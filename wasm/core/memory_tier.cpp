#include "core/memory_tier.hpp"

#include <algorithm>

namespace cardcache {
namespace {

/// Among how many of the least recently used the cheapest to lose is looked for.
constexpr int eviction_sample = 8;

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
    unlink(*known);
  }
  const auto id = known ? *known : index_.insert(key, facts.tags);
  if (id >= slots_.size()) {
    slots_.resize(id + 1);
    deadlines_.resize(id + 1, long_ago.value);
  }
  auto& slot = slots_[id];
  slot.facts = facts;
  slot.resident_until = now + limits_.ttl;
  deadlines_[id] = std::min(facts.end, slot.resident_until).value;
  bytes_ += facts.bytes;
  link_newest(id);
  while (index_.size() > limits_.max_entries || bytes_ > limits_.max_bytes) {
    evict(SlotId{victim(id)}, Why::capacity);
  }
  return SlotId{id};
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
  unlink(id);
  bytes_ -= slots_[id].facts.bytes;
  slots_[id] = {};
  deadlines_[id] = long_ago.value;
  index_.erase(id);
  dropped_.push_back({slot, why, evicted});
}

void MemoryTier::sweep(Millis now, Millis grace) {
  for (std::uint32_t id = 0; id < slots_.size(); ++id) {
    if (index_.contains(id) && !may_serve(SlotId{id}, now, grace)) evict(SlotId{id}, Why::expired);
  }
}

void MemoryTier::note_use(SlotId slot) {
  const auto id = number(slot);
  if (!index_.contains(id)) return;
  ++slots_[id].hits;
  if (id == newest_) return;
  unlink(id);
  link_newest(id);
}

void MemoryTier::unlink(std::uint32_t id) {
  auto& slot = slots_[id];
  (slot.newer == none ? newest_ : slots_[slot.newer].older) = slot.older;
  (slot.older == none ? oldest_ : slots_[slot.older].newer) = slot.newer;
  slot.newer = slot.older = none;
}

void MemoryTier::link_newest(std::uint32_t id) {
  slots_[id].older = newest_;
  (newest_ == none ? oldest_ : slots_[newest_].newer) = id;
  newest_ = id;
}

std::uint32_t MemoryTier::victim(std::uint32_t spared) const {
  auto best = none;
  auto candidate = oldest_;
  for (int seen = 0; candidate != none && seen < eviction_sample; candidate = slots_[candidate].newer) {
    if (candidate == spared) continue;
    ++seen;
    if (best == none || slots_[candidate].facts.cost < slots_[best].facts.cost) best = candidate;
  }
  return best;
}

}  // namespace cardcache
