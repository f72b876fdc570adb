// Flights: which answers fill the cache.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

TEST_CASE("fetching: an answer is as old as the start of its fetch") {
  MapArea area;
  Tab tab(&area);
  const auto flight = tab.fetch("plan");
  tab.now = start + minute;
  CHECK(tab.land(flight, "plan", "1", {.ttl = hour}));
  CHECK(tab.cache.memory().facts(*tab.cache.memory().find("plan")).timestamp == start);
  tab.now = start + hour;
  CHECK_FALSE(tab.get("plan"));
}

TEST_CASE("fetching: an answer that took longer than it lives is never fresh") {
  MapArea area;
  Tab tab(&area);
  const auto flight = tab.fetch("plan");
  tab.now = start + hour;
  CHECK(tab.land(flight, "plan", "1", {.ttl = minute}));
  CHECK_FALSE(tab.get("plan"));
}

TEST_CASE("fetching: a set or a delete of the key supersedes its flight") {
  MapArea area;
  Tab tab(&area);
  const auto before_set = tab.fetch("plan");
  tab.set("plan", "1");
  CHECK_FALSE(tab.land(before_set, "plan", "2"));
  CHECK(tab.get("plan") == "1");
  const auto before_delete = tab.fetch("plan");
  CHECK(tab.cache.remove("plan", start));
  CHECK_FALSE(tab.land(before_delete, "plan", "2"));
  CHECK_FALSE(tab.get("plan"));
}

TEST_CASE("fetching: a set of another key does not") {
  MapArea area;
  Tab tab(&area);
  const auto flight = tab.fetch("plan:sara");
  tab.set("plan:sarah", "1");
  tab.set("plan", "1");
  CHECK(tab.land(flight, "plan:sara", "2"));
}

TEST_CASE("fetching: a forced fetch leaves an earlier one nothing to fill") {
  MapArea area;
  Tab tab(&area);
  const auto earlier = tab.fetch("plan");
  tab.cache.supersede_flights("plan");
  const auto forced = tab.fetch("plan");
  CHECK(tab.land(forced, "plan", "2"));
  CHECK_FALSE(tab.land(earlier, "plan", "1"));
  CHECK(tab.get("plan") == "2");
}

TEST_CASE("fetching: a flight that has ended fills nothing") {
  MapArea area;
  Tab tab(&area);
  const auto flight = tab.fetch("plan");
  tab.cache.end_flight(flight);
  CHECK(tab.cache.is_superseded(flight));
  CHECK_FALSE(tab.land(flight, "plan", "1"));
}

TEST_CASE("fetching: an answer that finds an invalidation older than its flight lies where its key is found") {
  MapArea area;
  Tab tab(&area);
  Tab other(&area, {.seed = 2});
  tab.set("plan", "1");
  const auto slot = tab.cache.memory().find("plan");
  other.now = start + second;
  other.invalidate("plan");
  tab.now = start + minute;
  const auto flight = tab.fetch("plan");
  SetRequest request;
  request.key = "plan";
  request.slot = slot;
  request.flight = flight;
  // It empties the slot, and only then the answer is put.
  const auto result = tab.cache.set(request, tab.now);
  CHECK(result.kept);
  REQUIRE(result.slot);
  CHECK(tab.cache.memory().find("plan") == result.slot);
  CHECK(tab.cache.memory().is_fresh(*result.slot, tab.now));
}

TEST_CASE("fetching: by its tags it is superseded before any record has them") {
  MapArea area;
  Tab tab(&area);
  const auto flight = tab.fetch("team_7", {"metrics"});
  tab.invalidate(by_tag("metrics"));
  CHECK_FALSE(tab.land(flight, "team_7", "1"));
}

TEST_CASE("fetching: an answer renews what a coordinator knows of the key") {
  MapArea area;
  Tab tab(&area);
  tab.cache.coordinator().add("plan", {}, start);
  tab.now = start + minute;
  CHECK(tab.land(tab.fetch("plan"), "plan", "1"));
  CHECK(tab.cache.coordinator().status("plan")->last_update == start + minute);
}

TEST_CASE("fetching: in another program's namespace flights are superseded as anywhere else") {
  MapArea area;
  Tab tab(&area, {.name_space = "agiletrack_", .foreign = true});
  const auto flight = tab.fetch("teams");
  tab.invalidate("teams");
  CHECK_FALSE(tab.land(flight, "teams", "1"));
  CHECK(tab.land(tab.fetch("teams"), "teams", "2"));
  CHECK(tab.get("teams") == "2");
  CHECK(area.texts().size() == 1);
}

TEST_CASE("fetching: failures in a row are waited out by all who ask, and counted") {
  MapArea area;
  Tab tab(&area);
  const Millis longest{300'000};
  for (int row = 0; row < 2; ++row) {
    CHECK(tab.cache.back_off("plan", longest, tab.now) == Millis{0});
    const auto flight = tab.fetch("plan", {"daily"});
    tab.cache.fail_flight(flight, {.longest = longest}, 0, tab.now);
    tab.cache.end_flight(flight);
  }
  CHECK(tab.cache.back_off("plan", longest, tab.now + second) == Millis{4'000});
  CHECK(tab.cache.back_off("teams", longest, tab.now + second) == Millis{0});
  CHECK(tab.cache.back_off("plan", Millis{0}, tab.now + second) == Millis{0});
  CHECK(tab.cache.statistics().spared == 1);
  tab.invalidate(by_tag("daily"));
  CHECK(tab.cache.back_off("plan", longest, tab.now) == Millis{0});
}

TEST_CASE("fetching: a flight that was invalidated and fails has failed, one that an answer has overtaken has not") {
  MapArea area;
  Tab tab(&area);
  const auto flight = tab.fetch("plan");
  tab.set("plan", "1");
  tab.cache.fail_flight(flight, {.longest = hour}, 0, tab.now);
  tab.cache.fail_flight(FlightId{99}, {.longest = hour}, 0, tab.now);
  CHECK_FALSE(tab.cache.failures().has("plan"));
  const auto second_flight = tab.fetch("plan");
  tab.invalidate("plan");
  tab.cache.fail_flight(second_flight, {.longest = hour}, 0, tab.now);
  CHECK(tab.cache.failures().has("plan"));
}

TEST_CASE("fetching: whatever brings an answer ends the row of failures, an optimistic value does not") {
  MapArea area;
  Tab tab(&area);
  const auto fail = [&] {
    const auto flight = tab.fetch("plan");
    tab.cache.fail_flight(flight, {.longest = hour}, 0, tab.now);
    tab.cache.end_flight(flight);
    CHECK(tab.cache.failures().has("plan"));
  };
  fail();
  tab.set("plan", "1", {.reach = Reach::resident});
  CHECK(tab.cache.failures().has("plan"));
  tab.set("plan", "1");
  CHECK_FALSE(tab.cache.failures().has("plan"));
  fail();
  CHECK(tab.cache.remove("plan", tab.now));
  CHECK_FALSE(tab.cache.failures().has("plan"));
  fail();
  tab.now = start + minute;
  EntryFacts facts;
  facts.timestamp = tab.now;
  facts.expires_at = tab.now + hour;
  CHECK(tab.adopt("plan", "2", facts));
  CHECK_FALSE(tab.cache.failures().has("plan"));
  fail();
  CHECK(tab.land(tab.fetch("plan"), "plan", "3"));
  CHECK_FALSE(tab.cache.failures().has("plan"));
  fail();
  tab.cache.retry_failed(tab.now);
  CHECK(tab.cache.failures().has("plan"));
  tab.now = start + hour + hour + hour;
  tab.sweep();
  CHECK_FALSE(tab.cache.failures().has("plan"));
}
