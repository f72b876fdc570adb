#include "border/entry.hpp"

#include <cmath>
#include <utility>

namespace cardcache::border {

EntryMessage read_entry(Reader& message) {
  EntryMessage entry;
  auto& facts = entry.facts;
  facts.timestamp = Millis{message.number()};
  const auto ttl = message.number();
  if (!std::isnan(ttl)) entry.ttl = Millis{ttl};
  facts.expires_at = Millis{message.real()};
  facts.cost = message.real();
  facts.bytes = message.real();
  facts.grace = Millis{message.real()};
  facts.exempt_from_events = message.flag();
  facts.is_stored = message.flag();
  facts.version = message.text();
  facts.tags = message.texts();
  return entry;
}

SetRequest request_of(EntryMessage entry, std::string_view key, Reach reach) {
  SetRequest request;
  request.key = key;
  request.reach = reach;
  request.ttl = entry.ttl;
  request.facts = std::move(entry.facts);
  return request;
}

}  // namespace cardcache::border
