// Making room: what goes, how much of it at once, what is not worth it, and what never goes in vain.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/storage_space.hpp"
#include "core/text.hpp"
#include "support/late_area.hpp"
#include "support/map_area.hpp"
#include "support/random.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Write = StorageTier::Write;
using Read = StorageTier::Read;

namespace {

/// Plain, so that a value's size is its record's.
StorageSpace space_over(StorageArea& area, double budget) {
  return {&area, "cardcache_", budget, {.compress_above = never.value}};
}

Write write(StorageTier& tier, std::string_view key, std::size_t bytes, Millis now, double cost = 1) {
  EntryFacts facts;
  facts.timestamp = now;
  facts.end = now + default_storage_ttl;
  facts.cost = cost;
  return tier.write(key, "\"" + std::string(bytes, 'x') + "\"", facts, now);
}

std::string key_of(std::size_t number) { return "key_" + std::to_string(number); }

void write_many(StorageTier& tier, std::size_t count, std::size_t bytes, Millis now) {
  for (std::size_t i = 0; i < count; ++i) REQUIRE(write(tier, key_of(i), bytes, now) == Write::stored);
}

bool finds(StorageTier& tier, std::string_view key) {
  Record record;
  return tier.read(key, record) == Read::found;
}

bool is_exact(StorageSpace& space, const MapArea& area) {
  return space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_"));
}

/// An area in which others stand, and which is full with what is in it now.
void fill_to_the_brim(MapArea& area) {
  REQUIRE(area.set(u"somebody", u"else"));
  area.quota = area.counts_units ? area.units() : area.bytes();
}

constexpr double plenty = 1'000'000;

}  // namespace

// ---- at once, and in idle time

TEST_CASE("room: a write removes a few records and no more; what takes more is written when idle slices made room") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of("sara");
  write_many(tier, 400, 60, start);
  REQUIRE(write(tier, "plan", 60, start) == Write::stored);
  const auto now = start + day;
  area.reads = area.removals = 0;
  CHECK(write(tier, "plan", 50'000, now) == Write::waits);
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
    more = space.tend(now, 16);
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

TEST_CASE("room: what 32 records must go for is written at once, what takes one more waits") {
  MapArea one;
  auto measuring = space_over(one, plenty);
  REQUIRE(write(measuring.tier_of(std::nullopt), key_of(10), 60, start) == Write::stored);
  const auto record = one.bytes_under(u"cardcache_key_10");
  for (const std::size_t count : {32U, 33U}) {
    MapArea area;
    auto space = space_over(area, static_cast<double>(40 * record + one.bytes() - record));
    auto& tier = space.tier_of(std::nullopt);
    for (std::size_t i = 0; i < 40; ++i) REQUIRE(write(tier, key_of(10 + i), 60, start) == Write::stored);
    CHECK(write(tier, key_of(99), 60 + (count - 1) * record, start) == (count == 32 ? Write::stored : Write::waits));
    CHECK(space.evicted().size() == (count == 32 ? 32 : 0));
  }
}

TEST_CASE("room: what waits for it is written no more once it is removed, overwritten or overtaken") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 400, 60, start);
  const auto now = start + day;
  REQUIRE(write(tier, "plan", 50'000, now) == Write::waits);
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

TEST_CASE("room: what waited for it in vain is given up, and told") {
  const bool full = GENERATE(true, false);
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 400, 60, start);
  REQUIRE(write(tier, "plan", 50'000, start + day) == Write::waits);
  (full ? area.refuses : area.broken) = true;
  while (space.tend(start + day, 16)) continue;
  CHECK_FALSE(finds(tier, "plan"));
  CHECK(tier.index().find("plan") == std::nullopt);
  REQUIRE(space.given_up().size() == 1);
  CHECK(space.given_up().front().second == "plan");
  CHECK(is_exact(space, area));
}

TEST_CASE("room: many records are removed a few at once, and those that wait for it are answered no more") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 400, 60, start);
  std::vector<std::string> keys(400);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key_of(i);
  space.ensure_counted();
  area.removals = 0;
  tier.remove_all(keys);
  CHECK(std::cmp_equal(area.removals, StorageSpace::most_at_once));
  CHECK(area.texts().size() > 300);
  CHECK(std::ranges::none_of(keys, [&](const auto& key) { return finds(tier, key); }));
  CHECK(tier.index().size() == 0);
  CHECK(is_exact(space, area));
  CHECK(write(tier, key_of(399), 10, start) == Write::stored);
  REQUIRE(area.set(u"cardcache_key_398", u"{\"data\":2,\"timestamp\":1764000000000}"));
  space.on_change("cardcache_key_398", area.get(u"cardcache_key_398"));
  while (space.tend(start, 16)) continue;
  CHECK(finds(tier, key_of(399)));
  CHECK(finds(tier, key_of(398)));
  CHECK(area.bytes() == area.bytes_under(u"cardcache_!") + area.bytes_under(u"cardcache_key_39"));
  CHECK(is_exact(space, area));
}

TEST_CASE("room: all records are removed a few at once too, whoever wrote them, and what is written since stays") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  auto& other = space.tier_of("tom");
  write_many(tier, 400, 60, start);
  write_many(other, 40, 60, start);
  space.ensure_counted();
  // Written on this page by another way: nobody has said a word of them.
  REQUIRE(area.set(u"cardcache_older", u"{\"data\":2,\"timestamp\":1764000000000}"));
  REQUIRE(area.set(u"cardcache_younger", u"{\"data\":2,\"timestamp\":1764000000001}"));
  area.removals = area.reads = 0;
  CHECK(tier.clear(start));
  CHECK(std::cmp_equal(area.removals, StorageSpace::most_at_once));
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
    while (space.tend(start, 16)) continue;
    area.clings = false;
    CHECK_FALSE(finds(tier, key_of(100)));
    sweep(space, start);
  }
  for (bool busy = true; busy;) {
    area.removals = 0;
    busy = space.tend(start + minute, 16);
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

TEST_CASE("room: what was cleared and still lies there makes room for what is written next") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 500, 60, start);
  space.ensure_counted();
  CHECK(tier.clear(start));
  area.removals = 0;
  space.evicted().clear();
  for (std::size_t i = 0; i < 200; ++i) REQUIRE(write(tier, key_of(i), 60, start + minute) == Write::stored);
  CHECK(area.removals < 200);
  CHECK(space.evicted().empty());
  CHECK(is_exact(space, area));
}

TEST_CASE("room: a clock set back forgets until when all was void") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  space.observe(start);
  write_many(tier, 100, 60, start);
  CHECK(tier.clear(start));
  space.observe(start - day);
  CHECK(write(tier, "plan", 60, start - day) == Write::stored);
  while (space.tend(start - day, 16)) continue;
  sweep(space, start - day);
  CHECK(finds(tier, "plan"));
  CHECK(tier.index().size() == 1);
  CHECK(is_exact(space, area));
}

TEST_CASE("room: in a slice that has removed all it may nothing is written either") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 400, 60, start);
  const auto now = start + day;
  REQUIRE(write(tier, "plan", 50'000, now) == Write::waits);
  std::vector<std::string> keys(400);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key_of(i);
  tier.remove_all(keys);
  for (bool more = true; more;) {
    area.writes = area.removals = 0;
    more = space.tend(now, 16);
    REQUIRE(area.writes + area.removals <= 16);
  }
  CHECK(area.holds(u"cardcache_plan"));
}

TEST_CASE("room: a slice that made room for what waited leaves what else is to be looked for to the next") {
  for (std::size_t more = 0; more < 18; ++more) {
    MapArea area;
    auto space = space_over(area, 60'000);
    auto& tier = space.tier_of(std::nullopt);
    write_many(tier, 400, 60, start);
    const auto now = start + day;
    space.ensure_counted();
    for (std::size_t i = 0; i < 60; ++i) area.remove(to_utf16("cardcache_" + key_of(i)));
    space.begin_sweep();
    // A long slice meets all that lies there, and comes to some of what does not.
    REQUIRE(space.tend(now, 200));
    REQUIRE(write(tier, "plan", 45'000 + 120 * more, now) == Write::waits);
    for (bool busy = true; busy;) {
      area.reads = 0;
      busy = space.tend(now, 16);
      REQUIRE(area.reads <= 32);
    }
    CHECK(area.holds(u"cardcache_plan"));
    CHECK(is_exact(space, area));
  }
}

TEST_CASE("room: among many that are removed at once what waits for room does not come any more") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 400, 60, start);
  const auto now = start + day;
  REQUIRE(write(tier, "plan", 50'000, now) == Write::waits);
  std::vector<std::string> keys(40);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = key_of(i);
  keys.emplace_back("plan");
  tier.remove_all(keys);
  sweep(space, now);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK_FALSE(area.holds(u"cardcache_key_39"));
  CHECK(is_exact(space, area));
}

TEST_CASE("room: what the area holds on to counts, and is not answered, while what replaces it waits") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 400, 60, start);
  REQUIRE(write(tier, "plan", 60, start) == Write::stored);
  space.ensure_counted();
  area.clings = true;
  REQUIRE(write(tier, "plan", 40'000, start + day) == Write::waits);
  CHECK(is_exact(space, area));
  Record record;
  REQUIRE(tier.read("plan", record) == Read::found);
  CHECK(record.data.size() == 40'002);
}

TEST_CASE("room: what waits for it is not taken for gone when all is counted anew") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 400, 60, start);
  REQUIRE(write(tier, "plan", 50'000, start + day) == Write::waits);
  space.recount();
  CHECK(is_exact(space, area));
  CHECK(space.has_upkeep());
  CHECK(finds(tier, "plan"));
  while (space.tend(start + day, 16)) continue;
  CHECK(area.holds(u"cardcache_plan"));
}

// ---- what is worth it

TEST_CASE("room: one large value does not drive out hundreds that were used as lately") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 400, 60, start);
  const auto before = area.bytes();
  CHECK(write(tier, "large", 50'000, start) == Write::quota);
  CHECK(area.bytes() == before);
  CHECK(space.evicted().empty());
  // Where losing it costs as much, it does; and where they have not been asked for in a long time.
  CHECK(write(tier, "paid", 50'000, start, 100) == Write::waits);
  tier.remove("paid");
  CHECK(write(tier, "large", 50'000, start + day) == Write::waits);
}

TEST_CASE("room: a value displaces what is worth 64 times itself, and nothing that is worth more") {
  for (const double cost : {64.0, 65.0}) {
    MapArea area;
    auto space = space_over(area, 1'000);
    auto& tier = space.tier_of(std::nullopt);
    REQUIRE(write(tier, "dear", 500, start, cost) == Write::stored);
    CHECK(write(tier, "plan", 600, start) == (cost == 64 ? Write::stored : Write::quota));
    CHECK(area.holds(u"cardcache_dear") == (cost > 64));
  }
}

TEST_CASE("room: where something must go, a twentieth of the budget goes besides, what is missed least first") {
  MapArea one;
  auto measuring = space_over(one, plenty);
  REQUIRE(write(measuring.tier_of(std::nullopt), key_of(10), 100, start) == Write::stored);
  const auto record = one.bytes_under(u"cardcache_key_10");
  const auto note = one.bytes() - record;
  MapArea area;
  auto space = space_over(area, static_cast<double>(40 * record));
  auto& tier = space.tier_of(std::nullopt);
  // Never in the order of their ages.
  const auto place = [](std::size_t number) { return number * 7 % 38; };
  for (std::size_t i = 0; i < 38; ++i) {
    REQUIRE(write(tier, key_of(10 + i), 100, start + Millis{1'000.0 * static_cast<double>(place(i))}) == Write::stored);
  }
  REQUIRE(area.bytes() == 38 * record + note);
  // One record too long, so that with the two of the twentieth three go.
  CHECK(write(tier, key_of(99), 100 + 2 * record - note, start + Millis{38'000}) == Write::stored);
  REQUIRE(space.evicted().size() == 3);
  for (std::size_t i = 0; i < 38; ++i) CHECK(finds(tier, key_of(10 + i)) == (place(i) > 2));
  CHECK(area.bytes() == 38 * record);
}

TEST_CASE("room: a sweep does not forget when a record was used last") {
  MapArea area;
  auto space = space_over(area, 1'300);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(write(tier, "used", 500, start) == Write::stored);
  REQUIRE(write(tier, "idle", 500, start + second) == Write::stored);
  tier.note_use("used", start + hour);
  sweep(space, start + hour);
  CHECK(write(tier, "new", 500, start + hour) == Write::stored);
  CHECK(finds(tier, "used"));
  CHECK_FALSE(finds(tier, "idle"));
}

TEST_CASE("room: what takes the place of a removed record is not taken for used when that was") {
  MapArea area;
  auto space = space_over(area, 1'300);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(write(tier, "gone", 500, start) == Write::stored);
  tier.note_use("gone", start + hour);
  tier.remove("gone");
  REQUIRE(
      area.set(u"cardcache_other", u"{\"data\":\"" + std::u16string(600, u'x') + u"\",\"timestamp\":1764000000000}"));
  space.on_change("cardcache_other", area.get(u"cardcache_other"));
  REQUIRE(write(tier, "plan", 500, start + minute) == Write::stored);
  CHECK(write(tier, "new", 500, start + hour) == Write::stored);
  CHECK(finds(tier, "plan"));
  CHECK_FALSE(area.holds(u"cardcache_other"));
}

TEST_CASE("room: what comes from the future is not worth keeping, however new it claims to be") {
  MapArea area;
  REQUIRE(
      area.set(u"cardcache_future", u"{\"data\":\"" + std::u16string(500, u'x') + u"\",\"timestamp\":1774000000000}"));
  auto space = space_over(area, 1'500);
  auto& tier = space.tier_of(std::nullopt);
  space.ensure_counted();
  CHECK(write(tier, "plan", 500, start) == Write::stored);
  CHECK(write(tier, "teams", 500, start) == Write::stored);
  CHECK_FALSE(area.holds(u"cardcache_future"));
  REQUIRE(space.evicted().size() == 1);
  CHECK(space.evicted().front().why == Why::expired);
  CHECK(finds(tier, "plan"));
}

TEST_CASE("room: what another tab has renewed is not what was chosen to go, and what is gone makes no room") {
  MapArea area;
  auto space = space_over(area, 2'000);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(write(tier, "gone", 500, start) == Write::stored);
  REQUIRE(write(tier, "renewed", 500, start + second) == Write::stored);
  REQUIRE(write(tier, "old", 500, start + minute) == Write::stored);
  const auto now = start + hour;
  area.remove(u"cardcache_gone");
  const std::u16string renewed = u"{\"data\":\"" + std::u16string(500, u'y') + u"\",\"timestamp\":1764003600000}";
  REQUIRE(area.set(u"cardcache_renewed", renewed));
  CHECK(write(tier, "new", 900, now) == Write::stored);
  CHECK(finds(tier, "new"));
  CHECK(area.get(u"cardcache_renewed") == renewed);
  CHECK_FALSE(area.holds(u"cardcache_old"));
  CHECK(is_exact(space, area));
  CHECK(space.bytes() <= 2'000);
}

// ---- a full origin

TEST_CASE("room: in a full origin nothing of ours goes where all of it would not be enough") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 10, 60, start);
  REQUIRE(write(tier, "plan", 60, start) == Write::stored);
  fill_to_the_brim(area);
  CHECK(write(tier, "plan", 5'000, start + day) == Write::quota);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  for (std::size_t i = 0; i < 10; ++i) CHECK(finds(tier, key_of(i)));
  CHECK(area.get(u"somebody") == u"else");
}

TEST_CASE("room: in a full origin one record goes for another that takes as much") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  for (std::size_t i = 10; i < 20; ++i) REQUIRE(write(tier, key_of(i), 200, start) == Write::stored);
  fill_to_the_brim(area);
  CHECK(write(tier, key_of(99), 200, start + day) == Write::stored);
  CHECK(space.evicted().size() == 1);
}

TEST_CASE("room: in a full origin as much goes as a record takes, and no more") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 40, 200, start);
  const auto one = area.bytes_under(u"cardcache_key_1") / 11;
  fill_to_the_brim(area);
  CHECK(write(tier, "plan", 900, start + day) == Write::stored);
  CHECK(space.evicted().size() <= 900 / one + 2);
  CHECK(is_exact(space, area));
  CHECK(area.bytes() <= area.quota);
}

TEST_CASE("room: what an engine counts in units is counted in units, where ours is narrow and the new one wide") {
  MapArea area;
  area.counts_units = true;
  StorageSpace space(&area, "cardcache_", plenty, {.compress_above = 100});
  auto& tier = space.tier_of(std::nullopt);
  EntryFacts facts;
  facts.timestamp = start;
  facts.end = start + default_storage_ttl;
  Random random;
  INFO("--rng-seed " << random.seed());
  for (std::size_t i = 0; i < 40; ++i) {
    std::string noise = "\"";
    for (int digit = 0; digit < 150; ++digit) noise.push_back(static_cast<char>('a' + random.below(26)));
    REQUIRE(tier.write(key_of(i), noise + "\"", facts, start) == Write::stored);
  }
  REQUIRE(area.get(u"cardcache_key_0")->front() > 0xFF);
  fill_to_the_brim(area);
  // A narrow record of so many units takes half the bytes of a wide one, and as many units.
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(tier.write("plan" + std::to_string(i), "\"" + std::string(90, 'x') + "\"", facts, start + day) ==
          Write::stored);
  }
  CHECK(area.units() <= area.quota);
  // Never did it have to try twice.
  CHECK(area.refusals <= 10);
}

TEST_CASE("room: in a full origin one try makes enough room, for what takes two bytes a unit as well") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 40, 200, start);
  REQUIRE(write(tier, "plan", 200, start) == Write::stored);
  fill_to_the_brim(area);
  EntryFacts facts;
  facts.timestamp = start + day;
  facts.end = facts.timestamp + default_storage_ttl;
  CHECK(tier.write("plan", "\"\xC4\x80" + std::string(900, 'x') + "\"", facts, facts.timestamp) == Write::stored);
  CHECK(area.refusals == 1);
  CHECK(area.bytes() <= area.quota);
}

TEST_CASE("room: an area that does not tell why it refuses is taken to be full") {
  MapArea view;
  std::vector<AreaChange> log;
  LateArea area(0, &view, &log);
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 10, 200, start);
  fill_to_the_brim(view);
  CHECK(write(tier, "plan", 200, start + day) == Write::stored);
}

TEST_CASE("room: where nothing was left of what was to go the budget holds all the same") {
  MapArea area;
  auto space = space_over(area, 1'000);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(write(tier, "gone", 500, start) == Write::stored);
  const auto longer_by = 995 - area.bytes_under(u"cardcache_gone");
  area.remove(u"cardcache_gone");
  // With the note of the time it is too much.
  CHECK(write(tier, "plan", 500 + longer_by, start) == Write::quota);
  CHECK(area.bytes() <= 1'000);
}

TEST_CASE("room: what is overwritten does not go to make room for itself, but another user's of that name may") {
  MapArea area;
  auto space = space_over(area, 1'200);
  auto& tier = space.tier_of(std::nullopt);
  SECTION("itself") {
    REQUIRE(write(tier, "plan", 700, start, 0.001) == Write::stored);
    REQUIRE(write(tier, "teams", 200, start) == Write::stored);
    CHECK(write(tier, "plan", 900, start + day) == Write::stored);
    CHECK_FALSE(area.holds(u"cardcache_teams"));
  }
  SECTION("another user's") {
    REQUIRE(write(space.tier_of("sara"), "plan", 700, start) == Write::stored);
    CHECK(write(tier, "plan", 700, start + day) == Write::stored);
    CHECK_FALSE(area.holds(u"cardcache_@sara/plan"));
  }
  CHECK(area.bytes() <= 1'200);
}

TEST_CASE("room: a write that goes on being refused is given up after two more tries") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 40, 200, start);
  REQUIRE(write(tier, "plan", 200, start) == Write::stored);
  area.refuses = true;
  area.writes = 0;
  space.evicted().clear();
  CHECK(write(tier, "plan", 300, start + day) == Write::quota);
  CHECK(area.writes == 3);
  // One for what is longer than the older one, then two for all of it.
  CHECK(space.evicted().size() == 3);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("room: an area that refuses for another reason costs no record but the outdated one") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 10, 60, start);
  area.broken = true;
  area.writes = 0;
  CHECK(write(tier, key_of(3), 60, start + day) == Write::refused);
  CHECK(area.writes <= 2);
  CHECK_FALSE(finds(tier, key_of(3)));
  CHECK(tier.index().size() == 9);
  CHECK(space.evicted().empty());
  CHECK(is_exact(space, area));
}

TEST_CASE("room: a note makes room as a record does, and says where there is none") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 10, 200, start);
  space.observe(start + day);
  fill_to_the_brim(area);
  CHECK(tier.write_note("!floor:*", "1764086400000"));
  CHECK(tier.read_note("!floor:*") == u"1764086400000");
  CHECK(tier.index().size() == 9);
  CHECK(is_exact(space, area));
  area.refuses = true;
  area.writes = 0;
  CHECK_FALSE(tier.write_note("!floors", "1.1"));
  CHECK(area.writes == 3);
}

TEST_CASE("room: for a note nothing goes in vain") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  SECTION("where the area refuses for another reason than want of room") {
    write_many(tier, 10, 200, start);
    area.broken = true;
    CHECK_FALSE(tier.write_note("!floor:*", "1764086400000"));
    CHECK(tier.index().size() == 10);
    CHECK(space.evicted().empty());
  }
  SECTION("where nothing is ours") {
    area.refuses = true;
    CHECK_FALSE(tier.write_note("!floor:*", "1764086400000"));
    CHECK(area.writes == 1);
  }
}

TEST_CASE("room: notes count in the budget, and records go for them") {
  MapArea area;
  auto space = space_over(area, 3'000);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 10, 200, start);
  for (int i = 0; i < 30; ++i) {
    REQUIRE(tier.write_note("!floor:endpoint_number_" + std::to_string(i), "1764086400000"));
    REQUIRE(space.bytes() <= 3'000);
    REQUIRE(is_exact(space, area));
  }
  CHECK(tier.index().size() < 8);
}

// ---- an area that holds on to what it has

TEST_CASE("room: what the area refuses to remove makes no room") {
  MapArea area;
  auto space = space_over(area, 1'000);
  auto& tier = space.tier_of(std::nullopt);
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

TEST_CASE("room: of another program's namespace records go, and never what has taken the place of one") {
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

TEST_CASE("room: what the area refuses to remove is answered no more, and goes when it can") {
  MapArea area;
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
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

TEST_CASE("room: over refusals of every kind its count is the area's, and only the newest is ever answered") {
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
          static_cast<void>(space.tend(now, 1 + random.below(8)));
          break;
        default: {
          EntryFacts facts;
          facts.timestamp = now;
          facts.end = now + hour;
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
    CHECK_FALSE(space.has_upkeep());
  }
}

TEST_CASE("room: records of one name that wait for two users are two, and each can be had") {
  MapArea area;
  auto space = space_over(area, 60'000);
  auto& sara = space.tier_of("sara");
  auto& tom = space.tier_of("tom");
  write_many(sara, 400, 60, start);
  const auto now = start + day;
  REQUIRE(write(sara, "plan", 25'000, now) == Write::waits);
  REQUIRE(write(tom, "plan", 20'000, now) == Write::waits);
  REQUIRE(write(tom, "teams", 21'000, now) == Write::waits);
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

TEST_CASE("room: what was remembered and is gone makes room after all") {
  MapArea area;
  auto space = space_over(area, 1'000);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(write(tier, "gone", 500, start) == Write::stored);
  area.remove(u"cardcache_gone");
  CHECK(write(tier, "plan", 700, start) == Write::stored);
  CHECK(is_exact(space, area));
}

TEST_CASE("room: a budget is used to its last byte") {
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
