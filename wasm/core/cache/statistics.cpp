#include "core/cache/statistics.hpp"

#include <numeric>

namespace cardcache {

std::uint32_t Statistics::number_of(std::string_view endpoint) {
  const auto* known = endpoint_numbers_.find(endpoint);
  if (!known && endpoint_numbers_.size() >= most_endpoints) {
    endpoint = "…";
    known = endpoint_numbers_.find(endpoint);
  }
  if (known) return *known;
  const auto number = static_cast<std::uint32_t>(endpoints_.size());
  endpoint_numbers_.put(endpoint, number);
  endpoints_.emplace_back();
  return number;
}

std::vector<Alert> Alerts::take(const Statistics& statistics, double filled) {
  const auto asked = statistics.memory.hits + statistics.memory.misses;
  const double rate = (statistics.memory.hits + statistics.storage.hits) / asked;
  const double errors = std::accumulate(statistics.errors.begin(), statistics.errors.end(), 0.0);
  // A rate of a handful of requests says nothing yet.
  constexpr double enough = 20;
  std::vector<Alert> out;
  const auto check = [&](AlertKind kind, bool crossed, double value, double limit) {
    auto& before = crossed_[static_cast<std::size_t>(kind)];
    if (crossed && !before) out.push_back({kind, value, limit});
    before = crossed;
  };
  check(AlertKind::hit_rate, asked >= enough && rate < limits_.hit_rate_below, rate, limits_.hit_rate_below);
  check(AlertKind::errors, errors > limits_.errors_above, errors, limits_.errors_above);
  check(AlertKind::storage, filled > limits_.storage_above, filled, limits_.storage_above);
  return out;
}

}  // namespace cardcache
