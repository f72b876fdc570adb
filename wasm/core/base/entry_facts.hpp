#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/millis.hpp"

namespace cardcache {

/// What the cache knows of one answer, wherever its value lies.
struct EntryFacts {
  Millis timestamp;
  Millis expires_at;
  std::vector<std::string> tags;
  std::string version;
  double cost = 1;
  /// Resident, what its value takes in the page, for the memory tier's byte limit.
  double bytes = 0;
  /// Mutation events leave it alone.
  bool exempt_from_events = false;
  /// A resident value only: a record of it was written to storage, or it came from there.
  bool is_stored = false;
  /// How long past its end it may serve requests that allow that. Until then the cache keeps it.
  Millis grace{0};
};

/// Why the cache removed an entry on its own.
enum class RemovalCause : std::uint8_t { expired, capacity, quota };

}  // namespace cardcache
