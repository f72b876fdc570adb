#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/cache/two_tier_cache.hpp"

namespace cardcache {

struct TierNumbers {
  double entries = 0, hits = 0, misses = 0, evictions = 0, expired = 0;
  /// Hits among all that was asked, 0 where nothing was.
  double hit_rate = 0;
};

struct EndpointNumbers {
  double hits = 0, misses = 0, entries = 0;
};

/// Nothing but doubles, side by side: the page reads one after the other and gives them their names
/// (js/border/statistics.ts).
struct StatisticsNumbers {
  TierNumbers memory, storage;
  double available = 0, bytes = 0, plain_bytes = 0, budget = 0, invalidations = 0;  // of storage
  double events_seen = 0, events_concerned = 0;
  std::array<double, error_kinds> errors{};
  double failing = 0, spared = 0;
};

/// What `stats()` shows.
struct StatisticsReport {
  StatisticsNumbers numbers;
  /// Every endpoint that was asked for or has entries, and its numbers at the same position.
  std::vector<std::string> endpoints;
  std::vector<EndpointNumbers> endpoint_numbers;
};

[[nodiscard]] StatisticsReport report_statistics(TwoTierCache& cache, Millis now);

}  // namespace cardcache
