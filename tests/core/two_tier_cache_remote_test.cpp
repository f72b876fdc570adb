// Answers of a store that processes share, and what other processes invalidated.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

SetRequest request_for(std::string_view key) {
  SetRequest request;
  request.key = key;
  request.reach = Reach::storage;
  return request;
}

}  // namespace

TEST_CASE("remote: an answer of the store is as old as it says and ends as one from here would") {
  MapArea area;
  Tab here(&area);
  here.now = start + hour;
  const auto taken = here.cache.adopt_remote(request_for("plan"), start, here.now);
  REQUIRE(taken.kept);
  CHECK(taken.timestamp == start);
  CHECK(taken.expires_at == start + default_storage_ttl);
  auto short_lived = request_for("teams");
  short_lived.ttl = hour + hour;
  CHECK(here.cache.adopt_remote(short_lived, start, here.now).expires_at == start + hour + hour);
  auto ended = request_for("state");
  ended.ttl = hour;
  CHECK_FALSE(here.cache.adopt_remote(ended, start, here.now).kept);
  auto of_today = request_for("day");
  of_today.facts.expires_at = here.now + minute;
  CHECK(here.cache.adopt_remote(of_today, start, here.now).expires_at == here.now + minute);
}

TEST_CASE("remote: where nothing is stored an answer lives as long as memory keeps one") {
  Tab here(nullptr);
  CHECK(here.cache.adopt_remote(request_for("plan"), start, here.now).expires_at == start + default_memory_ttl);
  MapArea area;
  Tab stored(&area);
  auto kept = request_for("plan");
  kept.reach = Reach::memory;
  CHECK(stored.cache.adopt_remote(kept, start, stored.now).expires_at == start + default_memory_ttl);
}

TEST_CASE("remote: what is here and younger stands") {
  Tab here(nullptr);
  here.now = start + second;
  here.set("plan", "mine", {.reach = Reach::memory});
  CHECK_FALSE(here.cache.adopt_remote(request_for("plan"), start, here.now).kept);
  CHECK(here.get("plan") == "mine");
}

TEST_CASE("remote: what another process invalidated goes here, and an older answer of the store is refused") {
  Tab here(nullptr);
  here.set("plan:sara", "1", {.reach = Reach::memory});
  here.set("plan:tom", "1", {.reach = Reach::memory});
  here.now = start + second;
  here.cache.learn_invalidation({by_text(":sara"), start, false}, here.now);
  here.observe();
  CHECK_FALSE(here.get("plan:sara"));
  CHECK(here.get("plan:tom") == "1");
  CHECK_FALSE(here.cache.adopt_remote(request_for("plan:sara"), start, here.now).kept);
  CHECK(here.cache.adopt_remote(request_for("plan:sara"), start + Millis{1}, here.now).kept);
}

TEST_CASE("remote: an invalidation left by an event spares what policies keep") {
  Tab here(nullptr);
  here.set("words", "paid", {.exempt_from_events = true, .reach = Reach::memory});
  here.cache.learn_invalidation({{}, start, true}, here.now);
  here.observe();
  CHECK(here.get("words") == "paid");
  auto kept = request_for("more");
  kept.facts.exempt_from_events = true;
  CHECK(here.cache.adopt_remote(kept, start - second, here.now).kept);
  CHECK_FALSE(here.cache.adopt_remote(request_for("other"), start - second, here.now).kept);
}

TEST_CASE("remote: a fetch that began before another process's invalidation fills nothing") {
  Tab here(nullptr);
  const auto flight = here.cache.begin_flight("plan", {}, false, here.now);
  here.cache.learn_invalidation({by_text("plan"), start + second, false}, here.now);
  CHECK(here.cache.is_superseded(flight));
}

TEST_CASE(
    "remote: a machine whose clock runs ahead empties nothing, and what is set after its invalidation is served") {
  Tab here(nullptr);
  here.set("teams", "1", {.reach = Reach::memory});
  here.cache.learn_invalidation({by_text("plan"), start + hour, false}, here.now);
  CHECK_FALSE(here.observe());
  CHECK(here.get("teams") == "1");
  here.set("plan", "new", {.reach = Reach::memory});
  CHECK(here.get("plan") == "new");
}

TEST_CASE("remote: an invalidation tells from when on answers are younger") {
  Tab here(nullptr);
  here.set("plan", "1", {.reach = Reach::memory});
  here.cache.invalidate(by_text("plan"), here.now);
  CHECK(here.cache.last_invalidation() == start);
  // Younger than that invalidation, so stamped after it; the next one takes it too.
  here.set("plan", "2", {.reach = Reach::memory});
  here.cache.invalidate(by_text("plan"), here.now);
  CHECK(here.cache.last_invalidation() == start + Millis{1});
  here.now = start + minute;
  here.cache.clear(here.now);
  CHECK(here.cache.last_invalidation() == start + minute);
}
