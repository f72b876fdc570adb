#include "core/base/string_map.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

TEST_CASE("string map: what is put is found, what is put again replaced") {
  StringMap map;
  CHECK_FALSE(map.find("plan"));
  map.put("plan", 1);
  map.put("", 2);
  REQUIRE(map.find("plan"));
  CHECK(*map.find("plan") == 1);
  CHECK(*map.find("") == 2);
  CHECK_FALSE(map.find("pla"));
  map.put("plan", 3);
  CHECK(*map.find("plan") == 3);
  CHECK(map.size() == 2);
  *map.find("plan") = 4;
  CHECK(*map.find("plan") == 4);
}

TEST_CASE("string map: what is erased is gone, what is not there can be erased") {
  StringMap map;
  map.erase("plan");
  map.put("plan", 1);
  map.erase("teams");
  map.erase("plan");
  CHECK_FALSE(map.find("plan"));
  CHECK(map.size() == 0);
  map.put("plan", 2);
  map.clear();
  CHECK_FALSE(map.find("plan"));
  CHECK(map.size() == 0);
}

TEST_CASE("string map: growing loses nobody, not even whose name is empty") {
  StringMap map;
  map.put("", 7);
  for (std::uint32_t i = 0; i < 100; ++i) map.put("key_" + std::to_string(i), i);
  REQUIRE(map.find(""));
  CHECK(*map.find("") == 7);
}

TEST_CASE("string map: it does what std::map does, whatever comes in whatever order") {
  Random random;
  INFO("--rng-seed " << random.seed());
  StringMap map;
  std::map<std::string, std::uint32_t> plain;
  for (int step = 0; step < 20'000; ++step) {
    // Few names in a small table: searches run into each other and around its end.
    const auto key = "k" + std::to_string(random.below(step < 10'000 ? 12 : 300));
    if (random.chance(2)) {
      map.erase(key);
      plain.erase(key);
    } else {
      const auto value = random.below(1'000);
      map.put(key, value);
      plain[key] = value;
    }
    REQUIRE(map.size() == plain.size());
    const auto asked = "k" + std::to_string(random.below(300));
    const auto* found = map.find(asked);
    const auto expected = plain.find(asked);
    REQUIRE((found != nullptr) == (expected != plain.end()));
    if (found) REQUIRE(*found == expected->second);
    if (step % 100 == 0) {
      std::map<std::string, std::uint32_t> visited;
      map.for_each([&](std::string_view name, std::uint32_t value) { visited.emplace(name, value); });
      REQUIRE(visited == plain);
    }
  }
}
