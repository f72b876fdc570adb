#include "core/fetching/flights.hpp"

#include <algorithm>

namespace cardcache {

FlightId Flights::begin(Flight flight) {
  flight.id = FlightId{next_++};
  flights_.push_back(std::move(flight));
  return flights_.back().id;
}

void Flights::end(FlightId id) {
  std::erase_if(flights_, [id](const Flight& flight) { return flight.id == id; });
}

const Flights::Flight* Flights::find(FlightId id) const {
  const auto found = std::ranges::find_if(flights_, [id](const Flight& f) { return f.id == id; });
  return found == flights_.end() ? nullptr : &*found;
}

void Flights::supersede(Flight& flight) {
  if (!std::exchange(flight.is_superseded, true)) superseded_.push_back(flight.id);
}

void Flights::supersede(std::string_view key) {
  for (auto& flight : flights_) {
    if (flight.key == key) supersede(flight);
  }
}

void Flights::supersede_older(std::string_view key, Millis timestamp) {
  for (auto& flight : flights_) {
    if (flight.key == key && flight.timestamp < timestamp) supersede(flight);
  }
}

bool Flights::has_younger(std::string_view key, Millis timestamp) const {
  return std::ranges::any_of(
      flights_, [&](const Flight& f) { return f.key == key && !f.is_superseded && f.timestamp > timestamp; });
}

void Flights::supersede_selected(const Selector& selector, Millis at, bool skips_exempt) {
  for (auto& flight : flights_) {
    if (skips_exempt && flight.exempt_from_events) continue;
    if (flight.timestamp <= at && selector.selects(flight.key, flight.tags)) supersede(flight);
  }
}

}  // namespace cardcache
