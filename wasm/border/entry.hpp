#pragma once

#include "border/message.hpp"
#include "core/cache/two_tier_cache.hpp"

namespace cardcache::border {

/// Everything that the page says of an entry, whether it sets it or another tab or process brought it.
/// js/border/entry.ts writes the same.
struct EntryMessage {
  /// Its timestamp counts only of what others brought.
  EntryFacts facts;
  std::optional<Millis> ttl;
};

[[nodiscard]] EntryMessage read_entry(Reader& message);

[[nodiscard]] SetRequest request_of(EntryMessage entry, std::string_view key, Reach reach);

}  // namespace cardcache::border
