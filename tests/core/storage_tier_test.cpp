#include <catch2/catch_test_macros.hpp>
#include <string>

#include "core/codec/compressed_json.hpp"
#include "core/storage/storage_space.hpp"
#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr double plenty = 1'000'000;

StorageSpace space_over(MapArea& area, double budget = plenty) {
  return {&area, "cardcache_", budget, {.compress_above = never.value}};
}

EntryFacts facts_of(Millis timestamp, double cost = 1) {
  EntryFacts facts;
  facts.timestamp = timestamp;
  facts.expires_at = timestamp + default_storage_ttl;
  facts.cost = cost;
  return facts;
}

StorageTier::Write write(StorageTier& tier, std::string_view key, std::string_view json, Millis now = start) {
  return tier.write(key, json, facts_of(now), now);
}

std::optional<std::string> read(StorageTier& tier, std::string_view key) {
  Record record;
  return tier.read(key, record) == StorageTier::Read::found ? std::optional(record.data) : std::nullopt;
}

std::string json_of_size(std::size_t bytes) { return "\"" + std::string(bytes - 2, 'x') + "\""; }

}  // namespace

TEST_CASE("storage tier: what is written lies in the area under the prefix, in the plain form") {
  MapArea area;
  auto space = space_over(area);
  CHECK(write(space.tier_of(std::nullopt), "daily_plan:sara", "[1]") == StorageTier::Write::stored);
  CHECK(area.get(u"cardcache_daily_plan:sara")
            .value_or(u"")
            .starts_with(u"{\"data\":\t[1],\"timestamp\":1764000000000}"));
  CHECK(read(space.tier_of(std::nullopt), "daily_plan:sara") == "[1]");
}

TEST_CASE("storage tier: users' records lie apart, and no name of a user can reach another's") {
  MapArea area;
  auto space = space_over(area);
  CHECK(write(space.tier_of("sara"), "plan", "1") == StorageTier::Write::stored);
  CHECK(write(space.tier_of("sara/plan"), "plan", "2") == StorageTier::Write::stored);
  CHECK(write(space.tier_of(std::nullopt), "plan", "3") == StorageTier::Write::stored);
  CHECK(area.holds(u"cardcache_@sara/plan"));
  CHECK(area.holds(u"cardcache_@sara%2Fplan/plan"));
  CHECK(read(space.tier_of("sara"), "plan") == "1");
  CHECK(read(space.tier_of("sara/plan"), "plan") == "2");
  CHECK(read(space.tier_of(std::nullopt), "plan") == "3");
  CHECK_FALSE(read(space.tier_of("tom"), "plan"));
}

TEST_CASE("storage tier: keys of every kind are kept apart, lone surrogates among them") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  const std::vector<std::string> keys{"__proto__",
                                      "a/b",
                                      "😀",
                                      "\xED\xA0\xBD",
                                      "\xED\xB8\x80",
                                      "\xEF\xBF\xBD",
                                      std::string("a\0b", 3),
                                      std::string(10'000, 'k')};
  for (std::size_t i = 0; i < keys.size(); ++i) {
    CHECK(write(tier, keys[i], std::to_string(i)) == StorageTier::Write::stored);
  }
  for (std::size_t i = 0; i < keys.size(); ++i) CHECK(read(tier, keys[i]) == std::to_string(i));
  auto again = space_over(area);
  for (std::size_t i = 0; i < keys.size(); ++i) CHECK(read(again.tier_of(std::nullopt), keys[i]) == std::to_string(i));
  CHECK(again.tier_of(std::nullopt).index().size() == keys.size());
}

TEST_CASE("storage tier: the area itself answers, not what is remembered of it") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(write(tier, "plan", "1") == StorageTier::Write::stored);
  area.throw_away();
  CHECK_FALSE(read(tier, "plan"));
  CHECK(tier.index().size() == 0);
  space.recount();
  CHECK(space.bytes() == 0);
  CHECK(area.set(u"cardcache_plan", u"{\"data\":2,\"timestamp\":1764000000000}"));
  CHECK(read(tier, "plan") == "2");
}

TEST_CASE("storage tier: without an area everything is absent and every write says so") {
  StorageSpace space(nullptr, "cardcache_", plenty, {});
  auto& tier = space.tier_of(std::nullopt);
  CHECK_FALSE(space.available());
  CHECK(write(tier, "plan", "1") == StorageTier::Write::unavailable);
  CHECK_FALSE(read(tier, "plan"));
  tier.remove("plan");
  tier.note_use("plan", start);
  tier.write_note("!floor:*", "1");
  CHECK_FALSE(tier.read_note("!floor:*"));
  CHECK(tier.notes_with_prefix("!").empty());
  tier.remove_note("!floor:*");
  space.recount();
  sweep(space, start);
  space.remove_everything();
  space.on_change("cardcache_plan", u"{\"data\":2,\"timestamp\":1764000000000}");
  CHECK(space.latest_time_seen() == long_ago);
  CHECK(space.bytes() == 0);
}

TEST_CASE("storage tier: its bytes are those that the strictest engine counts, names and notes among them") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(write(tier, "plan", "\"abc\"") == StorageTier::Write::stored);
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
  CHECK(write(tier, "plan", "\"Zo\xC3\xAB\"") == StorageTier::Write::stored);
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
  CHECK(write(tier, "wide", "\"\xC4\x80\"") == StorageTier::Write::stored);
  tier.write_note("!floor:*", "123");
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
  tier.write_note("!floor:*", "12345");
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
  tier.remove_note("!floor:*");
  tier.remove("wide");
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
  space.recount();
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
}

TEST_CASE("storage tier: notes are no entries") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of("sara");
  tier.write_note("!floor:e4.plan", "5");
  tier.write_note("!floors", "1.1");
  CHECK(tier.read_note("!floor:e4.plan") == u"5");
  CHECK(tier.notes_with_prefix("!floor:") == std::vector<std::string>{"!floor:e4.plan"});
  CHECK(tier.index().size() == 0);
  space.recount();
  CHECK(tier.index().size() == 0);
  tier.remove_note("!floor:e4.plan");
  CHECK_FALSE(tier.read_note("!floor:e4.plan"));
}

TEST_CASE("storage tier: what another tab did is taken note of") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(tier.index().size() == 0);
  CHECK(area.set(u"cardcache_plan", u"{\"data\":2,\"timestamp\":1764000000000,\"tags\":[\"red\"]}"));
  space.on_change("cardcache_plan", area.get(u"cardcache_plan"));
  const auto id = tier.index().find("plan");
  REQUIRE(id);
  CHECK(tier.index().tags(*id) == std::vector<std::string>{"red"});
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
  area.remove(u"cardcache_plan");
  space.on_change("cardcache_plan", std::nullopt);
  CHECK(tier.index().size() == 0);
  CHECK(space.bytes() == 0);
}

TEST_CASE("storage tier: a refused write takes the older record with it") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(write(tier, "plan", "1") == StorageTier::Write::stored);
  area.refuses = true;
  CHECK(write(tier, "plan", "2") == StorageTier::Write::quota);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(tier.index().size() == 0);
}

TEST_CASE("storage tier: a write that is refused although nothing of ours is left ends all the same") {
  MapArea area;
  CHECK(area.set(u"somebody", u"else"));
  area.quota = area.bytes() + 10;
  auto space = space_over(area);
  CHECK(write(space.tier_of(std::nullopt), "plan", json_of_size(100)) == StorageTier::Write::quota);
  CHECK(area.get(u"somebody") == u"else");
  CHECK(area.refusals < 100);
}

TEST_CASE("storage tier: what is larger than the budget evicts nothing") {
  MapArea area;
  auto space = space_over(area, 1'000);
  auto& tier = space.tier_of(std::nullopt);
  CHECK(write(tier, "teams", json_of_size(300)) == StorageTier::Write::stored);
  CHECK(write(tier, "plan", json_of_size(1'001)) == StorageTier::Write::quota);
  CHECK(read(tier, "teams"));
  CHECK_FALSE(read(tier, "plan"));
}

TEST_CASE("storage tier: what another tab wrote unannounced counts once it was read") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(write(tier, "plan", "1") == StorageTier::Write::stored);
  space.ensure_counted();
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":[1,2,3],\"timestamp\":1764000000000}"));
  CHECK(read(tier, "plan") == "[1,2,3]");
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
}

TEST_CASE("storage tier: of a record that another tab wrote unannounced the time is known once it was read") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000000000}"));
  space.ensure_counted();
  REQUIRE(area.set(u"cardcache_plan", u"{\"data\":1,\"timestamp\":1764000000001}"));
  CHECK(read(tier, "plan") == "1");
  const auto id = tier.index().find("plan");
  REQUIRE(id);
  CHECK(tier.facts(*id).timestamp == start + Millis{1});
}

TEST_CASE("storage tier: a note that the area holds on to counts on") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(tier.write_note("!floor:*", "123"));
  space.ensure_counted();
  area.clings = true;
  tier.remove_note("!floor:*");
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
}

TEST_CASE("storage tier: in another program's namespace, where no invalidation can stand for it, all goes at once") {
  MapArea area;
  StorageSpace space(&area, "agiletrack_", plenty, {.foreign = true});
  auto& tier = space.tier_of(std::nullopt);
  std::vector<std::string> keys(50);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = "key_" + std::to_string(i);
    REQUIRE(write(tier, keys[i], "1") == StorageTier::Write::stored);
  }
  tier.remove_all(keys);
  CHECK(area.texts().empty());
}

TEST_CASE("storage tier: a value that its owner found too long takes the older record with it") {
  MapArea area;
  auto space = space_over(area, 10'000'000);
  auto& tier = space.tier_of(std::nullopt);
  for (const auto& json : {std::string(), json_of_size(most_json_bytes + 1)}) {
    REQUIRE(write(tier, "plan", "1") == StorageTier::Write::stored);
    CHECK(write(tier, "plan", json) == StorageTier::Write::quota);
    CHECK_FALSE(area.holds(u"cardcache_plan"));
  }
  CHECK(write(tier, "plan", json_of_size(most_json_bytes)) == StorageTier::Write::stored);
}

TEST_CASE("storage tier: what must not be answered is in no head and no list of keys either") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  REQUIRE(write(tier, "plan", "1") == StorageTier::Write::stored);
  REQUIRE(write(tier, "teams", "1") == StorageTier::Write::stored);
  CHECK(tier.read_head("plan"));
  area.clings = true;
  tier.remove("plan");
  CHECK_FALSE(tier.read_head("plan"));
  CHECK(tier.keys_with_prefix({}) == std::vector<std::string>{"teams"});
}

TEST_CASE("storage tier: while a purge goes on what was written since is there, and nothing of before") {
  MapArea area;
  auto space = space_over(area);
  auto& tier = space.tier_of(std::nullopt);
  for (int i = 0; i < 200; ++i) REQUIRE(write(tier, "key_" + std::to_string(i), "1") == StorageTier::Write::stored);
  space.remove_everything();
  REQUIRE(space.purging());
  REQUIRE(area.holds(u"cardcache_key_99"));
  CHECK_FALSE(read(tier, "key_99"));
  CHECK_FALSE(tier.read_head("key_99"));
  REQUIRE(write(tier, "plan", "2") == StorageTier::Write::stored);
  CHECK(read(tier, "plan") == "2");
  CHECK(tier.read_head("plan"));
}

TEST_CASE("storage tier: another tab's notes count as its records do, but in another program's namespace") {
  MapArea area;
  auto space = space_over(area);
  space.ensure_counted();
  REQUIRE(area.set(u"cardcache_!floor:*", u"1764000000000"));
  space.on_change("cardcache_!floor:*", area.get(u"cardcache_!floor:*"));
  CHECK(space.bytes() == static_cast<double>(area.bytes()));
  space.on_change("cardcache_!floor:*", std::nullopt);
  CHECK(space.bytes() == 0);
  StorageSpace foreign(&area, "agiletrack_", plenty, {.foreign = true});
  foreign.ensure_counted();
  foreign.on_change("agiletrack_!floor:*", u"1764000000000");
  CHECK(foreign.bytes() == 0);
}
