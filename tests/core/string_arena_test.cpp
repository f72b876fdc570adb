#include "core/base/string_arena.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

TEST_CASE("text store: a text comes back as it was put, of whatever length") {
  StringArena store;
  std::map<StringArena::Ref, std::string> texts;
  for (const auto length : std::initializer_list<std::size_t>{0, 1, 127, 128, 1'000, 1'018, 1'019, 1'020, 4'096, 16'383,
                                                              16'384, 70'000, 5}) {
    const std::string text(length, static_cast<char>('a' + length % 26));
    const auto ref = store.put(text);
    REQUIRE(ref != 0);
    REQUIRE(texts.emplace(ref, text).second);
  }
  for (const auto& [ref, text] : texts) CHECK(store.at(ref) == text);
}

TEST_CASE("text store: many texts fill block after block, and none is written over") {
  Random random;
  INFO("--rng-seed " << random.seed());
  StringArena store;
  std::map<StringArena::Ref, std::string> texts;
  for (int count = 0; count < 5'000; ++count) {
    // Now and then one that has a block of its own.
    const auto text = std::to_string(count) + std::string(random.below(random.chance(50) ? 6'000 : 40), '.');
    REQUIRE(texts.emplace(store.put(text), text).second);
  }
  for (const auto& [ref, text] : texts) REQUIRE(store.at(ref) == text);
}

TEST_CASE("text store: it is wasteful once more was dropped than is left, and a block besides") {
  StringArena store;
  const auto kept = store.put(std::string(1'000, 'k'));
  std::size_t dropped = 0;
  while (!store.is_wasteful()) {
    store.drop(store.put(std::string(100, 'd')));
    dropped += 100;
  }
  CHECK(dropped > 5'096);
  CHECK(dropped <= 5'200);
  CHECK(store.at(kept) == std::string(1'000, 'k'));
}
