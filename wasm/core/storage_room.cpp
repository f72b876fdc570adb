// Writing where room is short: what goes for a record, how much of it at once, and what is not worth it.
#include <algorithm>
#include <utility>

#include "core/keys.hpp"
#include "core/storage_space.hpp"
#include "core/text.hpp"

namespace cardcache {
namespace {

/// After an eviction this share of the budget is free, so that not every write has to sort all records again.
constexpr double slack = 0.05;

/// One endpoint may take this share of what all records take. Its own go for what it writes beyond that, and before
/// others' for what others write, as long as the rest of them takes more: a card that never asks the same question
/// twice pushes out nobody else's answers, and one large answer is no junk.
constexpr double endpoint_share = 0.25;

/// What was used just now counts as if that were so long ago.
constexpr Millis shortest_idle{60'000};

/// What losing a record costs for a while to come.
double stake_of(const StoredFacts& facts, Millis now) {
  const auto idle = std::max(now - std::max(facts.last_use, facts.timestamp), Millis{0}) + shortest_idle;
  return facts.cost / idle.value;
}

}  // namespace

const StorageSpace::Pending* StorageSpace::pending(const StorageTier* tier, std::string_view key) const {
  for (const auto& one : pending_) {
    if (one.tier == tier && one.key == key) return &one;
  }
  return nullptr;
}

void StorageSpace::abandon(const StorageTier* tier, std::optional<std::string_view> key) {
  std::erase_if(pending_, [&](const Pending& one) { return one.tier == tier && (!key || one.key == *key); });
}

StorageTier::Write StorageSpace::write(Pending record, Millis now) {
  using Write = StorageTier::Write;
  auto& tier = *record.tier;
  abandon(&tier, record.key);
  const auto written = record.facts.bytes <= budget_ ? attempt(record, now, most_at_once, false) : Write::quota;
  if (written == Write::stored) return written;
  tier.remove(record.key);
  if (written != Write::waits) return written;
  // It is an entry like others for whoever asks, deletes or invalidates; its bytes count once they lie there.
  auto facts = record.facts;
  facts.bytes = facts.plain_bytes = facts.units = 0;
  tier.remember(record.key, facts, record.tags);
  pending_.push_back(std::move(record));
  return written;
}

StorageTier::Write StorageSpace::attempt(Pending& record, Millis now, std::size_t steps, bool idle) {
  using Write = StorageTier::Write;
  auto& tier = *record.tier;
  // What was cleared and still lies there goes first.
  if (bytes_ + record.facts.bytes > budget_) steps -= remove_doomed(steps);
  for (bool looked_again = false;;) {
    if (!record.origin_full) {
      const auto known = tier.index_.find(record.key);
      record.need.bytes = bytes_ + record.facts.bytes - (known ? tier.stored_[*known].bytes : 0) - budget_;
    }
    const double spare = record.origin_full ? 0 : budget_ * slack;
    const double stake = stake_of(record.facts, now) * most_displaced;
    switch (make_room(record.need, spare, stake, {&tier, record.key}, now, steps, idle)) {
      case Room::later:
        return Write::waits;
      case Room::none:
        // What was remembered was not what lies there, and by now it is.
        if (!std::exchange(repaired_, false) || std::exchange(looked_again, true)) return Write::quota;
        continue;
      case Room::there:
        break;
    }
    if (area_->set(record.name, record.text)) {
      tier.remember(record.key, record.facts, record.tags);
      return Write::stored;
    }
    if (!area_->is_full()) return Write::refused;
    if (record.retries-- == 0) return Write::quota;
    // The origin's own quota is shared with the whole page: it can be full long before our budget is. How much it lacks
    // nobody can tell; what the record takes is enough, so where we have less to give nothing is given in vain.
    if (!record.origin_full) {
      const auto older = tier.index_.find(record.key);
      const auto freed = older ? tier.stored_[*older] : StoredFacts{};
      tier.remove(record.key);
      record.origin_full = true;
      record.need = {record.facts.bytes - freed.bytes, record.facts.units - freed.units};
    } else {
      record.need = {record.facts.bytes, record.facts.units};
    }
  }
}

std::vector<StorageSpace::Candidate> StorageSpace::candidates(const Spared& spared, Millis now) const {
  const auto most = bytes_ * endpoint_share;
  // The endpoint that is written, where it has its share already.
  std::optional<std::uint32_t> own;
  if (spared.tier) {
    own = spared.tier->index_.find_endpoint(split_key(spared.key).endpoint);
    if (own && endpoint_bytes(*spared.tier)[*own] <= most) own.reset();
  }
  std::vector<Candidate> all;
  for (const auto& tier : tiers_) {
    const auto bytes = endpoint_bytes(*tier);
    tier->index_.for_each([&](KeyIndex::Id id) {
      const auto& facts = tier->stored_[id];
      if (facts.bytes == 0 || (tier.get() == spared.tier && tier->index_.key(id) == spared.key)) return;
      const auto endpoint = tier->index_.endpoint(id);
      auto turn = Turn::other;
      if (facts.end <= now || !is_believed(facts.timestamp, now)) {
        turn = Turn::expired;
      } else if (own ? tier.get() == spared.tier && endpoint == *own : bytes[endpoint] - facts.bytes > most) {
        turn = Turn::of_large_endpoint;
      }
      all.push_back({tier.get(), id, turn, stake_of(facts, now) / facts.bytes});
    });
  }
  return all;
}

std::vector<double> StorageSpace::endpoint_bytes(const StorageTier& tier) {
  std::vector<double> bytes(tier.index_.endpoint_count());
  tier.index_.for_each([&](KeyIndex::Id id) { bytes[tier.index_.endpoint(id)] += tier.stored_[id].bytes; });
  return bytes;
}

StorageSpace::Room StorageSpace::make_room(Need& need, double spare, double stake, const Spared& spared, Millis now,
                                           std::size_t steps, bool idle) {
  if (need.met()) return Room::there;
  auto order = candidates(spared, now);
  // A heap, since mostly few of many go; its top is what is missed least.
  const auto goes_later = [](const Candidate& a, const Candidate& b) {
    return a.turn != b.turn ? a.turn > b.turn : a.worth > b.worth;
  };
  std::ranges::make_heap(order, goes_later);
  auto left = order.end();
  auto open = need;
  double displaced = 0;
  while (!open.met() && left != order.begin()) {
    std::ranges::pop_heap(order.begin(), left, goes_later);
    const auto& next = *--left;
    const auto& facts = next.tier->stored_[next.id];
    open.bytes -= facts.bytes;
    open.units -= facts.units;
    if (next.turn != Turn::expired) displaced += stake_of(facts, now);
  }
  if (!open.met() || displaced > stake) return Room::none;
  if (!idle && std::cmp_greater(order.end() - left, steps)) return Room::later;
  // What goes stands behind `left` by now, the first at the end.
  auto next = order.end();
  for (std::size_t step = 0; step < steps && next != order.begin(); ++step) {
    if (need.bytes <= -spare && need.units <= 0) break;
    if (next == left) {
      std::ranges::pop_heap(order.begin(), left, goes_later);
      --left;
    }
    --next;
    const auto freed = evict(*next->tier, next->id, now);
    need.bytes -= freed.bytes;
    need.units -= freed.units;
  }
  if (need.met()) return Room::there;
  return next == order.begin() ? Room::none : Room::later;
}

StorageSpace::Need StorageSpace::evict(StorageTier& tier, KeyIndex::Id id, Millis now) {
  const std::string key = tier.index_.key(id);
  const auto known = tier.stored_[id];
  const auto name = tier.area_key(key);
  auto head = area_->head(name, record_head_units);
  if (!head) {
    repaired_ = true;
    tier.forget(key);
    return {};
  }
  const auto record = read_head(name, *head);
  auto facts = facts_of(name, *head, record);
  const bool renewed = facts.timestamp > known.timestamp && is_believed(facts.timestamp, now);
  if (renewed || (!record && form_.foreign)) {
    repaired_ = true;
    on_change(to_wtf8(name), area_->get(name));
    return {};
  }
  tier.remove(key);
  if (tier.is_void(key)) return {};
  const bool expired = known.end <= now || !is_believed(known.timestamp, now);
  evicted_.push_back({&tier, key, expired ? Why::expired : Why::quota});
  return {facts.bytes, facts.units};
}

bool StorageSpace::put_note(const std::u16string& name, const std::u16string& text) {
  const Need whole{static_cast<double>(stored_bytes(name) + stored_bytes(text)),
                   static_cast<double>(name.size() + text.size())};
  bool written = area_->set(name, text);
  for (int retries = 2; !written && area_->is_full() && retries > 0; --retries) {
    auto need = whole;
    if (make_room(need, 0, never.value, {}, latest_, most_at_once, false) != Room::there) break;
    written = area_->set(name, text);
  }
  if (!written) return false;
  count_note(to_wtf8(name), whole.bytes);
  Need over{bytes_ - budget_, 0};
  trim_ = trim_ || make_room(over, 0, never.value, {}, latest_, most_at_once, true) == Room::later;
  return true;
}

}  // namespace cardcache
