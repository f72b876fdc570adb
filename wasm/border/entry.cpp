#include "border/entry.hpp"

#include <cmath>
#include <utility>

namespace cardcache::border {

EntryMessage read_entry(Reader& message) {
  // Members of an initializer list are evaluated in this order, which is the order of the message.
  const Millis timestamp{message.number()};
  const auto ttl = message.number();
  return {.timestamp = timestamp,
          .ttl = std::isnan(ttl) ? std::nullopt : std::optional(Millis{ttl}),
          .expires_at = Millis{message.real()},
          .cost = message.real(),
          .bytes = message.real(),
          .grace = Millis{message.real()},
          .exempt_from_events = message.flag(),
          .is_stored = message.flag(),
          .version = std::string(message.text()),
          .tags = message.texts()};
}

SetRequest request_of(EntryMessage entry, std::string_view key, Reach reach) {
  SetRequest request;
  request.key = key;
  request.reach = reach;
  request.ttl = entry.ttl;
  request.expires_at = entry.expires_at;
  request.tags = std::move(entry.tags);
  request.version = std::move(entry.version);
  request.cost = entry.cost;
  request.bytes = entry.bytes;
  request.exempt_from_events = entry.exempt_from_events;
  request.grace = entry.grace;
  return request;
}

EntryFacts facts_of(EntryMessage entry) {
  return {.timestamp = entry.timestamp,
          .expires_at = entry.expires_at,
          .tags = std::move(entry.tags),
          .version = std::move(entry.version),
          .cost = entry.cost,
          .bytes = entry.bytes,
          .exempt_from_events = entry.exempt_from_events,
          .is_stored = entry.is_stored,
          .grace = entry.grace};
}

}  // namespace cardcache::border
