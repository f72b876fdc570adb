// An area that holds on to what it has: it counts, is answered no more, and goes when it can.
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

#include "core/storage/storage_space.hpp"
#include "support/map_area.hpp"
#include "support/own_space.hpp"
#include "support/random.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Write = StorageTier::Write;
using Read = StorageTier::Read;

TEST_CASE("refused removals: what the area refuses to remove frees no capacity") {
  OwnSpace room(1'000);
  auto& [area, space, tier] = room;
  REQUIRE(write(tier, "old", 500, start) == Write::stored);
  area.clings = true;
  CHECK(write(tier, "new", 700, start + day) == Write::quota);
  CHECK(space.evicted().empty());
  CHECK(area.bytes() <= 1'000);
  // Somebody else could remove it.
  area.clings = false;
  area.remove(u"cardcache_old");
  space.on_change("cardcache_old", std::nullopt);
  CHECK(is_exact(space, area));
}

TEST_CASE("refused removals: of another program's namespace records go, and never what has taken the place of one") {
  MapArea area;
  StorageSpace space(&area, "agiletrack_", 1'000, {.foreign = true});
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(write(tier, "plan", 700, start) == Write::stored);
  REQUIRE(write(tier, "teams", 700, start + day) == Write::stored);
  CHECK_FALSE(area.holds(u"agiletrack_plan"));
  REQUIRE(area.set(u"agiletrack_teams", u"7"));
  CHECK(write(tier, "plan", 700, start + day + day) == Write::stored);
  CHECK(area.get(u"agiletrack_teams") == u"7");
}

TEST_CASE("refused removals: what the area refuses to remove is answered no more, and goes when it can") {
  OwnSpace room;
  auto& [area, space, tier] = room;
  REQUIRE(write(tier, "plan", 60, start) == Write::stored);
  REQUIRE(write(tier, "teams", 60, start) == Write::stored);
  area.clings = true;
  area.refuses = true;
  CHECK(write(tier, "plan", 90, start) == Write::quota);
  tier.remove("teams");
  for (const auto* key : {"plan", "teams"}) CHECK_FALSE(finds(tier, key));
  CHECK(tier.index().size() == 0);
  CHECK(is_exact(space, area));
  sweep(space, start);
  for (const auto* key : {"plan", "teams"}) CHECK_FALSE(finds(tier, key));
  CHECK(is_exact(space, area));
  area.clings = area.refuses = false;
  SECTION("with the next sweep") {
    sweep(space, start);
    CHECK_FALSE(area.holds(u"cardcache_plan"));
    CHECK_FALSE(area.holds(u"cardcache_teams"));
  }
  SECTION("when it is overwritten, here or by another tab") {
    CHECK(write(tier, "plan", 70, start) == Write::stored);
    CHECK(finds(tier, "plan"));
    REQUIRE(area.set(u"cardcache_teams", u"{\"data\":2,\"timestamp\":1764000000000}"));
    space.on_change("cardcache_teams", area.get(u"cardcache_teams"));
    CHECK(finds(tier, "teams"));
    sweep(space, start);
    CHECK(finds(tier, "plan"));
    CHECK(finds(tier, "teams"));
  }
  CHECK(is_exact(space, area));
}

TEST_CASE(
    "refused removals: over refusals of every kind its count is the area's, and only the newest is ever answered") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 10; ++round) {
    MapArea area;
    REQUIRE(area.set(u"foreign", std::u16string(1'000, u'f')));
    auto space = space_over(area, 12'000);
    auto& tier = space.tier_of("sara");
    std::map<std::string, std::string> newest;
    auto now = start;
    for (int step = 0; step < 600; ++step) {
      now = now + Millis{static_cast<double>(random.below(200'000))};
      area.quota = random.chance(3) ? 9'000 : 15'000;
      area.refuses = random.chance(9);
      area.clings = random.chance(9);
      area.broken = random.chance(20);
      const auto key = key_of(random.below(60));
      switch (random.below(7)) {
        case 0:
          tier.remove(key);
          newest.erase(key);
          break;
        case 1:
          static_cast<void>(tier.write_note("!floor:" + key, std::to_string(now.value)));
          break;
        case 2:
          space.begin_sweep();
          break;
        case 3:
          static_cast<void>(space.maintain(now, 1 + random.below(8)));
          break;
        default: {
          EntryFacts facts;
          facts.timestamp = now;
          facts.expires_at = now + hour;
          const auto json = std::to_string(step) + std::string(random.below(random.chance(8) ? 9'000 : 300), '0');
          newest[key] = json;
          static_cast<void>(tier.write(key, json, facts, now));
        }
      }
      INFO("round " << round << ", step " << step);
      Record record;
      const auto& asked = key_of(random.below(60));
      if (tier.read(asked, record) == Read::found) REQUIRE(record.data == newest[asked]);
      REQUIRE(is_exact(space, area));
      REQUIRE(area.holds(u"foreign"));
    }
    area.refuses = area.clings = area.broken = false;
    sweep(space, now);
    CHECK(is_exact(space, area));
    CHECK(space.bytes() <= 12'000);
    CHECK_FALSE(space.needs_maintenance());
  }
}

TEST_CASE("refused removals: records of one name that wait for two users are two, and each can be had") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& sara = space.tier_of("sara");
  auto& tom = space.tier_of("tom");
  write_many(sara, 400, 60, start);
  const auto now = start + day;
  REQUIRE(write(sara, "plan", 25'000, now) == Write::deferred);
  REQUIRE(write(tom, "plan", 20'000, now) == Write::deferred);
  REQUIRE(write(tom, "teams", 21'000, now) == Write::deferred);
  const auto size_of = [](StorageTier& tier, std::string_view key) {
    Record record;
    REQUIRE(tier.read(key, record) == Read::found);
    return record.data.size();
  };
  CHECK(size_of(sara, "plan") == 25'002);
  CHECK(size_of(tom, "plan") == 20'002);
  CHECK(size_of(tom, "teams") == 21'002);
  CHECK(tom.read_head("teams"));
  tom.remove("plan");
  CHECK(size_of(sara, "plan") == 25'002);
  CHECK(size_of(tom, "teams") == 21'002);
  // Somebody else has removed it.
  space.on_change("cardcache_@sara/plan", std::nullopt);
  CHECK_FALSE(finds(sara, "plan"));
}

TEST_CASE("refused removals: what was remembered and is gone makes room after all") {
  OwnSpace room(1'000);
  auto& [area, space, tier] = room;
  REQUIRE(write(tier, "gone", 500, start) == Write::stored);
  area.remove(u"cardcache_gone");
  CHECK(write(tier, "plan", 700, start) == Write::stored);
  CHECK(is_exact(space, area));
}

TEST_CASE("refused removals: a budget is used to its last byte") {
  MapArea one;
  auto measuring = space_over(one, plenty);
  REQUIRE(write(measuring.tier_of(std::nullopt), "plan", 100, start) == Write::stored);
  const auto record = static_cast<double>(one.bytes_under(u"cardcache_plan"));
  for (const double budget : {record, record - 1}) {
    MapArea area;
    auto space = space_over(area, budget);
    CHECK((write(space.tier_of(std::nullopt), "plan", 100, start) == Write::stored) == (budget == record));
  }
}
