#include "core/cache/pending_encryptions.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace cardcache;

TEST_CASE("pending_encryptions: one is found by its number until it ends") {
  PendingEncryptions pending_encryptions;
  EntryFacts facts;
  facts.timestamp = Millis{5};
  const auto plan = pending_encryptions.begin("plan", facts);
  const auto list = pending_encryptions.begin("list", {});
  CHECK(pending_encryptions.size() == 2);
  REQUIRE(pending_encryptions.find(plan));
  CHECK(pending_encryptions.find(plan)->key == "plan");
  CHECK(pending_encryptions.find(plan)->facts.timestamp == Millis{5});
  pending_encryptions.end(plan);
  CHECK_FALSE(pending_encryptions.find(plan));
  CHECK(pending_encryptions.find(list));
  pending_encryptions.clear();
  CHECK(pending_encryptions.size() == 0);
}

TEST_CASE("pending_encryptions: a key has one, and the later ends the earlier") {
  PendingEncryptions pending_encryptions;
  const auto first = pending_encryptions.begin("plan", {});
  const auto other = pending_encryptions.begin("plans", {});
  const auto second = pending_encryptions.begin("plan", {});
  CHECK(first != second);
  CHECK_FALSE(pending_encryptions.find(first));
  CHECK(pending_encryptions.find(second));
  pending_encryptions.end_key("plan");
  CHECK_FALSE(pending_encryptions.find(second));
  CHECK(pending_encryptions.find(other));
}
