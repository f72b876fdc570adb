#include "core/memory/eviction.hpp"

#include <algorithm>

namespace cardcache {
namespace {

/// Of fewer entries there is nothing to learn.
constexpr std::uint32_t least_observed = 16;
/// How far back hit ratios look, in requests for each entry of a miniature. Half of it follows a page faster and gains
/// 0.03 points on the traces of the tests; where hits come in bursts it goes astray with them (a walk to and fro:
/// -3.1).
constexpr float requests_remembered = 100;
/// By how much another style must lead to take over: a change costs, since entries lie as the last style left them. LRU
/// is left less readily than it is come back to, so that where the others are not clearly better it stays.
constexpr float lead = 0.005F, lead_over_recency = 0.0075F;
constexpr std::uint32_t all_hashes = 0xFFFFFFFF;

/// The last steps of MurmurHash3.
std::uint32_t mixed(std::uint32_t hash) {
  hash = (hash ^ hash >> 16) * 0x85EBCA6B;
  hash = (hash ^ hash >> 13) * 0xC2B2AE35;
  return hash ^ hash >> 16;
}

}  // namespace

bool Miniature::access(std::uint32_t hash, std::uint32_t room) {
  for (auto at = head_of(hash); at != none; at = next_[at]) {
    if (queues_.hash(at) != hash) continue;
    queues_.use(at);
    return true;
  }
  auto id = static_cast<Link>(queues_.size());
  if (id >= room) {
    id = static_cast<Link>(queues_.evict());
    auto* link = &head_of(queues_.hash(id));
    while (*link != id) link = &next_[*link];
    *link = next_[id];
  }
  queues_.insert(id, hash, 1);
  next_[id] = head_of(hash);
  head_of(hash) = id;
  return false;
}

void Eviction::insert(Id id, std::uint32_t hash, double value) {
  hash = mixed(hash);
  if (hash < observed_below_) observe(hash);
  queues_.insert(id, hash, static_cast<float>(value));
}

Eviction::Id Eviction::evict() {
  const auto size = queues_.size();
  if (size >= least_observed) {
    room_ = std::min(size, Miniature::most_room);
    observed_below_ = size <= room_ ? all_hashes : all_hashes / size * room_;
  }
  return queues_.evict();
}

void Eviction::observe(std::uint32_t hash) {
  const auto room = static_cast<float>(room_);
  seen_ = std::min(seen_ + 1, requests_remembered * room);
  const auto needed = style() == EvictionStyle::recency ? lead_over_recency : lead;
  auto best = leading_;
  for (std::size_t i = 0; i < miniatures_.size(); ++i) {
    const float hit = miniatures_[i].access(hash, room_) ? 1 : 0;
    hit_ratios_[i] += (hit - hit_ratios_[i]) / seen_;
    if (hit_ratios_[i] > hit_ratios_[best] + (best == leading_ ? needed : 0)) best = i;
  }
  if (best == leading_ || seen_ < room / 8) return;
  leading_ = best;
  queues_.set_style(style());
}

}  // namespace cardcache
