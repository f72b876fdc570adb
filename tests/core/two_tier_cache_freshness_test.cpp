// What may be answered, from which tier, and for how long.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Where = Lookup::Where;

TEST_CASE("freshness: an answer is had until its end, from memory and from storage alike") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "[1]", {.ttl = hour});
  Tab reloaded(&area);
  tab.now = reloaded.now = start + hour - Millis{1};
  CHECK(tab.get("plan") == "[1]");
  CHECK(reloaded.get("plan") == "[1]");
  tab.now = reloaded.now = start + hour;
  CHECK_FALSE(tab.get("plan"));
  CHECK_FALSE(reloaded.get("plan"));
  CHECK(tab.where("plan") == Where::nowhere);
  CHECK(tab.held() == 0);
}

TEST_CASE("freshness: without a life of its own an answer that reaches storage lives three days, another four hours") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  tab.set("secret", "2", {.reach = Reach::memory});
  CHECK(tab.cache.memory().facts(*tab.cache.memory().find("secret")).expires_at == start + default_memory_ttl);
  tab.now = start + default_memory_ttl - Millis{1};
  CHECK(tab.get("secret") == "2");
  tab.now = start + default_memory_ttl;
  CHECK_FALSE(tab.get("secret"));
  CHECK(tab.get("plan") == "1");
  tab.now = start + default_storage_ttl - Millis{1};
  CHECK(tab.get("plan") == "1");
  tab.now = start + default_storage_ttl;
  CHECK_FALSE(tab.get("plan"));
}

TEST_CASE("freshness: without storage a plain answer lives as long as memory keeps it") {
  Tab tab(nullptr);
  tab.set("plan", "1");
  tab.now = start + default_memory_ttl - Millis{1};
  CHECK(tab.get("plan") == "1");
  tab.now = start + default_memory_ttl;
  CHECK_FALSE(tab.get("plan"));
}

TEST_CASE(
    "freshness: after its residence a value is read from storage again, and the promotion does not lengthen its life") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = day});
  tab.now = start + default_memory_ttl;
  CHECK(tab.where("plan") == Where::storage);
  CHECK(tab.get("plan") == "1");
  CHECK(tab.where("plan") == Where::memory);
  CHECK(tab.cache.memory().facts(*tab.cache.memory().find("plan")).timestamp == start);
  tab.now = start + day - Millis{1};
  CHECK(tab.get("plan") == "1");
  tab.now = start + day;
  CHECK_FALSE(tab.get("plan"));
}

TEST_CASE("freshness: an end that the value itself knows comes before the policy's") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = day, .expires_at = start + hour});
  tab.set("late", "2", {.ttl = hour, .expires_at = start + day});
  Tab reloaded(&area);
  tab.now = reloaded.now = start + hour - Millis{1};
  for (auto* one : {&tab, &reloaded}) {
    CHECK(one->get("plan") == "1");
    CHECK(one->get("late") == "2");
  }
  tab.now = reloaded.now = start + hour;
  for (auto* one : {&tab, &reloaded}) {
    CHECK_FALSE(one->get("plan"));
    CHECK_FALSE(one->get("late"));
  }
}

TEST_CASE("freshness: a life without end lasts, over reloads") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = never});
  CHECK(Tab(&area, {.now = start + Millis{1e12}}).get("plan") == "1");
}

TEST_CASE("freshness: a life of nothing is never fresh, but may serve in its grace") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = Millis{0}, .grace = hour});
  CHECK_FALSE(tab.get("plan"));
  auto late = asking_for("plan");
  late.grace = hour;
  CHECK(tab.ask(late) == "1");
  tab.now = start + hour;
  CHECK_FALSE(tab.ask(late));
}

TEST_CASE("freshness: nothing, false, zero and empty are values") {
  MapArea area;
  for (const auto* json : {"null", "false", "0", "\"\"", "[]", "{}"}) {
    Tab tab(&area);
    tab.set("value", json);
    CHECK(tab.get("value") == json);
    Tab reloaded(&area);
    CHECK(reloaded.get("value") == json);
  }
}

TEST_CASE("freshness: grace is for those who ask with it, and sweeps leave such entries that long") {
  MapArea area;
  Tab tab(&area);
  for (const auto* endpoint : {"plan", "secret"}) {
    tab.cache.allow_grace(endpoint, hour);
    tab.cache.allow_grace(endpoint, minute);
  }
  tab.set("plan", "1", {.ttl = minute});
  tab.set("secret", "2", {.ttl = minute, .reach = Reach::memory});
  tab.now = start + minute + hour - Millis{1};
  tab.sweep();
  CHECK_FALSE(tab.get("plan"));
  CHECK_FALSE(tab.get("secret"));
  auto late = asking_for("plan");
  late.grace = hour;
  CHECK(tab.ask(late) == "1");
  late.key = "secret";
  CHECK(tab.ask(late) == "2");
  CHECK(area.holds(u"cardcache_plan"));
  tab.now = tab.now + Millis{1};
  tab.sweep();
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(tab.held() == 0);
}

TEST_CASE("freshness: a record that was written with a grace is left that long by every page, one without is not") {
  for (const double above : {-1.0, never.value}) {
    for (const auto grace : {hour, never}) {
      MapArea area;
      const auto write = [&](Millis now) {
        Tab tab(&area, {.compress_above = above, .now = now});
        tab.set("plan", "[1]", {.ttl = minute, .grace = grace});
        tab.set("list", "[2]", {.ttl = minute});
      };
      write(start - hour);
      // A renewed answer renews its grace.
      write(start);
      for (const auto* user : {"sara", ""}) {
        Tab other(&area, {.user = *user ? std::optional<std::string>(user) : std::nullopt, .now = start + hour});
        other.sweep();
      }
      CHECK(area.holds(u"cardcache_plan"));
      CHECK_FALSE(area.holds(u"cardcache_list"));
      Tab tab(&area, {.now = start + minute + hour - Millis{1}});
      CHECK_FALSE(tab.get("plan"));
      CHECK(tab.cache.keys({}, tab.now).empty());
      tab.sweep();
      auto late = asking_for("plan");
      late.grace = grace;
      CHECK(tab.ask(late) == "[1]");
      tab.now = start + minute + (grace == never ? Millis{1e12} : grace);
      tab.sweep();
      CHECK(area.holds(u"cardcache_plan") == (grace == never));
      CHECK(tab.ask(late).has_value() == (grace == never));
    }
  }
}

TEST_CASE("freshness: an answer set without a grace, later on, has none") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = minute, .grace = hour});
  tab.set("plan", "2", {.ttl = minute});
  Tab later(&area, {.now = start + minute});
  later.sweep();
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("freshness: what nobody wrote with a grace is left as long as somebody here asks for it") {
  MapArea area;
  Tab(&area).set("plan", "1", {.ttl = minute});
  Tab(&area).set("list", "1", {.ttl = minute});
  Tab tab(&area, {.now = start + minute});
  tab.cache.keep_for("plan", hour);
  tab.cache.keep_for("plan", minute);
  tab.cache.keep_for("nothing", hour);
  tab.set("secret", "2", {.ttl = minute, .reach = Reach::memory});
  tab.cache.keep_for("secret", hour);
  tab.now = start + hour;
  tab.sweep();
  CHECK(area.holds(u"cardcache_plan"));
  CHECK_FALSE(area.holds(u"cardcache_list"));
  CHECK_FALSE(tab.get("plan"));
  auto late = asking_for("plan");
  late.grace = hour;
  CHECK(tab.ask(late) == "1");
  late.key = "secret";
  CHECK(tab.ask(late) == "2");
  tab.now = start + hour + minute;
  tab.sweep();
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("freshness: an answer that another tab brings is kept for its grace, in memory as well") {
  MapArea area;
  Tab tab(&area);
  EntryFacts facts;
  facts.timestamp = start;
  facts.expires_at = start + minute;
  facts.grace = hour;
  CHECK(tab.adopt("plan", "1", facts));
  tab.now = start + hour;
  tab.sweep();
  auto late = asking_for("plan");
  late.grace = hour;
  CHECK(tab.ask(late) == "1");
}

TEST_CASE("freshness: what may only serve past its end is still the first to go when room is short") {
  MapArea area;
  Tab tab(&area, {.budget = 1'000, .compress_above = never.value});
  const auto text = "\"" + std::string(300, 'x') + "\"";
  tab.set("ended", text, {.ttl = minute, .cost = 1'000, .grace = never});
  tab.now = start + hour;
  tab.set("one", text);
  tab.set("two", text);
  CHECK_FALSE(area.holds(u"cardcache_ended"));
  CHECK(area.holds(u"cardcache_one"));
}

TEST_CASE("freshness: a record that has ended is removed when it is asked for, where nobody wants it later") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = minute});
  tab.now = start + minute;
  CHECK_FALSE(tab.get("plan"));
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(tab.cache.statistics().storage.expired == 1);
}

TEST_CASE("freshness: who wants nothing older than so much does not get it") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  tab.now = start + minute;
  auto young = asking_for("plan");
  young.not_before = start + Millis{1};
  CHECK_FALSE(tab.ask(young));
  young.not_before = start;
  CHECK(tab.ask(young) == "1");
  Tab reloaded(&area);
  young.not_before = start + Millis{1};
  CHECK_FALSE(reloaded.ask(young));
  // It is not outdated for all that.
  young.not_before = start;
  CHECK(reloaded.ask(young) == "1");
  tab.set("secret", "2", {.reach = Reach::memory});
  auto secret = asking_for("secret");
  secret.not_before = tab.now;
  CHECK(tab.ask(secret) == "2");
}

TEST_CASE("freshness: an answer of another version is a miss, counted and removed") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.version = "1"});
  auto second_version = asking_for("plan");
  second_version.version = "2";
  CHECK_FALSE(tab.ask(second_version));
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(tab.cache.statistics().errors[static_cast<std::size_t>(ErrorKind::version)] == 1);
  CHECK(tab.cache.statistics().errors[static_cast<std::size_t>(ErrorKind::corrupt)] == 0);
}

TEST_CASE("freshness: an answer of the wanted version is had, over reloads too") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.version = "2"});
  Tab reloaded(&area);
  auto second_version = asking_for("plan");
  second_version.version = "2";
  CHECK(reloaded.ask(second_version) == "1");
  CHECK(reloaded.ask(second_version) == "1");
  tab.set("secret", "3", {.version = "2", .reach = Reach::memory});
  second_version.key = "secret";
  CHECK(tab.ask(second_version) == "3");
}

TEST_CASE("freshness: a record whose value the policy rejects is removed and is no corruption") {
  MapArea area;
  Tab tab(&area);
  for (int i = 0; i < 20; ++i) {
    const auto key = "key_" + std::to_string(i);
    tab.set(key, "1");
    tab.cache.reject(key, ErrorKind::version);
    CHECK_FALSE(area.holds(to_utf16("cardcache_" + key)));
  }
  tab.set("plan", "1");
  CHECK(area.holds(u"cardcache_plan"));
  CHECK(tab.cache.statistics().errors[static_cast<std::size_t>(ErrorKind::version)] == 20);
}

TEST_CASE("freshness: what claims to be from the future is a miss and is removed") {
  MapArea area;
  REQUIRE(area.set(u"cardcache_near", u"{\"data\":1,\"timestamp\":1764000060000}"));
  REQUIRE(area.set(u"cardcache_far", u"{\"data\":1,\"timestamp\":1764000060001}"));
  Tab tab(&area);
  CHECK(tab.get("near") == "1");
  CHECK_FALSE(tab.get("far"));
  CHECK_FALSE(area.holds(u"cardcache_far"));
}

TEST_CASE("freshness: a corrupt record is a miss, counted, told and removed") {
  MapArea area;
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":[1,2"));
  Tab tab(&area);
  CHECK_FALSE(tab.get("plan"));
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(tab.cache.statistics().errors[static_cast<std::size_t>(ErrorKind::corrupt)] == 1);
  const auto notices = tab.cache.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().kind == Notice::Kind::error);
  CHECK(notices.front().error == ErrorKind::corrupt);
  CHECK(notices.front().key == "plan");
  CHECK(tab.cache.take_notices().empty());
}

TEST_CASE("freshness: eight corrupt records in a row purge ours, a good one between begins the row anew") {
  MapArea area;
  const auto spoil = [&](int count) {
    for (int i = 0; i < count; ++i) REQUIRE(area.set(to_utf16("cardcache_bad_" + std::to_string(i)), u"{"));
  };
  Tab other(&area, {.user = "tom"});
  other.set("plan", "3");
  REQUIRE(area.set(u"homeassistant", u"not ours"));
  Tab tab(&area);
  tab.set("good", "1");
  tab.set("plan", "2");
  Tab reader(&area);
  spoil(8);
  for (int i = 0; i < 7; ++i) CHECK_FALSE(reader.get("bad_" + std::to_string(i)));
  CHECK(reader.get("good") == "1");
  CHECK_FALSE(reader.get("bad_7"));
  CHECK(area.holds(u"cardcache_plan"));
  spoil(7);
  for (int i = 0; i < 7; ++i) CHECK_FALSE(reader.get("bad_" + std::to_string(i)));
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK_FALSE(area.holds(u"cardcache_good"));
  // The row begins anew.
  tab.set("plan", "2");
  spoil(1);
  CHECK_FALSE(reader.get("bad_0"));
  CHECK(area.holds(u"cardcache_plan"));
  // A purge takes the handle's prefix.
  CHECK(area.holds(u"cardcache_@tom/plan"));
  CHECK(area.holds(u"homeassistant"));
}

TEST_CASE("freshness: in another program's namespace what cannot be read stays") {
  MapArea area;
  REQUIRE(area.set(u"agiletrack_selected_team", u"7"));
  Tab tab(&area, {.name_space = "agiletrack_", .foreign = true});
  for (int i = 0; i < 20; ++i) CHECK_FALSE(tab.get("selected_team"));
  tab.cache.reject("selected_team", ErrorKind::corrupt);
  CHECK(area.get(u"agiletrack_selected_team") == u"7");
}

TEST_CASE("freshness: a value in storage that JSON.parse refuses is corrupt") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  tab.cache.reject("plan", ErrorKind::corrupt);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(tab.cache.statistics().errors[static_cast<std::size_t>(ErrorKind::corrupt)] == 1);
  tab.set("plan", "1");
  for (int i = 0; i < 7; ++i) tab.cache.reject("teams", ErrorKind::corrupt);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("freshness: a clock set back by more than a minute starts anew, since ages can no longer be told") {
  MapArea area;
  REQUIRE(area.set(u"homeassistant", u"not ours"));
  Tab other(&area, {.user = "tom"});
  other.set("plan", "3");
  Tab tab(&area);
  tab.now = start + hour;
  tab.set("plan", "1");
  const auto flight = tab.fetch("teams");
  const auto paid = tab.fetch("encouragement", {}, true);
  SECTION("by a minute it is nothing") {
    tab.now = start + hour - minute;
    CHECK_FALSE(tab.observe());
    CHECK(tab.get("plan") == "1");
    CHECK(tab.land(flight, "teams", "2"));
  }
  SECTION("by more it drops what there is, all users', and what is on its way") {
    tab.now = start + hour - minute - Millis{1};
    // The tables alone must not answer a hit before the core has heard of it.
    CHECK_FALSE(tab.get("plan"));
    CHECK(tab.held() == 0);
    CHECK_FALSE(area.holds(u"cardcache_plan"));
    CHECK_FALSE(area.holds(u"cardcache_@tom/plan"));
    CHECK(area.holds(u"homeassistant"));
    CHECK_FALSE(tab.land(flight, "teams", "2"));
    CHECK_FALSE(tab.land(paid, "encouragement", "2"));
    CHECK_FALSE(tab.observe());
    tab.set("plan", "4");
    CHECK(tab.get("plan") == "4");
  }
}

TEST_CASE("freshness: a clock that was set back while no page was open is noticed by the next") {
  MapArea area;
  {
    Tab tab(&area);
    tab.set("plan", "1", {.ttl = never});
  }
  CHECK(Tab(&area, {.now = start - minute}).get("plan") == "1");
  Tab later(&area, {.now = start - minute - Millis{1}});
  CHECK_FALSE(later.get("plan"));
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("freshness: however the clock is set, nothing is served longer than its life of real time and a minute") {
  MapArea area;
  for (const double back : {1.0, 30'000.0, 60'000.0, 60'001.0, 3'600'000.0}) {
    INFO("set back by " << back << " ms");
    area.throw_away();
    Tab tab(&area);
    tab.set("plan", "1", {.ttl = hour});
    // Real time goes on; the clock shows it less what it was set back by.
    const auto shown = [&](Millis real) { return start + real - Millis{back}; };
    tab.now = shown(Millis{0});
    tab.observe();
    tab.now = shown(hour + minute);
    CHECK_FALSE(tab.get("plan"));
    CHECK_FALSE(Tab(&area, {.now = tab.now}).get("plan"));
  }
}

TEST_CASE("freshness: a machine that slept wakes to honest ages") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = hour});
  tab.now = start + day;
  CHECK_FALSE(tab.get("plan"));
}

TEST_CASE("freshness: a good read, and a purge, begin the row of unreadable records anew") {
  MapArea area;
  Tab tab(&area);
  const auto spoil = [&](int count) {
    for (int i = 0; i < count; ++i) {
      REQUIRE(area.set(u"cardcache_broken", u"{"));
      CHECK_FALSE(tab.get("broken"));
    }
  };
  for (const int row : {1, 2}) {
    INFO("row " << row);
    REQUIRE(area.set(u"cardcache_good", u"{\"data\":1,\"timestamp\":1764000000000}"));
    REQUIRE(area.set(u"cardcache_other", u"{\"data\":1,\"timestamp\":1764000000000}"));
    tab.hear(area, u"cardcache_other");
    if (row == 1) {
      spoil(TwoTierCache::corrupt_limit - 1);
      CHECK(tab.get("good"));
    }
    spoil(TwoTierCache::corrupt_limit - 1);
    CHECK(area.holds(u"cardcache_other"));
    spoil(1);
    CHECK_FALSE(area.holds(u"cardcache_other"));
  }
}
