// What invalidates answers: calls, other tabs, mutation events.
#include <algorithm>
#include <utility>

#include "core/cache/two_tier_cache.hpp"

namespace cardcache {
namespace {

/// What events of that rule invalidate: without one, everything.
std::vector<Selector> selectors_of(const EventRule* rule) {
  std::vector<Selector> selectors(rule ? rule->endpoints.size() : 0);
  for (std::size_t i = 0; i < selectors.size(); ++i) selectors[i].endpoint = rule->endpoints[i];
  if (selectors.empty()) selectors.emplace_back();
  return selectors;
}

}  // namespace

// ---- invalidating

std::size_t TwoTierCache::drop_selected(const Invalidation& invalidation, Millis now) {
  const auto& [selector, at, skips_exempt, by_write] = invalidation;
  std::size_t count = 0;
  // Where a note is left nothing has to be read: what is not known here is invalidated by it.
  const bool foreign = storage_.space().foreign();
  const bool everything = selector == Selector{} && !skips_exempt && !foreign;
  // Storage first: an entry in both tiers is recognised by its slot and counted once.
  const auto& stored = foreign ? storage_.index_for(selector) : storage_.index();
  std::vector<std::string> keys;
  for (const auto id : stored.select(selector)) {
    if (skips_exempt && storage_.facts(id).exempt_from_events) continue;
    keys.push_back(stored.key(id));
    const auto slot = memory_.find(keys.back());
    const bool counted_in_memory = slot && memory_.is_fresh(*slot, now);
    if (!counted_in_memory && is_stored_fresh(id, now)) ++count;
  }
  if (!everything || !storage_.clear(at)) storage_.remove_all(keys);
  for (const auto id : memory_.select(selector)) {
    const SlotId slot{id};
    if (skips_exempt && memory_.facts(slot).exempt_from_events) continue;
    if (memory_.is_fresh(slot, now)) ++count;
    memory_.remove(slot);
  }
  return count;
}

std::size_t TwoTierCache::invalidate_with(Invalidation invalidation, Millis now) {
  invalidation.at = invalidations_.begin(now);
  const auto count = drop_selected(invalidation, now);
  flights_.supersede_selected(invalidation.selector, invalidation.at, invalidation.skips_exempt);
  failures_.end_waits(invalidation.selector, invalidation.skips_exempt);
  const auto added = invalidations_.add(invalidation);
  apply_heard(added.heard, clock_.latest());
  if (added.is_unsaved) note_error(ErrorKind::quota, invalidation.note_name());
  return count;
}

std::size_t TwoTierCache::invalidate(const Selector& selector, Millis now) {
  const auto count = invalidate_with({.selector = selector, .at = now}, now);
  request_selected(selector, false, now);
  return count;
}

std::size_t TwoTierCache::invalidate_after_write(const Selector& selector, Millis now) {
  const auto count = invalidate_with({.selector = selector, .at = now, .skips_exempt = true, .by_write = true}, now);
  request_selected(selector, true, now);
  return count;
}

void TwoTierCache::request_selected(const Selector& selector, bool skips_exempt, Millis now) {
  for (const auto& key : coordinator_.known_keys()) {
    if (skips_exempt && coordinator_.on_event(key) != OnEvent::refresh) continue;
    if (!coordinator_.is_selected(key, selector)) continue;
    failures_.end_wait(key);
    coordinator_.request(key, now);
  }
}

std::size_t TwoTierCache::clear(Millis now) {
  const auto count = invalidate({}, now);
  statistics_ = {};
  return count;
}

void TwoTierCache::apply_heard(std::span<const InvalidationLog::Heard> heard, Millis now) {
  for (const auto& [invalidation, is_new] : heard) {
    const auto& [selector, at, skips_exempt, by_write] = invalidation;
    // It says what time its tab saw. One that lies ahead shows a clock that was wrong, as the clock's own note does:
    // with the next call everything begins anew, where it would invalidate all that is stamped until then.
    clock_.heard(at);
    if (!is_new) continue;
    flights_.supersede_selected(selector, at, skips_exempt);
    failures_.end_waits(selector, skips_exempt);
    for (const auto id : memory_.select(selector)) {
      const auto& facts = memory_.facts(SlotId{id});
      if (facts.timestamp <= at && !(skips_exempt && facts.exempt_from_events)) memory_.remove(SlotId{id});
    }
    // A note of an event requests no refetch: every tab hears the event itself and decides for its own users.
    if (!skips_exempt || by_write) request_selected(selector, skips_exempt, now);
  }
}

// ---- events

EventOutcome TwoTierCache::apply_event(std::string_view type, const EventFacts& facts, std::span<const Party> parties,
                                       bool first_is_me, Millis now) {
  EventOutcome outcome;
  const auto* rule = filter_.rule_for(type);
  const auto concerned = [&](std::string_view user) {
    for (std::size_t i = 0; i < parties.size(); ++i) {
      if (parties[i].user == user) return EventFilter::concerns(outcome.reasons[i]);
    }
    return !first_is_me;
  };
  for (const auto& party : parties) {
    outcome.reasons.push_back(EventFilter::judge(facts, rule, party.user, party.evidence));
  }
  ++statistics_.events_seen;
  const bool mine = !first_is_me || EventFilter::concerns(outcome.reasons.front());
  if (mine) ++statistics_.events_concerned;

  const auto selectors = selectors_of(rule);
  for (const auto& selector : selectors) {
    outcome.invalidated += invalidate_with({.selector = selector, .at = now, .skips_exempt = true}, now);
  }

  for (const auto& key : coordinator_.known_keys()) {
    if (coordinator_.on_event(key) != OnEvent::refresh) continue;
    const auto selected = std::ranges::any_of(selectors, [&](const Selector& s) { return s.selects(key, {}); });
    if (!selected) continue;
    const auto parts = split_key(key);
    if (parts.shared ? mine : concerned(parts.user)) {
      coordinator_.request(key, now);
      if (coordinator_.is_watched(key)) outcome.refreshed.push_back(key);
    }
  }
  return outcome;
}

// ---- events that were missed

void TwoTierCache::catch_up_after_load(std::span<const std::string> types, Millis since) {
  auto missed = filter_.named();
  for (const auto& type : types) {
    for (auto& selector : selectors_of(filter_.rule_for(type))) missed.push_back(std::move(selector));
  }
  coordinator_.catch_up_after_load(std::move(missed), since);
}

}  // namespace cardcache
