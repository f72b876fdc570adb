#include "core/fetching/flights.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/selectors.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

Flights::Flight flight_of(std::string_view key, double timestamp, bool kept = false,
                          std::vector<std::string> tags = {}) {
  return {.id = {},
          .key = std::string(key),
          .tags = std::move(tags),
          .exempt_from_events = kept,
          .timestamp = Millis{timestamp}};
}

}  // namespace

TEST_CASE("flights: a flight is found until it has ended") {
  Flights flights;
  const auto one = flights.begin(flight_of("teams", 100));
  const auto other = flights.begin(flight_of("teams", 100));
  CHECK(one != other);
  REQUIRE(flights.find(one));
  CHECK(flights.find(one)->key == "teams");
  CHECK_FALSE(flights.find(one)->is_superseded);
  flights.end(one);
  CHECK_FALSE(flights.find(one));
  CHECK(flights.find(other));
  CHECK(flights.size() == 1);
  flights.end(one);
  CHECK(flights.size() == 1);
}

TEST_CASE("flights: a set of the key supersedes its flights and no others") {
  Flights flights;
  const auto mine = flights.begin(flight_of("daily_plan:sara", 100));
  const auto other = flights.begin(flight_of("daily_plan:sarah", 100));
  flights.supersede("daily_plan:sara");
  CHECK(flights.find(mine)->is_superseded);
  CHECK_FALSE(flights.find(other)->is_superseded);
}

TEST_CASE("flights: an invalidation supersedes what it selects and what began no later") {
  Flights flights;
  const auto before = flights.begin(flight_of("daily_plan:sara", 100));
  const auto same = flights.begin(flight_of("daily_plan:sara", 200));
  const auto after = flights.begin(flight_of("daily_plan:sara", 201));
  const auto other = flights.begin(flight_of("teams", 100));
  flights.supersede_selected(by_text(":sara"), Millis{200}, false);
  CHECK(flights.find(before)->is_superseded);
  CHECK(flights.find(same)->is_superseded);
  CHECK_FALSE(flights.find(after)->is_superseded);
  CHECK_FALSE(flights.find(other)->is_superseded);
}

TEST_CASE("flights: tags are known while the fetch is under way") {
  Flights flights;
  const auto tagged = flights.begin(flight_of("team_7_metrics", 100, false, {"metrics"}));
  const auto untagged = flights.begin(flight_of("team_8_metrics", 100));
  flights.supersede_selected(by_tag("metrics"), Millis{100}, false);
  CHECK(flights.find(tagged)->is_superseded);
  CHECK_FALSE(flights.find(untagged)->is_superseded);
}

TEST_CASE("flights: an event does not supersede what is exempt from events, an invalidation does") {
  Flights flights;
  const auto kept = flights.begin(flight_of("encouragement:sara", 100, true));
  flights.supersede_selected({}, Millis{100}, true);
  CHECK_FALSE(flights.find(kept)->is_superseded);
  flights.supersede_selected({}, Millis{100}, false);
  CHECK(flights.find(kept)->is_superseded);
}

TEST_CASE("flights: another answer supersedes what began before it, not what began with it, and no other key's") {
  Flights flights;
  const auto before = flights.begin(flight_of("teams", 99));
  const auto same = flights.begin(flight_of("teams", 100));
  const auto other = flights.begin(flight_of("tasks", 99));
  flights.supersede_older("teams", Millis{100});
  CHECK(flights.find(before)->is_superseded);
  CHECK_FALSE(flights.find(same)->is_superseded);
  CHECK_FALSE(flights.find(other)->is_superseded);
}

TEST_CASE("flights: what is under way is younger than an answer if it began after it and still counts") {
  Flights flights;
  flights.begin(flight_of("teams", 100));
  CHECK(flights.has_younger("teams", Millis{99}));
  CHECK_FALSE(flights.has_younger("teams", Millis{100}));
  CHECK_FALSE(flights.has_younger("tasks", Millis{99}));
  flights.supersede("teams");
  CHECK_FALSE(flights.has_younger("teams", Millis{99}));
}
