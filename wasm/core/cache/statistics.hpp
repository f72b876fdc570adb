#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "core/base/string_map.hpp"

namespace cardcache {

struct TierCounts {
  double hits = 0, misses = 0, evictions = 0, expired = 0;
};

enum class ErrorKind : std::uint8_t { quota, unavailable, corrupt, serialize, crypto, fetch, remote, version };
inline constexpr std::size_t error_kinds = 8;

struct EndpointCounts {
  double hits = 0, misses = 0;
};

/// What happened so far, in counts. Kept as doubles: they cross the border as JavaScript's numbers. Fetches and
/// latencies are the page's to count (js/border/statistics.ts).
class Statistics {
 public:
  TierCounts memory, storage;
  std::array<double, error_kinds> errors{};
  double events_seen = 0, events_concerned = 0;
  /// Fetches that were not made, since the last ones of their key had failed.
  double spared = 0;

  /// By which `counts_of` finds it without its name; those beyond the most share one.
  [[nodiscard]] std::uint32_t number_of(std::string_view endpoint);
  [[nodiscard]] EndpointCounts& counts_of(std::uint32_t number) { return endpoints_[number]; }
  [[nodiscard]] EndpointCounts& counts_of(std::string_view endpoint) { return endpoints_[number_of(endpoint)]; }
  void count(ErrorKind kind) { ++errors[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const StringMap& endpoint_numbers() const { return endpoint_numbers_; }
  [[nodiscard]] const EndpointCounts& endpoint(std::uint32_t number) const { return endpoints_[number]; }

  /// Beyond this many endpoints the rest is counted together under `…`: keys made of ids must not grow this for ever.
  static constexpr std::size_t most_endpoints = 256;

 private:
  StringMap endpoint_numbers_;
  std::vector<EndpointCounts> endpoints_;
};

struct AlertLimits {
  double hit_rate_below = 0;
  double errors_above = std::numeric_limits<double>::infinity();
  double storage_above = std::numeric_limits<double>::infinity();
};
enum class AlertKind : std::uint8_t { hit_rate, errors, storage };
struct Alert {
  AlertKind kind;
  double value, limit;
};

/// Tells of each limit once when it is crossed, and again after it was kept.
class Alerts {
 public:
  explicit Alerts(const AlertLimits& limits) : limits_(limits) {}

  /// `filled` is the share of the storage budget in use.
  [[nodiscard]] std::vector<Alert> take(const Statistics& statistics, double filled);

 private:
  AlertLimits limits_;
  std::array<bool, 3> crossed_{};
};

}  // namespace cardcache
