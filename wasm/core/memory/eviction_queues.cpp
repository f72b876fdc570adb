#include "core/memory/eviction_queues.hpp"

#include <algorithm>
#include <utility>

namespace cardcache {
namespace {

/// The share of the trial, by style. With all of it the main queue drains.
constexpr std::array<std::uint32_t, 3> trial_percent{100, 30, 1};
/// Among how many at a queue's end the least valued is looked for.
constexpr int sample = 16;
/// Uses are halved when they have grown by this for every entry: what was popular once must be overtaken some day.
constexpr std::uint32_t uses_until_aging = 10;
/// Ghosts for every entry.
constexpr std::size_t ghost_share = 2;
/// The node of an end, which is in no list of entries.
constexpr std::uint32_t no_node = 0;

}  // namespace

EvictionQueues::EvictionQueues(EvictionStyle style) : style_(style) {
  nodes_.grow_to(nowhere);
  nodes_[main].newer = nodes_[main].older = main;
}

void EvictionQueues::set_style(EvictionStyle style) {
  order();
  style_ = style;
}

void EvictionQueues::insert(Id id, std::uint32_t hash, float value) {
  const auto at = index(id);
  if (at == nodes_.size()) nodes_.grow_to(at + 1);
  auto& node = nodes_[at];
  node.hash = hash;
  values_.set(at, value);
  node.uses = node.spared = 0;
  const auto ghost = ghosts_.take(hash);
  auto place = trial;
  ++counted_;
  if (ghost) {
    counted_ += weight_of_use;
    if (style_ != EvictionStyle::trial) {
      node.uses = std::min<std::uint8_t>(ghost->uses + 1, Ghosts::most_uses);
    } else if (ghost->from_trial) {
      place = main;
    }
  }
  push(at, place);
  if (counted_ > size() * uses_until_aging * weight_of_use) age();
}

void EvictionQueues::make_newest(std::uint32_t at) {
  if (style_ == EvictionStyle::recency) {
    move(at, trial);
  } else if (style_ == EvictionStyle::frequency) {
    take_out(nodes_[at]);
    put_newest(at, nodes_[at].place);
  }
}

void EvictionQueues::remove(Id id) {
  if (holds(id)) unlink(nodes_[index(id)]);
}

EvictionQueues::Id EvictionQueues::evict() {
  ghosts_.fit(size() * ghost_share);
  const auto room = std::max(1U, size() * trial_percent[static_cast<std::size_t>(style_)] / 100);
  for (;;) {
    const auto from = sizes_[main] > 0 && sizes_[trial] < room ? main : trial;
    const auto last = least_valued_end(from);
    auto& node = nodes_[last];
    if (style_ == EvictionStyle::trial) {
      if (node.uses < (from == main ? 1 : 2)) return fall(last);
      // Each use in the main queue spares once, but a great many do not spare for ever.
      node.uses = from == main ? std::min<std::uint8_t>(node.uses, 3) - 1 : 0;
    } else if (style_ == EvictionStyle::recency || from == main) {
      return fall(last);
    } else if (sizes_[main] > 0 && sizes_[trial] <= room + 1) {
      const auto victim = least_valued_end(main);
      const auto& other = nodes_[victim];
      // By more than one: in a loop the newcomer's present use is counted and the victim's is still to come.
      const bool worth_more =
          static_cast<float>(node.uses + 1) * values_[last] > static_cast<float>(other.uses + 2) * values_[victim];
      if (!worth_more) return fall(last);
      move(last, main);
      return fall(victim);
    }
    move(last, main);
  }
}

EvictionQueues::Id EvictionQueues::fall(std::uint32_t at) {
  auto& node = nodes_[at];
  ghosts_.put(node.hash, {node.uses, node.place == trial});
  unlink(node);
  return at - nowhere;
}

std::uint32_t EvictionQueues::least_valued_end(Place place) {
  const auto worth = [&](std::uint32_t at) { return values_[at] / static_cast<float>(nodes_[at].spared + 1); };
  const auto oldest = nodes_[place].newer;
  auto least = oldest;
  auto at = oldest;
  for (int seen = 0; seen < sample; ++seen, at = nodes_[at].newer) {
    if (at == place) {
      if (!is_unordered_) break;
      order();
      return least_valued_end(place);
    }
    if (worth(at) < worth(least)) least = at;
  }
  while (nodes_[place].newer != least) {
    const auto spared = nodes_[place].newer;
    if (nodes_[spared].spared < 255) ++nodes_[spared].spared;
    move(spared, place);
  }
  return least;
}

void EvictionQueues::take_out(const Node& node) {
  nodes_[node.newer].older = node.older;
  nodes_[node.older].newer = node.newer;
}

void EvictionQueues::put_newest(std::uint32_t at, Place place) {
  auto& node = nodes_[at];
  node.newer = place;
  node.older = nodes_[place].older;
  nodes_[node.older].newer = nodes_[place].older = at;
}

void EvictionQueues::unlink(Node& node) {
  if (node.place == unordered) {
    --sizes_[trial];
  } else {
    take_out(node);
    --sizes_[node.place];
  }
  node.place = nowhere;
}

void EvictionQueues::order() {
  last_stamp_ = 0;
  if (!std::exchange(is_unordered_, false)) return;
  // Merge sort: each place holds nothing or a sorted list of that power of two.
  std::array<std::uint32_t, 32> lists{};
  for (std::uint32_t at = nowhere; at < nodes_.size(); ++at) {
    if (nodes_[at].place != unordered) continue;
    nodes_[at].newer = no_node;
    auto list = at;
    auto* place = lists.data();
    for (; *place != no_node; ++place) list = merge(std::exchange(*place, no_node), list);
    *place = list;
  }
  auto sorted = no_node;
  for (const auto list : lists) sorted = merge(sorted, list);
  while (sorted != no_node) {
    const auto at = std::exchange(sorted, nodes_[sorted].newer);
    nodes_[at].place = trial;
    put_newest(at, trial);
  }
}

std::uint32_t EvictionQueues::merge(std::uint32_t one, std::uint32_t other) {
  auto first = no_node;
  auto* end = &first;
  while (one != no_node && other != no_node) {
    auto& next = nodes_[one].stamp < nodes_[other].stamp ? one : other;
    *end = next;
    end = &nodes_[next].newer;
    next = *end;
  }
  *end = one != no_node ? one : other;
  return first;
}

void EvictionQueues::push(std::uint32_t at, Place place) {
  ++sizes_[place];
  if (style_ == EvictionStyle::recency && place == trial) {
    if (last_stamp_ == last_possible_stamp) order();
    is_unordered_ = true;
    nodes_[at].place = unordered;
    nodes_[at].stamp = ++last_stamp_;
  } else {
    nodes_[at].place = place;
    put_newest(at, place);
  }
}

void EvictionQueues::move(std::uint32_t at, Place place) {
  unlink(nodes_[at]);
  push(at, place);
}

void EvictionQueues::age() {
  counted_ = 0;
  for (std::uint32_t at = 0; at < nodes_.size(); ++at) nodes_[at].uses /= 2;
  ghosts_.age();
}

}  // namespace cardcache
