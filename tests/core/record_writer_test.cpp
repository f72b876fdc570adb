// Making room: what goes, how much of it, what is not worth it, and what never goes in vain.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "core/storage/storage_space.hpp"
#include "support/late_area.hpp"
#include "support/map_area.hpp"
#include "support/own_space.hpp"
#include "support/random.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Write = StorageTier::Write;

namespace {

/// An area in which others stand, and which is full with what is in it now.
void fill_to_the_brim(MapArea& area) {
  REQUIRE(area.set(u"somebody", u"else"));
  area.quota = area.counts_units ? area.units() : area.bytes();
}

}  // namespace

// ---- what is worth it

TEST_CASE("record writer: one large value does not drive out hundreds that were used as lately") {
  OwnSpace room(60'000);
  auto& [area, space, tier] = room;
  write_many(tier, 400, 60, start);
  const auto before = area.bytes();
  CHECK(write(tier, "large", 50'000, start) == Write::quota);
  CHECK(area.bytes() == before);
  CHECK(space.evicted().empty());
  // Where losing it costs as much, it does; and where they have not been asked for in a long time.
  CHECK(write(tier, "paid", 50'000, start, 100) == Write::deferred);
  tier.remove("paid");
  CHECK(write(tier, "large", 50'000, start + day) == Write::deferred);
}

TEST_CASE("record writer: a value displaces what is worth 64 times itself, and nothing that is worth more") {
  for (const double cost : {64.0, 65.0}) {
    OwnSpace room(1'000);
    auto& [area, space, tier] = room;
    REQUIRE(write(tier, "dear", 500, start, cost) == Write::stored);
    CHECK(write(tier, "plan", 600, start) == (cost == 64 ? Write::stored : Write::quota));
    CHECK(area.holds(u"cardcache_dear") == (cost > 64));
  }
}

TEST_CASE(
    "record writer: where something must go, a twentieth of the budget goes besides, what is missed least first") {
  MapArea one;
  auto measuring = space_over(one, plenty);
  REQUIRE(write(measuring.tier_of(std::nullopt), key_of(10), 100, start) == Write::stored);
  const auto record = one.bytes_under(u"cardcache_key_10");
  const auto note = one.bytes() - record;
  OwnSpace room(static_cast<double>(40 * record));
  auto& [area, space, tier] = room;
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

TEST_CASE("record writer: a sweep does not forget when a record was used last") {
  OwnSpace room(1'300);
  auto& [area, space, tier] = room;
  REQUIRE(write(tier, "used", 500, start) == Write::stored);
  REQUIRE(write(tier, "idle", 500, start + second) == Write::stored);
  tier.note_use("used", start + hour);
  sweep(space, start + hour);
  CHECK(write(tier, "new", 500, start + hour) == Write::stored);
  CHECK(finds(tier, "used"));
  CHECK_FALSE(finds(tier, "idle"));
}

TEST_CASE("record writer: what takes the place of a removed record is not taken for used when that was") {
  OwnSpace room(1'300);
  auto& [area, space, tier] = room;
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

TEST_CASE("record writer: what comes from the future is not worth keeping, however new it claims to be") {
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
  CHECK(space.evicted().front().why == RemovalCause::expired);
  CHECK(finds(tier, "plan"));
}

TEST_CASE("record writer: what another tab has renewed is not what was chosen to go, and what is gone makes no room") {
  OwnSpace room(2'000);
  auto& [area, space, tier] = room;
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

TEST_CASE("record writer: in a full origin nothing of ours goes where all of it would not be enough") {
  OwnSpace room;
  auto& [area, space, tier] = room;
  write_many(tier, 10, 60, start);
  REQUIRE(write(tier, "plan", 60, start) == Write::stored);
  fill_to_the_brim(area);
  CHECK(write(tier, "plan", 5'000, start + day) == Write::quota);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  for (std::size_t i = 0; i < 10; ++i) CHECK(finds(tier, key_of(i)));
  CHECK(area.get(u"somebody") == u"else");
}

TEST_CASE("record writer: in a full origin one record goes for another that takes as much") {
  OwnSpace room;
  auto& [area, space, tier] = room;
  for (std::size_t i = 10; i < 20; ++i) REQUIRE(write(tier, key_of(i), 200, start) == Write::stored);
  fill_to_the_brim(area);
  CHECK(write(tier, key_of(99), 200, start + day) == Write::stored);
  CHECK(space.evicted().size() == 1);
}

TEST_CASE("record writer: in a full origin as much goes as a record takes, and no more") {
  OwnSpace room;
  auto& [area, space, tier] = room;
  write_many(tier, 40, 200, start);
  const auto one = area.bytes_under(u"cardcache_key_1") / 11;
  fill_to_the_brim(area);
  CHECK(write(tier, "plan", 900, start + day) == Write::stored);
  CHECK(space.evicted().size() <= 900 / one + 2);
  CHECK(is_exact(space, area));
  CHECK(area.bytes() <= area.quota);
}

TEST_CASE(
    "record writer: what an engine counts in units is counted in units, where ours is narrow and the new one wide") {
  MapArea area;
  area.counts_units = true;
  StorageSpace space(&area, "cardcache_", plenty, {.compress_above = 100});
  auto& tier = space.tier_of(std::nullopt);
  EntryFacts facts;
  facts.timestamp = start;
  facts.expires_at = start + default_storage_ttl;
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

TEST_CASE("record writer: in a full origin one try makes enough room, for what takes two bytes a unit as well") {
  OwnSpace room;
  auto& [area, space, tier] = room;
  write_many(tier, 40, 200, start);
  REQUIRE(write(tier, "plan", 200, start) == Write::stored);
  fill_to_the_brim(area);
  EntryFacts facts;
  facts.timestamp = start + day;
  facts.expires_at = facts.timestamp + default_storage_ttl;
  CHECK(tier.write("plan", "\"\xC4\x80" + std::string(900, 'x') + "\"", facts, facts.timestamp) == Write::stored);
  CHECK(area.refusals == 1);
  CHECK(area.bytes() <= area.quota);
}

TEST_CASE("record writer: an area that does not tell why it refuses is taken to be full") {
  MapArea view;
  std::vector<AreaChange> log;
  LateArea area(0, &view, &log);
  auto space = space_over(area, plenty);
  auto& tier = space.tier_of(std::nullopt);
  write_many(tier, 10, 200, start);
  fill_to_the_brim(view);
  CHECK(write(tier, "plan", 200, start + day) == Write::stored);
}

TEST_CASE("record writer: where nothing was left of what was to go the budget holds all the same") {
  OwnSpace room(1'000);
  auto& [area, space, tier] = room;
  REQUIRE(write(tier, "gone", 500, start) == Write::stored);
  const auto longer_by = 995 - area.bytes_under(u"cardcache_gone");
  area.remove(u"cardcache_gone");
  // With the note of the time it is too much.
  CHECK(write(tier, "plan", 500 + longer_by, start) == Write::quota);
  CHECK(area.bytes() <= 1'000);
}

TEST_CASE(
    "record writer: what is overwritten does not go to make room for itself, but another user's of that name may") {
  OwnSpace room(1'200);
  auto& [area, space, tier] = room;
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

TEST_CASE("record writer: a write that goes on being refused is given up after two more tries") {
  OwnSpace room;
  auto& [area, space, tier] = room;
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

TEST_CASE("record writer: an area that refuses for another reason costs no record but the outdated one") {
  OwnSpace room;
  auto& [area, space, tier] = room;
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

TEST_CASE("record writer: a note makes room as a record does, and says where there is none") {
  OwnSpace room;
  auto& [area, space, tier] = room;
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

TEST_CASE("record writer: for a note nothing goes in vain") {
  OwnSpace room;
  auto& [area, space, tier] = room;
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

TEST_CASE("record writer: notes count in the budget, and records go for them") {
  OwnSpace room(3'000);
  auto& [area, space, tier] = room;
  write_many(tier, 10, 200, start);
  for (int i = 0; i < 30; ++i) {
    REQUIRE(tier.write_note("!floor:endpoint_number_" + std::to_string(i), "1764086400000"));
    REQUIRE(space.bytes() <= 3'000);
    REQUIRE(is_exact(space, area));
  }
  CHECK(tier.index().size() < 8);
}
