#include "core/memory/memory_tier.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "support/random.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

EntryFacts facts_of(Millis timestamp, Millis life) {
  EntryFacts facts;
  facts.timestamp = timestamp;
  facts.expires_at = timestamp + life;
  return facts;
}

EntryFacts weighing(double bytes, double cost = 1) {
  auto facts = facts_of(start, day);
  facts.bytes = bytes;
  facts.cost = cost;
  return facts;
}

/// What is kept so long past its end, if its own grace is shorter.
auto at_least(Millis grace) {
  return [grace](std::string_view, Millis own) { return std::max(own, grace); };
}

double deadline(const MemoryTier& tier, SlotId slot) { return tier.deadlines()[static_cast<std::uint32_t>(slot)]; }

}  // namespace

TEST_CASE("memory tier: an entry is fresh until its end, and not in the millisecond of it") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start, minute), start).value();
  CHECK(tier.is_fresh(slot, start));
  CHECK(tier.is_fresh(slot, start + minute - Millis{1}));
  CHECK_FALSE(tier.is_fresh(slot, start + minute));
  CHECK(deadline(tier, slot) == (start + minute).value);
}

TEST_CASE("memory tier: residence ends after the tier's ttl, however long the life") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start, day), start).value();
  CHECK(deadline(tier, slot) == (start + default_memory_ttl).value);
  CHECK(tier.is_fresh(slot, start + default_memory_ttl - Millis{1}));
  CHECK_FALSE(tier.is_fresh(slot, start + default_memory_ttl));
  CHECK_FALSE(tier.may_serve(slot, start + default_memory_ttl, hour));
}

TEST_CASE("memory tier: residence is counted from the putting, life from the timestamp") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start - day, day + hour), start).value();
  CHECK(deadline(tier, slot) == (start + hour).value);
}

TEST_CASE("memory tier: version and cost are an entry's own, whoever had its room before") {
  MemoryTier tier({});
  const auto put = [&](std::string_view key, const std::string& version, double cost) {
    auto facts = weighing(0, cost);
    facts.version = version;
    return tier.put(key, facts, start).value();
  };
  const auto says = [&](SlotId slot, const std::string& version, double cost) {
    return tier.version(slot) == version && tier.cost(slot) == cost;
  };
  const auto first = put("first", "1", 5);
  const auto plain = put("plain", "", 1);
  CHECK(says(first, "1", 5));
  CHECK(says(plain, "", 1));
  CHECK(says(put("worthless", "", 0), "", 0));
  put("first", "", 1);
  CHECK(says(first, "", 1));
  tier.remove(plain);
  const auto two = put("two", "2", 1);
  const auto third = put("third", "", 3);
  CHECK(says(two, "2", 1));
  CHECK(says(third, "", 3));
  tier.remove(two);
  const auto fourth = put("fourth", "", 1);
  const auto fifth = put("fifth", "5", 1);
  const auto sixth = put("sixth", "6", 2);
  CHECK(says(first, "", 1));
  CHECK(says(third, "", 3));
  CHECK(says(fourth, "", 1));
  CHECK(says(fifth, "5", 1));
  CHECK(says(sixth, "6", 2));
}

TEST_CASE("memory tier: an entry that has grown over the limit goes in its turn like the others") {
  MemoryTier tier({.max_bytes = 30});
  const auto grown = tier.put("grown", weighing(10), start).value();
  REQUIRE(tier.put("other", weighing(10), start));
  REQUIRE(tier.renew(grown, weighing(25), start));
  CHECK_FALSE(tier.find("other"));
  REQUIRE(tier.put("next", weighing(20), start));
  CHECK_FALSE(tier.find("grown"));
  CHECK(tier.find("next"));
}

TEST_CASE("memory tier: unless told otherwise it holds a thousand entries, of any size") {
  MemoryTier tier({});
  for (int i = 0; i < 1'001; ++i) REQUIRE(tier.put("key_" + std::to_string(i), weighing(1e9), start));
  CHECK(tier.size() == 1'000);
}

TEST_CASE("memory tier: what takes all the room there is is held, and a byte more is not") {
  MemoryTier tier({.max_bytes = 100});
  CHECK(tier.put("plan", weighing(100), start));
  CHECK_FALSE(tier.put("plan", weighing(101), start));
}

TEST_CASE("memory tier: what is more than a minute ahead is not believed") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start + minute, day), start).value();
  CHECK(tier.is_fresh(slot, start));
  CHECK_FALSE(tier.is_fresh(slot, start - Millis{1}));
}

TEST_CASE("memory tier: grace serves what has ended, as long as it is") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start, minute), start).value();
  CHECK(tier.may_serve(slot, start + minute, Millis{1}));
  CHECK(tier.may_serve(slot, start + minute + hour - Millis{1}, hour));
  CHECK_FALSE(tier.may_serve(slot, start + minute + hour, hour));
}

TEST_CASE("memory tier: grace serves also what lived exactly as long as it was resident") {
  // The default of what never reaches storage: its life is the memory ttl.
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start, default_memory_ttl), start).value();
  CHECK_FALSE(tier.is_fresh(slot, start + default_memory_ttl));
  CHECK(tier.may_serve(slot, start + default_memory_ttl + minute, hour));
  tier.sweep(start + default_memory_ttl + minute, at_least(hour));
  CHECK(tier.holds(slot));
  tier.sweep(start + default_memory_ttl + hour, at_least(hour));
  CHECK_FALSE(tier.holds(slot));
}

TEST_CASE("memory tier: a life of nothing is never fresh, but may be served in its grace") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start, Millis{0}), start).value();
  CHECK_FALSE(tier.is_fresh(slot, start));
  CHECK(tier.may_serve(slot, start, minute));
}

TEST_CASE("memory tier: what is known of an entry is what was last said") {
  MemoryTier tier({.ttl = hour});
  auto plain = facts_of(start, minute);
  auto rich = facts_of(start, day);
  rich.version = "2";
  rich.tags = {"red"};
  rich.cost = 7;
  rich.bytes = 1'234;
  rich.exempt_from_events = true;
  rich.is_stored = true;
  const auto other = tier.put("other", rich, start).value();
  const auto slot = tier.put("plan", plain, start).value();
  for (int round = 0; round < 3; ++round) {
    CHECK(tier.facts(slot).expires_at == start + minute);
    CHECK(tier.facts(slot).bytes == 0);
    CHECK(tier.version(slot).empty());
    CHECK(tier.tags(slot).empty());
    CHECK_FALSE(tier.facts(slot).exempt_from_events);
    CHECK_FALSE(tier.facts(slot).is_stored);
    REQUIRE(tier.put("plan", rich, start + minute) == slot);
    CHECK(tier.facts(slot).expires_at == start + day);
    CHECK(deadline(tier, slot) == (start + minute + hour).value);
    CHECK(tier.facts(slot).bytes == 1'234);
    CHECK(tier.version(slot) == "2");
    CHECK(tier.tags(slot) == rich.tags);
    CHECK(tier.facts(slot).exempt_from_events);
    CHECK(tier.facts(slot).is_stored);
    REQUIRE(tier.renew(slot, plain, start) == slot);
  }
  CHECK(tier.version(other) == "2");
  tier.remove(other);
  const auto again = tier.put("again", plain, start).value();
  CHECK(again == other);
  CHECK(tier.version(again).empty());
  CHECK(tier.facts(again).expires_at == start + minute);
}

TEST_CASE("memory tier: bytes beyond four gibibytes count as so many") {
  MemoryTier tier({.max_bytes = 6e9});
  REQUIRE(tier.put("a", weighing(5e9), start));
  REQUIRE(tier.put("b", weighing(-1), start));
  REQUIRE(tier.put("c", weighing(1.7e9), start));
  CHECK(tier.size() == 3);
  CHECK(tier.facts(*tier.find("a")).bytes == 4'294'967'295);
}

TEST_CASE("memory tier: a slot is renewed by its number as its key would be") {
  MemoryTier tier({.ttl = hour, .max_entries = 2, .max_bytes = 100});
  const auto a = tier.put("a", weighing(10), start).value();
  REQUIRE(tier.put("b", weighing(10), start));
  CHECK(tier.renew(a, weighing(10), start) == a);
  REQUIRE(tier.put("c", weighing(10), start));
  CHECK(tier.find("a"));
  CHECK_FALSE(tier.find("b"));
  CHECK(tier.renew(a, weighing(95), start) == a);
  CHECK_FALSE(tier.find("c"));
  CHECK_FALSE(tier.renew(a, weighing(101), start));
  CHECK_FALSE(tier.find("a"));
}

TEST_CASE("memory tier: a new value takes the slot of the old") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start, minute), start).value();
  auto facts = facts_of(start + minute, hour);
  facts.tags = {"plan"};
  CHECK(tier.put("plan", facts, start + minute) == slot);
  CHECK(tier.size() == 1);
  CHECK(tier.facts(slot).timestamp == start + minute);
  CHECK(tier.select(by_tag("plan")).size() == 1);
  CHECK(tier.dropped().empty());
}

TEST_CASE("memory tier: a slot that is empty has no deadline and is told") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start, minute), start).value();
  tier.remove(slot);
  CHECK_FALSE(tier.find("plan"));
  CHECK(deadline(tier, slot) == long_ago.value);
  REQUIRE(tier.dropped().size() == 1);
  CHECK(tier.dropped().front().slot == slot);
  CHECK_FALSE(tier.dropped().front().evicted);
}

TEST_CASE("memory tier: over its number of entries the least recently used goes") {
  MemoryTier tier({.ttl = hour, .max_entries = 3});
  const auto one = tier.put("one", weighing(0), start).value();
  CHECK(tier.put("two", weighing(0), start));
  CHECK(tier.put("three", weighing(0), start));
  tier.note_use(one);
  CHECK(tier.put("four", weighing(0), start));
  CHECK(tier.find("one"));
  CHECK_FALSE(tier.find("two"));
  CHECK(tier.find("three"));
  CHECK(tier.find("four"));
  REQUIRE(tier.dropped().size() == 1);
  CHECK(tier.dropped().front().why == RemovalCause::capacity);
  CHECK(tier.dropped().front().evicted);
}

TEST_CASE("memory tier: among the least recently used the cheapest to lose goes") {
  MemoryTier tier({.ttl = hour, .max_entries = 3});
  CHECK(tier.put("paid", weighing(0, 10), start));
  CHECK(tier.put("list", weighing(0, 1), start));
  CHECK(tier.put("other", weighing(0, 1), start));
  CHECK(tier.put("new", weighing(0, 1), start));
  CHECK(tier.find("paid"));
  CHECK_FALSE(tier.find("list"));
}

TEST_CASE("memory tier: what is expired goes before what is fresh, however it was used") {
  MemoryTier tier({.ttl = hour, .max_entries = 3});
  CHECK(tier.put("one", facts_of(start, hour), start));
  const auto ended = tier.put("ended", facts_of(start, minute), start).value();
  CHECK(tier.put("three", facts_of(start, hour), start));
  tier.note_use(ended);
  CHECK(tier.put("four", facts_of(start, hour), start + minute));
  CHECK_FALSE(tier.find("ended"));
  CHECK(tier.find("one"));
  REQUIRE(tier.dropped().size() == 1);
  CHECK(tier.dropped().front().slot == ended);
  CHECK(tier.dropped().front().why == RemovalCause::expired);
}

TEST_CASE("memory tier: what is put outdated, as a record is for its grace, is not what goes for being so") {
  MemoryTier tier({.ttl = hour, .max_entries = 2});
  CHECK(tier.put("one", facts_of(start, hour), start));
  CHECK(tier.put("two", facts_of(start, hour), start));
  CHECK(tier.put("three", facts_of(start, Millis{0}), start));
  CHECK(tier.find("three"));
  CHECK_FALSE(tier.find("one"));
}

TEST_CASE("memory tier: a paid answer outlives lists that were used after it, but not for ever") {
  MemoryTier tier({.ttl = hour, .max_entries = 10});
  CHECK(tier.put("paid", weighing(0, 20), start));
  int lists = 0;
  while (tier.find("paid") && lists < 1'000) CHECK(tier.put("list_" + std::to_string(lists++), weighing(0, 1), start));
  // Twenty times its cost, twenty times as long as the nine that the others are.
  CHECK(lists > 19 * 9);
  CHECK(lists < 21 * 10);
}

TEST_CASE("memory tier: where bytes are short, of two of one cost the larger goes") {
  MemoryTier tier({.ttl = hour, .max_entries = 100, .max_bytes = 100});
  CHECK(tier.put("small", weighing(10), start));
  CHECK(tier.put("large", weighing(60), start));
  CHECK(tier.put("middle", weighing(30), start));
  CHECK(tier.put("new", weighing(30), start));
  CHECK(tier.find("small"));
  CHECK_FALSE(tier.find("large"));
  CHECK(tier.find("middle"));
}

TEST_CASE("memory tier: where bytes are not counted, they decide nothing") {
  MemoryTier tier({.ttl = hour, .max_entries = 2});
  CHECK(tier.put("small", weighing(1), start));
  CHECK(tier.put("large", weighing(1'000), start));
  CHECK(tier.put("new", weighing(1), start));
  CHECK_FALSE(tier.find("small"));
}

TEST_CASE("memory tier: a new value brings its own cost") {
  MemoryTier tier({.ttl = hour, .max_entries = 2});
  CHECK(tier.put("a", weighing(0, 5), start));
  CHECK(tier.put("b", weighing(0, 5), start));
  CHECK(tier.put("b", weighing(0, 1), start));
  CHECK(tier.put("c", weighing(0, 5), start));
  CHECK(tier.find("a"));
  CHECK_FALSE(tier.find("b"));
}

TEST_CASE("memory tier: what grows over the bytes makes room among the others") {
  MemoryTier tier({.ttl = hour, .max_entries = 100, .max_bytes = 100});
  CHECK(tier.put("grows", weighing(40), start));
  CHECK(tier.put("b", weighing(10), start));
  CHECK(tier.put("c", weighing(10), start));
  CHECK(tier.put("grows", weighing(85), start));
  CHECK(tier.find("grows"));
  CHECK_FALSE(tier.find("b"));
  CHECK(tier.find("c"));
  CHECK(tier.put("d", weighing(5), start));
  CHECK(tier.size() == 3);
}

TEST_CASE("memory tier: what was removed is not found again when room is short") {
  MemoryTier tier({.ttl = hour, .max_entries = 100, .max_bytes = 100});
  const auto a = tier.put("a", weighing(30), start).value();
  const auto b = tier.put("b", weighing(30), start).value();
  CHECK(tier.put("c", weighing(30), start));
  tier.remove(a);
  tier.remove(b);
  CHECK(tier.put("d", weighing(90), start));
  CHECK(tier.find("d"));
  CHECK(tier.size() == 1);
  CHECK(tier.dropped().size() == 3);
}

TEST_CASE("memory tier: what was just put never makes room for itself") {
  MemoryTier tier({.ttl = hour, .max_entries = 1});
  CHECK(tier.put("dear", weighing(0, 10), start));
  CHECK(tier.put("cheap", weighing(0, 0), start));
  CHECK(tier.find("cheap"));
  CHECK_FALSE(tier.find("dear"));
}

TEST_CASE("memory tier: over its bytes as many go as are needed") {
  MemoryTier tier({.ttl = hour, .max_entries = 100, .max_bytes = 100});
  CHECK(tier.put("a", weighing(40), start));
  CHECK(tier.put("b", weighing(40), start));
  CHECK(tier.put("c", weighing(20), start));
  CHECK(tier.size() == 3);
  CHECK(tier.put("d", weighing(70), start));
  CHECK(tier.find("d"));
  CHECK(tier.find("c"));
  CHECK(tier.size() == 2);
  // Bytes are given back, and a value that shrinks needs no room.
  CHECK(tier.put("d", weighing(10), start));
  CHECK(tier.put("e", weighing(70), start));
  CHECK(tier.size() == 3);
}

TEST_CASE("memory tier: what is larger than all of it evicts nothing but its own older value") {
  MemoryTier tier({.ttl = hour, .max_entries = 100, .max_bytes = 100});
  CHECK(tier.put("a", weighing(40), start));
  CHECK(tier.put("b", weighing(40), start));
  CHECK_FALSE(tier.put("a", weighing(101), start));
  CHECK_FALSE(tier.find("a"));
  CHECK(tier.find("b"));
}

TEST_CASE("memory tier: a tier for no entries keeps none") {
  MemoryTier tier({.ttl = hour, .max_entries = 0});
  CHECK_FALSE(tier.put("a", weighing(1), start));
  CHECK(tier.size() == 0);
}

TEST_CASE("memory tier: a sweep takes what has ended, and says so") {
  MemoryTier tier({});
  const auto old = tier.put("old", facts_of(start, minute), start).value();
  const auto young = tier.put("young", facts_of(start, hour), start).value();
  tier.sweep(start + minute, at_least(Millis{0}));
  CHECK_FALSE(tier.holds(old));
  CHECK(tier.holds(young));
  REQUIRE(tier.dropped().size() == 1);
  CHECK(tier.dropped().front().why == RemovalCause::expired);
  CHECK(tier.dropped().front().evicted);
}

TEST_CASE("memory tier: a sweep drops what comes from the future") {
  MemoryTier tier({});
  CHECK(tier.put("future", facts_of(start + hour, day), start));
  CHECK(tier.put("past", facts_of(start, day), start));
  tier.sweep(start, at_least(Millis{0}));
  CHECK_FALSE(tier.find("future"));
  CHECK(tier.find("past"));
}

TEST_CASE("memory tier: uses are counted, of empty slots none") {
  MemoryTier tier({});
  const auto slot = tier.put("plan", facts_of(start, minute), start).value();
  tier.note_use(slot);
  tier.note_use(slot);
  CHECK(tier.hits(slot) == 2);
  tier.remove(slot);
  tier.note_use(slot);
  tier.note_use(SlotId{99});
  const auto again = tier.put("teams", facts_of(start, minute), start).value();
  CHECK(again == slot);
  CHECK(tier.hits(again) == 0);
}

TEST_CASE("memory tier: its order of use is that of a plain list, whatever comes in whatever order") {
  Random random;
  INFO("--rng-seed " << random.seed());
  constexpr std::uint32_t most = 12;
  MemoryTier tier({.ttl = day, .max_entries = most});
  std::vector<std::string> order;  // oldest first
  for (int step = 0; step < 5'000; ++step) {
    const auto key = "key_" + std::to_string(random.below(20));
    const auto slot = tier.find(key);
    const auto listed = std::ranges::find(order, key);
    REQUIRE(slot.has_value() == (listed != order.end()));
    if (listed != order.end()) order.erase(listed);
    if (slot && random.chance(4)) {
      tier.remove(*slot);
      continue;
    }
    if (slot && random.chance(2)) {
      tier.note_use(*slot);
    } else {
      REQUIRE(tier.put(key, weighing(1), start));
    }
    order.push_back(key);
    if (order.size() > most) order.erase(order.begin());
    REQUIRE(tier.size() == order.size());
  }
}

TEST_CASE("memory tier: what is cheapest to lose is looked for among the sixteen used least lately") {
  MemoryTier tier({.max_entries = 18});
  for (int i = 0; i < 18; ++i) {
    REQUIRE(tier.put("key_" + std::to_string(i), weighing(0, i == 15 ? 3 : i == 16 ? 1 : 5), start));
  }
  REQUIRE(tier.put("new", weighing(0, 5), start));
  CHECK_FALSE(tier.find("key_15"));
  CHECK(tier.find("key_16"));
}
