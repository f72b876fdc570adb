// Budget, eviction and upkeep over all users of a namespace.
#include "core/storage/storage_space.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/map_area.hpp"
#include "support/random.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

struct Value {
  double cost = 1;
  Millis life = default_storage_ttl;
};

StorageTier::Write write(StorageTier& tier, std::string_view key, std::size_t bytes, Millis now,
                         const Value& value = {}) {
  EntryFacts facts;
  facts.timestamp = now;
  facts.expires_at = now + value.life;
  facts.cost = value.cost;
  return tier.write(key, "\"" + std::string(bytes, 'x') + "\"", facts, now);
}

bool holds(MapArea& area, std::string_view key) { return area.holds(to_utf16("cardcache_" + std::string(key))); }

StorageSpace space_over(MapArea& area, double budget) {
  return {&area, "cardcache_", budget, {.compress_above = never.value}};
}

}  // namespace

TEST_CASE("storage space: it keeps to its budget, however much is written") {
  MapArea area;
  auto space = space_over(area, 5'000);
  auto& tier = space.tier_of(std::nullopt);
  for (int i = 0; i < 200; ++i) {
    CHECK(write(tier, "key_" + std::to_string(i), 300, start + Millis{60'000.0 * i}) == StorageTier::Write::stored);
    REQUIRE(area.bytes() <= 5'000);
    REQUIRE(space.bytes() == static_cast<double>(area.bytes()));
  }
  // It uses what it has.
  CHECK(area.bytes() > 4'000);
  CHECK(holds(area, "key_199"));
  CHECK_FALSE(holds(area, "key_0"));
}

TEST_CASE("storage space: what has ended goes first") {
  MapArea area;
  auto space = space_over(area, 1'500);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(write(tier, "brief", 300, start + hour, {.cost = 1'000, .life = minute}) == StorageTier::Write::stored);
  CHECK(write(tier, "old", 300, start, {}) == StorageTier::Write::stored);
  CHECK(write(tier, "new", 800, start + hour + minute, {}) == StorageTier::Write::stored);
  CHECK_FALSE(holds(area, "brief"));
  CHECK(holds(area, "old"));
  REQUIRE(space.evicted().size() == 1);
  CHECK(space.evicted().front().key == "brief");
  CHECK(space.evicted().front().why == RemovalCause::expired);
}

TEST_CASE("storage space: then what is missed least: cheap before dear, large before small, idle before used") {
  MapArea area;
  auto space = space_over(area, 2'000);
  auto& tier = space.tier_of(std::nullopt);
  SECTION("cheap before dear") {
    CHECK(write(tier, "paid", 600, start, {.cost = 10, .life = day}) == StorageTier::Write::stored);
    CHECK(write(tier, "list", 600, start, {.cost = 1, .life = day}) == StorageTier::Write::stored);
    CHECK(write(tier, "new", 700, start + hour) == StorageTier::Write::stored);
    CHECK(holds(area, "paid"));
    CHECK_FALSE(holds(area, "list"));
  }
  SECTION("large before small") {
    CHECK(write(tier, "small", 300, start) == StorageTier::Write::stored);
    CHECK(write(tier, "large", 900, start) == StorageTier::Write::stored);
    CHECK(write(tier, "new", 700, start + hour) == StorageTier::Write::stored);
    CHECK(holds(area, "small"));
    CHECK_FALSE(holds(area, "large"));
  }
  SECTION("idle before used") {
    CHECK(write(tier, "used", 600, start) == StorageTier::Write::stored);
    CHECK(write(tier, "idle", 600, start) == StorageTier::Write::stored);
    tier.note_use("used", start + hour);
    CHECK(write(tier, "new", 700, start + hour) == StorageTier::Write::stored);
    CHECK(holds(area, "used"));
    CHECK_FALSE(holds(area, "idle"));
  }
  REQUIRE(space.evicted().size() == 1);
  CHECK(space.evicted().front().why == RemovalCause::quota);
}

TEST_CASE("storage space: after an eviction there is some room, so that not every write sorts anew") {
  MapArea area;
  auto space = space_over(area, 10'000);
  auto& tier = space.tier_of(std::nullopt);
  int evictions = 0;
  for (int i = 0; i < 400; ++i) {
    CHECK(write(tier, "key_" + std::to_string(i), 50, start + Millis{static_cast<double>(i)}) ==
          StorageTier::Write::stored);
    if (!space.evicted().empty()) ++evictions;
    space.evicted().clear();
  }
  CHECK(evictions < 100);
  CHECK(evictions > 10);
}

TEST_CASE("storage space: the key being written is not evicted for its own sake") {
  MapArea area;
  auto space = space_over(area, 1'000);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(write(tier, "plan", 700, start, {.cost = 0.001, .life = minute}) == StorageTier::Write::stored);
  CHECK(write(tier, "plan", 800, start + day) == StorageTier::Write::stored);
  CHECK(holds(area, "plan"));
  CHECK(space.evicted().empty());
}

TEST_CASE("storage space: budget and eviction span all users") {
  MapArea area;
  auto space = space_over(area, 1'900);
  CHECK(write(space.tier_of("sara"), "plan", 600, start) == StorageTier::Write::stored);
  CHECK(write(space.tier_of("tom"), "plan", 600, start + hour) == StorageTier::Write::stored);
  CHECK(write(space.tier_of("tom"), "teams", 600, start + hour) == StorageTier::Write::stored);
  CHECK_FALSE(area.holds(u"cardcache_@sara/plan"));
  CHECK(area.holds(u"cardcache_@tom/plan"));
  REQUIRE(space.evicted().size() == 1);
  CHECK(space.tier_of("sara").is_of(space.evicted().front().user));
}

TEST_CASE("storage space: a new page counts what lies there already, every user's") {
  MapArea area;
  {
    auto space = space_over(area, 2'000);
    CHECK(write(space.tier_of("sara"), "plan", 900, start) == StorageTier::Write::stored);
    CHECK(write(space.tier_of(std::nullopt), "teams", 300, start) == StorageTier::Write::stored);
  }
  auto space = space_over(area, 2'000);
  CHECK(write(space.tier_of("tom"), "plan", 1'200, start + day) == StorageTier::Write::stored);
  while (space.maintain(start + day, 8)) continue;
  CHECK(area.holds(u"cardcache_@tom/plan"));
  CHECK_FALSE(area.holds(u"cardcache_@sara/plan"));
  CHECK(area.bytes() <= 2'000);
}

TEST_CASE(
    "storage space: when the page's quota is full before the budget is, it gives of its own and touches nothing else") {
  MapArea area;
  CHECK(area.set(u"homeassistant", std::u16string(5'000, u'h')));
  CHECK(area.set(u"cardcach", u"not ours"));
  CHECK(area.set(u"cardcacheX", u"not ours"));
  auto space = space_over(area, 1'000'000);
  auto& tier = space.tier_of(std::nullopt);
  area.quota = area.bytes() + 4'000;
  for (int i = 0; i < 50; ++i) {
    CHECK(write(tier, "key_" + std::to_string(i), 500, start + Millis{static_cast<double>(i)}) ==
          StorageTier::Write::stored);
    REQUIRE(area.bytes() <= area.quota);
  }
  CHECK(holds(area, "key_49"));
  CHECK(area.get(u"homeassistant") == std::u16string(5'000, u'h'));
  CHECK(area.get(u"cardcach") == u"not ours");
  CHECK(area.get(u"cardcacheX") == u"not ours");
}

TEST_CASE("storage space: a large value drives out as many small ones as it needs when the page's quota is full") {
  MapArea area;
  auto space = space_over(area, 1'000'000);
  auto& tier = space.tier_of(std::nullopt);
  area.quota = 6'000;
  for (int i = 0; i < 40; ++i) CHECK(write(tier, "key_" + std::to_string(i), 60, start) == StorageTier::Write::stored);
  CHECK(write(tier, "large", 4'500, start + hour) == StorageTier::Write::deferred);
  while (space.maintain(start + hour, 8)) continue;
  CHECK(holds(area, "large"));
}

TEST_CASE("storage space: of another program's namespace only what is a record is ours") {
  MapArea area;
  CHECK(area.set(u"agiletrack_selected_team", u"7"));
  CHECK(area.set(u"agiletrack_teams", u"{\"data\":[1],\"timestamp\":1764000000000}"));
  StorageSpace space(&area, "agiletrack_", 1'000'000, {.foreign = true});
  auto& tier = space.tier_of(std::nullopt);
  CHECK(tier.index().size() == 1);
  CHECK(tier.index().find("teams"));
  space.keep_time(start);
  space.remove_everything();
  CHECK(area.get(u"agiletrack_selected_team") == u"7");
  CHECK(area.texts().size() == 1);
  CHECK(space.latest_time_seen() == long_ago);
}

TEST_CASE("storage space: a corrupt record is ours too, and counts") {
  MapArea area;
  CHECK(area.set(u"cardcache_plan", u"{\"data\":"));
  auto space = space_over(area, 1'000);
  space.ensure_counted();
  CHECK(holds(area, "plan"));
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
  space.remove_everything();
  CHECK(area.texts().empty());
}

TEST_CASE("storage space: a sweep removes what has ended, but not what another tab has renewed") {
  MapArea area;
  auto space = space_over(area, 100'000);
  auto& tier = space.tier_of("sara");
  CHECK(write(tier, "ended", 10, start, {.cost = 1, .life = minute}) == StorageTier::Write::stored);
  CHECK(write(tier, "renewed", 10, start, {.cost = 1, .life = minute}) == StorageTier::Write::stored);
  CHECK(write(tier, "lasting", 10, start, {.cost = 1, .life = day}) == StorageTier::Write::stored);
  CHECK(area.set(u"cardcache_@sara/renewed", u"{\"data\":2,\"timestamp\":1764000060000}"));
  sweep(space, start + minute - Millis{1});
  CHECK(area.holds(u"cardcache_@sara/ended"));
  sweep(space, start + minute);
  CHECK_FALSE(area.holds(u"cardcache_@sara/ended"));
  CHECK(area.holds(u"cardcache_@sara/renewed"));
  CHECK(area.holds(u"cardcache_@sara/lasting"));
  REQUIRE(space.evicted().size() == 1);
  CHECK(space.evicted().front().why == RemovalCause::expired);
}

TEST_CASE("storage space: the latest time seen is kept, at most once a minute, and never goes back") {
  MapArea area;
  auto space = space_over(area, 100'000);
  CHECK(space.latest_time_seen() == long_ago);
  space.keep_time(start);
  CHECK(space.latest_time_seen() == start);
  const auto writes = area.writes;
  space.keep_time(start + minute - Millis{1});
  CHECK(area.writes == writes);
  space.keep_time(start + minute);
  CHECK(space.latest_time_seen() == start + minute);
  // A tab whose clock is behind leaves it alone.
  auto behind = space_over(area, 100'000);
  behind.keep_time(start);
  CHECK(space.latest_time_seen() == start + minute);
  CHECK(area.get(u"cardcache_!clock") == u"1764000060000");
}

TEST_CASE("storage space: a time that is none was never seen") {
  MapArea area;
  auto space = space_over(area, 100'000);
  for (const auto* text : {u"", u"soon", u"-5", u"1.5", u"1764000000000x"}) {
    CHECK(area.set(u"cardcache_!clock", text));
    CHECK(space.latest_time_seen() == long_ago);
  }
}

TEST_CASE("storage space: records whose weights are spoiled do not spoil the eviction") {
  MapArea area;
  const std::vector<std::u16string> costs{u"0e999", u"1e999", u"-1e999", u"-0", u"1e-999", u"null", u"\"x\""};
  for (std::size_t i = 0; i < 200; ++i) {
    REQUIRE(area.set(to_utf16("cardcache_key_" + std::to_string(i)),
                     u"{\"data\":1,\"timestamp\":" + std::u16string(i % 3 == 0 ? u"-1e999" : u"1764000000000") +
                         u",\"cost\":" + costs[i % costs.size()] + u"}"));
  }
  auto space = space_over(area, 5'000);
  CHECK(write(space.tier_of(std::nullopt), "plan", 4'000, start) == StorageTier::Write::stored);
  while (space.maintain(start, 8)) continue;
  CHECK(area.bytes() <= 5'000);
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
}

TEST_CASE("storage space: its count is the area's, whatever is written and removed") {
  Random random;
  INFO("--rng-seed " << random.seed());
  MapArea area;
  CHECK(area.set(u"foreign", std::u16string(1'000, u'f')));
  auto space = space_over(area, 20'000);
  area.quota = 15'000;
  const std::vector<std::optional<std::string_view>> users{std::nullopt, "sara", "tom"};
  auto now = start;
  for (int step = 0; step < 3'000; ++step) {
    now = now + Millis{static_cast<double>(random.below(100'000))};
    auto& tier = space.tier_of(random.one_of(users));
    const auto key = "key_" + std::to_string(random.below(40));
    switch (random.below(6)) {
      case 0:
        tier.remove(key);
        break;
      case 1:
        tier.write_note("!floor:" + key, std::to_string(random.below(1'000'000)));
        break;
      case 2:
        tier.remove_note("!floor:" + key);
        break;
      case 3:
        sweep(space, now);
        break;
      default: {
        const Value value{.cost = random.below(50) / 10.0,
                          .life = Millis{static_cast<double>(random.below(10'000'000))}};
        const auto written = write(tier, key, random.below(3'000), now, value);
        Record record;
        REQUIRE((tier.read(key, record) == StorageTier::Read::found) == (written == StorageTier::Write::stored));
      }
    }
    REQUIRE(space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
    REQUIRE(space.bytes() <= space.budget());
    REQUIRE(area.bytes() <= area.quota);
    REQUIRE(area.holds(u"foreign"));
  }
}

TEST_CASE("storage space: in another program's namespace a note of the time is that program's") {
  MapArea area;
  REQUIRE(area.set(u"agiletrack_!clock", u"1764000000000"));
  StorageSpace space(&area, "agiletrack_", 1'000, {.foreign = true});
  CHECK(space.latest_time_seen() == long_ago);
}

TEST_CASE("storage space: while a purge goes on the note that began it is not believed") {
  MapArea area;
  auto space = space_over(area, 100'000);
  auto& tier = space.tier_of(std::nullopt);
  for (int i = 0; i < 200; ++i) {
    REQUIRE(write(tier, "key_" + std::to_string(i), 10, start) == StorageTier::Write::stored);
  }
  space.saw(start);
  REQUIRE(space.observe(start - day));
  REQUIRE(space.purging());
  CHECK(space.latest_time_seen() == start - day);
}

TEST_CASE("storage space: a page that opens knows of packed records what the one knew that wrote them") {
  MapArea area;
  StorageSpace writer(&area, "cardcache_", 100'000, {});
  writer.ensure_counted();
  auto& tier = writer.tier_of(std::nullopt);
  EntryFacts facts;
  facts.timestamp = start;
  facts.expires_at = start + day;
  facts.cost = 5;
  const std::string json = "\"" + std::string(5'000, 'x') + "\"";
  REQUIRE(tier.write("plan", json, facts, start) == StorageTier::Write::stored);
  // Longer than what is read of a record to know it.
  facts.tags = {std::string(3'000, 't')};
  REQUIRE(tier.write("teams", json, facts, start) == StorageTier::Write::stored);
  REQUIRE(tier.write("encrypted", json, facts, start, true) == StorageTier::Write::stored);
  StorageSpace reader(&area, "cardcache_", 100'000, {});
  CHECK(reader.plain_bytes() == writer.plain_bytes());
  CHECK(reader.plain_bytes() > reader.bytes());
  auto& known = reader.tier_of(std::nullopt);
  const auto plan = known.index().find("plan");
  REQUIRE(plan);
  CHECK(known.facts(*plan).cost == 5);
  const auto teams = known.index().find("teams");
  REQUIRE(teams);
  CHECK(known.index().tags(*teams) == facts.tags);
}

TEST_CASE("storage space: what it all would take unpacked follows every write and removal") {
  MapArea area;
  StorageSpace space(&area, "cardcache_", 100'000, {});
  auto& tier = space.tier_of(std::nullopt);
  EntryFacts facts;
  facts.timestamp = start;
  facts.expires_at = start + day;
  const auto before = space.plain_bytes();
  for (const int size : {5'000, 4'000}) {
    REQUIRE(tier.write("plan", "\"" + std::string(static_cast<std::size_t>(size), 'x') + "\"", facts, start) ==
            StorageTier::Write::stored);
    CHECK(space.plain_bytes() > size);
    CHECK(space.plain_bytes() < size + 200);
  }
  area.clings = true;
  tier.remove("plan");
  // Nobody counts on what it said: it takes what it takes until it goes.
  CHECK(space.plain_bytes() == space.bytes());
  area.clings = false;
  sweep(space, start);
  CHECK(space.plain_bytes() == space.bytes());
  CHECK(before == 0);
  // What comes after it begins with nothing of its own.
  REQUIRE(tier.write("teams", "\"" + std::string(3'000, 'x') + "\"", facts, start) == StorageTier::Write::stored);
  CHECK(space.plain_bytes() > 3'000);
  CHECK(space.plain_bytes() < 3'200);
}

TEST_CASE("storage space: what others write beyond the budget goes with the next slice, and within it nothing does") {
  MapArea area;
  auto space = space_over(area, 1'000);
  space.ensure_counted();
  const auto hear = [&](const std::u16string& name, std::size_t bytes) {
    REQUIRE(area.set(name, u"{\"data\":\"" + std::u16string(bytes, u'x') + u"\",\"timestamp\":1764000000000}"));
    space.on_change(to_wtf8(name), area.get(name));
  };
  hear(u"cardcache_small", 100);
  CHECK_FALSE(space.needs_maintenance());
  hear(u"cardcache_exact", 1'000 - area.bytes() - 52);
  CHECK(area.bytes() == 1'000);
  CHECK_FALSE(space.needs_maintenance());
  hear(u"cardcache_more", 1);
  CHECK(space.needs_maintenance());
  while (space.maintain(start, 8)) continue;
  CHECK(area.bytes() <= 1'000);
}

TEST_CASE("storage space: in another program's namespace a record that becomes something else is ours no longer") {
  MapArea area;
  StorageSpace space(&area, "agiletrack_", 1'000, {.foreign = true});
  space.ensure_counted();
  auto& tier = space.tier_of(std::nullopt);
  space.on_change("agiletrack_plan", u"{\"data\":1,\"timestamp\":1764000000000}");
  CHECK(tier.index().size() == 1);
  space.on_change("agiletrack_plan", u"7");
  CHECK(tier.index().size() == 0);
  CHECK(space.bytes() == 0);
  // In our own it is a broken record, which counts.
  auto ours = space_over(area, 1'000);
  ours.ensure_counted();
  ours.on_change("cardcache_plan", u"7");
  CHECK(ours.bytes() == 15);
}
