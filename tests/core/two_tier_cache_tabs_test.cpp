// What other tabs do, and what this one learns of it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "core/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Keys = std::vector<std::string>;

TEST_CASE("tabs: what another tab wrote is read, whether it was announced or not") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  there.set("plan", "1");
  CHECK(here.get("plan") == "1");
}

TEST_CASE("tabs: another tab's younger answer takes the place of the one here") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  here.set("plan", "1");
  there.now = start + second;
  there.set("plan", "2");
  here.now = there.now;
  // Not yet heard: what was true a moment ago.
  CHECK(here.get("plan") == "1");
  here.hear(area, u"cardcache_plan");
  CHECK(here.get("plan") == "2");
}

TEST_CASE("tabs: another tab's older answer does not") {
  MapArea area;
  Tab here(&area);
  here.now = start + second;
  here.set("plan", "2", {.reach = Reach::memory});
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000000000}"));
  here.hear(area, u"cardcache_plan");
  CHECK(here.get("plan") == "2");
}

TEST_CASE("tabs: of two answers that tabs stored at about the same time the one that lies there stands, in both") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  // Stamped later, and written earlier.
  const auto late = GENERATE(0.0, 1.0);
  here.now = start + Millis{late};
  here.set("plan", "1");
  there.set("plan", "2");
  here.hear(area, u"cardcache_plan");
  there.hear(area, u"cardcache_plan");
  CHECK(there.get("plan") == "2");
  CHECK(here.get("plan") == "2");
}

TEST_CASE("tabs: tidings of an older answer that was overwritten here leave the newer one alone") {
  MapArea area;
  Tab here(&area);
  here.now = start + second;
  const auto slot = here.set("plan", "2").slot;
  here.cache.on_area_change("cardcache_plan", u"{\"data\":1,\"timestamp\":1764000000000}", here.now);
  CHECK(here.cache.memory().find("plan") == slot);
  CHECK(here.get("plan") == "2");
}

TEST_CASE("tabs: a value that may yet be taken back stays before another tab's older answer") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  there.set("plan", "1");
  here.now = start + second;
  here.set("plan", "2", {.reach = Reach::resident});
  here.hear(area, u"cardcache_plan");
  CHECK(here.get("plan") == "2");
}

TEST_CASE("tabs: what somebody wrote on this page without a word is listed, cleared and invalidated like the rest") {
  const bool foreign = GENERATE(false, true);
  MapArea area;
  Tab tab(&area, {.name_space = foreign ? "agiletrack_" : "cardcache_", .foreign = foreign});
  tab.set("plan", "1");
  while (tab.space.tend(tab.now, 32)) continue;
  CHECK(tab.cache.keys({}, tab.now).size() == 1);
  const auto name = to_utf16(foreign ? "agiletrack_teams" : "cardcache_teams");
  REQUIRE(area.set(name, u"{\"data\":2,\"timestamp\":1764000000000}"));
  CHECK(tab.cache.inspect(tab.now).size() == 2);
  CHECK(tab.cache.keys({}, tab.now).size() == 2);
  CHECK(tab.invalidate("*") == 2);
  CHECK_FALSE(area.holds(name));
}

TEST_CASE("tabs: what another tab removed is gone here too") {
  MapArea area;
  Tab here(&area);
  here.set("plan", "1");
  CHECK(here.get("plan") == "1");
  Tab there(&area);
  CHECK(there.cache.remove("plan", start));
  here.hear(area, u"cardcache_plan");
  CHECK_FALSE(here.get("plan"));
}

TEST_CASE("tabs: what is corrupt, ended or void is no answer, whoever wrote it") {
  MapArea area;
  Tab here(&area);
  here.set("plan", "1", {.reach = Reach::memory});
  here.invalidate("teams");
  for (const auto* text :
       {u"{", u"{\"data\":2,\"timestamp\":1763000000000}", u"{\"data\":2,\"timestamp\":1765000000000}"}) {
    REQUIRE(area.set(u"cardcache_plan", text));
    here.hear(area, u"cardcache_plan");
    CHECK(here.get("plan") == "1");
  }
  here.cache.coordinator().add("teams", {}, start);
  REQUIRE(area.set(u"cardcache_teams", u"{\"data\":2,\"timestamp\":1764000000000}"));
  here.hear(area, u"cardcache_teams");
  CHECK(here.cache.take_changed_elsewhere().empty());
  CHECK_FALSE(here.get("teams"));
}

TEST_CASE("tabs: a watched answer that another tab brought is told once, and its next refresh waits") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  auto& coordinator = here.cache.coordinator();
  coordinator.add("plan", {}, start);
  there.now = here.now = start + minute;
  there.set("plan", "2");
  there.set("teams", "3");
  here.hear(area, u"cardcache_plan");
  here.hear(area, u"cardcache_teams");
  CHECK(here.cache.take_changed_elsewhere() == Keys{"plan"});
  CHECK(here.cache.take_changed_elsewhere().empty());
  CHECK(coordinator.next_due() == start + minute + Millis{180'000});
}

TEST_CASE("tabs: other users', other namespaces' and others' keys are passed over") {
  MapArea area;
  Tab here(&area);
  here.set("plan", "1");
  for (const auto* key :
       {u"homeassistant", u"cardcache", u"cardcache_", u"cardcache_@tom/plan", u"cardcache_!clock", u"other_plan"}) {
    REQUIRE(area.set(key, u"{\"data\":2,\"timestamp\":1764000000001}"));
    here.hear(area, key);
  }
  CHECK(here.get("plan") == "1");
  CHECK(here.cache.keys({}, start) == Keys{"plan"});
}

TEST_CASE("tabs: when somebody emptied the area it is counted anew, and memory goes on serving") {
  MapArea area;
  Tab here(&area);
  here.set("plan", "1");
  CHECK(here.space.bytes() > 0);
  area.throw_away();
  here.cache.on_area_change(std::nullopt, std::nullopt, start);
  CHECK(here.space.bytes() == 0);
  CHECK(here.get("plan") == "1");
  CHECK(here.cache.inspect(start).size() == 1);
}

TEST_CASE("tabs: another tab's writes count for this one's budget") {
  MapArea area;
  Tab here(&area, {.budget = 3'000});
  here.set("small", "1");
  Tab there(&area, {.budget = 3'000});
  const std::string large = "\"" + std::string(2'000, 'x') + "\"";
  there.set("large", large);
  here.hear(area, u"cardcache_large");
  CHECK(here.space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
  here.now = start + hour;
  here.set("new", large);
  CHECK(area.bytes() <= 3'000);
  CHECK(here.get("new"));
}

TEST_CASE("tabs: other users' writes and removals elsewhere are counted here, since the budget is one") {
  MapArea area;
  Tab here(&area, {.user = "sara"});
  here.set("plan", "1");
  Tab there(&area, {.user = "tom"});
  there.set("plan", "[1,2,3]");
  here.hear(area, u"cardcache_@tom/plan");
  here.hear(area, u"cardcache_!clock");
  CHECK(here.space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
  CHECK(there.cache.remove("plan", start));
  here.hear(area, u"cardcache_@tom/plan");
  CHECK(here.space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
  CHECK(here.get("plan") == "1");
}

TEST_CASE(
    "tabs: what somebody removed or wrote without a word is known after a read, and after a sweep at the latest") {
  MapArea area;
  Tab tab(&area);
  for (const auto* key : {"read", "swept", "changed", "longer"}) tab.set(key, "1", {.ttl = day});
  tab.now = start + default_memory_ttl;
  tab.sweep();
  area.remove(u"cardcache_read");
  area.remove(u"cardcache_swept");
  REQUIRE(area.set(u"cardcache_changed", u"{\"data\":[1,2,3],\"timestamp\":1764000000001,\"tags\":[\"red\"]}"));
  REQUIRE(area.set(u"cardcache_longer", u"{\"data\":[1,2,3,4],\"timestamp\":1764000000001}"));
  REQUIRE(area.set(u"cardcache_new", u"{\"data\":5,\"timestamp\":1764000000001}"));
  CHECK_FALSE(tab.get("read"));
  CHECK(tab.get("changed") == "[1,2,3]");
  Selector red;
  red.tag = "red";
  CHECK(tab.cache.keys(red, tab.now) == Keys{"changed"});
  CHECK(tab.cache.storage().index().size() == 3);
  tab.sweep();
  CHECK(tab.cache.storage().index().size() == 3);
  CHECK(tab.cache.storage().index().find("new"));
  CHECK(tab.space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
  area.throw_away();
  tab.sweep();
  CHECK(tab.cache.storage().index().size() == 0);
  CHECK(tab.space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
}
