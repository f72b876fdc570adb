#pragma once

#include "border/message.hpp"
#include "core/cache/two_tier_cache.hpp"

namespace cardcache::border {

/// Everything that the page says of an entry, whether it sets it or another tab or process brought it. js/border/entry.ts writes
/// the same.
struct EntryMessage {
  /// When it was true; read only of what others brought.
  Millis timestamp;
  std::optional<Millis> ttl;
  Millis expires_at;
  double cost, bytes;
  Millis grace;
  /// Mutation events leave it alone.
  bool exempt_from_events;
  /// The tab that brought it has written it to storage.
  bool is_stored;
  std::string version;
  std::vector<std::string> tags;
};

[[nodiscard]] EntryMessage read_entry(Reader& message);

[[nodiscard]] SetRequest request_of(EntryMessage entry, std::string_view key, Reach reach);
/// As it is, where its end is already known.
[[nodiscard]] EntryFacts facts_of(EntryMessage entry);

}  // namespace cardcache::border
