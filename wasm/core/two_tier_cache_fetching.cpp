// Flights, what becomes of those that fail, and who watches what.
#include <algorithm>
#include <utility>

#include "core/two_tier_cache.hpp"

namespace cardcache {

// ---- flights

FlightId TwoTierCache::begin_flight(std::string_view key, std::vector<std::string> tags, bool kept_on_event,
                                    Millis now) {
  // Younger than what is here, so that an answer of its own millisecond can only have come after it began.
  const auto known = known_timestamp(key, now);
  const auto after = known <= now + clock_tolerance ? known + Millis{1} : now;
  const auto timestamp = std::max(stamp(key, tags, kept_on_event, now), after);
  last_stamp_ = std::max(last_stamp_, timestamp);
  return flights_.begin({.id = {},
                         .key = std::string(key),
                         .tags = std::move(tags),
                         .kept_on_event = kept_on_event,
                         .timestamp = timestamp});
}

bool TwoTierCache::is_void(FlightId id) {
  const auto* flight = flights_.find(id);
  if (!flight) return true;
  learn_newest_floors();
  return flight->is_void;
}

void TwoTierCache::end_flight(FlightId flight) { flights_.end(flight); }

void TwoTierCache::fail_flight(FlightId id, const FailureTerms& terms, double random, Millis now) {
  const auto* flight = flights_.find(id);
  if (!flight) return;
  // Where an answer has overtaken it, it tells nothing of the server as it is now.
  if (flight->is_void && known_timestamp(flight->key, now) >= flight->timestamp) return;
  failures_.add({.key = flight->key,
                 .tags = flight->tags,
                 .kept_on_event = flight->kept_on_event,
                 .longest = terms.longest,
                 .told = terms.told,
                 .lasting = terms.lasting},
                now, random);
}

Millis TwoTierCache::back_off(std::string_view key, Millis longest, Millis now) {
  const auto wait = failures_.asked_from(key, longest) - now;
  if (wait <= Millis{0}) return Millis{0};
  ++statistics_.spared;
  return wait;
}

// ---- watching

WatchId TwoTierCache::watch(std::string_view key, const WatchTimes& times, std::optional<Millis> timestamp) {
  const auto id = coordinator_.add(key, times, timestamp);
  if (const auto slot = memory_.find(key)) coordinator_.tagged(key, memory_.tags(*slot));
  if (!timestamp) return id;
  catch_up_after_load(key);
  if (times.on_load == OnLoad::always && *timestamp < opened_) coordinator_.outdated(key);
  return id;
}

void TwoTierCache::retry_failed(Millis now) {
  failures_.end_waits();
  coordinator_.retry_failed(now);
}

}  // namespace cardcache
