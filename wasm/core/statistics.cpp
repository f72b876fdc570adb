#include "core/statistics.hpp"

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

}  // namespace cardcache
