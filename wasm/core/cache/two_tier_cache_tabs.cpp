// What others did: records and invalidations that other tabs and processes wrote, answers they bring.
#include <algorithm>
#include <utility>

#include "core/cache/two_tier_cache.hpp"
#include "core/keys/keys.hpp"

namespace cardcache {

void TwoTierCache::on_area_change(std::optional<std::string_view> area_key, const std::optional<std::u16string>& text,
                                  Millis now) {
  if (!area_key) {
    storage_.space().recount();
    return;
  }
  // Other users' too: the budget is one.
  storage_.space().on_change(*area_key, text);
  const auto& prefix = storage_.prefix();
  if (!area_key->starts_with(prefix)) return;
  const auto key = area_key->substr(prefix.size());
  if (const auto heard = text ? invalidations_.hear(key, *text) : std::nullopt) apply_heard({&*heard, 1}, now);
  if (!is_valid_key(key)) return;
  const auto slot = memory_.find(key);
  if (!text) {
    // Deleted there or evicted there: it cannot be told which, and outdated is worse than missed.
    if (slot) memory_.remove(*slot);
    pending_encryptions_.end_key(key);
    return;
  }
  // Read again: the event may be older than what lies there now.
  const auto head = fresh_head(key, now);
  if (!head) return;
  // A tab with an older card, or a newer one, fetches for itself.
  if (!coordinator_.understands(key, head->facts.version)) return;
  flights_.supersede_older(key, head->facts.timestamp);
  if (slot) {
    const auto& mine = memory_.facts(*slot);
    const auto told = read_record_head(*text, storage_.space().form());
    // Of answers that two tabs have stored at about the same time the one that lies there now stands, in both of them.
    // Two of the same millisecond cannot be told apart by their heads: it is read again.
    const bool stands = mine.is_stored
                            ? mine.timestamp == head->facts.timestamp && told && told->facts.timestamp != mine.timestamp
                            : mine.timestamp >= head->facts.timestamp;
    if (stands) return;
    memory_.remove(*slot);
  }
  renewed(key, head->facts.timestamp, head->facts.tags);
  // What was at hand here is to be so again, though it has to be decrypted first.
  if (coordinator_.is_watched(key) || (head->encrypted && slot)) changed_elsewhere_.emplace_back(key);
}

std::vector<std::string> TwoTierCache::take_due(Millis now) {
  for (const auto& key : coordinator_.due_keys(now)) {
    const auto head = fresh_head(key, now);
    if (!head) continue;
    // Who shows nothing could not make use of it.
    const auto status = coordinator_.status(key);
    const auto shown = status ? status->last_update.value_or(never) : never;
    const auto slot = memory_.find(key);
    const auto known = std::max(shown, slot ? memory_.facts(*slot).timestamp : long_ago);
    if (head->facts.timestamp <= known || !coordinator_.understands(key, head->facts.version)) continue;
    flights_.supersede_older(key, head->facts.timestamp);
    if (slot) memory_.remove(*slot);
    renewed(key, head->facts.timestamp, head->facts.tags);
    changed_elsewhere_.push_back(key);
  }
  return coordinator_.take_due(now);
}

std::vector<std::string> TwoTierCache::take_changed_elsewhere() { return std::exchange(changed_elsewhere_, {}); }

SetResult TwoTierCache::adopt(std::string_view key, const EntryFacts& facts, Millis now) {
  if (!is_valid_key(key) || !(facts.cost >= 0)) return {};
  apply_new_notes();
  if (!is_fresh(facts, key, now) || flights_.has_younger(key, facts.timestamp)) return {};
  if (const auto slot = memory_.find(key); slot && memory_.facts(*slot).timestamp >= facts.timestamp) return {};
  // Its sender may have stored it as well: then both are of the same time.
  if (stored_timestamp(key, now) > facts.timestamp) return {};
  flights_.supersede_older(key, facts.timestamp);
  pending_encryptions_.end_key(key);
  renewed(key, facts.timestamp, facts.tags);
  return {
      .kept = true, .slot = memory_.put(key, facts, now), .timestamp = facts.timestamp, .expires_at = facts.expires_at};
}

std::optional<RecordHead> TwoTierCache::fresh_head(std::string_view key, Millis now) {
  auto head = storage_.read_head(key);
  return head && is_fresh(head->facts, key, now) ? std::move(head) : std::nullopt;
}

Millis TwoTierCache::stored_timestamp(std::string_view key, Millis now) {
  const auto head = fresh_head(key, now);
  return head ? head->facts.timestamp : long_ago;
}

Millis TwoTierCache::oldest_to_take(std::string_view key, Millis max_age, Millis now) {
  return std::max(known_timestamp(key, now) + Millis{1}, now - max_age);
}

Millis TwoTierCache::known_timestamp(std::string_view key, Millis now) {
  const auto slot = memory_.find(key);
  return slot ? memory_.facts(*slot).timestamp : stored_timestamp(key, now);
}

// ---- other processes, which share a store

SetResult TwoTierCache::adopt_remote(const SetRequest& request, Millis timestamp, Millis now) {
  storage_.keep_invalidations();
  return adopt(request.key, facts_of(request, timestamp), now);
}

void TwoTierCache::learn_invalidation(Invalidation invalidation, Millis now) {
  storage_.keep_invalidations();
  // Further ahead it would push answers of now to where they are not believed.
  invalidation.at = std::min(invalidation.at, now + clock_tolerance - Millis{1});
  const InvalidationLog::Heard heard{invalidation, invalidations_.merge(invalidation)};
  apply_heard({&heard, 1}, now);
}

}  // namespace cardcache
