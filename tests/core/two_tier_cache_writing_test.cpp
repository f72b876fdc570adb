// What a set leaves where, and what becomes of a value that storage does not take.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

double errors_of(Tab& tab, ErrorKind kind) { return tab.cache.statistics().errors[static_cast<std::size_t>(kind)]; }

std::string json_of_size(std::size_t bytes) { return "\"" + std::string(bytes - 2, 'x') + "\""; }

}  // namespace

TEST_CASE("writing: a set is in both tiers before it returns") {
  MapArea area;
  Tab tab(&area);
  const auto result = tab.set("daily_plan:sara", "[1]");
  CHECK(result.kept);
  CHECK(result.slot);
  CHECK(result.timestamp == start);
  CHECK(area.get(u"cardcache_daily_plan:sara")
            .value_or(u"")
            .starts_with(u"{\"data\":\t[1],\"timestamp\":1764000000000}"));
  CHECK(tab.get("daily_plan:sara") == "[1]");
}

TEST_CASE("writing: users of one namespace do not read each other") {
  MapArea area;
  Tab sara(&area, {.user = "sara"});
  Tab tom(&area, {.user = "tom"});
  Tab nobody(&area);
  sara.set("plan", "1");
  CHECK_FALSE(tom.get("plan"));
  CHECK_FALSE(nobody.get("plan"));
  CHECK(nobody.cache.keys({}, start).empty());
  CHECK(tom.invalidate("*") == 0);
  CHECK(nobody.invalidate("*") == 0);
  CHECK(area.holds(u"cardcache_@sara/plan"));
  CHECK(Tab(&area, {.user = "sara"}).get("plan") == "1");
}

TEST_CASE("writing: what must not reach storage does not, and takes with it what lies there") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  tab.set("plan", "2", {.reach = Reach::memory});
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(tab.get("plan") == "2");
  CHECK_FALSE(Tab(&area).get("plan"));
}

TEST_CASE("writing: a value that may yet be taken back stands before the stored record and leaves it alone") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  tab.set("plan", "2", {.reach = Reach::resident});
  CHECK(tab.get("plan") == "2");
  CHECK(Tab(&area).get("plan") == "1");
  tab.cache.drop_resident("plan");
  tab.observe();
  CHECK(tab.get("plan") == "1");
  tab.cache.drop_resident("nowhere");
}

TEST_CASE("writing: end, version, tags, cost and onEvent hold after a reload") {
  MapArea area;
  Tab(&area).set("plan", "1",
                 {.ttl = hour, .tags = {"red", "blue"}, .version = "2", .cost = 5, .exempt_from_events = true});
  Tab tab(&area);
  const auto found = tab.cache.look_up(asking_for("plan"), start);
  CHECK(found.where == Lookup::Where::storage);
  CHECK(found.facts.expires_at == start + hour);
  CHECK(found.facts.timestamp == start);
  CHECK(found.facts.version == "2");
  CHECK(found.facts.tags == std::vector<std::string>{"red", "blue"});
  CHECK(found.facts.cost == 5);
  CHECK(found.facts.exempt_from_events);
}

TEST_CASE("writing: a refused write keeps the new value in memory, loses the older record, is counted and told") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  area.refuses = true;
  CHECK(tab.set("plan", "2").kept);
  CHECK(tab.get("plan") == "2");
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(errors_of(tab, ErrorKind::quota) == 1);
  const auto notices = tab.cache.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().error == ErrorKind::quota);
  CHECK(notices.front().key == "plan");
}

TEST_CASE("writing: an area that others filled to the brim is given up at once") {
  MapArea area;
  REQUIRE(area.set(u"somebody", std::u16string(1'000, u'x')));
  area.quota = area.bytes();
  Tab tab(&area);
  CHECK(tab.set("plan", "1").kept);
  CHECK(tab.get("plan") == "1");
  CHECK(errors_of(tab, ErrorKind::quota) == 1);
  CHECK(area.bytes() == area.quota);
}

TEST_CASE("writing: a value larger than the budget evicts nothing and stays in memory") {
  MapArea area;
  Tab tab(&area, {.budget = 2'000, .compress_above = never.value});
  tab.set("teams", "1");
  tab.set("plan", json_of_size(2'001));
  CHECK(tab.get("plan"));
  CHECK(area.holds(u"cardcache_teams"));
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(errors_of(tab, ErrorKind::quota) == 1);
}

TEST_CASE("writing: what was evicted from storage is counted and told, of this user only") {
  MapArea area;
  Tab sara(&area, {.user = "sara", .budget = 2'000, .compress_above = never.value});
  sara.set("old", json_of_size(700));
  sara.now = start + hour;
  sara.set("plan", json_of_size(700));
  sara.now = start + day;
  sara.set("new", json_of_size(800));
  CHECK_FALSE(area.holds(u"cardcache_@sara/old"));
  const auto notices = sara.cache.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().kind == Notice::Kind::evicted);
  CHECK(notices.front().key == "old");
  CHECK(notices.front().why == RemovalCause::quota);
  CHECK(sara.cache.statistics().storage.evictions == 1);

  Tab tom(&area, {.user = "tom", .budget = 2'000, .compress_above = never.value, .now = start + day + hour});
  tom.set("plan", json_of_size(1'500));
  tom.sweep();
  CHECK_FALSE(area.holds(u"cardcache_@sara/plan"));
  CHECK(tom.cache.take_notices().empty());
  CHECK(tom.cache.statistics().storage.evictions == 2);
}

TEST_CASE("writing: without storage everything stays in memory, and nothing is an error") {
  Tab tab(nullptr);
  CHECK(tab.set("plan", "1").kept);
  CHECK(tab.get("plan") == "1");
  CHECK(tab.cache.keys({}, start) == std::vector<std::string>{"plan"});
  CHECK(tab.invalidate(":sara") == 0);
  CHECK(tab.invalidate("plan") == 1);
  tab.sweep();
  CHECK(errors_of(tab, ErrorKind::quota) == 0);
  CHECK(tab.cache.take_notices().empty());
}

TEST_CASE("writing: what memory cannot hold is still in storage") {
  MapArea area;
  Tab tab(&area, {.memory = {.ttl = hour, .max_entries = 10, .max_bytes = 100}});
  const auto result = tab.set("plan", "1", {.bytes = 101});
  CHECK(result.kept);
  CHECK_FALSE(result.slot);
  CHECK(tab.get("plan") == "1");
  CHECK(tab.where("plan") == Lookup::Where::memory);
}

TEST_CASE("writing: delete is true for what was fresh, in either tier, and false for what had ended") {
  MapArea area;
  Tab tab(&area);
  tab.set("both", "1");
  tab.set("secret", "2", {.reach = Reach::memory});
  tab.set("ended", "3", {.ttl = minute});
  Tab(&area).set("stored", "4");
  CHECK(tab.cache.remove("both", start));
  CHECK(tab.cache.remove("secret", start));
  CHECK(tab.cache.remove("stored", start));
  CHECK_FALSE(tab.cache.remove("nowhere", start));
  CHECK_FALSE(tab.cache.remove("both", start));
  CHECK_FALSE(tab.cache.remove("ended", start + minute));
  CHECK_FALSE(area.holds(u"cardcache_both"));
  CHECK_FALSE(area.holds(u"cardcache_stored"));
  CHECK_FALSE(area.holds(u"cardcache_ended"));
  tab.observe();
  CHECK(tab.held() == 0);
}

TEST_CASE("writing: an age is never negative, although what begins after an invalidation is younger than it") {
  MapArea area;
  Tab tab(&area);
  tab.invalidate("*");
  const auto result = tab.set("plan", "1");
  CHECK(result.timestamp == start + Millis{1});
  CHECK(tab.get("plan") == "1");
  CHECK(Tab(&area).get("plan") == "1");
}

TEST_CASE("writing: in another program's namespace there is nothing but plain records") {
  MapArea area;
  REQUIRE(area.set(u"agiletrack_selected_team", u"7"));
  Tab tab(&area, {.name_space = "agiletrack_", .foreign = true});
  tab.set("teams", "[1]");
  tab.invalidate("metrics");
  tab.now = start + hour;
  tab.set("goals", "[2]");
  tab.sweep();
  CHECK(area.texts().size() == 3);
  CHECK(area.get(u"agiletrack_teams") == u"{\"data\":[1],\"timestamp\":1764000000000}");
  CHECK(tab.cache.clear(tab.now) == 2);
  CHECK(area.texts().size() == 1);
  CHECK(area.get(u"agiletrack_selected_team") == u"7");
}

TEST_CASE("writing: what AgileTrack wrote is read, and forgotten by its rules") {
  MapArea area;
  REQUIRE(area.set(u"agiletrack_teams", u"{\"data\":[{\"id\":7}],\"timestamp\":1764000000000}"));
  Tab tab(&area, {.name_space = "agiletrack_", .foreign = true});
  CHECK(tab.get("teams") == "[{\"id\":7}]");
  tab.now = start + default_storage_ttl;
  CHECK_FALSE(tab.get("teams"));
}

TEST_CASE("writing: eight unreadable records in a row purge this user's, however many, and nobody else's") {
  MapArea area;
  Tab tom(&area, {.user = "tom"});
  tom.set("plan", "1");
  Tab sara(&area, {.user = "sara"});
  for (int i = 0; i < 200; ++i) sara.set("key_" + std::to_string(i), "1");
  const auto spoil = [&](int from, int to, const std::u16string& text) {
    for (int i = from; i < to; ++i) REQUIRE(area.set(u"cardcache_@sara/bad" + to_utf16(std::to_string(i)), text));
    for (int i = from; i < to; ++i) CHECK_FALSE(sara.get("bad" + std::to_string(i)));
  };
  // Another format's are no corruption, however many.
  spoil(0, 20, u"\u8102\u0150\u0150");
  CHECK(errors_of(sara, ErrorKind::version) == 20);
  CHECK(sara.cache.storage().index().size() == 200);
  area.removals = 0;
  spoil(20, 28, u"{");
  CHECK(errors_of(sara, ErrorKind::corrupt) == 8);
  CHECK(area.removals <= 8 + static_cast<int>(most_at_once));
  CHECK(sara.cache.storage().index().size() == 0);
  CHECK_FALSE(Tab(&area, {.user = "sara"}).cache.invalidations().size() > 0);
  while (sara.cache.maintain(start)) continue;
  CHECK(area.bytes_under(u"cardcache_@sara/") == 0);
  CHECK(Tab(&area, {.user = "tom"}).get("plan") == "1");
}

TEST_CASE("writing: what must wait for room is kept and told to nobody; given up, it is counted as quota") {
  MapArea area;
  Tab tab(&area, {.memory = {.ttl = hour, .max_entries = 1}, .budget = 40'000, .compress_above = never.value});
  for (int i = 0; i < 300; ++i) tab.set("key_" + std::to_string(i), json_of_size(60));
  tab.now = start + day;
  static_cast<void>(tab.cache.take_notices());
  tab.set("plan", json_of_size(30'000));
  tab.set("other", "1");
  CHECK(tab.get("plan") == json_of_size(30'000));
  CHECK(errors_of(tab, ErrorKind::quota) == 0);
  SECTION("given up") {
    area.refuses = true;
    tab.sweep();
    CHECK(errors_of(tab, ErrorKind::quota) == 1);
    CHECK(tab.cache.take_notices().back().key == "plan");
  }
  SECTION("written") {
    tab.sweep();
    CHECK(errors_of(tab, ErrorKind::quota) == 0);
    CHECK(Tab(&area, {.now = tab.now}).get("plan") == json_of_size(30'000));
  }
  SECTION("invalidated") {
    CHECK(tab.invalidate("plan") == 1);
    CHECK_FALSE(tab.get("plan"));
    tab.sweep();
    CHECK_FALSE(area.holds(u"cardcache_plan"));
  }
}

TEST_CASE("writing: an area that refuses for another reason than room is counted as unavailable") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  area.broken = true;
  tab.set("plan", "2");
  CHECK(tab.get("plan") == "2");
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(errors_of(tab, ErrorKind::unavailable) == 1);
  CHECK(errors_of(tab, ErrorKind::quota) == 0);
}

TEST_CASE("writing: an invalidation that finds no room is told, holds here, and is written when there is room") {
  MapArea area;
  Tab tab(&area);
  area.refuses = true;
  tab.invalidate("plan");
  CHECK(errors_of(tab, ErrorKind::quota) == 1);
  CHECK(tab.cache.invalidations().size() == 1);
  CHECK(area.texts().empty());
  area.refuses = false;
  tab.sweep();
  CHECK(Tab(&area).cache.invalidations().size() == 1);
}

TEST_CASE("writing: an invalidation of thousands touches a few at once, and none is answered after a reload either") {
  MapArea area;
  Tab tab(&area);
  for (int i = 0; i < 1'000; ++i) tab.set("key_" + std::to_string(i), "1");
  tab.now = start + second;
  area.removals = 0;
  CHECK(tab.invalidate("*") == 1'000);
  CHECK(std::cmp_less_equal(area.removals, most_at_once));
  Tab reloaded(&area, {.now = tab.now});
  for (int i = 0; i < 1'000; ++i) REQUIRE_FALSE(reloaded.get("key_" + std::to_string(i)));
  tab.sweep();
  CHECK(area.bytes_under(u"cardcache_key") == 0);
}

TEST_CASE("writing: what a set leaves unsaid is an answer that costs one, takes nothing and goes with events") {
  Tab tab(nullptr);
  SetRequest request;
  request.key = "plan";
  const auto slot = tab.cache.set(request, start).slot;
  REQUIRE(slot);
  const auto& facts = tab.cache.memory().facts(*slot);
  CHECK(tab.cache.memory().cost(*slot) == 1);
  CHECK(facts.bytes == 0);
  CHECK_FALSE(facts.exempt_from_events);
}

TEST_CASE("writing: a set that names the slot of its key does what any set does") {
  Tab tab(nullptr);
  SetRequest first;
  first.key = "plan:sara";
  first.facts.version = "2";
  first.facts.tags = {"red"};
  const auto slot = tab.cache.set(first, start).slot;
  REQUIRE(slot);
  const auto flight = tab.cache.begin_flight("plan:sara", {}, false, start);
  tab.cache.coordinator().add("plan:sara", {}, start);
  SetRequest again;
  again.key = "plan:sara";
  again.slot = slot;
  again.ttl = minute;
  const auto kept = tab.cache.set(again, start + minute);
  CHECK(kept.kept);
  CHECK(kept.slot == slot);
  CHECK(kept.timestamp == start + minute);
  CHECK(kept.expires_at == start + minute + minute);
  CHECK(tab.cache.is_superseded(flight));
  CHECK(tab.cache.coordinator().status("plan:sara")->last_update == start + minute);
  CHECK(tab.cache.memory().facts(*slot).expires_at == start + minute + minute);
  CHECK(tab.cache.memory().version(*slot).empty());
  CHECK(tab.cache.memory().tags(*slot).empty());
}

TEST_CASE("writing: what another user's record waited for in vain is not told here") {
  MapArea area;
  Tab tab(&area, {.budget = 40'000, .compress_above = never.value});
  TwoTierCache tom({}, tab.space.tier_of("tom"), {}, 2);
  for (int i = 0; i < 300; ++i) tab.set("key_" + std::to_string(i), json_of_size(60));
  tab.now = start + day;
  tab.observe();
  const auto json = json_of_size(30'000);
  SetRequest request;
  request.key = "plan";
  request.reach = Reach::storage;
  request.json = json;
  static_cast<void>(tom.set(request, tab.now));
  area.refuses = true;
  tab.sweep();
  CHECK(errors_of(tab, ErrorKind::quota) == 0);
}

TEST_CASE("writing: what was read from storage just now goes later than what was not") {
  MapArea area;
  Tab tab(&area, {.memory = {.max_entries = 0}, .budget = 380});
  tab.set("first", json_of_size(60));
  tab.now = start + second;
  tab.set("later", json_of_size(60));
  tab.now = start + hour;
  CHECK(tab.get("first"));
  tab.set("new", json_of_size(60));
  CHECK(area.holds(u"cardcache_first"));
  CHECK_FALSE(area.holds(u"cardcache_later"));
}
