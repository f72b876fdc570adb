#include "core/cache/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace cardcache {

void Latency::add(double duration) {
  const auto position = static_cast<std::size_t>(count_) % window;
  if (recent_.size() < window) {
    recent_.push_back(duration);
  } else {
    recent_[position] = duration;
  }
  ++count_;
  longest_ = std::max(longest_, duration);
}

double Latency::quantile(double share) const {
  if (recent_.empty()) return 0;
  // Sorted by insertion: at this length as good as any, and std::sort would be 2 kB of module.
  std::vector<double> sorted;
  for (const auto duration : recent_) sorted.insert(std::ranges::upper_bound(sorted, duration), duration);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

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
