#include "core/cache/statistics_report.hpp"

#include "core/keys/keys.hpp"

namespace cardcache {
namespace {

TierNumbers tier_numbers(const TierCounts& counts) {
  const double asked = counts.hits + counts.misses;
  return {.entries = 0,
          .hits = counts.hits,
          .misses = counts.misses,
          .evictions = counts.evictions,
          .expired = counts.expired,
          .hit_rate = asked > 0 ? counts.hits / asked : 0};
}

}  // namespace

StatisticsReport report_statistics(TwoTierCache& cache, Millis now) {
  const auto& statistics = cache.statistics();
  auto& space = cache.storage().space();
  // First of all: in an area that nothing was asked of yet the bytes are counted by this.
  const auto entries = cache.inspect(now);
  StatisticsReport report;
  auto& numbers = report.numbers;
  numbers.memory = tier_numbers(statistics.memory);
  numbers.storage = tier_numbers(statistics.storage);
  numbers.available = space.available() ? 1 : 0;
  numbers.bytes = space.bytes();
  numbers.plain_bytes = space.plain_bytes();
  numbers.budget = space.budget();
  numbers.invalidations = static_cast<double>(cache.invalidations().size());
  numbers.events_seen = statistics.events_seen;
  numbers.events_concerned = statistics.events_concerned;
  numbers.errors = statistics.errors;
  numbers.failing = static_cast<double>(cache.failures().size());
  numbers.spared = statistics.spared;

  StringMap positions;
  const auto endpoint = [&](std::string_view name) -> EndpointNumbers& {
    if (const auto* known = positions.find(name)) return report.endpoint_numbers[*known];
    positions.put(name, static_cast<std::uint32_t>(report.endpoints.size()));
    report.endpoints.emplace_back(name);
    return report.endpoint_numbers.emplace_back();
  };
  statistics.endpoint_numbers().for_each([&](std::string_view name, std::uint32_t number) {
    const auto& counts = statistics.endpoint(number);
    endpoint(name) = {counts.hits, counts.misses, 0};
  });
  for (const auto& entry : entries) {
    const bool in_memory = entry.first == Lookup::Where::memory;
    if (in_memory) ++numbers.memory.entries;
    if (!in_memory || entry.in_both) ++numbers.storage.entries;
    ++endpoint(split_key(entry.key).endpoint).entries;
  }
  return report;
}

}  // namespace cardcache
