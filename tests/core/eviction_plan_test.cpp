#include "core/storage/eviction_plan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using namespace cardcache;

namespace {

constexpr Millis now{1'764'000'000'000};
constexpr Millis hour{3'600'000};

/// Sorted keys in the order in which they would go.
std::vector<std::string> order_of(EvictionPlan plan) {
  std::vector<std::string> keys;
  while (const auto* next = plan.take()) keys.push_back(next->user->records.keys().key(next->id));
  CHECK(plan.empty());
  return keys;
}

void remember(UserRecords& user, std::string_view key, double bytes, Millis used = now - hour, double cost = 1,
              Millis end = now + hour) {
  user.records.remember(
      key, {.bytes = bytes, .timestamp = now - hour, .expires_at = end, .cost = cost, .last_use = used}, {});
}

}  // namespace

TEST_CASE("eviction plan: what has ended goes first, then what is worth least a byte, the excluded record never") {
  NamespaceIndex index("cardcache_", 1'000);
  auto& sara = index.user("sara");
  auto& tom = index.user("tom");
  remember(sara, "dear", 10, now - hour, 9);
  remember(sara, "ended", 10, now - hour, 9, now);
  remember(tom, "idle", 10);
  remember(tom, "used", 10, now);
  remember(tom, "deferred", 0);
  CHECK(order_of({index, {}, now}) == std::vector<std::string>{"ended", "idle", "dear", "used"});
  CHECK(order_of({index, {&tom, "idle"}, now}) == std::vector<std::string>{"ended", "dear", "used"});
}

TEST_CASE("eviction plan: an endpoint over its share goes before others, and for what it writes itself") {
  NamespaceIndex index("cardcache_", 1'000);
  auto& user = index.user(std::nullopt);
  for (const auto* key : {"many:1", "many:2", "many:3"}) remember(user, key, 30, now);
  for (const auto* key : {"a", "b", "c", "d"}) remember(user, key, 10);
  for (const EvictionPlan::Excluded& excluded : {EvictionPlan::Excluded{}, EvictionPlan::Excluded{&user, "many:4"}}) {
    const auto order = order_of({index, excluded, now});
    CHECK(order.front().starts_with("many"));
    CHECK(order[1].starts_with("many"));
  }
}

TEST_CASE("eviction plan: it counts what must go for a need, unless that is not enough or worth too much") {
  NamespaceIndex index("cardcache_", 1'000);
  auto& user = index.user(std::nullopt);
  for (const auto* key : {"a", "b", "c", "d"}) remember(user, key, 10);
  const double one = retention_value(*user.records.find("a"), now);
  CHECK(EvictionPlan(index, {}, now).count_for({.bytes = 11}, never.value, now) == 2);
  CHECK(EvictionPlan(index, {}, now).count_for({.bytes = 40}, never.value, now) == 4);
  CHECK_FALSE(EvictionPlan(index, {}, now).count_for({.bytes = 41}, never.value, now));
  CHECK_FALSE(EvictionPlan(index, {}, now).count_for({.bytes = 11}, 1.9 * one, now));
  CHECK(EvictionPlan(index, {}, now).count_for({.bytes = 11}, 2.1 * one, now) == 2);
  // What was counted goes in that order, and the rest after it.
  EvictionPlan plan(index, {}, now);
  REQUIRE(plan.count_for({.bytes = 11}, never.value, now));
  CHECK(order_of(plan).size() == 4);
}
