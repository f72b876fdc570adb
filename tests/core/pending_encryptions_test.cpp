#include "core/cache/pending_encryptions.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace cardcache;

TEST_CASE("sealings: one is found by its number until it ends") {
  Sealings sealings;
  EntryFacts facts;
  facts.timestamp = Millis{5};
  const auto plan = sealings.begin("plan", facts);
  const auto list = sealings.begin("list", {});
  CHECK(sealings.size() == 2);
  REQUIRE(sealings.find(plan));
  CHECK(sealings.find(plan)->key == "plan");
  CHECK(sealings.find(plan)->facts.timestamp == Millis{5});
  sealings.end(plan);
  CHECK_FALSE(sealings.find(plan));
  CHECK(sealings.find(list));
  sealings.clear();
  CHECK(sealings.size() == 0);
}

TEST_CASE("sealings: a key has one, and the later ends the earlier") {
  Sealings sealings;
  const auto first = sealings.begin("plan", {});
  const auto other = sealings.begin("plans", {});
  const auto second = sealings.begin("plan", {});
  CHECK(first != second);
  CHECK_FALSE(sealings.find(first));
  CHECK(sealings.find(second));
  sealings.end_key("plan");
  CHECK_FALSE(sealings.find(second));
  CHECK(sealings.find(other));
}
