#include "core/statistics.hpp"

#include <algorithm>
#include <cmath>

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

}  // namespace cardcache
