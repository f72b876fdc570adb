// What the cache tells about itself.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

const EndpointCounts& endpoint_of(Tab& tab, std::string_view name) {
  const auto* number = tab.cache.statistics().endpoint_numbers().find(name);
  REQUIRE(number);
  return tab.cache.statistics().endpoint(*number);
}

const Entry* entry_of(const std::vector<Entry>& entries, std::string_view key) {
  const auto found = std::ranges::find_if(entries, [&](const Entry& one) { return one.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("report: hits and misses are counted by tier and by endpoint") {
  MapArea area;
  Tab(&area).set("plan:sara", "1");
  Tab tab(&area);
  CHECK(tab.get("plan:sara"));              // storage
  CHECK(tab.get("plan:sara"));              // memory, by the tables alone
  CHECK(tab.ask(asking_for("plan:sara")));  // memory, by a call
  CHECK_FALSE(tab.get("plan:tom"));
  tab.observe();
  const auto& statistics = tab.cache.statistics();
  CHECK(statistics.memory.hits == 2);
  CHECK(statistics.memory.misses == 2);
  CHECK(statistics.storage.hits == 1);
  CHECK(statistics.storage.misses == 1);
  CHECK(statistics.storage.expired == 0);
  CHECK(endpoint_of(tab, "plan").hits == 3);
  CHECK(endpoint_of(tab, "plan").misses == 1);
  CHECK(tab.cache.memory().hits(*tab.cache.memory().find("plan:sara")) == 2);
}

TEST_CASE("report: peeking leaves order and statistics alone") {
  MapArea area;
  Tab(&area).set("plan", "1");
  Tab tab(&area);
  auto peek = asking_for("plan");
  peek.peek = true;
  CHECK(tab.ask(peek) == "1");
  CHECK(tab.where("plan") == Lookup::Where::storage);
  CHECK(tab.get("plan") == "1");
  CHECK(tab.ask(peek) == "1");
  peek.key = "nowhere";
  CHECK_FALSE(tab.ask(peek));
  const auto& statistics = tab.cache.statistics();
  CHECK(statistics.memory.hits == 0);
  CHECK(statistics.memory.misses == 1);
  CHECK(statistics.storage.hits == 1);
  CHECK(statistics.storage.misses == 0);
}

TEST_CASE("report: hits of slots that have been emptied meanwhile are passed over") {
  MapArea area;
  Tab tab(&area);
  const auto slot = tab.set("plan", "1").slot;
  REQUIRE(slot);
  tab.invalidate("plan");
  const std::array<std::uint32_t, 2> late{static_cast<std::uint32_t>(*slot), 4'000'000};
  tab.cache.drain_hits(late);
  CHECK(tab.cache.statistics().memory.hits == 0);
}

TEST_CASE("report: hits that are told together count for their own endpoints") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan:sara", "1");
  tab.set("teams", "2");
  for (const auto* key : {"plan:sara", "plan:sara", "teams", "plan:sara", "teams"}) CHECK(tab.get(key));
  tab.observe();
  CHECK(endpoint_of(tab, "plan").hits == 3);
  CHECK(endpoint_of(tab, "teams").hits == 2);
  CHECK(tab.cache.statistics().memory.hits == 5);
}

TEST_CASE("report: what lies in memory is found with its times") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = hour});
  const auto found = tab.cache.look_up(asking_for("plan"), tab.now);
  CHECK(found.where == Lookup::Where::memory);
  CHECK(found.facts.timestamp == start);
  CHECK(found.facts.expires_at == start + hour);
}

TEST_CASE("report: inspect shows what is fresh, where it lies and what it takes") {
  MapArea area;
  Tab(&area).set("stored", "[1]", {.tags = {"red"}});
  Tab tab(&area);
  tab.set("both", "[1]", {.tags = {"blue"}, .bytes = 24});
  tab.set("secret", "[1]", {.ttl = hour, .reach = Reach::memory});
  tab.set("ended", "[1]", {.ttl = minute});
  REQUIRE(area.set(u"cardcache_void", u"{\"data\":1,\"timestamp\":1763999999999}"));
  tab.hear(area, u"cardcache_void");
  tab.invalidate("void");
  // As old as the invalidation, and from a time that has yet to come.
  REQUIRE(area.set(u"cardcache_void", u"{\"data\":1,\"timestamp\":1764000000000}"));
  tab.hear(area, u"cardcache_void");
  REQUIRE(area.set(u"cardcache_future", u"{\"data\":1,\"timestamp\":1764000120001}"));
  tab.hear(area, u"cardcache_future");
  CHECK(tab.get("both"));
  tab.now = start + minute;
  tab.observe();
  const auto entries = tab.cache.inspect(tab.now);
  CHECK(entries.size() == 3);
  const auto* both = entry_of(entries, "both");
  REQUIRE(both);
  CHECK(both->in_both);
  CHECK(both->timestamp == start);
  CHECK(both->expires_at == start + default_storage_ttl);
  CHECK(both->bytes == 24);
  CHECK(both->stored_bytes == 85);
  CHECK(both->hits == 1);
  CHECK(both->tags == std::vector<std::string>{"blue"});
  const auto* stored = entry_of(entries, "stored");
  REQUIRE(stored);
  CHECK(stored->first == Lookup::Where::storage);
  CHECK_FALSE(stored->in_both);
  CHECK(stored->tags == std::vector<std::string>{"red"});
  CHECK(stored->stored_bytes > 0);
  CHECK(stored->bytes == 0);
  CHECK(stored->hits == 0);
  const auto* secret = entry_of(entries, "secret");
  REQUIRE(secret);
  CHECK(secret->first == Lookup::Where::memory);
  CHECK_FALSE(secret->in_both);
  CHECK(secret->stored_bytes == 0);
  CHECK(secret->expires_at == start + hour);
}

TEST_CASE("report: an alert comes when its limit is crossed, once, and again when it is crossed again") {
  MapArea area;
  Tab tab(&area, {.budget = 10'000,
                  .compress_above = never.value,
                  .alerts = {.hit_rate_below = 0.5, .errors_above = 2, .storage_above = 0.5}});
  CHECK(tab.cache.take_alerts().empty());

  SECTION("the hit rate, once enough was asked") {
    for (int i = 0; i < 19; ++i) CHECK_FALSE(tab.get("plan"));
    CHECK(tab.cache.take_alerts().empty());
    CHECK_FALSE(tab.get("plan"));
    const auto alerts = tab.cache.take_alerts();
    REQUIRE(alerts.size() == 1);
    CHECK(alerts.front().kind == AlertKind::hit_rate);
    CHECK(alerts.front().value == 0);
    CHECK(alerts.front().limit == 0.5);
    CHECK(tab.cache.take_alerts().empty());
    tab.set("plan", "1");
    for (int i = 0; i < 20; ++i) CHECK(tab.get("plan"));
    tab.observe();
    CHECK(tab.cache.take_alerts().empty());
    for (int i = 0; i < 20; ++i) CHECK_FALSE(tab.get("teams"));
    CHECK(tab.cache.take_alerts().size() == 1);
  }
  SECTION("errors") {
    tab.cache.note_error(ErrorKind::fetch, "plan");
    tab.cache.note_error(ErrorKind::fetch, "plan");
    CHECK(tab.cache.take_alerts().empty());
    tab.cache.note_error(ErrorKind::remote, "plan");
    const auto alerts = tab.cache.take_alerts();
    REQUIRE(alerts.size() == 1);
    CHECK(alerts.front().kind == AlertKind::errors);
    CHECK(alerts.front().value == 3);
    CHECK(tab.cache.take_alerts().empty());
  }
  SECTION("storage") {
    tab.set("plan", "\"" + std::string(6'000, 'x') + "\"");
    const auto alerts = tab.cache.take_alerts();
    REQUIRE(alerts.size() == 1);
    CHECK(alerts.front().kind == AlertKind::storage);
    CHECK(alerts.front().value > 0.6);
    CHECK(tab.cache.take_alerts().empty());
    CHECK(tab.cache.remove("plan", start));
    CHECK(tab.cache.take_alerts().empty());
    tab.set("plan", "\"" + std::string(6'000, 'x') + "\"");
    CHECK(tab.cache.take_alerts().size() == 1);
  }
}

TEST_CASE("report: a limit that was crossed before anybody asked is told with the first question") {
  MapArea area;
  Tab tab(&area, {.alerts = {.hit_rate_below = 0.5}});
  for (int i = 0; i < 20; ++i) CHECK_FALSE(tab.get("plan"));
  CHECK(tab.cache.take_alerts().size() == 1);
}

TEST_CASE("report: what storage answers is a hit of the cache, and a limit that is just met is not crossed") {
  MapArea area;
  for (int i = 0; i < 20; ++i) Tab(&area).set("key_" + std::to_string(i), "1");
  Tab counting(&area);
  const auto bytes = counting.space.bytes();
  Tab tab(&area, {.budget = 2 * bytes, .alerts = {.hit_rate_below = 0.9, .storage_above = 0.5}});
  for (int i = 0; i < 20; ++i) CHECK(tab.get("key_" + std::to_string(i)));
  CHECK(tab.cache.take_alerts().empty());
}

TEST_CASE("report: without limits there are no alerts") {
  MapArea area;
  Tab tab(&area, {.budget = 1'000});
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(tab.get("plan"));
    tab.cache.note_error(ErrorKind::fetch, "plan");
  }
  tab.set("plan", "\"" + std::string(900, 'x') + "\"");
  CHECK(tab.cache.take_alerts().empty());
}

TEST_CASE("report: a sweep tells what it took") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1", {.ttl = minute});
  tab.set("secret", "1", {.ttl = minute, .reach = Reach::memory});
  tab.now = start + minute;
  tab.sweep();
  CHECK(tab.cache.statistics().storage.expired == 1);
  CHECK(tab.cache.statistics().storage.evictions == 0);
  CHECK(tab.cache.notices().size() == 1);
  const auto notices = tab.cache.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().kind == Notice::Kind::evicted);
  CHECK(notices.front().why == RemovalCause::expired);
  CHECK(tab.dropped().size() == 2);
  CHECK(tab.held() == 0);
}

TEST_CASE("report: a sweep forgets what nobody watches any more") {
  MapArea area;
  Tab tab(&area);
  auto& coordinator = tab.cache.coordinator();
  coordinator.remove(coordinator.add("plan", {}, start), start);
  tab.now = start + minute;
  tab.sweep();
  CHECK(coordinator.known_keys().empty());
}
