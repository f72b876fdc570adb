// What other tabs do, and what this one learns of it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/selectors.hpp"
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

TEST_CASE("tabs: an answer that was read from storage gives way to what another tab's slower clock writes there") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  Tab earlier(&area);
  here.now = earlier.now = start + second;
  earlier.set("plan", "1");
  REQUIRE(here.get("plan") == "1");
  there.set("plan", "2");
  here.hear(area, u"cardcache_plan");
  CHECK(here.get("plan") == "2");
}

TEST_CASE("tabs: messages that cannot be read say no more than that somebody else has written") {
  MapArea area;
  Tab here(&area);
  here.set("plan", "2");
  here.cache.on_area_change("cardcache_plan", u"{", here.now);
  CHECK_FALSE(here.cache.memory().find("plan"));
  CHECK(here.cache.look_up(asking_for("plan"), here.now).json == "2");
}

TEST_CASE("tabs: what is in memory alone stays before another tab's of the same millisecond") {
  MapArea area;
  Tab here(&area);
  here.set("plan", "2", {.reach = Reach::memory});
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000000000}"));
  here.hear(area, u"cardcache_plan");
  CHECK(here.get("plan") == "2");
}

TEST_CASE("tabs: what ends in this very millisecond is no answer that another tab brought") {
  MapArea area;
  Tab here(&area);
  here.cache.coordinator().add("plan", {}, std::nullopt);
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1763999999000,\"expires\":1764000000000}"));
  CHECK(here.cache.oldest_to_take("plan", never, start) == long_ago);
  here.hear(area, u"cardcache_plan");
  CHECK(here.cache.take_changed_elsewhere().empty());
}

TEST_CASE("tabs: a message of an older answer that was overwritten here leaves the newer one alone") {
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

TEST_CASE("tabs: an answer that storage refused stays before another tab's older one") {
  MapArea area;
  Tab here(&area);
  here.now = start + second;
  area.refuses = true;
  here.set("plan", "2");
  area.refuses = false;
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000000000}"));
  here.hear(area, u"cardcache_plan");
  CHECK(here.get("plan") == "2");
}

TEST_CASE("tabs: what somebody wrote on this page without a word is listed, cleared and invalidated like the rest") {
  const bool foreign = GENERATE(false, true);
  MapArea area;
  Tab tab(&area, {.name_space = foreign ? "agiletrack_" : "cardcache_", .foreign = foreign});
  tab.set("plan", "1");
  while (tab.space.maintain(tab.now, 32)) continue;
  CHECK(tab.cache.keys({}, tab.now).size() == 1);
  const auto name = to_utf16(foreign ? "agiletrack_teams" : "cardcache_teams");
  REQUIRE(area.set(name, u"{\"data\":2,\"timestamp\":1764000000000}"));
  if (foreign) CHECK(tab.cache.keys(by_text("teams"), tab.now).size() == 1);
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

TEST_CASE("tabs: what is corrupt, ended or invalidated is no answer, whoever wrote it") {
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

TEST_CASE("tabs: what another tab has stored is not fetched again, though its message is not here yet") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  auto& coordinator = here.cache.coordinator();
  for (const auto* key : {"plan", "teams", "list"}) coordinator.add(key, {}, start);
  here.set("teams", "1", {.reach = Reach::memory});
  here.set("list", "1");
  const auto due = start + Millis{180'000};
  there.now = here.now = due;
  there.set("plan", "2");
  there.set("teams", "2");
  CHECK(here.cache.take_due(due) == Keys{"list"});
  CHECK(here.cache.take_changed_elsewhere() == Keys{"plan", "teams"});
  CHECK(here.get("plan") == "2");
  CHECK(here.get("teams") == "2");
  CHECK(coordinator.status("plan")->next == due + Millis{180'000});
  CHECK(here.cache.take_due(due).empty());
  CHECK(here.cache.take_changed_elsewhere().empty());
}

TEST_CASE("tabs: what another tab stored before an event is fetched all the same") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  here.cache.coordinator().add("plan", {}, start);
  there.now = start + second;
  there.set("plan", "2");
  here.cache.coordinator().request("plan", start + second);
  CHECK(here.cache.take_due(start + second + Millis{300}) == Keys{"plan"});
  here.now = start + minute;
  here.cache.coordinator().add("teams", {}, std::nullopt);
  there.set("teams", "2");
  here.invalidate("teams");
  CHECK(here.cache.take_due(start + minute) == Keys{"teams"});
}

TEST_CASE("tabs: what is due is fetched where another tab's record is past its end, or claims to be from the future") {
  const auto due = start + Millis{180'000};
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  here.cache.coordinator().add("plan", {}, start);
  here.cache.coordinator().add("teams", {}, start);
  there.now = due - second;
  there.set("plan", "2", {.ttl = second});
  REQUIRE(area.set(u"cardcache_teams", u"{\"data\":2,\"timestamp\":1764090000000}"));
  CHECK(here.cache.take_due(due) == Keys{"plan", "teams"});
  CHECK(here.cache.take_changed_elsewhere().empty());
}

TEST_CASE("tabs: what is due is fetched where memory has a younger answer than the other tab's record") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  there.now = start + second;
  there.set("plan", "2");
  here.now = start + minute;
  here.set("plan", "1", {.reach = Reach::memory});
  there.set("plan", "2");
  here.cache.coordinator().add("plan", {}, start);
  CHECK(here.cache.take_due(start + Millis{180'000}) == Keys{"plan"});
  CHECK(here.get("plan") == "1");
}

TEST_CASE("tabs: what another tab has stored supersedes the flight that began before it") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  here.cache.coordinator().add("plan", {}, start);
  const auto due = start + Millis{180'000};
  const auto flight = here.cache.begin_flight("plan", {}, false, due - second);
  there.now = due;
  there.set("plan", "2");
  CHECK(here.cache.take_due(due).empty());
  CHECK(here.cache.is_superseded(flight));
}

TEST_CASE("tabs: what a card of another version stored is nothing to those who watch here") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  auto& coordinator = here.cache.coordinator();
  WatchTimes times;
  times.version = "1";
  coordinator.add("plan", times, start);
  here.set("plan", "1", {.version = "1"});
  const auto due = start + Millis{180'000};
  there.now = here.now = due;
  there.set("plan", "2", {.version = "2"});
  here.hear(area, u"cardcache_plan");
  CHECK(here.cache.take_changed_elsewhere().empty());
  CHECK(here.get("plan") == "1");
  CHECK(coordinator.next_due() == due);
  CHECK(here.cache.take_due(due) == Keys{"plan"});
  coordinator.succeeded("plan", due);
  there.now = here.now = start + Millis{190'000};
  there.set("plan", "3", {.version = "1"});
  here.hear(area, u"cardcache_plan");
  CHECK(here.cache.take_changed_elsewhere() == Keys{"plan"});
}

TEST_CASE("tabs: of what nobody watches it is not told that another tab has changed it, though it was at hand here") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  here.set("plan", "1");
  there.now = here.now = start + minute;
  there.set("plan", "2");
  here.hear(area, u"cardcache_plan");
  CHECK(here.cache.take_changed_elsewhere().empty());
  CHECK(here.get("plan") == "2");
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

namespace {

EntryFacts facts_at(Millis timestamp, Millis life = hour) {
  EntryFacts facts;
  facts.timestamp = timestamp;
  facts.expires_at = timestamp + life;
  return facts;
}

}  // namespace

TEST_CASE("tabs: an answer that another tab brings is kept as it is there") {
  MapArea area;
  Tab here(&area);
  here.now = start + minute;
  auto facts = facts_at(start);
  facts.version = "2";
  facts.tags = {"red"};
  facts.cost = 3;
  REQUIRE(here.adopt("plan", "1", facts));
  CHECK(here.get("plan") == "1");
  const auto kept = here.cache.inspect(here.now);
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].timestamp == start);
  CHECK(kept[0].expires_at == start + hour);
  CHECK(kept[0].first == Lookup::Where::memory);
  CHECK(here.invalidate(by_tag("red")) == 1);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("tabs: an answer that has ended, comes from the future or has no key to lie under is not taken") {
  MapArea area;
  Tab here(&area);
  here.now = start + hour;
  CHECK_FALSE(here.adopt("plan", "1", facts_at(start, hour)));
  CHECK(here.adopt("plan", "1", facts_at(start, hour + Millis{1})));
  CHECK(here.adopt("plan", "1", facts_at(here.now + minute)));
  CHECK_FALSE(here.adopt("teams", "1", facts_at(here.now + minute + Millis{1})));
  const auto nan = std::nan("");
  CHECK_FALSE(here.adopt("teams", "1", facts_at(Millis{nan})));
  for (const auto* key : {"", "!floor:*", "@tom/plan"}) CHECK_FALSE(here.adopt(key, "1", facts_at(here.now)));
  for (const double cost : {nan, -1.0, 0.0, 0.5}) {
    auto facts = facts_at(here.now);
    facts.cost = cost;
    CHECK(here.adopt("cost " + std::to_string(cost), "1", facts) == (cost >= 0));
  }
}

TEST_CASE("tabs: an answer is taken only in place of an older one") {
  MapArea area;
  Tab here(&area);
  here.now = start + second;
  here.set("plan", "here", {.reach = Reach::memory});
  CHECK_FALSE(here.adopt("plan", "older", facts_at(start)));
  CHECK_FALSE(here.adopt("plan", "as old", facts_at(start + second)));
  CHECK(here.get("plan") == "here");
  CHECK(here.adopt("plan", "younger", facts_at(start + second + Millis{1})));
  CHECK(here.get("plan") == "younger");
}

TEST_CASE("tabs: an answer that comes late does not stand before a younger record") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  there.now = here.now = start + second;
  there.set("plan", "2");
  CHECK_FALSE(here.adopt("plan", "1", facts_at(start)));
  CHECK(here.get("plan") == "2");
  // The record's own answer is no older than the record.
  Tab third(&area);
  third.now = start + second;
  CHECK(third.adopt("plan", "2", facts_at(start + second)));
}

TEST_CASE("tabs: an answer that its tab has stored gives way to what lies there now, another does not") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  const auto flight = there.fetch("plan");
  here.now = there.now = start + second;
  auto stored = facts_at(start + second);
  stored.is_stored = true;
  REQUIRE(here.adopt("plan", "lost", stored));
  REQUIRE(here.adopt("teams", "memory", facts_at(start + second)));
  REQUIRE(there.land(flight, "plan", "1"));
  REQUIRE(area.set(u"cardcache_teams", u"{\"data\":1,\"timestamp\":1764000000000}"));
  here.hear(area, u"cardcache_plan");
  here.hear(area, u"cardcache_teams");
  CHECK(here.get("plan") == "1");
  CHECK(here.get("teams") == "memory");
}

TEST_CASE("tabs: an invalidation that selects it invalidates another tab's answer, heard of or not") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  there.invalidate(":sara");
  CHECK_FALSE(here.adopt("plan:sara", "1", facts_at(start)));
  CHECK(here.adopt("plan:sarah", "1", facts_at(start)));
  CHECK(here.adopt("plan:sara", "1", facts_at(start + Millis{1})));
  here.invalidate("teams");
  CHECK_FALSE(here.adopt("teams", "1", facts_at(start)));
}

TEST_CASE("tabs: an invalidation is no older than what this tab stamped just before, ahead of the clock as it may be") {
  MapArea area;
  Tab here(&area);
  here.invalidate("plan");
  // Of the same millisecond, so it is stamped with the next.
  CHECK(here.set("plan", "1").timestamp == start + Millis{1});
  here.invalidate("plan");
  CHECK_FALSE(here.adopt("plan", "1", facts_at(start + Millis{1})));
  CHECK(here.adopt("plan", "1", facts_at(start + Millis{2})));
}

TEST_CASE("tabs: a tab's own invalidation does not hide another's that it has not heard of") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  const auto flight = here.fetch("plan:sara");
  there.invalidate("plan");
  here.invalidate("teams");
  CHECK_FALSE(here.land(flight, "plan:sara", "1"));
}

TEST_CASE("tabs: an answer is not taken while a younger fetch is under way here, unless that is superseded") {
  MapArea area;
  Tab here(&area);
  here.now = start + second;
  const auto flight = here.fetch("plan");
  CHECK_FALSE(here.adopt("plan", "older", facts_at(start)));
  CHECK(here.adopt("teams", "older", facts_at(start)));
  here.cache.supersede_flights("plan");
  CHECK(here.adopt("plan", "older", facts_at(start)));
  here.cache.end_flight(flight);
}

TEST_CASE("tabs: a fetch that began before another tab's answer fills nothing, whichever way that came") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  const auto brought = here.fetch("plan");
  const auto announced = here.fetch("teams");
  const auto unheard = here.fetch("tasks");
  const auto alone = here.fetch("alone");
  there.now = here.now = start + second;
  there.set("teams", "2");
  there.set("tasks", "2");
  REQUIRE(here.adopt("plan", "2", facts_at(start + second)));
  here.hear(area, u"cardcache_teams");
  CHECK(here.cache.is_superseded(brought));
  CHECK(here.cache.is_superseded(announced));
  CHECK_FALSE(here.cache.is_superseded(unheard));
  CHECK_FALSE(here.land(unheard, "tasks", "1"));
  CHECK(here.get("tasks") == "2");
  CHECK(here.land(alone, "alone", "1"));
}

TEST_CASE("tabs: an answer that was brought puts off the next refresh, and answers what was asked for before it") {
  MapArea area;
  Tab here(&area);
  auto& coordinator = here.cache.coordinator();
  coordinator.add("plan", {}, start);
  here.now = start + minute;
  coordinator.request("plan", here.now);
  REQUIRE(here.adopt("plan", "2", facts_at(here.now)));
  // As old as the request: it may be what was asked to be fetched anew.
  CHECK(coordinator.next_due() == start + minute + Millis{300});
  REQUIRE(here.adopt("plan", "3", facts_at(here.now + Millis{1})));
  CHECK(coordinator.next_due() == start + minute + Millis{180'001});
}

TEST_CASE("tabs: what will do for a fetch is younger than what is here") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  CHECK(here.cache.oldest_to_take("plan", never, start) == long_ago);
  here.set("plan", "1", {.reach = Reach::memory});
  CHECK(here.cache.oldest_to_take("plan", never, start + hour) == start + Millis{1});
  // In storage alone, too; but not what is void there.
  there.set("teams", "1");
  CHECK(here.cache.oldest_to_take("teams", never, start) == start + Millis{1});
  REQUIRE(area.set(u"cardcache_teams", u"{\"data\":1,\"timestamp\":1}"));
  CHECK(here.cache.oldest_to_take("teams", never, start) == long_ago);
}

TEST_CASE("tabs: what will do is no older than the fetch allows, and for a forced one of a later fetch") {
  MapArea area;
  Tab here(&area);
  here.set("plan", "1");
  CHECK(here.cache.oldest_to_take("plan", minute, start + hour) == start + hour - minute);
  CHECK(here.cache.oldest_to_take("plan", Millis{-1}, start + hour) == start + hour + Millis{1});
}

TEST_CASE(
    "tabs: what another tab set while a fetch was under way stands, in the very millisecond of its beginning too") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  const auto flight = here.fetch("plan");
  there.set("plan", "2");
  CHECK_FALSE(here.land(flight, "plan", "1"));
  CHECK(here.get("plan") == "2");
  // One that begins after that, still in the same millisecond, is younger.
  const auto next = here.fetch("plan");
  CHECK(here.land(next, "plan", "3"));
  CHECK(there.get("plan") == "2");
  there.hear(area, u"cardcache_plan");
  CHECK(there.get("plan") == "3");
}
