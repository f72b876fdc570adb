#pragma once

#include <cstdint>
#include <list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/millis.hpp"
#include "core/keys/selector.hpp"

namespace cardcache {

enum class FlightId : std::uint32_t {};

/// The fetches that are in flight. A flight is superseded once something later says that its answer, which may be older
/// than that, must not be stored: an invalidation that selects its key, a set or delete of the key, a forced refresh.
class Flights {
 public:
  struct Flight {
    FlightId id;
    std::string key;
    std::vector<std::string> tags;
    bool exempt_from_events = false;
    Millis timestamp;
    bool is_superseded = false;
  };

  FlightId begin(Flight flight);
  void end(FlightId id);
  /// Null where it has ended.
  [[nodiscard]] const Flight* find(FlightId id) const;
  void supersede(std::string_view key);
  /// Supersedes those of the key that began before `timestamp`.
  void supersede_older(std::string_view key, Millis timestamp);
  /// Whether one of the key that still counts began after `timestamp`.
  [[nodiscard]] bool has_younger(std::string_view key, Millis timestamp) const;
  /// Supersedes what the selector selects and began at or before `at`.
  void supersede_selected(const Selector& selector, Millis at, bool skips_exempt);
  [[nodiscard]] std::size_t size() const { return flights_.size(); }
  /// Those that were superseded since the last call.
  [[nodiscard]] std::vector<FlightId> take_superseded() { return std::exchange(superseded_, {}); }

 private:
  void supersede(Flight& flight);

  std::list<Flight> flights_;
  std::vector<FlightId> superseded_;
  std::uint32_t next_ = 1;
};

}  // namespace cardcache
