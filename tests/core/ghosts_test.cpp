#include "core/memory/ghosts.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace cardcache;

namespace {

/// Hashes that differ in what is kept of them and share a group: there are eight groups of eight among 64.
constexpr std::uint32_t in_one_group(std::uint32_t number) { return number << 16 | 3; }

}  // namespace

TEST_CASE("ghosts: who fell out is known once, with what was known of it") {
  Ghosts ghosts;
  ghosts.fit(64);
  ghosts.put(in_one_group(1), {.uses = 7, .from_trial = true});
  ghosts.put(in_one_group(2), {.uses = Ghosts::most_uses, .from_trial = false});
  const auto first = ghosts.take(in_one_group(1));
  REQUIRE(first);
  CHECK(first->uses == 7);
  CHECK(first->from_trial);
  const auto second = ghosts.take(in_one_group(2));
  REQUIRE(second);
  CHECK(second->uses == Ghosts::most_uses);
  CHECK_FALSE(second->from_trial);
  CHECK_FALSE(ghosts.take(in_one_group(1)));
  CHECK_FALSE(ghosts.take(in_one_group(2)));
  ghosts.put(in_one_group(3), {.uses = 8, .from_trial = false});
  CHECK(ghosts.take(in_one_group(3))->uses == 8);
}

TEST_CASE("ghosts: before there is room for any, none is known") {
  Ghosts ghosts;
  CHECK_FALSE(ghosts.take(1));
}

TEST_CASE("ghosts: one more than a group holds pushes out its oldest") {
  Ghosts ghosts;
  ghosts.fit(64);
  for (std::uint32_t number = 1; number <= 9; ++number) ghosts.put(in_one_group(number), {});
  CHECK_FALSE(ghosts.take(in_one_group(1)));
  for (std::uint32_t number = 2; number <= 9; ++number) CHECK(ghosts.take(in_one_group(number)));
}

TEST_CASE("ghosts: one that came back makes room for another, and the order stays") {
  Ghosts ghosts;
  ghosts.fit(64);
  for (std::uint32_t number = 1; number <= 8; ++number) ghosts.put(in_one_group(number), {});
  CHECK(ghosts.take(in_one_group(5)));
  ghosts.put(in_one_group(9), {});
  ghosts.put(in_one_group(10), {});
  CHECK_FALSE(ghosts.take(in_one_group(1)));
  CHECK(ghosts.take(in_one_group(2)));
  CHECK(ghosts.take(in_one_group(10)));
}

TEST_CASE("ghosts: in a full group too each is known but once") {
  Ghosts ghosts;
  ghosts.fit(64);
  for (std::uint32_t number = 1; number <= 8; ++number) ghosts.put(in_one_group(number), {});
  CHECK(ghosts.take(in_one_group(5)));
  CHECK(ghosts.take(in_one_group(1)));
  CHECK_FALSE(ghosts.take(in_one_group(1)));
}

TEST_CASE("ghosts: uses are halved with age, and nothing else changes") {
  Ghosts ghosts;
  ghosts.fit(64);
  ghosts.put(in_one_group(1), {.uses = 15, .from_trial = true});
  ghosts.put(in_one_group(2), {.uses = 1, .from_trial = false});
  ghosts.age();
  const auto first = ghosts.take(in_one_group(1));
  REQUIRE(first);
  CHECK(first->uses == 7);
  CHECK(first->from_trial);
  const auto second = ghosts.take(in_one_group(2));
  REQUIRE(second);
  CHECK(second->uses == 0);
  CHECK_FALSE(second->from_trial);
}

TEST_CASE("ghosts: as many are kept as were asked for, and no fewer for being asked again") {
  Ghosts ghosts;
  ghosts.fit(9);
  // Sixteen cells, two groups: the last bit tells them apart.
  for (std::uint32_t number = 1; number <= 16; ++number) ghosts.put(number << 16 | number % 2, {});
  ghosts.fit(16);
  for (std::uint32_t number = 1; number <= 16; ++number) CHECK(ghosts.take(number << 16 | number % 2));
  ghosts.put(5 << 16, {});
  ghosts.fit(17);
  CHECK_FALSE(ghosts.take(5 << 16));
}
