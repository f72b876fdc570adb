// How long an invalidation is remembered: as long as anything may lie in the area that it invalidates, and no longer.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/random.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr Millis month{30 * day.value};

std::size_t notes_in_area(const MapArea& area, std::u16string_view prefix = u"cardcache_!floor:") {
  return static_cast<std::size_t>(
      std::ranges::count_if(area.texts(), [&](const auto& one) { return one.first.starts_with(prefix); }));
}

/// So many of Sara's records, more than an invalidation removes at once.
void fill(Tab& tab, int count, const SetOptions& options) {
  for (int i = 0; i < count; ++i) tab.set("key_" + std::to_string(i) + ":sara", "1", options);
}

int served(Tab& tab, int count) {
  int found = 0;
  for (int i = 0; i < count; ++i) found += tab.get("key_" + std::to_string(i) + ":sara") ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("invalidation life: what was invalidated is served by no later page, however long its records live") {
  for (const auto& options :
       {SetOptions{.ttl = month}, SetOptions{.ttl = never}, SetOptions{.ttl = month, .tags = {"a"}},
        SetOptions{.ttl = minute, .grace = month}, SetOptions{.ttl = month, .exempt_from_events = true}}) {
    for (const int days : {2, 4, 29}) {
      MapArea area;
      {
        Tab tab(&area);
        fill(tab, 100, options);
        CHECK(tab.invalidate(":sara") == 100);
        REQUIRE(notes_in_area(area) == 1);
      }
      Tab later(&area, {.now = start + Millis{day.value * days}});
      INFO(days << " days later");
      later.sweep();
      CHECK(served(later, 100) == 0);
      later.sweep();
      CHECK(served(later, 100) == 0);
      auto stale = asking_for("key_99:sara");
      stale.grace = never;
      CHECK_FALSE(later.ask(stale));
      Tab last(&area, {.now = later.now});
      CHECK(served(last, 100) == 0);
    }
  }
}

TEST_CASE(
    "invalidation life: three days old it goes after one sweep that took what it invalidates, and what is younger "
    "stays") {
  MapArea area;
  {
    Tab tab(&area);
    fill(tab, 100, {.ttl = month});
    tab.invalidate(":sara");
    tab.now = start + second;
    tab.set("plan:sara", "2", {.ttl = month});
  }
  Tab later(&area, {.now = start + Millis{4 * day.value}});
  later.sweep();
  CHECK(notes_in_area(area) == 0);
  CHECK(later.cache.invalidations().size() == 0);
  CHECK(later.get("plan:sara") == "2");
  CHECK(later.space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
}

TEST_CASE("invalidation life: a sweep that is cut off by closing leaves it to the next page") {
  MapArea area;
  {
    Tab tab(&area);
    fill(tab, 200, {.ttl = never});
    tab.invalidate(":sara");
  }
  for (int page = 0; page < 12; ++page) {
    Tab tab(&area, {.now = start + Millis{(4 + page) * day.value}});
    tab.cache.sweep(tab.now);
    for (int slice = 0; slice < page % 4; ++slice) tab.space.maintain(tab.now, 4);
    CHECK(served(tab, 200) == 0);
  }
}

TEST_CASE("invalidation life: a page that lists its keys while a sweep is under way does not end it too early") {
  MapArea area;
  {
    Tab tab(&area);
    fill(tab, 200, {.ttl = never});
    tab.invalidate(":sara");
  }
  Tab tab(&area, {.now = start + Millis{4 * day.value}});
  tab.cache.sweep(tab.now);
  CHECK(tab.space.maintain(tab.now, 4));
  static_cast<void>(tab.cache.keys({}, tab.now));
  while (tab.cache.maintain(tab.now)) continue;
  CHECK(served(tab, 200) == 0);
  CHECK(served(*std::make_unique<Tab>(&area, TabOptions{.now = tab.now}), 200) == 0);
}

TEST_CASE("invalidation life: records that the area refuses to remove keep it") {
  MapArea area;
  Tab tab(&area);
  fill(tab, 40, {.ttl = never});
  area.clings = true;
  tab.invalidate(":sara");
  for (const double days : {4.0, 40.0}) {
    Tab later(&area, {.now = start + Millis{days * day.value}});
    later.sweep();
    later.sweep();
    CHECK(notes_in_area(area) == 1);
    CHECK(served(later, 40) == 0);
  }
  area.clings = false;
  Tab last(&area, {.now = start + Millis{41 * day.value}});
  last.sweep();
  last.sweep();
  CHECK(notes_in_area(area) == 0);
  CHECK(area.bytes_under(u"cardcache_key") == 0);
}

TEST_CASE(
    "invalidation life: a record in another core's format keeps it: nothing here can tell what invalidates that") {
  MapArea area;
  Tab(&area).invalidate("plan");
  REQUIRE(area.set(u"cardcache_plan", u"\u8102" + std::u16string(100, u'\u0150')));
  Tab tab(&area, {.now = start + Millis{4 * day.value}});
  tab.sweep();
  tab.sweep();
  CHECK(notes_in_area(area) == 1);
  CHECK(tab.cache.invalidations().size() == 1);
  area.remove(u"cardcache_plan");
  tab.sweep();
  CHECK(notes_in_area(area) == 0);
  CHECK(tab.cache.invalidations().size() == 0);
}

TEST_CASE("invalidation life: of users whom nobody opens here, what their invalidations concern goes, then these do") {
  MapArea area;
  {
    Tab tom(&area, {.user = "tom"});
    fill(tom, 100, {.ttl = never});
    tom.set("teams", "2", {.ttl = never});
    tom.invalidate(":sara");
  }
  Tab sara(&area, {.user = "sara", .now = start + Millis{4 * day.value}});
  sara.sweep();
  CHECK(notes_in_area(area, u"cardcache_@tom/!floor:") == 0);
  CHECK(area.bytes_under(u"cardcache_@tom/key") == 0);
  Tab tom(&area, {.user = "tom", .now = sara.now});
  CHECK(served(tom, 100) == 0);
  CHECK(tom.get("teams") == "2");
}

TEST_CASE("invalidation life: a wrong clock's, far ahead, takes nothing of a user whom nobody opens here") {
  MapArea area;
  Tab(&area, {.user = "tom"}).set("plan", "1", {.ttl = never});
  REQUIRE(area.set(u"cardcache_@tom/!floor:*", u"1774000000000"));
  Tab sara(&area, {.user = "sara"});
  sara.sweep();
  sara.sweep();
  CHECK(area.holds(u"cardcache_@tom/plan"));
}

TEST_CASE(
    "invalidation life: a record that a walk never met, since the area's order changed under it, keeps or loses "
    "nothing") {
  MapArea area;
  {
    Tab tab(&area);
    fill(tab, 100, {.ttl = never});
    REQUIRE(area.set(u"cardcache_0", u"{\"data\":1,\"timestamp\":1764000000000}"));
    REQUIRE(area.set(u"cardcache_1", u"{\"data\":1,\"timestamp\":1764000000000}"));
    // All that is known here is void, and most of it still lies there.
    tab.invalidate(":sara");
  }
  Tab tab(&area, {.now = start + Millis{4 * day.value}});
  tab.cache.sweep(tab.now);
  CHECK(tab.space.maintain(tab.now, 2));
  // Another tab removes what was met already: what follows moves up, and the walk passes over as many.
  area.remove(u"cardcache_0");
  area.remove(u"cardcache_1");
  while (tab.cache.maintain(tab.now)) continue;
  CHECK(served(tab, 100) == 0);
  Tab again(&area, {.now = tab.now});
  CHECK(served(again, 100) == 0);
}

TEST_CASE("invalidation life: a deferred write is not written once it is invalidated, by another tab too") {
  MapArea area;
  Tab here(&area, {.budget = 4'000, .compress_above = never.value, .seed = 1});
  for (int i = 0; i < 80; ++i) here.set("small_" + std::to_string(i), "1");
  here.set("large", "\"" + std::string(3'000, 'x') + "\"");
  REQUIRE_FALSE(area.holds(u"cardcache_large"));
  here.now = start + second;
  REQUIRE(area.set(u"cardcache_!floor:*", u"1764000000500"));
  here.hear(area, u"cardcache_!floor:*");
  while (here.cache.maintain(here.now)) continue;
  CHECK_FALSE(area.holds(u"cardcache_large"));
  CHECK_FALSE(here.get("large"));
}

TEST_CASE("invalidation life: day after day of other selectors, they do not pile up") {
  MapArea area;
  for (int days = 0; days < 60; ++days) {
    Tab tab(&area, {.now = start + Millis{days * day.value}});
    for (int i = 0; i < 5; ++i) tab.invalidate("team_" + std::to_string(days) + "_" + std::to_string(i));
    tab.sweep();
    CHECK(notes_in_area(area) <= 20);
    CHECK(tab.cache.invalidations().size() <= 20);
  }
}

TEST_CASE("invalidation life: selectors as long as a tenth of the budget are merged into one over everything") {
  Invalidations invalidations;
  for (int i = 0; i < 10; ++i) {
    Selector selector;
    selector.endpoint = std::string(Invalidations::most_bytes / 4, static_cast<char>('a' + i));
    const bool raised = invalidations.add({std::move(selector), start + Millis{static_cast<double>(i)}});
    CHECK(raised);
    CHECK(invalidations.size() <= 4);
  }
  CHECK(invalidations.latest_for("plan", {}, false) >= start);
}

TEST_CASE("invalidation life: where it is merged with others it stands in the area before they go") {
  MapArea area;
  Tab tab(&area);
  fill(tab, 100, {.ttl = never});
  tab.invalidate(":sara");
  for (std::size_t i = 0; i < Invalidations::most; ++i) tab.invalidate("team_" + std::to_string(i));
  CHECK(notes_in_area(area) == 1);
  Tab later(&area, {.now = start + Millis{4 * day.value}});
  later.sweep();
  CHECK(served(later, 100) == 0);
  CHECK(notes_in_area(area) == 0);
}

TEST_CASE(
    "invalidation life: one of another process holds as long as this one runs: no walk goes over the store they "
    "share") {
  MapArea area;
  Tab tab(&area);
  tab.cache.learn_invalidation({by_text("plan"), start}, start);
  for (int days = 1; days < 40; ++days) {
    tab.now = start + Millis{days * day.value};
    tab.sweep();
  }
  SetRequest request;
  request.key = "plan";
  request.ttl = never;
  CHECK_FALSE(tab.cache.adopt_remote(request, start, tab.now).kept);
}

TEST_CASE(
    "invalidation life: nothing that was invalidated is ever served again, whoever opens, sweeps and leaves when") {
  // Weeks in the life of three users over one area, in two tabs each at most, against the simplest model: when each key
  // was voided last.
  constexpr std::array<std::string_view, 6> keys{"plan:sara", "plan:tom",   "tasks:sara:30",
                                                 "teams",     "tasks:None", "paid"};
  constexpr std::array<std::string_view, 5> selectors{":sara", "plan", "*", "tasks", "teams"};
  Random random;
  INFO("--rng-seed " << random.seed());
  for (std::uint32_t world = 0; world < tries(60); ++world) {
    MapArea area;
    Millis now = start;
    struct Page {
      std::string user;
      std::unique_ptr<Tab> tab;
    };
    std::array<Page, 4> pages;
    std::map<std::string, std::map<std::string, Millis>> voided;  // by user, by key
    for (int step = 0; step < 200; ++step) {
      now = now + (random.chance(6) ? Millis{random.below(6) * day.value} : Millis{1.0 + random.below(90'000)});
      area.clings = random.chance(12);
      auto& page = pages[random.below(4)];
      if (!page.tab || random.chance(5)) {
        page.user = std::string(1, static_cast<char>('a' + random.below(3)));
        page.tab = nullptr;
        page.tab = std::make_unique<Tab>(&area, TabOptions{.user = page.user, .seed = random.below(1'000), .now = now});
      }
      // Storage events: every tab of a user hears of what lies there now.
      for (auto& one : pages) {
        if (!one.tab) continue;
        one.tab->now = now;
        const auto prefix = to_utf16("cardcache_@" + one.user + "/!floor:");
        std::vector<std::u16string> notes;
        for (const auto& [name, text] : area.texts()) {
          if (name.starts_with(prefix)) notes.push_back(name);
        }
        for (const auto& name : notes) one.tab->hear(area, name);
      }
      auto& tab = *page.tab;
      const std::string key(random.one_of(keys));
      switch (random.below(6)) {
        case 0:
        case 1:
          tab.set(key, whole_number(now.value),
                  {.ttl = random.chance(2) ? never : month, .grace = random.chance(3) ? month : Millis{0}});
          break;
        case 2: {
          const auto selector = random.one_of(selectors);
          tab.invalidate(selector);
          for (const auto one : keys) {
            if (by_text(selector).selects(one, {})) voided[page.user][std::string(one)] = tab.cache.last_invalidation();
          }
          break;
        }
        case 3:
          tab.sweep();
          break;
        case 4:
          tab.cache.sweep(now);
          tab.space.maintain(now, random.below(6));
          break;
        default:
          break;
      }
      for (const auto one : keys) {
        auto asked = asking_for(one);
        asked.grace = month;
        asked.peek = true;
        const auto answer = tab.ask(asked);
        if (!answer) continue;
        // Its JSON says when it was set; what is set in the millisecond of an invalidation comes after it.
        INFO("world " << world << ", step " << step << ", " << page.user << " " << one);
        REQUIRE(std::stod(*answer) >= voided[page.user][std::string(one)].value - 1);
      }
    }
  }
}
