// What a mutation event drops, and whose watched answers it asks for.
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

Party party(std::string user, bool named = false) { return {std::move(user), {{}, named}}; }

EventOutcome apply(Tab& tab, std::string_view type, const EventFacts& facts, const std::vector<Party>& parties,
                   bool first_is_me = true) {
  tab.observe();
  auto outcome = tab.cache.apply_event(type, facts, parties, first_is_me, tab.now);
  tab.observe();
  std::ranges::sort(outcome.refreshed);
  return outcome;
}

void watch(Tab& tab, std::string_view key, OnEvent on_event = OnEvent::refresh) {
  WatchTimes times;
  times.on_event = on_event;
  tab.cache.coordinator().add(key, times, tab.now);
}

EventFacts for_sara() { return {.username = "tom", .assigned_users = {"sara"}}; }

}  // namespace

TEST_CASE("events: without a rule everything goes, all users' and shared, whoever is concerned") {
  MapArea area;
  Tab tab(&area);
  for (const auto* key : {"plan:sara", "plan:tom", "teams"}) tab.set(key, "1");
  const auto outcome = apply(tab, "task_completed", for_sara(), {party("ute")});
  CHECK(outcome.reasons == std::vector<Reason>{Reason::other});
  CHECK(outcome.invalidated == 3);
  CHECK_FALSE(tab.get("plan:sara"));
  CHECK_FALSE(tab.get("teams"));
}

TEST_CASE("events: a rule's endpoints alone go") {
  MapArea area;
  Tab tab(&area);
  tab.cache.filter().add_rule({"task_*", {"plan", "tasks"}, false});
  for (const auto* key : {"plan:sara", "tasks:tom", "teams", "plan_b:sara"}) tab.set(key, "1");
  CHECK(apply(tab, "task_completed", for_sara(), {party("sara")}).invalidated == 2);
  CHECK_FALSE(tab.get("plan:sara"));
  CHECK_FALSE(tab.get("tasks:tom"));
  CHECK(tab.get("teams") == "1");
  CHECK(tab.get("plan_b:sara") == "1");
}

TEST_CASE("events: what is exempt from events stays, in memory, in storage and on its way") {
  MapArea area;
  Tab(&area).set("stored", "1", {.exempt_from_events = true});
  Tab tab(&area);
  tab.set("paid", "2", {.exempt_from_events = true});
  const auto flight = tab.fetch("flying", {}, true);
  const auto other = tab.fetch("plan");
  CHECK(apply(tab, "task_completed", {}, {party("sara")}).invalidated == 0);
  CHECK(tab.get("paid") == "2");
  CHECK(tab.get("stored") == "1");
  CHECK(Tab(&area).get("paid") == "2");
  CHECK(tab.land(flight, "flying", "3", {.exempt_from_events = true}));
  CHECK_FALSE(tab.land(other, "plan", "4"));
}

TEST_CASE("events: an invalidation takes also what is exempt from events") {
  MapArea area;
  Tab tab(&area);
  tab.set("paid", "2", {.exempt_from_events = true});
  CHECK(tab.invalidate("*") == 1);
  CHECK_FALSE(tab.get("paid"));
}

TEST_CASE("events: if I am concerned what is watched of mine and of all is asked for") {
  MapArea area;
  Tab tab(&area);
  for (const auto* key : {"plan:sara", "plan:tom", "teams", "tasks:None"}) watch(tab, key);
  const auto outcome = apply(tab, "task_completed", for_sara(), {party("sara")});
  CHECK(outcome.reasons == std::vector<Reason>{Reason::assigned});
  CHECK(outcome.refreshed == Keys{"plan:sara", "tasks:None", "teams"});
  auto due = tab.cache.coordinator().take_due(start + Millis{300});
  std::ranges::sort(due);
  CHECK(due == Keys{"plan:sara", "tasks:None", "teams"});
}

TEST_CASE("events: if I am not concerned nothing is asked for before its next poll") {
  MapArea area;
  Tab tab(&area);
  for (const auto* key : {"plan:ute", "teams"}) watch(tab, key);
  CHECK(apply(tab, "task_completed", for_sara(), {party("ute")}).refreshed.empty());
  CHECK(tab.cache.coordinator().next_due() == start + Millis{180'000});
}

TEST_CASE("events: other users' watched answers follow their own concern") {
  MapArea area;
  Tab tab(&area);
  for (const auto* key : {"plan:sara", "plan:ute", "teams"}) watch(tab, key);
  const auto outcome = apply(tab, "task_completed", for_sara(), {party("ute"), party("sara")});
  CHECK(outcome.reasons == std::vector<Reason>{Reason::other, Reason::assigned});
  CHECK(outcome.refreshed == Keys{"plan:sara"});
}

TEST_CASE("events: where nobody is known to be me everybody is concerned") {
  MapArea area;
  Tab tab(&area);
  for (const auto* key : {"plan:sara", "plan:ute", "teams"}) watch(tab, key);
  CHECK(apply(tab, "task_completed", for_sara(), {}, false).refreshed == Keys{"plan:sara", "plan:ute", "teams"});
  CHECK(apply(tab, "task_completed", for_sara(), {party("ute")}, false).refreshed == Keys{"plan:sara", "teams"});
}

TEST_CASE("events: what only drops or keeps on events is not asked for") {
  MapArea area;
  Tab tab(&area);
  tab.set("dropped:sara", "1");
  tab.set("kept:sara", "2", {.exempt_from_events = true});
  watch(tab, "dropped:sara", OnEvent::invalidate);
  watch(tab, "kept:sara", OnEvent::keep);
  CHECK(apply(tab, "task_completed", for_sara(), {party("sara")}).refreshed.empty());
  CHECK_FALSE(tab.get("dropped:sara"));
  CHECK(tab.get("kept:sara") == "2");
}

TEST_CASE("events: only what the rule's endpoints select is asked for") {
  MapArea area;
  Tab tab(&area);
  tab.cache.filter().add_rule({"task_completed", {"plan"}, false});
  watch(tab, "plan:sara");
  watch(tab, "teams");
  CHECK(apply(tab, "task_completed", for_sara(), {party("sara")}).refreshed == Keys{"plan:sara"});
}

TEST_CASE("events: they are counted, and how many concerned me") {
  MapArea area;
  Tab tab(&area);
  CHECK(apply(tab, "a", for_sara(), {party("sara")}).reasons.size() == 1);
  CHECK(apply(tab, "a", for_sara(), {party("ute")}).reasons.size() == 1);
  CHECK(tab.cache.statistics().events_seen == 2);
  CHECK(tab.cache.statistics().events_concerned == 1);
}

TEST_CASE("events: an event's invalidation that another tab left asks nobody to fetch, an invalidation's does") {
  MapArea area;
  Tab here(&area, {.seed = 1});
  Tab there(&area, {.seed = 2});
  watch(here, "plan:sara");
  here.set("paid:sara", "1", {.exempt_from_events = true});
  here.now = there.now = start + second;
  apply(there, "task_completed", for_sara(), {party("sara")});
  REQUIRE(area.holds(u"cardcache_!floor:~*"));
  here.hear(area, u"cardcache_!floor:~*");
  CHECK(here.cache.coordinator().next_due() == start + Millis{180'000});
  CHECK(here.get("paid:sara") == "1");
  there.invalidate("*");
  here.hear(area, u"cardcache_!floor:*");
  CHECK(here.cache.coordinator().next_due() == start + second + Millis{300});
  CHECK_FALSE(here.get("paid:sara"));
}

TEST_CASE(
    "events: an invalidation that another tab's write left has fetched what is watched, but for what policies keep") {
  MapArea area;
  Tab here(&area, {.seed = 1});
  Tab there(&area, {.seed = 2});
  watch(here, "plan:sara");
  WatchTimes kept;
  kept.on_event = OnEvent::keep;
  here.cache.coordinator().add("paid:sara", kept, start);
  here.set("paid:sara", "1", {.exempt_from_events = true});
  here.now = there.now = start + second;
  there.observe();
  there.cache.invalidate_after_write({}, there.now);
  REQUIRE(area.holds(u"cardcache_!floor:^*"));
  here.hear(area, u"cardcache_!floor:^*");
  CHECK(here.get("paid:sara") == "1");
  CHECK(here.cache.coordinator().take_due(start + second + Millis{300}) == Keys{"plan:sara"});
}

TEST_CASE("events: a rule that names no endpoints drops everything") {
  MapArea area;
  Tab tab(&area);
  tab.cache.filter().add_rule({"task_*", {}, false});
  tab.set("plan:sara", "1");
  CHECK(apply(tab, "task_completed", for_sara(), {party("sara")}).invalidated == 1);
  CHECK_FALSE(tab.get("plan:sara"));
}

TEST_CASE("events: what nobody watches any more is not named among what is asked for") {
  MapArea area;
  Tab tab(&area);
  watch(tab, "plan:sara");
  tab.cache.coordinator().remove(tab.cache.coordinator().add("tasks:sara", {}, start), start);
  CHECK(apply(tab, "task_completed", for_sara(), {party("sara")}).refreshed == Keys{"plan:sara"});
}

TEST_CASE(
    "events: after a load what a rule's endpoints name is caught up with, and what an event without a rule voids") {
  MapArea area;
  Tab tab(&area);
  tab.cache.filter().add_rule({.pattern = "task_*", .endpoints = {"tasks", "plan"}});
  for (const auto* key : {"tasks:sara", "plan:sara", "teams"}) tab.cache.watch(key, {}, start);
  tab.now = start + second;
  const auto caught_up = [&](std::vector<std::string> types) {
    tab.cache.catch_up_after_load(types, tab.now);
    return tab.cache.coordinator().take_due(tab.now);
  };
  CHECK(caught_up({}) == Keys{"tasks:sara", "plan:sara"});
  for (const auto* key : {"tasks:sara", "plan:sara"}) tab.cache.coordinator().succeeded(key, start);
  CHECK(caught_up({"task_done"}) == Keys{"tasks:sara", "plan:sara"});
  for (const auto* key : {"tasks:sara", "plan:sara"}) tab.cache.coordinator().succeeded(key, tab.now);
  CHECK(caught_up({"other"}) == Keys{"teams"});
}

TEST_CASE("events: whoever watches later is caught up with as well, and what must be new after a load always is") {
  MapArea area;
  Tab tab(&area, {.now = start + hour});
  auto& coordinator = tab.cache.coordinator();
  WatchTimes endless;
  endless.interval = never;
  auto always = endless;
  always.on_load = OnLoad::always;
  tab.cache.filter().add_rule({.pattern = "task_*", .endpoints = {"tasks"}});
  tab.cache.catch_up_after_load({}, tab.now);
  tab.cache.watch("tasks", endless, start);
  tab.cache.watch("tasks:sara", endless, tab.now);
  tab.cache.watch("teams", endless, start);
  tab.cache.watch("goals", always, start);
  tab.cache.watch("goals:sara", always, tab.now);
  CHECK(coordinator.take_due(tab.now) == Keys{"tasks", "goals"});
}
