// Invalidations as they are kept: what they cost the area, how they are learnt from it, and what becomes of those
// without room.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Keys = std::vector<std::string>;

namespace {

std::size_t notes_in(const MapArea& area) {
  return static_cast<std::size_t>(
      std::ranges::count_if(area.texts(), [](const auto& one) { return one.first.starts_with(u"cardcache_!floor:"); }));
}

}  // namespace

TEST_CASE("invalidation notes: one that stands already is not written again") {
  MapArea area;
  Tab tab(&area);
  tab.invalidate("plan");
  const auto writes = area.writes;
  tab.invalidate("plan");
  CHECK(area.writes == writes);
}

TEST_CASE("invalidation notes: another one takes two writes, however many there are") {
  MapArea area;
  Tab tab(&area);
  for (const auto* selector : {"plan", "teams", ":sara"}) tab.invalidate(selector);
  tab.now = start + second;
  for (const auto* selector : {"plan", "tasks"}) {
    area.writes = area.removals = 0;
    tab.invalidate(selector);
    CHECK(area.writes == 2);
    CHECK(area.removals == 0);
  }
}

TEST_CASE("invalidations: merged into a coarser one they are no error, and hold after a reload") {
  MapArea area;
  Tab tab(&area);
  for (std::size_t i = 0; i <= Invalidations::most; ++i) {
    tab.now = tab.now + Millis{1};
    tab.invalidate("team_" + std::to_string(i));
  }
  CHECK(tab.cache.invalidations().size() == 1);
  CHECK(tab.cache.take_notices().empty());
  CHECK(notes_in(area) == 1);
  const Tab reloaded(&area, {.now = tab.now});
  CHECK(reloaded.cache.invalidations().latest_for("team_0", {}, false) == tab.now);
}

TEST_CASE("invalidations: each that found no room is written when there is some, whatever was written in between") {
  MapArea area;
  Tab tab(&area);
  tab.invalidate("plan");
  area.quota = area.bytes() + 60;
  tab.invalidate(std::string(200, 'x'));
  tab.invalidate("teams");
  CHECK(notes_in(area) == 2);
  SECTION("with the next sweep") { area.quota = 10'000; }
  SECTION("with the next floor") {
    area.quota = 10'000;
    tab.invalidate("goals");
    CHECK(notes_in(area) == 4);
  }
  tab.sweep();
  CHECK(notes_in(area) == tab.cache.invalidations().size());
  area.writes = 0;
  tab.sweep();
  CHECK(area.writes == 0);
}

TEST_CASE("invalidations: whether there are new ones is asked by reading one mark") {
  MapArea area;
  Tab here(&area, {.seed = 1});
  Tab there(&area, {.seed = 2});
  const auto flight = here.fetch("plan");
  here.invalidate("teams");
  area.reads = 0;
  CHECK_FALSE(here.cache.is_superseded(flight));
  CHECK(area.reads == 1);
  there.now = start + second;
  there.invalidate("teams");
  CHECK_FALSE(here.cache.is_superseded(flight));
  area.reads = 0;
  CHECK_FALSE(here.cache.is_superseded(flight));
  CHECK(area.reads == 1);
}

TEST_CASE("invalidations: in another program's namespace they stand in the page alone, and hold there") {
  MapArea area;
  const std::u16string record = u"{\"data\":1,\"timestamp\":1763999999999}";
  REQUIRE(area.set(u"agiletrack_plan", record));
  REQUIRE(area.set(u"agiletrack_!floor:*", u"1764000000000"));
  Tab tab(&area, {.name_space = "agiletrack_", .foreign = true});
  CHECK(tab.get("plan") == "1");
  const auto flight = tab.fetch("teams");
  area.reads = 0;
  CHECK_FALSE(tab.cache.is_superseded(flight));
  CHECK(area.reads == 0);
  tab.invalidate("plan");
  REQUIRE(area.set(u"agiletrack_plan", record));
  CHECK_FALSE(tab.get("plan"));
}

TEST_CASE("invalidations: one that is heard takes from memory what is not younger, but what it spares") {
  MapArea area;
  Tab tab(&area);
  tab.set("old", "1", {.reach = Reach::memory});
  tab.set("paid", "2", {.exempt_from_events = true, .reach = Reach::memory});
  tab.now = start + second;
  tab.set("young", "3", {.reach = Reach::memory});
  REQUIRE(area.set(u"cardcache_!floor:~*", u"1764000000000"));
  tab.hear(area, u"cardcache_!floor:~*");
  CHECK_FALSE(tab.get("old"));
  CHECK(tab.get("paid") == "2");
  CHECK(tab.get("young") == "3");
  REQUIRE(area.set(u"cardcache_!floor:*", u"1764000000000"));
  tab.hear(area, u"cardcache_!floor:*");
  CHECK_FALSE(tab.get("paid"));
  CHECK(tab.get("young") == "3");
}

TEST_CASE("invalidations: one that is heard a second time asks nobody to fetch again") {
  MapArea area;
  Tab tab(&area);
  auto& coordinator = tab.cache.coordinator();
  coordinator.add("plan", {}, start);
  REQUIRE(area.set(u"cardcache_!floor:*", u"1764000000000"));
  tab.hear(area, u"cardcache_!floor:*");
  REQUIRE(coordinator.take_due(start + second) == Keys{"plan"});
  coordinator.succeeded("plan", start + second);
  const auto next = coordinator.next_due();
  CHECK(next > start + minute);
  tab.hear(area, u"cardcache_!floor:*");
  CHECK(coordinator.next_due() == next);
}
