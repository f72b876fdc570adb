// Making room among endpoints: one that asks without end pushes out nobody else's records.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <string>

#include "core/storage/storage_space.hpp"
#include "support/late_area.hpp"
#include "support/map_area.hpp"
#include "support/own_space.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Write = StorageTier::Write;

namespace {

std::string name_of(const char* endpoint, std::size_t number) {
  return std::string(endpoint) + ":None:" + std::to_string(number);
}

void write_some(StorageTier& tier, const char* endpoint, std::size_t count, std::size_t bytes, Millis now) {
  for (std::size_t i = 0; i < count; ++i) REQUIRE(write(tier, name_of(endpoint, i), bytes, now) == Write::stored);
}

std::size_t left_of(StorageTier& tier, const char* endpoint, std::size_t count) {
  std::size_t left = 0;
  for (std::size_t i = 0; i < count; ++i) left += finds(tier, name_of(endpoint, i)) ? 1 : 0;
  return left;
}

/// A question a minute, none of them asked before. Each is stored.
void ask_new_questions(StorageTier& tier, std::size_t count, std::size_t bytes, Millis from) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto now = from + Millis{60'000.0 * static_cast<double>(i)};
    REQUIRE(write(tier, name_of("reads", i), bytes, now) == Write::stored);
  }
}

}  // namespace

TEST_CASE("endpoint share: 300 new questions push out no other endpoint's records, however long those lie there") {
  OwnSpace room(100'000);
  auto& tier = room.tier;
  write_some(tier, "plan", 20, 500, start);
  write_some(tier, "statistics", 20, 1'000, start);
  write_some(tier, "team", 10, 3'000, start);
  ask_new_questions(tier, 300, 700, start + hour);
  CHECK(left_of(tier, "plan", 20) == 20);
  CHECK(left_of(tier, "statistics", 20) == 20);
  CHECK(left_of(tier, "team", 10) == 10);
  CHECK(finds(tier, name_of("reads", 299)));
}

TEST_CASE(
    "endpoint share: what others write afterwards takes the place of those questions, not of each other's records") {
  OwnSpace room(100'000);
  auto& tier = room.tier;
  write_some(tier, "plan", 20, 500, start);
  ask_new_questions(tier, 300, 700, start + hour);
  const auto now = start + Millis{6 * hour.value};
  write_some(tier, "team", 20, 1'000, now);
  CHECK(left_of(tier, "plan", 20) == 20);
  CHECK(left_of(tier, "team", 20) == 20);
}

TEST_CASE("endpoint share: other users' records stay as well") {
  OwnSpace room(100'000);
  auto& sara = room.space.tier_of("sara");
  write_some(sara, "plan", 20, 500, start);
  write_some(sara, "reads", 20, 500, start);
  ask_new_questions(room.tier, 300, 700, start + hour);
  CHECK(left_of(sara, "plan", 20) == 20);
  CHECK(left_of(sara, "reads", 20) == 20);
}

TEST_CASE("endpoint share: in an origin that others have filled a question takes the place of an older one") {
  OwnSpace room(1'000'000);
  auto& [area, space, tier] = room;
  write_some(tier, "plan", 20, 500, start);
  ask_new_questions(tier, 30, 700, start + hour);
  area.quota = area.counts_units ? area.units() : area.bytes();
  for (std::size_t i = 30; i < 330; ++i) {
    const auto now = start + Millis{2 * hour.value + 60'000.0 * static_cast<double>(i)};
    (void)write(tier, name_of("reads", i), 700, now);
  }
  CHECK(left_of(tier, "plan", 20) == 20);
  CHECK(finds(tier, name_of("reads", 329)));
}

TEST_CASE("endpoint share: an endpoint below its share displaces what is worth least, wherever that lies") {
  OwnSpace room(20'000);
  auto& tier = room.tier;
  for (const auto* endpoint : {"a", "b", "c", "d", "e"}) write_some(tier, endpoint, 5, 650, start + minute);
  REQUIRE(write(tier, name_of("old", 0), 650, start) == Write::stored);
  REQUIRE(write(tier, name_of("new", 0), 2'000, start + hour) == Write::stored);
  CHECK_FALSE(finds(tier, name_of("old", 0)));
}

TEST_CASE("endpoint share: what has ended goes first, whose it may be") {
  OwnSpace room(20'000);
  auto& tier = room.tier;
  write_some(tier, "plan", 3, 500, start);
  ask_new_questions(tier, 20, 700, start + hour);
  const auto later = start + hour + default_storage_ttl - minute;
  REQUIRE(write(tier, name_of("reads", 999), 3'000, later) == Write::stored);
  CHECK(left_of(tier, "plan", 3) == 0);
  CHECK(left_of(tier, "reads", 20) == 20);
}
