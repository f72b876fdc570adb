// What does not fit at once: it waits for idle slices to make room, as what is cleared waits to be removed.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "core/storage/storage_space.hpp"
#include "support/map_area.hpp"
#include "support/own_space.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Write = StorageTier::Write;
using Read = StorageTier::Read;

TEST_CASE(
    "deferred writes: a write removes a few records and no more; what takes more is deferred until idle slices made "
    "capacity") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of("sara");
  write_many(tier, 400, 60, start);
  REQUIRE(write(tier, "plan", 60, start) == Write::stored);
  const auto now = start + day;
  area.reads = area.removals = 0;
  CHECK(write(tier, "plan", 50'000, now) == Write::deferred);
  CHECK(area.removals <= 2);
  CHECK(area.reads <= 2);
  // The older one is gone at once, the new one can be had, and what is told is what lies there.
  CHECK_FALSE(area.holds(u"cardcache_@sara/plan"));
  CHECK(finds(tier, "plan"));
  CHECK(tier.index().find("plan"));
  CHECK(is_exact(space, area));
  int slices = 0;
  for (bool more = true; more; ++slices) {
    area.removals = 0;
    more = space.maintain(now, 16);
    REQUIRE(area.removals <= 16);
    REQUIRE(is_exact(space, area));
  }
  CHECK(slices > 10);
  CHECK(area.holds(u"cardcache_@sara/plan"));
  CHECK(finds(tier, "plan"));
  CHECK(space.bytes() <= 60'000);
  CHECK(space.given_up().empty());
  auto again = space_over(area, 60'000);
  CHECK(finds(again.tier_of("sara"), "plan"));
}

TEST_CASE("deferred writes: what 32 records must go for is written at once, what takes one more is deferred") {
  MapArea one;
  auto measuring = space_over(one, plenty);
  REQUIRE(write(measuring.tier_of(std::nullopt), key_of(10), 60, start) == Write::stored);
  const auto record = one.bytes_under(u"cardcache_key_10");
  for (const std::size_t count : {32U, 33U}) {
    OwnSpace room(static_cast<double>(40 * record + one.bytes() - record));
    auto& [area, space, tier] = room;
    for (std::size_t i = 0; i < 40; ++i) REQUIRE(write(tier, key_of(10 + i), 60, start) == Write::stored);
    CHECK(write(tier, key_of(99), 60 + (count - 1) * record, start) == (count == 32 ? Write::stored : Write::deferred));
    CHECK(space.evicted().size() == (count == 32 ? 32 : 0));
  }
}

TEST_CASE("deferred writes: a write is dropped once its key is removed, overwritten or superseded") {
  OwnSpace room(60'000);
  auto& [area, space, tier] = room;
  write_many(tier, 400, 60, start);
  const auto now = start + day;
  REQUIRE(write(tier, "plan", 50'000, now) == Write::deferred);
  SECTION("removed") {
    tier.remove("plan");
    CHECK_FALSE(finds(tier, "plan"));
    sweep(space, now);
    CHECK_FALSE(area.holds(u"cardcache_plan"));
  }
  SECTION("overwritten") {
    CHECK(write(tier, "plan", 10, now) == Write::stored);
    const auto text = area.get(u"cardcache_plan");
    sweep(space, now);
    CHECK(area.get(u"cardcache_plan") == text);
  }
  SECTION("overtaken by another tab's") {
    REQUIRE(area.set(u"cardcache_plan", u"{\"data\":2,\"timestamp\":1764086400001}"));
    space.on_change("cardcache_plan", area.get(u"cardcache_plan"));
    sweep(space, now + second);
    CHECK(area.get(u"cardcache_plan") == u"{\"data\":2,\"timestamp\":1764086400001}");
  }
  SECTION("overtaken by another tab's of the same time, which lies there already") {
    REQUIRE(area.set(u"cardcache_plan", u"{\"data\":2,\"timestamp\":1764086400000}"));
    space.on_change("cardcache_plan", area.get(u"cardcache_plan"));
    sweep(space, now + second);
    CHECK(area.get(u"cardcache_plan") == u"{\"data\":2,\"timestamp\":1764086400000}");
  }
  SECTION("but another tab's older one does not stand in its way") {
    REQUIRE(area.set(u"cardcache_plan", u"{\"data\":2,\"timestamp\":1764086399999}"));
    space.on_change("cardcache_plan", area.get(u"cardcache_plan"));
    sweep(space, now);
    CHECK(area.get(u"cardcache_plan")->size() > 50'000);
  }
  CHECK(is_exact(space, area));
}

TEST_CASE("deferred writes: a write for which no capacity could be made is given up, and told") {
  const bool full = GENERATE(true, false);
  OwnSpace room(60'000);
  auto& [area, space, tier] = room;
  write_many(tier, 400, 60, start);
  REQUIRE(write(tier, "plan", 50'000, start + day) == Write::deferred);
  (full ? area.refuses : area.broken) = true;
  while (space.maintain(start + day, 16)) continue;
  CHECK_FALSE(finds(tier, "plan"));
  CHECK(tier.index().find("plan") == std::nullopt);
  REQUIRE(space.given_up().size() == 1);
  CHECK(space.given_up().front().second == "plan");
  CHECK(is_exact(space, area));
}

TEST_CASE("deferred writes: many records are removed a few at once, and those that are left are answered no more") {
  OwnSpace room;
  auto& [area, space, tier] = room;
  write_many(tier, 400, 60, start);
  std::vector<std::string> keys(400);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key_of(i);
  space.ensure_counted();
  area.removals = 0;
  tier.remove_all(keys);
  CHECK(std::cmp_equal(area.removals, most_at_once));
  CHECK(area.texts().size() > 300);
  CHECK(std::ranges::none_of(keys, [&](const auto& key) { return finds(tier, key); }));
  CHECK(tier.index().size() == 0);
  CHECK(is_exact(space, area));
  CHECK(write(tier, key_of(399), 10, start) == Write::stored);
  REQUIRE(area.set(u"cardcache_key_398", u"{\"data\":2,\"timestamp\":1764000000000}"));
  space.on_change("cardcache_key_398", area.get(u"cardcache_key_398"));
  while (space.maintain(start, 16)) continue;
  CHECK(finds(tier, key_of(399)));
  CHECK(finds(tier, key_of(398)));
  CHECK(area.bytes() == area.bytes_under(u"cardcache_!") + area.bytes_under(u"cardcache_key_39"));
  CHECK(is_exact(space, area));
}

TEST_CASE(
    "deferred writes: all records are removed a few at once too, whoever wrote them, and what is written since stays") {
  OwnSpace room;
  auto& [area, space, tier] = room;
  auto& other = space.tier_of("tom");
  write_many(tier, 400, 60, start);
  write_many(other, 40, 60, start);
  space.ensure_counted();
  // Written on this page by another way: nobody has said a word of them.
  REQUIRE(area.set(u"cardcache_older", u"{\"data\":2,\"timestamp\":1764000000000}"));
  REQUIRE(area.set(u"cardcache_younger", u"{\"data\":2,\"timestamp\":1764000000001}"));
  area.removals = area.reads = 0;
  CHECK(tier.clear(start));
  CHECK(std::cmp_equal(area.removals, most_at_once));
  CHECK(area.reads == 0);
  for (std::size_t i = 0; i < 400; ++i) CHECK_FALSE(finds(tier, key_of(i)));
  CHECK_FALSE(tier.read_head(key_of(399)));
  CHECK(tier.keys_with_prefix("key_").empty());
  CHECK(tier.index().size() == 0);
  CHECK(write(tier, key_of(399), 10, start + minute) == Write::stored);
  REQUIRE(area.set(u"cardcache_key_398", u"{\"data\":2,\"timestamp\":1764000060000}"));
  space.on_change("cardcache_key_398", area.get(u"cardcache_key_398"));
  SECTION("in slices") {}
  SECTION("one after the other") {
    CHECK_FALSE(tier.clear(start + hour));
    CHECK(finds(tier, key_of(398)));
  }
  SECTION("while the area holds on to them") {
    area.clings = true;
    while (space.maintain(start, 16)) continue;
    area.clings = false;
    CHECK_FALSE(finds(tier, key_of(100)));
    sweep(space, start);
  }
  for (bool busy = true; busy;) {
    area.removals = 0;
    busy = space.maintain(start + minute, 16);
    REQUIRE(area.removals <= 16);
  }
  CHECK(finds(tier, key_of(399)));
  CHECK(finds(tier, key_of(398)));
  CHECK(finds(tier, "younger"));
  CHECK_FALSE(area.holds(u"cardcache_older"));
  CHECK(tier.index().size() == 3);
  CHECK(other.index().size() == 40);
  CHECK(space.evicted().empty());
  CHECK(is_exact(space, area));
}

TEST_CASE("deferred writes: what was cleared and still lies there makes room for what is written next") {
  OwnSpace room(60'000);
  auto& [area, space, tier] = room;
  write_many(tier, 500, 60, start);
  space.ensure_counted();
  CHECK(tier.clear(start));
  space.evicted().clear();
  for (std::size_t i = 0; i < 200; ++i) {
    area.removals = 0;
    REQUIRE(write(tier, key_of(1'000 + i), 60, start + minute) == Write::stored);
    REQUIRE(std::cmp_less_equal(area.removals, most_at_once));
  }
  CHECK(space.evicted().empty());
  CHECK(is_exact(space, area));
}

TEST_CASE("deferred writes: a clock set back forgets until when all was cleared") {
  OwnSpace room;
  auto& [area, space, tier] = room;
  space.observe(start);
  write_many(tier, 100, 60, start);
  CHECK(tier.clear(start));
  space.observe(start - day);
  CHECK(write(tier, "plan", 60, start - day) == Write::stored);
  while (space.maintain(start - day, 16)) continue;
  sweep(space, start - day);
  CHECK(finds(tier, "plan"));
  CHECK(tier.index().size() == 1);
  CHECK(is_exact(space, area));
}

TEST_CASE("deferred writes: in a slice that has removed all it may nothing is written either") {
  OwnSpace room(60'000);
  auto& [area, space, tier] = room;
  write_many(tier, 400, 60, start);
  const auto now = start + day;
  REQUIRE(write(tier, "plan", 50'000, now) == Write::deferred);
  std::vector<std::string> keys(400);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key_of(i);
  tier.remove_all(keys);
  for (bool more = true; more;) {
    area.writes = area.removals = 0;
    more = space.maintain(now, 16);
    REQUIRE(area.writes + area.removals <= 16);
  }
  CHECK(area.holds(u"cardcache_plan"));
}

TEST_CASE(
    "deferred writes: a slice that made capacity for a deferred write leaves what else is to be looked for to the "
    "next") {
  for (std::size_t more = 0; more < 18; ++more) {
    OwnSpace room(60'000);
    auto& [area, space, tier] = room;
    write_many(tier, 400, 60, start);
    const auto now = start + day;
    space.ensure_counted();
    for (std::size_t i = 0; i < 60; ++i) area.remove(to_utf16("cardcache_" + key_of(i)));
    space.begin_sweep();
    // A long slice meets all that lies there, and comes to some of what does not.
    REQUIRE(space.maintain(now, 200));
    REQUIRE(write(tier, "plan", 45'000 + 120 * more, now) == Write::deferred);
    for (bool busy = true; busy;) {
      area.reads = 0;
      busy = space.maintain(now, 16);
      REQUIRE(area.reads <= 32);
    }
    CHECK(area.holds(u"cardcache_plan"));
    CHECK(is_exact(space, area));
  }
}

TEST_CASE("deferred writes: among many that are removed at once deferred writes are dropped") {
  OwnSpace room(60'000);
  auto& [area, space, tier] = room;
  write_many(tier, 400, 60, start);
  const auto now = start + day;
  REQUIRE(write(tier, "plan", 50'000, now) == Write::deferred);
  std::vector<std::string> keys(40);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key_of(i);
  keys.emplace_back("plan");
  tier.remove_all(keys);
  sweep(space, now);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK_FALSE(area.holds(u"cardcache_key_39"));
  CHECK(is_exact(space, area));
}

TEST_CASE("deferred writes: what the area holds on to counts, and is not answered, while what replaces it waits") {
  OwnSpace room(60'000);
  auto& [area, space, tier] = room;
  write_many(tier, 400, 60, start);
  REQUIRE(write(tier, "plan", 60, start) == Write::stored);
  space.ensure_counted();
  area.clings = true;
  REQUIRE(write(tier, "plan", 40'000, start + day) == Write::deferred);
  CHECK(is_exact(space, area));
  Record record;
  REQUIRE(tier.read("plan", record) == Read::found);
  CHECK(record.data.size() == 40'002);
}

TEST_CASE("deferred writes: a deferred write is not taken for gone when all is counted anew") {
  OwnSpace room(60'000);
  auto& [area, space, tier] = room;
  write_many(tier, 400, 60, start);
  REQUIRE(write(tier, "plan", 50'000, start + day) == Write::deferred);
  space.recount();
  CHECK(is_exact(space, area));
  CHECK(space.needs_maintenance());
  CHECK(finds(tier, "plan"));
  while (space.maintain(start + day, 16)) continue;
  CHECK(area.holds(u"cardcache_plan"));
}
