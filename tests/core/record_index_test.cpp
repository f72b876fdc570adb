#include "core/storage/record_index.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

using namespace cardcache;

namespace {

constexpr Millis start{1'764'000'000'000};

StoredFacts of_bytes(double bytes) { return {.bytes = bytes, .plain_bytes = 2 * bytes, .timestamp = start}; }

/// All that wait for their removal, removed.
std::set<std::string> remove_pending(RecordIndex& index) {
  std::set<std::string> keys;
  while (const auto key = index.take_removal()) {
    keys.insert(*key);
    index.end_invalidated(*key);
  }
  return keys;
}

}  // namespace

TEST_CASE("record index: what is remembered counts until it is forgotten, and again once where it is overwritten") {
  RecordIndex index("cardcache_");
  index.remember("plan", of_bytes(100), {"day"});
  index.remember("plan", of_bytes(60), {});
  index.remember("teams", of_bytes(10), {});
  CHECK(index.bytes() == 70);
  CHECK(index.plain_bytes() == 140);
  REQUIRE(index.find("plan"));
  CHECK(index.keys().tags(*index.keys().find("plan")).empty());
  index.forget("plan");
  index.forget("plan");
  CHECK(index.bytes() == 10);
  CHECK_FALSE(index.find("plan"));
}

TEST_CASE("record index: use and grace outlive an overwriting that knows less of them") {
  RecordIndex index("cardcache_");
  index.remember("plan", of_bytes(100), {});
  index.note_use("plan", start);
  index.extend_grace("plan", Millis{5});
  index.extend_grace("plan", Millis{3});
  index.note_use("unknown", start);
  index.extend_grace("unknown", Millis{3});
  index.remember("plan", of_bytes(60), {});
  CHECK(index.find("plan")->last_use == start);
  CHECK(index.find("plan")->grace == Millis{5});
}

TEST_CASE("record index: an invalidated record still counts, is not remembered, and ends once it is overwritten") {
  RecordIndex index("cardcache_");
  index.remember("plan", of_bytes(100), {});
  index.invalidate("plan");
  index.invalidate("plan");
  CHECK(index.is_invalidated("plan"));
  CHECK_FALSE(index.find("plan"));
  CHECK(index.bytes() == 100);
  CHECK(index.plain_bytes() == 100);
  // A deferred write takes nothing yet: the invalidated record still lies there.
  index.remember("plan", of_bytes(0), {});
  CHECK(index.is_invalidated("plan"));
  index.remember("plan", of_bytes(40), {});
  CHECK_FALSE(index.has_invalidated());
  CHECK(index.bytes() == 40);
}

TEST_CASE("record index: what is to be removed is named once, and what was refused again after begin_removals()") {
  RecordIndex index("cardcache_");
  for (const auto* key : {"plan", "teams", "tasks"}) index.remember(key, of_bytes(10), {});
  index.invalidate("plan");
  index.invalidate("teams");
  CHECK_FALSE(index.has_removals());
  index.begin_removals();
  index.end_invalidated("teams");
  CHECK(index.has_removals());
  CHECK(index.take_removal() == "plan");
  CHECK_FALSE(index.take_removal());
  CHECK(index.is_invalidated("plan"));
  index.begin_removals();
  CHECK(remove_pending(index) == std::set<std::string>{"plan"});
  CHECK_FALSE(index.has_invalidated());
  CHECK(index.bytes() == 10);
}

TEST_CASE("record index: clearing invalidates all at once, and all of it is removed") {
  RecordIndex index("cardcache_");
  for (const auto* key : {"plan", "teams", "tasks"}) index.remember(key, of_bytes(10), {});
  index.forget("tasks");
  REQUIRE(index.clear(start));
  CHECK(index.cleared_until() == start);
  CHECK(index.keys().size() == 0);
  CHECK(index.is_invalidated("plan"));
  CHECK(index.bytes() == 20);
  index.remember("plan", of_bytes(7), {});
  CHECK_FALSE(index.is_invalidated("plan"));
  CHECK(index.take_removal() == "teams");
  // Refused: it counts as it did, and keeps another clearing from beginning.
  CHECK(index.is_invalidated("teams"));
  CHECK(index.bytes() == 17);
  CHECK_FALSE(index.take_removal());
  CHECK_FALSE(index.clear(start + Millis{1}));
  index.begin_removals();
  CHECK(remove_pending(index) == std::set<std::string>{"teams"});
  REQUIRE(index.clear(start + Millis{1}));
  CHECK(remove_pending(index) == std::set<std::string>{"plan"});
  CHECK(index.bytes() == 0);
  index.remember("plan", of_bytes(7), {});
  index.forget_everything();
  CHECK(index.bytes() == 0);
  CHECK(index.cleared_until() == long_ago);
  CHECK(index.prefix() == "cardcache_");
}
