// What goes on in idle time: counting, sweeping, a purge; and what is answered meanwhile.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "core/storage/storage_space.hpp"
#include "support/map_area.hpp"
#include "support/random.hpp"
#include "support/storage.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Write = StorageTier::Write;
using Read = StorageTier::Read;

namespace {

StorageSpace space_over(StorageArea& area, double budget = plenty) { return {&area, "cardcache_", budget, {}}; }

Write write(StorageTier& tier, std::string_view key, std::string_view json, Millis now, Millis life = day) {
  EntryFacts facts;
  facts.timestamp = now;
  facts.expires_at = now + life;
  return tier.write(key, json, facts, now);
}

void write_many(MapArea& area, std::size_t count, std::optional<std::string_view> user = std::nullopt) {
  auto space = space_over(area);
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(write(space.tier_of(user), key_of(i), "[1,2,3]", start) == Write::stored);
  }
}

}  // namespace

TEST_CASE("maintenance: neither opening nor the first write reads what lies there; slices do, a few at a time") {
  MapArea area;
  write_many(area, 500);
  area.reads = 0;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(space.needs_maintenance());
  CHECK(write(tier, "plan", "1", start) == Write::stored);
  CHECK(area.reads <= 2);
  int slices = 0;
  for (bool more = true; more; ++slices) {
    area.reads = 0;
    more = space.maintain(start, 16);
    REQUIRE(area.reads <= 36);
  }
  CHECK(slices >= 500 / 32);
  CHECK_FALSE(space.needs_maintenance());
  area.reads = 0;
  CHECK(is_exact(space, area));
  CHECK(tier.index().size() == 501);
  CHECK(area.reads == 0);
}

TEST_CASE("maintenance: who asks for all records before the count is done has it done") {
  MapArea area;
  write_many(area, 100);
  auto space = space_over(area);
  CHECK(space.maintain(start, 16));
  CHECK(is_exact(space, area));
  CHECK(space.tier_of(std::nullopt).index().size() == 100);
}

TEST_CASE("maintenance: what is over the budget once all is counted goes then") {
  MapArea area;
  write_many(area, 200);
  const double budget = static_cast<double>(area.bytes()) / 2;
  auto space = space_over(area, budget);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(write(tier, "plan", "1", start + hour) == Write::stored);
  while (space.maintain(start + hour, 16)) continue;
  CHECK(static_cast<double>(area.bytes()) <= budget);
  CHECK(finds(tier, "plan"));
  CHECK(is_exact(space, area));
}

TEST_CASE("maintenance: hints are the area's after a sweep, whoever writes, removes and empties while it goes on") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 20; ++round) {
    MapArea area;
    auto here = space_over(area);
    auto there = space_over(area);
    const auto step = [&](StorageSpace& space) {
      auto& tier = space.tier_of(random.chance(3) ? std::optional<std::string_view>("sara") : std::nullopt);
      const auto key = key_of(random.below(80));
      if (random.chance(3)) return tier.remove(key);
      static_cast<void>(write(tier, key, std::string(1 + random.below(400), '1'), start));
    };
    for (int i = 0; i < 300; ++i) {
      step(random.chance(2) ? here : there);
      if (random.chance(60)) area.throw_away();
      if (random.chance(40)) here.begin_sweep();
      static_cast<void>(here.maintain(start, 1 + random.below(6)));
    }
    sweep(here, start);
    sweep(here, start);
    REQUIRE(is_exact(here, area));
    std::size_t records = 0;
    for (const auto& [key, text] : area.texts()) records += key.find(u'!') == std::u16string::npos ? 1 : 0;
    CHECK(here.tier_of(std::nullopt).index().size() + here.tier_of("sara").index().size() == records);
  }
}

TEST_CASE(
    "maintenance: a sweep takes what has ended and what comes from the future, and leaves what may still be wanted") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of("sara");
  REQUIRE(write(tier, "ended", "1", start, minute) == Write::stored);
  REQUIRE(area.set(u"cardcache_@tom/future", u"{\"data\":1,\"timestamp\":1774000000000}"));
  space.allow_grace("ended", hour);
  sweep(space, start + hour);
  CHECK(area.holds(u"cardcache_@sara/ended"));
  CHECK_FALSE(area.holds(u"cardcache_@tom/future"));
  sweep(space, start + hour + minute);
  CHECK_FALSE(area.holds(u"cardcache_@sara/ended"));
  REQUIRE(space.evicted().size() == 2);
  for (const auto& one : space.evicted()) CHECK(one.why == RemovalCause::expired);
}

TEST_CASE("maintenance: a sweep takes what is no record, and leaves what a core of another format wrote") {
  MapArea area;
  const std::u16string other = u"\u8102" + std::u16string(100, u'\u0150');
  REQUIRE(area.set(u"cardcache_other", other));
  REQUIRE(area.set(u"cardcache_cut", u"{\"data\":"));
  REQUIRE(area.set(u"cardcache_@odd", u"no key of ours"));
  auto space = space_over(area, 600);
  auto& tier = space.tier_of(std::nullopt);
  Record record;
  CHECK(tier.read("other", record) == Read::version);
  sweep(space, start);
  CHECK(area.get(u"cardcache_other") == other);
  CHECK_FALSE(area.holds(u"cardcache_cut"));
  CHECK(area.holds(u"cardcache_@odd"));
  // When room is short it is the first to go.
  REQUIRE(write(tier, "plan", std::string(150, '1'), start) == Write::stored);
  REQUIRE(write(tier, "teams", std::string(150, '1'), start) == Write::stored);
  CHECK_FALSE(area.holds(u"cardcache_other"));
  CHECK(finds(tier, "plan"));
}

TEST_CASE("maintenance: invalidations of users who never come back go after three days") {
  MapArea area;
  REQUIRE(area.set(u"cardcache_@tom/!floor:*", u"1764000000000"));
  REQUIRE(area.set(u"cardcache_@tom/!floor:e4.plan", u"soon"));
  auto space = space_over(area);
  sweep(space, start + default_storage_ttl);
  CHECK(area.holds(u"cardcache_@tom/!floor:*"));
  CHECK_FALSE(area.holds(u"cardcache_@tom/!floor:e4.plan"));
  sweep(space, start + default_storage_ttl + Millis{1});
  CHECK_FALSE(area.holds(u"cardcache_@tom/!floor:*"));
  CHECK(is_exact(space, area));
}

TEST_CASE("maintenance: an area that never ends, or whose numbers mean nothing, does not hold us up") {
  class Endless final : public StorageArea {
   public:
    [[nodiscard]] std::optional<std::u16string> get(std::u16string_view) override { return u""; }
    [[nodiscard]] bool set(std::u16string_view, std::u16string_view) override { return true; }
    bool remove(std::u16string_view) override { return true; }
    [[nodiscard]] std::optional<StoredHead> head(std::u16string_view, std::size_t) override { return std::nullopt; }
    [[nodiscard]] Walk walk(std::u16string_view, std::size_t, std::size_t count, std::size_t) override {
      ++walks;
      return {.heads = {}, .visited = count};
    }
    [[nodiscard]] std::vector<std::u16string> keys_with_prefix(std::u16string_view) override { return {}; }
    int walks = 0;
  };
  Endless area;
  auto space = space_over(area);
  CHECK(space.bytes() == 0);
  CHECK(area.walks < 10'000);
  CHECK(write(space.tier_of(std::nullopt), "plan", "1", start) == Write::stored);
}

TEST_CASE("maintenance: a sweep leaves all notes but old invalidations, and what the area holds on to") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(tier.write_note("!sealed", "1"));
  REQUIRE(tier.write_note("!floors", "1.1"));
  sweep(space, start);
  REQUIRE(write(tier, "ended", "1", start, minute) == Write::stored);
  area.clings = true;
  sweep(space, start + hour);
  CHECK(area.holds(u"cardcache_!sealed"));
  CHECK(area.holds(u"cardcache_!floors"));
  CHECK(space.evicted().empty());
  CHECK(is_exact(space, area));
}

TEST_CASE("maintenance: what is not ours to remove does not hold a walk up, wherever it lies") {
  const bool foreign = GENERATE(false, true);
  MapArea area;
  const std::u16string ours = foreign ? u"agiletrack_" : u"cardcache_";
  for (int i = 0; i < 60; ++i) {
    const auto numbered = [&](std::u16string_view name) {
      return std::u16string(ours).append(name).append(to_utf16(std::to_string(i)));
    };
    REQUIRE(area.set(numbered(u"!floor:e2."), u"1764000000000"));
    REQUIRE(area.set(numbered(u"@odd_"), u"7"));
    REQUIRE(area.set(numbered(u"other_"), foreign ? u"7" : u"\x8102"));
  }
  REQUIRE(area.set(ours + u"plan", u"{\"data\":1,\"timestamp\":1764000000000}"));
  StorageSpace space(&area, foreign ? "agiletrack_" : "cardcache_", plenty, {.foreign = foreign});
  int slices = 0;
  while (space.maintain(start, 8) && slices < 100) ++slices;
  CHECK(slices < 30);
  CHECK(space.tier_of(std::nullopt).index().find("plan"));
  CHECK(area.texts().size() == 181);
  if (foreign) CHECK(space.bytes() == static_cast<double>(area.bytes_under(u"agiletrack_plan")));
}

TEST_CASE("maintenance: behind notes that a walk removes it passes nothing over") {
  MapArea area;
  write_many(area, 40);
  for (int i = 10; i < 50; ++i) {
    REQUIRE(area.set(u"cardcache_!floor:e2." + to_utf16(std::to_string(i)), u"1763000000000"));
  }
  auto space = space_over(area);
  while (space.maintain(start + hour, 8)) continue;
  CHECK(area.bytes_under(u"cardcache_!floor:") == 0);
  area.reads = 0;
  CHECK(space.tier_of(std::nullopt).index().size() == 40);
  CHECK(is_exact(space, area));
  CHECK(area.reads == 0);
}

// ---- a clock that was set back

TEST_CASE("maintenance: a clock set back invalidates all at once, and takes it out of the area a little at a time") {
  MapArea area;
  write_many(area, 200);
  write_many(area, 200, "sara");
  REQUIRE(area.set(u"somebody", u"else"));
  REQUIRE(area.set(u"cardcache_@tom/!floor:*", u"1764000000000"));
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  auto& sara = space.tier_of("sara");
  CHECK(space.latest_time_seen() == start);
  const auto now = start - Millis{10 * day.value};
  area.removals = 0;
  CHECK(space.observe(now));
  CHECK(std::cmp_less_equal(area.removals, most_at_once));
  for (std::size_t i = 0; i < 200; ++i) {
    REQUIRE_FALSE(finds(tier, key_of(i)));
    REQUIRE_FALSE(finds(sara, key_of(i)));
  }
  // What is written from now on is kept, under the keys of old too.
  CHECK(write(tier, key_of(199), "2", now) == Write::stored);
  CHECK(write(sara, "new", "3", now) == Write::stored);
  CHECK(tier.write_note("!floor:e4.plan", "1763136000000"));
  CHECK_FALSE(space.observe(now + second));
  SECTION("in the end nothing else is left") {
    for (bool more = true; more;) {
      area.removals = 0;
      more = space.maintain(now, 16);
      REQUIRE(area.removals <= 16);
    }
    CHECK(finds(tier, key_of(199)));
    CHECK(finds(sara, "new"));
    CHECK(area.texts().size() == 5);
    CHECK(area.get(u"somebody") == u"else");
    CHECK(area.get(u"cardcache_!floor:e4.plan") == u"1763136000000");
    CHECK(space_over(area).latest_time_seen() == now + second);
    CHECK(is_exact(space, area));
  }
  SECTION("a reload in between takes it up again") {
    auto again = space_over(area);
    CHECK(again.latest_time_seen() == start);
    CHECK(again.observe(now + second));
    CHECK_FALSE(finds(again.tier_of(std::nullopt), key_of(150)));
  }
}

TEST_CASE(
    "maintenance: a clock set back ends deferred writes and what was invalidated, in an area that is known to its end "
    "as well") {
  MapArea area;
  auto space = space_over(area, 20'000);
  auto& tier = space.tier_of(std::nullopt);
  for (std::size_t i = 0; i < 200; ++i) REQUIRE(write(tier, key_of(i), "[1,2,3]", start) == Write::stored);
  space.saw(start + hour);
  area.clings = true;
  tier.remove(key_of(7));
  area.clings = false;
  REQUIRE(is_exact(space, area));
  std::string noise(12'000, '1');
  Random random(1);
  for (auto& digit : noise) digit = static_cast<char>('1' + random.below(9));
  REQUIRE(write(tier, "plan", noise, start + hour) == Write::deferred);
  CHECK(space.observe(start - day));
  while (space.maintain(start - day, 16)) continue;
  CHECK(is_exact(space, area));
  CHECK(area.texts().size() == 1);
  CHECK(area.holds(u"cardcache_!clock"));
}

TEST_CASE("maintenance: an area that will not be emptied answers nothing of old all the same") {
  MapArea area;
  write_many(area, 100);
  auto space = space_over(area);
  static_cast<void>(space.latest_time_seen());
  area.clings = true;
  CHECK(space.observe(start - day));
  sweep(space, start - day);
  for (std::size_t i = 0; i < 100; ++i) REQUIRE_FALSE(finds(space.tier_of(std::nullopt), key_of(i)));
  CHECK(space_over(area).latest_time_seen() == start - day);
}

// ---- how much at once

TEST_CASE("maintenance: no slice does more than it may, whatever there is to do") {
  for (const std::size_t steps : {3U, 16U}) {
    INFO("slices of " << steps);
    MapArea area;
    write_many(area, 400);
    auto space = space_over(area, 25'500);
    auto& tier = space.tier_of(std::nullopt);
    std::vector<std::string> void_keys(60);
    for (std::size_t i = 0; i < void_keys.size(); ++i) void_keys[i] = key_of(i);
    REQUIRE(tier.index().size() == 400);
    tier.remove_all(void_keys);
    REQUIRE(write(tier, "plan", std::string(900, '1'), start + minute) == Write::deferred);
    space.begin_sweep();
    int slices = 0;
    for (bool more = true; more; ++slices) {
      area.reads = area.removals = 0;
      more = space.maintain(start + minute, steps);
      CHECK(std::cmp_less_equal(area.removals, steps));
      CHECK(std::cmp_less_equal(area.reads, 2 * steps));
    }
    CHECK(std::cmp_greater(slices, 300 / (2 * steps)));
    CHECK(space.bytes() <= 25'500);
    CHECK(finds(tier, "plan"));
    CHECK(area.holds(u"cardcache_plan"));
  }
}

TEST_CASE("maintenance: no slice looks for more of what it did not meet than it may, wherever its walk ends") {
  for (std::size_t left = 0; left <= 34; ++left) {
    INFO(left << " left");
    MapArea area;
    write_many(area, 80);
    auto space = space_over(area);
    space.ensure_counted();
    for (std::size_t i = left; i < 80; ++i) area.remove(to_utf16("cardcache_" + key_of(i)));
    space.begin_sweep();
    for (bool more = true; more;) {
      area.reads = 0;
      more = space.maintain(start, 16);
      REQUIRE(area.reads <= 32);
    }
    CHECK(space.tier_of(std::nullopt).index().size() == left);
    CHECK(is_exact(space, area));
  }
}

TEST_CASE("maintenance: what others write beyond the budget while a sweep goes on goes a few at a time") {
  MapArea area;
  write_many(area, 200);
  auto space = space_over(area, static_cast<double>(area.bytes()));
  space.ensure_counted();
  for (int i = 0; i < 100; ++i) {
    const auto name = to_utf16("cardcache_other_" + std::to_string(i));
    REQUIRE(area.set(name, u"{\"data\":[1,2,3],\"timestamp\":1764000000000}"));
    space.on_change(to_wtf8(name), area.get(name));
  }
  space.begin_sweep();
  for (bool more = true; more;) {
    area.removals = 0;
    more = space.maintain(start, 16);
    REQUIRE(area.removals <= 16);
  }
  CHECK(space.bytes() <= space.budget());
  CHECK(is_exact(space, area));
}

TEST_CASE("maintenance: a sweep that is asked for while one goes on does not begin anew") {
  MapArea area;
  write_many(area, 100);
  REQUIRE(area.set(u"cardcache_zebra", u"{\"data\":1,\"timestamp\":1}"));
  auto space = space_over(area);
  for (int i = 0; i < 60; ++i) {
    space.begin_sweep();
    static_cast<void>(space.maintain(start, 2));
  }
  CHECK_FALSE(area.holds(u"cardcache_zebra"));
}

TEST_CASE("maintenance: what was written before the place where a walk stands is met where all is counted anew") {
  MapArea area;
  write_many(area, 100);
  auto space = space_over(area);
  static_cast<void>(space.maintain(start, 10));
  REQUIRE(area.set(u"cardcache_apple", u"{\"data\":1,\"timestamp\":1764000000000}"));
  space.recount();
  CHECK(is_exact(space, area));
}

TEST_CASE("maintenance: who asks how much it is while a sweep or a purge goes on does not wait for its end") {
  MapArea area;
  write_many(area, 200);
  auto space = space_over(area);
  CHECK(space.bytes() > 0);
  space.begin_sweep();
  area.reads = 0;
  CHECK(space.bytes() > 0);
  CHECK(area.reads == 0);
  space.remove_everything();
  REQUIRE(space.purging());
  area.reads = 0;
  CHECK(space.bytes() < 100);
  CHECK(area.reads == 0);
}
