#include "core/base/hash_index.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <vector>

#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

TEST_CASE("id table: who has the hash is asked whether it is the one") {
  HashIndex table;
  const std::vector<std::string> names{"plan", "teams", "tasks"};
  const auto find = [&](std::string_view name) { return table.find(7, [&](auto id) { return names[id] == name; }); };
  CHECK_FALSE(find("plan"));
  for (std::uint32_t id = 0; id < 3; ++id) table.put(7, id);
  CHECK(find("plan") == 0);
  CHECK(find("teams") == 1);
  CHECK(find("tasks") == 2);
  CHECK_FALSE(find("habits"));
  CHECK_FALSE(table.find(8, [](auto) { return true; }));
  table.erase(7, 0);
  CHECK_FALSE(find("plan"));
  CHECK(find("teams") == 1);
  CHECK(find("tasks") == 2);
  CHECK(table.size() == 2);
}

TEST_CASE("id table: it does what a map does, whatever comes in whatever order") {
  Random random;
  INFO("--rng-seed " << random.seed());
  HashIndex table;
  std::map<std::uint32_t, std::uint32_t> hashes;
  // Few hashes in a small table: searches run into each other and around its end.
  for (int step = 0; step < 20'000; ++step) {
    const auto id = random.below(step < 10'000 ? 12 : 300);
    if (hashes.contains(id)) {
      table.erase(hashes[id], id);
      hashes.erase(id);
    } else {
      hashes[id] = random.below(20);
      table.put(hashes[id], id);
    }
    REQUIRE(table.size() == hashes.size());
    const auto asked = random.below(300);
    for (std::uint32_t hash = 0; hash < 20; ++hash) {
      const auto found = table.find(hash, [&](auto one) { return one == asked; });
      const bool expected = hashes.contains(asked) && hashes[asked] == hash;
      REQUIRE(found.has_value() == expected);
      if (found) REQUIRE(*found == asked);
    }
  }
}
