#pragma once

#include "border/message.hpp"
#include "core/cache/two_tier_cache.hpp"

namespace cardcache::border {

/// The description of an entry that the page sends, for its own sets and for answers of other tabs and processes.
/// js/border/entry.ts writes the same fields.
struct EntryMessage {
  /// Read only for answers of others.
  Millis timestamp;
  std::optional<Millis> ttl;
  Millis expires_at;
  double cost, bytes;
  Millis grace;
  /// Mutation events do not invalidate it.
  bool exempt_from_events;
  /// The sending tab has written it to storage.
  bool is_stored;
  std::string version;
  std::vector<std::string> tags;
};

[[nodiscard]] EntryMessage read_entry(Reader& message);

[[nodiscard]] SetRequest request_of(EntryMessage entry, std::string_view key, Reach reach);
/// For an entry whose end is already known.
[[nodiscard]] EntryFacts facts_of(EntryMessage entry);

}  // namespace cardcache::border
