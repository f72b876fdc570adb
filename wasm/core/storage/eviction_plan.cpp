#include "core/storage/eviction_plan.hpp"

#include <algorithm>

#include "core/keys/keys.hpp"

namespace cardcache {
namespace {

/// One endpoint may take this share of what all records take. Its own go for what it writes beyond that, and before
/// others' for what others write, as long as the rest of them takes more: a card that never asks the same question
/// twice pushes out nobody else's answers, and one large answer is no junk.
constexpr double endpoint_share = 0.25;

/// What was used just now counts as if that were so long ago.
constexpr Millis shortest_idle{60'000};

bool goes_later(const EvictionPlan::Candidate& a, const EvictionPlan::Candidate& b) {
  return a.in != b.in ? a.in > b.in : a.value_per_byte > b.value_per_byte;
}

}  // namespace

double retention_value(const StoredFacts& facts, Millis now) {
  const auto idle = std::max(now - std::max(facts.last_use, facts.timestamp), Millis{0}) + shortest_idle;
  return facts.cost / idle.value;
}

EvictionPlan::EvictionPlan(const NamespaceIndex& index, const Excluded& excluded, Millis now) {
  const auto share = index.bytes() * endpoint_share;
  // The endpoint that is written, where it has its share already.
  std::optional<std::uint32_t> own;
  if (excluded.user) {
    const auto& records = excluded.user->records;
    own = records.keys().find_endpoint(split_key(excluded.key).endpoint);
    if (own && records.endpoint_bytes()[*own] <= share) own.reset();
  }
  for (const auto& user : index.users()) add_candidates(*user, excluded, own, share, now);
  std::ranges::make_heap(candidates_, goes_later);
  heap_end_ = next_ = candidates_.size();
}

void EvictionPlan::add_candidates(UserRecords& user, const Excluded& excluded, std::optional<std::uint32_t> own,
                                  double share, Millis now) {
  using Class = Candidate::Class;
  const auto& keys = user.records.keys();
  const bool is_writing = &user == excluded.user;
  const auto bytes = user.records.endpoint_bytes();
  keys.for_each([&](KeyIndex::Id id) {
    const auto& facts = user.records.facts(id);
    if (facts.bytes == 0 || (is_writing && keys.key(id) == excluded.key)) return;
    const auto endpoint = keys.endpoint(id);
    auto in = Class::other;
    if (facts.expires_at <= now || !is_believed(facts.timestamp, now)) {
      in = Class::expired;
    } else if (own ? is_writing && endpoint == *own : bytes[endpoint] - facts.bytes > share) {
      in = Class::of_large_endpoint;
    }
    candidates_.push_back({&user, id, in, retention_value(facts, now) / facts.bytes});
  });
}

const EvictionPlan::Candidate& EvictionPlan::sort_next() {
  std::ranges::pop_heap(candidates_.begin(), candidates_.begin() + static_cast<std::ptrdiff_t>(heap_end_), goes_later);
  return candidates_[--heap_end_];
}

std::optional<std::size_t> EvictionPlan::count_for(Need need, double most_lost, Millis now) {
  double lost = 0;
  while (!need.is_met() && heap_end_ > 0) {
    const auto& next = sort_next();
    const auto& facts = next.user->records.facts(next.id);
    need.bytes -= facts.bytes;
    need.units -= facts.units;
    if (next.in != Candidate::Class::expired) lost += retention_value(facts, now);
  }
  if (!need.is_met() || lost > most_lost) return std::nullopt;
  return candidates_.size() - heap_end_;
}

const EvictionPlan::Candidate* EvictionPlan::take() {
  if (empty()) return nullptr;
  if (next_ == heap_end_) sort_next();
  return &candidates_[--next_];
}

}  // namespace cardcache
