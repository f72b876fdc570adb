// What an invalidation touches, and what its invalidation goes on keeping out.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Keys = std::vector<std::string>;

namespace {

Keys sorted(Keys keys) {
  std::ranges::sort(keys);
  return keys;
}

Keys keys_of(Tab& tab, std::string_view selector = "*") { return sorted(tab.cache.keys(by_text(selector), tab.now)); }

std::size_t count_under(const MapArea& area, std::u16string_view prefix) {
  return static_cast<std::size_t>(
      std::ranges::count_if(area.texts(), [&](const auto& one) { return one.first.starts_with(prefix); }));
}

}  // namespace

TEST_CASE("invalidating: what is selected goes from both tiers, the rest stays") {
  MapArea area;
  Tab tab(&area);
  for (const auto* key : {"plan:sara", "plan:sarah", "tasks:sara:30", "teams", "tasks:None"}) tab.set(key, "1");
  CHECK(tab.invalidate(":sara") == 2);
  CHECK(keys_of(tab) == Keys{"plan:sarah", "tasks:None", "teams"});
  CHECK_FALSE(tab.get("plan:sara"));
  CHECK_FALSE(area.holds(u"cardcache_plan:sara"));
  CHECK(tab.get("plan:sarah") == "1");
  CHECK(tab.invalidate(":None") == 2);
  CHECK(keys_of(tab) == Keys{"plan:sarah"});
}

TEST_CASE("invalidating: an entry in both tiers counts once, an expired one not at all") {
  MapArea area;
  Tab(&area).set("stored", "1");
  Tab tab(&area);
  tab.set("both", "1");
  tab.set("secret", "1", {.reach = Reach::memory});
  tab.set("ended", "1", {.ttl = minute});
  tab.now = start + minute;
  CHECK(tab.invalidate("*") == 3);
  CHECK(tab.invalidate("*") == 0);
}

TEST_CASE("invalidating: what had left memory and lies in storage still counts") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  tab.now = start + default_memory_ttl;
  CHECK(tab.invalidate("*") == 1);
}

TEST_CASE("invalidating: by tag, over reloads too") {
  MapArea area;
  Tab(&area).set("team_7", "1", {.tags = {"metrics"}});
  Tab tab(&area);
  tab.set("team_8", "1", {.tags = {"metrics", "eight"}});
  tab.set("team_9", "1");
  CHECK(tab.invalidate(by_tag("metrics")) == 2);
  CHECK(keys_of(tab) == Keys{"team_9"});
}

TEST_CASE("invalidating: an answer that was on its way fills nothing") {
  MapArea area;
  Tab tab(&area);
  const auto flight = tab.fetch("plan:sara");
  const auto other = tab.fetch("plan:sarah");
  tab.invalidate(":sara");
  CHECK(tab.cache.is_superseded(flight));
  CHECK_FALSE(tab.cache.is_superseded(other));
  CHECK_FALSE(tab.land(flight, "plan:sara", "1"));
  CHECK(tab.land(other, "plan:sarah", "2"));
  CHECK_FALSE(tab.get("plan:sara"));
  CHECK(tab.get("plan:sarah") == "2");
}

TEST_CASE("invalidating: what begins after an invalidation is younger than it, even in the same millisecond") {
  MapArea area;
  Tab tab(&area);
  for (int i = 0; i < 3; ++i) {
    const auto before = tab.fetch("plan");
    tab.invalidate("plan");
    const auto after = tab.fetch("plan");
    CHECK_FALSE(tab.land(before, "plan", "\"before\""));
    CHECK(tab.land(after, "plan", "\"after\""));
    CHECK(tab.get("plan") == "\"after\"");
    CHECK(Tab(&area).get("plan") == "\"after\"");
  }
}

TEST_CASE("invalidating: a record that another tab is just writing is invalidated, and stays so after a reload") {
  MapArea area;
  Tab tab(&area);
  tab.now = start + second;
  tab.invalidate("plan");
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000001000}"));
  CHECK_FALSE(tab.get("plan"));
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000001000}"));
  Tab reloaded(&area, {.now = tab.now});
  CHECK(keys_of(reloaded).empty());
  CHECK_FALSE(reloaded.get("plan"));
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":2,\"timestamp\":1764000001001}"));
  CHECK(reloaded.get("plan") == "2");
}

TEST_CASE("invalidating: what was invalidated is served by no grace") {
  MapArea area;
  Tab tab(&area);
  tab.cache.allow_grace("plan", hour);
  tab.set("plan", "1");
  tab.invalidate("plan");
  auto late = asking_for("plan");
  late.grace = hour;
  CHECK_FALSE(tab.ask(late));
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000000000}"));
  CHECK_FALSE(tab.ask(late));
}

TEST_CASE("invalidating: another tab's invalidation holds here as soon as it is heard") {
  MapArea area;
  Tab here(&area, {.seed = 1});
  Tab there(&area, {.seed = 2});
  here.set("plan:sara", "1", {.reach = Reach::memory});
  here.set("plan:sarah", "2", {.reach = Reach::memory});
  const auto flight = here.fetch("tasks:sara");
  there.now = start + second;
  there.invalidate(":sara");
  here.now = start + second;
  const auto note = u"cardcache_!floor:" + to_utf16(by_text(":sara").to_text());
  REQUIRE(area.holds(note));
  here.hear(area, note);
  CHECK_FALSE(here.get("plan:sara"));
  CHECK(here.get("plan:sarah") == "2");
  CHECK_FALSE(here.land(flight, "tasks:sara", "3"));
}

TEST_CASE("invalidating: another tab's invalidation supersedes a flight even before it is announced") {
  MapArea area;
  Tab here(&area, {.seed = 1});
  Tab there(&area, {.seed = 2});
  const auto flight = here.fetch("plan:sara");
  const auto other = here.fetch("teams");
  there.now = start + second;
  there.invalidate(":sara");
  here.now = start + second;
  CHECK_FALSE(here.land(flight, "plan:sara", "1"));
  CHECK(here.land(other, "teams", "2"));
  // What begins now is younger than the invalidation.
  CHECK(here.land(here.fetch("plan:sara"), "plan:sara", "3"));
}

TEST_CASE(
    "invalidating: an invalidation that was heard leaves alone what is younger, and hearing it twice changes nothing") {
  MapArea area;
  Tab here(&area, {.seed = 1});
  Tab there(&area, {.seed = 2});
  there.invalidate("*");
  here.now = start + second;
  here.set("plan", "1");
  here.hear(area, u"cardcache_!floor:*");
  CHECK(here.get("plan") == "1");
  here.hear(area, u"cardcache_!floor:*");
  CHECK(here.get("plan") == "1");
}

TEST_CASE("invalidating: another user's invalidation is another user's") {
  MapArea area;
  Tab sara(&area, {.user = "sara", .seed = 1});
  Tab tom(&area, {.user = "tom", .seed = 2});
  sara.set("plan", "1");
  tom.invalidate("*");
  sara.hear(area, u"cardcache_@tom/!floor:*");
  CHECK(sara.get("plan") == "1");
  CHECK(Tab(&area, {.user = "sara"}).get("plan") == "1");
}

TEST_CASE("invalidating: an invalidation that a wrong clock left far ahead does not lend its time to answers") {
  MapArea area;
  REQUIRE(area.set(u"cardcache_!floor:*", u"1764086400000"));
  Tab tab(&area);
  CHECK(tab.set("plan", "1").timestamp == start);
}

TEST_CASE("invalidating: invalidation notes that are none are passed over") {
  MapArea area;
  REQUIRE(area.set(u"cardcache_!floor:", u"1764000000001"));
  REQUIRE(area.set(u"cardcache_!floor:x9", u"1764000000001"));
  REQUIRE(area.set(u"cardcache_!floor:*", u"soon"));
  Tab tab(&area);
  tab.set("plan", "1");
  for (const auto* note :
       {u"cardcache_!floor:", u"cardcache_!floor:x9", u"cardcache_!floor:*", u"cardcache_!floor:gone"}) {
    tab.hear(area, note);
  }
  CHECK(tab.get("plan") == "1");
  CHECK(Tab(&area).get("plan") == "1");
}

TEST_CASE("invalidating: invalidations are forgotten after three days, their notes too") {
  MapArea area;
  Tab tab(&area);
  tab.invalidate("plan");
  tab.now = start + day;
  tab.invalidate("teams");
  tab.now = start + default_storage_ttl;
  tab.sweep();
  CHECK(count_under(area, u"cardcache_!floor:") == 2);
  tab.now = tab.now + Millis{1};
  tab.sweep();
  CHECK(count_under(area, u"cardcache_!floor:") == 1);
  CHECK(tab.cache.invalidations().size() == 1);
}

TEST_CASE("invalidating: invalidations do not grow for ever") {
  MapArea area;
  Tab tab(&area);
  tab.set("kept", "1");
  for (int i = 0; i < 1'000; ++i) {
    tab.now = tab.now + Millis{1};
    tab.invalidate("team_" + std::to_string(i));
    REQUIRE(tab.cache.invalidations().size() <= Invalidations::most);
    REQUIRE(count_under(area, u"cardcache_!floor:") <= Invalidations::most);
  }
  // Coarser than what was asked for, but never lower: what was invalidated stays out.
  REQUIRE(area.set(u"cardcache_team_0", u"{\"data\":1,\"timestamp\":1764000000000}"));
  CHECK_FALSE(tab.get("team_0"));
  CHECK_FALSE(Tab(&area).get("team_0"));
  tab.set("team_0", "2");
  CHECK(tab.get("team_0") == "2");
  Tab reloaded(&area, {.now = tab.now});
  CHECK(reloaded.get("team_0") == "2");
}

TEST_CASE("invalidating: clear takes everything of this user, statistics too, and is an invalidation of all") {
  MapArea area;
  Tab other(&area, {.user = "tom"});
  other.set("plan", "3");
  REQUIRE(area.set(u"homeassistant", u"not ours"));
  Tab tab(&area);
  tab.set("plan", "1");
  tab.set("secret", "2", {.reach = Reach::memory});
  CHECK(tab.get("plan"));
  const auto flight = tab.fetch("teams");
  CHECK(tab.cache.clear(start) == 2);
  tab.observe();
  CHECK(tab.held() == 0);
  CHECK(tab.cache.statistics().memory.hits == 0);
  CHECK(keys_of(tab).empty());
  CHECK_FALSE(tab.land(flight, "teams", "1"));
  CHECK(area.holds(u"cardcache_@tom/plan"));
  CHECK(area.get(u"homeassistant") == u"not ours");
}

TEST_CASE("invalidating: clear reads nothing of what lies there, and nothing of it can be read from then on") {
  MapArea area;
  Tab tab(&area, {.memory = {.ttl = hour, .max_entries = 50}});
  for (int i = 0; i < 300; ++i) tab.set("key_" + std::to_string(i), "1", {.ttl = i < 100 ? minute : day});
  tab.set("secret", "2", {.reach = Reach::memory});
  while (tab.cache.maintain(start)) continue;
  tab.now = start + minute;
  // A write of this very page by another way.
  REQUIRE(area.set(u"cardcache_unknown", u"{\"data\":2,\"timestamp\":1764000000000}"));
  area.reads = area.removals = 0;
  CHECK(tab.cache.clear(tab.now) == 201);
  CHECK(area.reads < 5);
  CHECK(std::cmp_less_equal(area.removals, most_at_once));
  tab.observe();
  CHECK(tab.held() == 0);
  CHECK(tab.cache.inspect(tab.now).empty());
  CHECK_FALSE(tab.get("key_299"));
  CHECK_FALSE(tab.get("unknown"));
  CHECK_FALSE(Tab(&area, {.now = tab.now}).get("key_299"));
  CHECK(keys_of(tab).empty());
  tab.set("key_298", "3");
  tab.now = tab.now + second;
  CHECK(tab.cache.clear(tab.now) == 1);
  CHECK_FALSE(tab.get("key_298"));
  tab.set("key_299", "3");
  while (tab.cache.maintain(tab.now)) continue;
  CHECK(tab.cache.storage().index().size() == 1);
  CHECK(area.bytes() == area.bytes_under(u"cardcache_!") + area.bytes_under(u"cardcache_key_299"));
  CHECK(Tab(&area, {.now = tab.now}).get("key_299") == "3");
}

TEST_CASE("invalidating: what is watched and selected is wanted anew after the debounce, the rest is not") {
  MapArea area;
  Tab tab(&area);
  auto& coordinator = tab.cache.coordinator();
  coordinator.add("plan:sara", {}, start);
  coordinator.add("plan:sarah", {}, start);
  tab.invalidate(":sara");
  CHECK(coordinator.next_due() == start + Millis{300});
  CHECK(coordinator.take_due(start + Millis{300}) == Keys{"plan:sara"});
}

TEST_CASE("invalidating: after a write of this page what policies keep on events is left alone") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan:sara", "1");
  tab.set("encouragement:sara", "2", {.exempt_from_events = true});
  auto& coordinator = tab.cache.coordinator();
  coordinator.add("plan:sara", {}, start);
  WatchTimes kept;
  kept.on_event = OnEvent::keep;
  coordinator.add("encouragement:sara", kept, start);
  CHECK(tab.cache.invalidate_after_write({}, start) == 1);
  tab.observe();
  CHECK_FALSE(tab.get("plan:sara"));
  CHECK(tab.get("encouragement:sara") == "2");
  CHECK(Tab(&area).get("encouragement:sara") == "2");
  CHECK(coordinator.take_due(start + second) == Keys{"plan:sara"});
  coordinator.succeeded("plan:sara", start + second);
  CHECK(tab.cache.invalidate_after_write(by_text("teams"), start + second) == 0);
  CHECK(coordinator.take_due(start + second + second).empty());
}

TEST_CASE("invalidating: keys tell what is fresh in either tier, each once, with the record's own tags") {
  MapArea area;
  Tab tab(&area);
  tab.set("both", "1");
  tab.set("secret", "2", {.reach = Reach::memory});
  tab.set("ended", "3", {.ttl = minute});
  tab.now = start + minute;
  REQUIRE(area.set(u"cardcache_gone", u"{\"data\":1,\"timestamp\":1764000000000}"));
  tab.hear(area, u"cardcache_gone");
  area.remove(u"cardcache_gone");
  CHECK(keys_of(tab) == Keys{"both", "secret"});
  CHECK(keys_of(tab, "both") == Keys{"both"});
  // Memory keeps it no longer, storage does.
  tab.now = start + default_memory_ttl;
  CHECK(keys_of(tab) == Keys{"both"});
}

TEST_CASE("invalidating: keys by tag go by the records as they lie there now") {
  MapArea area;
  Tab tab(&area);
  Tab(&area).set("team_7", "1", {.tags = {"red"}});
  CHECK(tab.cache.keys(by_tag("red"), start) == Keys{"team_7"});
  // Another tab's write that has not been announced here yet.
  REQUIRE(area.set(u"cardcache_team_7", u"{\"data\":2,\"timestamp\":1764000000000}"));
  CHECK(tab.cache.keys(by_tag("red"), start).empty());
}

TEST_CASE("invalidating: what events leave alone is fetched anew all the same when it is invalidated itself") {
  MapArea area;
  Tab tab(&area);
  WatchTimes kept;
  kept.on_event = OnEvent::keep;
  tab.cache.coordinator().add("plan", kept, start);
  tab.invalidate("plan");
  CHECK(tab.cache.coordinator().next_due() == start + Millis{300});
}

TEST_CASE("invalidating: what is set after everything was cleared stays, though older records go in idle slices") {
  MapArea area;
  Tab tab(&area);
  const auto name = [](int number) { return "key" + std::to_string(number); };
  for (int number = 0; number < 120; ++number) tab.set(name(number), "1");
  tab.cache.clear(tab.now);
  for (int number = 0; number < 120; number += 10) tab.set(name(number), "2");
  while (tab.cache.maintain(tab.now)) tab.observe();
  Tab later(&area);
  for (int number = 0; number < 120; ++number) {
    CHECK(later.get(name(number)) == (number % 10 == 0 ? std::optional<std::string>("2") : std::nullopt));
  }
}

TEST_CASE("invalidating: by tag wants anew what is watched under it, by its policy or by its last answer") {
  MapArea area;
  const Tab before(&area);
  Tab tab(&area);
  tab.set("by answer", "1", {.tags = {"metrics"}});
  tab.set("by later answer", "1");
  tab.set("no more", "1", {.tags = {"metrics"}});
  WatchTimes tagged;
  tagged.tags = {"metrics"};
  for (const auto* key : {"by answer", "by later answer", "no more", "other"}) tab.cache.watch(key, {}, start);
  tab.cache.watch("by policy", tagged, start);
  tab.set("by later answer", "2", {.tags = {"metrics", "more"}});
  tab.set("no more", "2");
  const Keys wanted{"by answer", "by later answer", "by policy"};
  for (const bool after_write : {false, true}) {
    if (after_write) {
      tab.cache.invalidate_after_write(by_tag("metrics"), tab.now);
    } else {
      tab.invalidate(by_tag("metrics"));
    }
    tab.observe();
    CHECK(tab.cache.coordinator().take_due(tab.now + Millis{300}) == wanted);
    for (const auto& key : wanted) tab.cache.coordinator().succeeded(key, tab.now + Millis{300});
  }
}

TEST_CASE("invalidating: by tag wants anew what another tab watches under it") {
  MapArea area;
  Tab here(&area);
  here.set("metrics:7", "1", {.tags = {"metrics"}});
  Tab there(&area, {.seed = 2});
  CHECK(there.get("metrics:7") == "1");
  there.cache.watch("metrics:7", {}, start);
  here.now = start + second;
  here.invalidate(by_tag("metrics"));
  there.now = start + second;
  for (const auto& [name, text] : std::map(area.texts())) {
    if (name.find(u"!floors") != std::u16string::npos || name.find(u"!floor") != std::u16string::npos)
      there.hear(area, name);
  }
  CHECK(there.cache.coordinator().take_due(start + second + Millis{300}) == Keys{"metrics:7"});
}

TEST_CASE("invalidating: a failing key that its last answer's tag selects is asked for again") {
  MapArea area;
  Tab tab(&area);
  tab.set("metrics", "1", {.tags = {"metrics"}});
  tab.cache.watch("metrics", {}, start);
  tab.now = start + second;
  for (int row = 0; row < 3; ++row) tab.cache.fail_flight(tab.fetch("metrics"), {.longest = hour}, 0, tab.now);
  CHECK(tab.cache.back_off("metrics", hour, tab.now) > Millis{0});
  tab.invalidate(by_tag("metrics"));
  CHECK(tab.cache.back_off("metrics", hour, tab.now) == Millis{0});
}
