// Clocks that were wrong, are set, or stood still: what they leave behind, and who notices.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Where = Lookup::Where;

TEST_CASE("clock: a device whose clock was ten days ahead once begins anew once, and is as before from then on") {
  MapArea area;
  {
    Tab wrong(&area, {.now = start + Millis{10 * day.value}});
    wrong.set("plan", "1");
    wrong.invalidate("teams");
  }
  REQUIRE(area.holds(u"cardcache_!clock"));
  Tab right(&area);
  CHECK_FALSE(right.get("plan"));
  right.set("plan", "2");
  right.set("teams", "3");
  for (int reload = 0; reload < 3; ++reload) {
    Tab again(&area, {.now = start + Millis{minute.value * (reload + 1)}});
    again.sweep();
    CHECK(again.get("plan") == "2");
    CHECK(again.get("teams") == "3");
  }
}

TEST_CASE("clock: an invalidation that a wrong clock left ahead does not invalidate what comes after it") {
  MapArea area;
  // Nothing was written with it, so that the clock's own note does not tell.
  REQUIRE(area.set(u"cardcache_!floor:", u"1764864000000"));
  REQUIRE(area.set(u"cardcache_!floor:e4.plan", u"1764864000000"));
  REQUIRE(area.set(u"cardcache_!floors", u"7.1"));
  Tab tab(&area);
  tab.set("plan", "1");
  CHECK(tab.get("plan") == "1");
  CHECK(tab.cache.invalidations().size() == 0);
  tab.sweep();
  CHECK_FALSE(area.holds(u"cardcache_!floor:"));
  Tab again(&area, {.now = start + second});
  CHECK(again.get("plan") == "1");
}

TEST_CASE("clock: where it goes back all users of a page begin anew, and what one wrote since stays for all") {
  MapArea area;
  StorageSpace space(&area, "cardcache_", 2'000'000, {});
  TwoTierCache sara({}, space.tier_of("sara"), {}, 1);
  TwoTierCache tom({}, space.tier_of("tom"), {}, 2);
  const auto write = [](TwoTierCache& cache, std::string_view key, Millis now) {
    SetRequest request;
    request.key = key;
    request.reach = Reach::storage;
    request.json = "1";
    static_cast<void>(cache.observe(now));
    CHECK(cache.set(request, now).kept);
  };
  write(sara, "old", start);
  write(tom, "old", start);
  const auto back = start - Millis{10 * day.value};
  write(sara, "new", back);
  // Tom's page hears of it later.
  CHECK(tom.observe(back + second));
  CHECK(tom.look_up(asking_for("old"), back + second).where == Where::nowhere);
  CHECK(sara.look_up(asking_for("new"), back + second).where == Where::memory);
  CHECK(area.holds(u"cardcache_@sara/new"));
  CHECK_FALSE(area.holds(u"cardcache_@tom/old"));
}

TEST_CASE("clock: a page that has not looked at it for long learns from another's that it went back") {
  MapArea area;
  StorageSpace space(&area, "cardcache_", 2'000'000, {});
  TwoTierCache sara({}, space.tier_of("sara"), {}, 1);
  TwoTierCache tom({}, space.tier_of("tom"), {}, 2);
  CHECK_FALSE(sara.observe(start));
  SetRequest request;
  request.key = "plan";
  CHECK(sara.set(request, start).kept);
  CHECK_FALSE(tom.observe(start + hour));
  CHECK(sara.observe(start + minute));
  CHECK(sara.look_up(asking_for("plan"), start + minute).where == Where::nowhere);
}

TEST_CASE("clock: ten days of sleep, or of a clock set ahead, end what has ended and nothing else") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  tab.set("rule", "2", {.ttl = never});
  tab.now = start + Millis{10 * day.value};
  CHECK_FALSE(tab.get("plan"));
  CHECK(tab.get("rule") == "2");
  tab.sweep();
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(Tab(&area, {.now = tab.now}).get("rule") == "2");
}

TEST_CASE("clock: a record from the future is a miss, counted and removed") {
  MapArea area;
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000060001}"));
  REQUIRE(area.set(u"cardcache_near", u"{\"data\":1,\"timestamp\":1764000060000}"));
  Tab tab(&area);
  CHECK_FALSE(tab.get("plan"));
  CHECK(tab.get("near") == "1");
  CHECK(tab.cache.statistics().storage.expired == 1);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("clock: one that was set back while no page was open takes also what is older than the time it shows") {
  MapArea area;
  {
    Tab tab(&area);
    tab.set("plan", "1", {.ttl = never});
    tab.now = start + day;
    tab.set("teams", "2");
  }
  Tab later(&area, {.now = start + hour});
  CHECK_FALSE(later.get("plan"));
}

TEST_CASE("clock: after it was set back an invalidation concerns nothing that comes later") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  tab.now = start - hour;
  tab.invalidate("plan");
  tab.now = tab.now + second;
  tab.set("plan", "2");
  CHECK(tab.ask(asking_for("plan")) == "2");
  CHECK(Tab(&area, {.now = tab.now}).get("plan") == "2");
}

TEST_CASE("clock: after it was set back what is watched is due at once") {
  MapArea area;
  Tab tab(&area);
  tab.cache.coordinator().add("plan", {}, start);
  tab.now = start - hour;
  CHECK(tab.cache.coordinator().next_due() > tab.now);
  tab.observe();
  CHECK(tab.cache.coordinator().next_due() <= tab.now);
}

TEST_CASE("clock: the table of hits is believed down to a minute before the latest time seen") {
  MapArea area;
  const Tab tab(&area);
  CHECK(tab.cache.believed_from() == start - minute);
}

TEST_CASE("clock: what time hits alone have seen counts, and one set back since is noticed by the next") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = hour});
  tab.now = start + Millis{50 * minute.value};
  CHECK(tab.get("plan") == "1");
  SECTION("by a hit") {
    tab.now = tab.now - minute;
    CHECK(tab.get("plan") == "1");
    tab.now = tab.now - Millis{1};
    CHECK_FALSE(tab.get("plan"));
  }
  SECTION("by a hit after calls that saw it set back a little") {
    tab.now = tab.now - second;
    CHECK(tab.get("plan") == "1");
    tab.set("list", "1");
    CHECK(tab.get("plan") == "1");
    tab.now = start;
    CHECK_FALSE(tab.get("plan"));
  }
  SECTION("by the next page") {
    tab.sweep();
    CHECK_FALSE(Tab(&area, {.now = start}).get("plan"));
  }
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("clock: hits that saw a time from before all began anew do not make it begin anew again") {
  MapArea area;
  StorageSpace space(&area, "cardcache_", 2'000'000, {});
  TwoTierCache sara({}, space.tier_of("sara"), {}, 1);
  TwoTierCache tom({}, space.tier_of("tom"), {}, 2);
  CHECK_FALSE(sara.observe(start));
  CHECK_FALSE(tom.observe(start));
  sara.saw(start + hour);
  CHECK(sara.observe(start + second));
  SetRequest request;
  request.key = "plan";
  request.reach = Reach::storage;
  request.json = "1";
  CHECK(sara.set(request, start + second).kept);
  tom.saw(start + hour);
  CHECK(tom.observe(start + second));
  CHECK(area.holds(u"cardcache_@sara/plan"));
  CHECK_FALSE(sara.observe(start + second));
}

TEST_CASE("clock: a page that writes nothing keeps the time it sees as well") {
  MapArea area;
  Tab tab(&area);
  tab.sweep();
  CHECK(area.get(u"cardcache_!clock") == u"1764000000000");
}

TEST_CASE("clock: whoever of a page's users notices it first, one that learnt of a wrong time begins anew too") {
  MapArea area;
  Tab tab(&area);
  TwoTierCache tom({}, tab.space.tier_of("tom"), {}, 2);
  REQUIRE(area.set(u"cardcache_@tom/!floor:*", u"1764086400000"));
  tom.on_area_change("cardcache_@tom/!floor:*", u"1764086400000", start);
  CHECK(tab.observe());
  CHECK(tom.observe(start));
  CHECK(tom.invalidations().size() == 0);
}

TEST_CASE("clock: invalidations that a purge has not come to yet were left by another time") {
  MapArea area;
  Tab tab(&area);
  for (int i = 0; i < 200; ++i) tab.set("key_" + std::to_string(i), "1");
  REQUIRE(area.set(u"cardcache_@tom/!floor:*", u"1764000000000"));
  tab.now = start - hour;
  REQUIRE(tab.observe());
  REQUIRE(tab.space.purging());
  REQUIRE(area.set(u"cardcache_@tom/!floor:*", u"1764000000000"));
  const TwoTierCache tom({}, tab.space.tier_of("tom"), {}, 2);
  CHECK(tom.invalidations().size() == 0);
}
