#include "core/memory/eviction_queues.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <vector>

#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

using Id = EvictionQueues::Id;

/// Well mixed enough, and another for every key.
std::uint32_t hash_of_key(std::uint32_t key) { return (key + 1) * 0x9E3779B1; }

void insert(EvictionQueues& queues, Id first, Id last, float value = 1) {
  for (auto id = first; id <= last; ++id) queues.insert(id, hash_of_key(id), value);
}

/// A newcomer takes the place of what goes; says which that was.
Id replace(EvictionQueues& queues, std::uint32_t key, float value = 1) {
  const auto id = queues.evict();
  queues.insert(id, hash_of_key(key), value);
  return id;
}

}  // namespace

TEST_CASE("eviction by recency: the least recently used goes") {
  EvictionQueues queues(EvictionStyle::recency);
  insert(queues, 0, 3);
  queues.use(0);
  queues.use(2);
  CHECK(queues.evict() == 1);
  CHECK(queues.evict() == 3);
  CHECK(queues.evict() == 0);
  CHECK(queues.evict() == 2);
  CHECK(queues.size() == 0);
}

TEST_CASE("eviction: what is removed goes no more, and removing it again is nothing") {
  EvictionQueues queues(EvictionStyle::recency);
  insert(queues, 0, 2);
  queues.remove(0);
  queues.remove(0);
  queues.remove(7);
  CHECK(queues.size() == 2);
  CHECK(queues.evict() == 1);
}

TEST_CASE("eviction: of the last few the least valued goes") {
  EvictionQueues queues(EvictionStyle::recency);
  insert(queues, 0, 1, 10);
  insert(queues, 2, 3, 1);
  CHECK(queues.evict() == 2);
  CHECK(queues.evict() == 3);
  CHECK(queues.evict() == 0);
}

TEST_CASE("eviction: a value may be given anew") {
  EvictionQueues queues(EvictionStyle::recency);
  insert(queues, 0, 1, 10);
  queues.set_value(1, 1);
  CHECK(queues.evict() == 1);
}

TEST_CASE("eviction: what is worth five times as much is spared until five have gone before it") {
  EvictionQueues queues(EvictionStyle::recency);
  queues.insert(0, hash_of_key(0), 5);
  insert(queues, 1, 1);
  for (std::uint32_t round = 0; round < 4; ++round) CHECK(replace(queues, 10 + round) == 1);
  CHECK(replace(queues, 20) == 0);
}

TEST_CASE("eviction: a use makes up for having been spared") {
  EvictionQueues queues(EvictionStyle::recency);
  queues.insert(0, hash_of_key(0), 3);
  insert(queues, 1, 1);
  CHECK(replace(queues, 10) == 1);
  CHECK(replace(queues, 11) == 1);
  queues.use(0);
  for (std::uint32_t round = 0; round < 3; ++round) CHECK(replace(queues, 20 + round) == 1);
  CHECK(replace(queues, 30) == 0);
}

TEST_CASE("eviction: however often something is excluded, it is not forgotten that it was") {
  EvictionQueues queues(EvictionStyle::recency);
  queues.insert(0, hash_of_key(0), 512);
  insert(queues, 1, 1);
  // It counts 256 times at most: what was worth 512 is worth 2 by then.
  for (std::uint32_t round = 0; round < 300; ++round) REQUIRE(replace(queues, 10 + round) == 1);
  queues.set_value(1, 1.5F);
  CHECK(replace(queues, 400) == 1);
  queues.set_value(1, 3);
  CHECK(replace(queues, 401) == 0);
}

TEST_CASE("eviction: further than the last sixteen nobody looks for the least valued") {
  EvictionQueues queues(EvictionStyle::recency);
  insert(queues, 0, 15, 2);
  insert(queues, 16, 16, 1);
  CHECK(queues.evict() == 0);
  // Nobody was spared for it: the next is the least valued of the sixteen.
  CHECK(queues.evict() == 16);
}

TEST_CASE("eviction by trial: what was used twice in its trial stays, what was used once goes") {
  EvictionQueues queues(EvictionStyle::trial);
  insert(queues, 0, 9);
  queues.use(0);
  queues.use(0);
  queues.use(1);
  CHECK(queues.evict() == 1);
  CHECK(queues.evict() == 2);
}

TEST_CASE("eviction by trial: what comes back soon after it failed needs no second trial") {
  EvictionQueues queues(EvictionStyle::trial);
  insert(queues, 0, 9);
  CHECK(replace(queues, 10) == 0);
  const auto back = replace(queues, 0);
  // In the main queue newcomers pass it by: in the trial it would go with the tenth.
  for (std::uint32_t key = 20; key < 40; ++key) CHECK(replace(queues, key) != back);
}

TEST_CASE("eviction by trial: the main queue spares once for each use, three times at most") {
  EvictionQueues queues(EvictionStyle::trial);
  insert(queues, 0, 9);
  for (Id id = 0; id < 7; ++id) {
    queues.use(id);
    queues.use(id);
  }
  // Seven stand the trial, three are left in it, and of those the oldest goes.
  CHECK(queues.evict() == 7);
  for (int use = 0; use < 9; ++use) queues.use(0);
  for (int use = 0; use < 3; ++use) queues.use(1);
  queues.use(2);
  std::vector<Id> order;
  while (queues.size() > 0) order.push_back(queues.evict());
  // 8 and 9 go from the trial, where its share of three tenths is to be kept.
  CHECK(order == std::vector<Id>{8, 3, 4, 9, 5, 6, 2, 0, 1});
}

TEST_CASE("eviction by trial: in the main queue no use counts that came before it, and none beyond three") {
  EvictionQueues queues(EvictionStyle::trial);
  insert(queues, 0, 9);
  for (Id id = 0; id < 7; ++id) {
    queues.use(id);
    queues.use(id);
  }
  queues.use(0);
  CHECK(queues.evict() == 7);
  CHECK(queues.evict() == 8);
  SECTION("before it") { CHECK(queues.evict() == 0); }
  SECTION("beyond three") {
    for (Id id = 2; id < 7; ++id) queues.remove(id);
    for (int use = 0; use < 4; ++use) queues.use(0);
    for (int use = 0; use < 2; ++use) queues.use(1);
    queues.remove(9);
    CHECK(queues.evict() == 1);
  }
}

TEST_CASE("eviction by trial: what takes a number over takes no use of it over") {
  EvictionQueues queues(EvictionStyle::trial);
  insert(queues, 0, 0);
  queues.use(0);
  queues.use(0);
  queues.remove(0);
  queues.insert(0, hash_of_key(10), 1);
  insert(queues, 1, 1);
  CHECK(queues.evict() == 0);
}

TEST_CASE("eviction by trial: what fell from the main queue is tried anew") {
  EvictionQueues queues(EvictionStyle::trial);
  insert(queues, 0, 9);
  for (Id id = 0; id < 9; ++id) {
    queues.use(id);
    queues.use(id);
  }
  // Nine proved themselves, more than the main queue's share: of them the oldest falls.
  CHECK(replace(queues, 0) == 0);
  CHECK(replace(queues, 20) == 1);
  CHECK(replace(queues, 21) == 9);
  CHECK(replace(queues, 22) == 0);
}

TEST_CASE("eviction by frequency: those that came first stay, whatever walks by") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9);
  for (std::uint32_t key = 10; key < 60; ++key) queues.insert(queues.evict(), hash_of_key(key), 1);
  for (Id id = 0; id < 8; ++id) CHECK(queues.hash(id) == hash_of_key(id));
}

TEST_CASE("eviction by frequency: a newcomer must have been used more often, its present use not counted") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9);
  // The trial has room for one newcomer and one that is on its way out; the rest is the main queue, where 0 is the
  // next.
  const auto newcomer = replace(queues, 20);
  queues.use(newcomer);
  CHECK(replace(queues, 21) == 9);
  CHECK(replace(queues, 22) == newcomer);
  queues.use(newcomer);
  queues.use(newcomer);
  CHECK(replace(queues, 23) == 9);
  CHECK(replace(queues, 24) == 0);
  // It is in the main queue now, and other newcomers are at the trial's end.
  for (std::uint32_t key = 25; key < 35; ++key) CHECK(replace(queues, key) != newcomer);
}

TEST_CASE("eviction by frequency: of three the first is the main queue") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 2);
  CHECK(queues.evict() == 1);
}

TEST_CASE("eviction by frequency: what is worth as much is replaced no more easily for being worth much") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9, 3);
  for (std::uint32_t key = 20; key < 25; ++key) CHECK(replace(queues, key, 3) >= 8);
}

TEST_CASE("eviction by frequency: of a great many uses fifteen are remembered, and no fewer") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9);
  CHECK(replace(queues, 20) == 8);
  for (int use = 0; use < 20; ++use) queues.use(0);
  // Worth nothing, it goes for the first newcomer that is worth anything.
  queues.set_value(0, 0);
  CHECK(replace(queues, 21) == 0);
  // Back again it replaces what was used six times.
  for (int use = 0; use < 6; ++use) queues.use(1);
  queues.set_value(1, 0.9F);
  CHECK(replace(queues, 0) == 8);
  CHECK(replace(queues, 22) == 0);
  CHECK(queues.evict() != 8);
}

TEST_CASE("eviction by frequency: a use moves an entry to the newer end of its own queue") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9);
  // From here on 0 … 7 are the main queue, 9 and a newcomer the trial.
  CHECK(replace(queues, 20) == 8);
  queues.use(0);
  CHECK(queues.evict() == 9);
  // Used twice the newcomer replaces what was never used, and that is the main queue's oldest now.
  queues.use(8);
  queues.use(8);
  queues.insert(9, hash_of_key(21), 1);
  CHECK(queues.evict() == 1);
}

TEST_CASE("eviction by frequency: uses are remembered of what fell out") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9);
  std::vector<std::uint32_t> held(10);
  for (std::uint32_t key = 0; key < 10; ++key) held[key] = key;
  // One key comes again and again between others, never while it is there.
  std::uint32_t misses = 0;
  for (std::uint32_t round = 0; round < 6; ++round) {
    if (std::ranges::find(held, 50U) == held.end()) {
      ++misses;
      held[replace(queues, 50)] = 50;
    }
    for (const auto key : {60 + 2 * round, 61 + 2 * round}) held[replace(queues, key)] = key;
  }
  CHECK(misses == 3);
}

TEST_CASE("eviction by frequency: what is worth more replaces what was used no less") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9);
  const auto paid = replace(queues, 20, 3);
  // Twice it is spared in the trial for its value, then it replaces the next to go in the main queue.
  for (std::uint32_t key = 21; key < 24; ++key) CHECK(replace(queues, key) == 9);
  CHECK(replace(queues, 24) == 0);
  CHECK(queues.hash(paid) == hash_of_key(20));
}

TEST_CASE("eviction by frequency: what was popular once is overtaken") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9);
  for (int use = 0; use < 15; ++use) {
    for (Id id = 0; id < 10; ++id) queues.use(id);
  }
  std::vector<std::uint32_t> held(10);
  for (std::uint32_t key = 0; key < 10; ++key) held[key] = key;
  // Twelve other keys by turns, no hit among them: they fill the cache only after the old ones' uses are halved away.
  for (std::uint32_t turn = 0; turn < 600; ++turn) {
    const auto key = 100 + turn % 12;
    if (std::ranges::find(held, key) == held.end()) held[replace(queues, key)] = key;
  }
  CHECK(std::ranges::count_if(held, [](std::uint32_t key) { return key < 10; }) == 0);
}

TEST_CASE("eviction by frequency: the stale ages where nothing is hit and nothing comes back, too") {
  EvictionQueues queues(EvictionStyle::frequency);
  insert(queues, 0, 9);
  for (int use = 0; use < 15; ++use) {
    for (Id id = 0; id < 10; ++id) queues.use(id);
  }
  for (std::uint32_t key = 100; key < 2'550; ++key) replace(queues, key);
  const auto better = replace(queues, 50);
  queues.use(better);
  queues.use(better);
  const auto other = replace(queues, 51);
  CHECK(other != better);
  const auto gone = replace(queues, 52);
  CHECK(gone != better);
  CHECK(gone != other);
}

TEST_CASE("eviction: when recency takes over, the order of use becomes a plain list's") {
  EvictionQueues queues(EvictionStyle::trial);
  insert(queues, 0, 9);
  for (Id id = 0; id < 6; ++id) {
    queues.use(id);
    queues.use(id);
  }
  CHECK(queues.evict() == 6);
  queues.set_style(EvictionStyle::recency);
  for (const Id id : {4U, 1U, 9U, 0U}) queues.use(id);
  // First what still stands in the main queue, then the rest as it was used.
  std::vector<Id> order;
  while (queues.size() > 0) order.push_back(queues.evict());
  CHECK(order == std::vector<Id>{2, 3, 5, 7, 8, 4, 1, 9, 0});
}

TEST_CASE("eviction: when frequency takes over, what stood in the trial moves on without proof") {
  EvictionQueues queues(EvictionStyle::recency);
  insert(queues, 0, 9);
  queues.set_style(EvictionStyle::frequency);
  // A trial of one, and one on its way: the newest two; the other eight are in the main queue and stay.
  CHECK(queues.evict() == 8);
  queues.insert(8, hash_of_key(20), 1);
  CHECK(queues.evict() == 9);
}

TEST_CASE("eviction by recency: whatever is used, added and removed, they go in the order of their last use") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (const std::uint32_t most : {1U, 5U, 40U, 300U}) {
    EvictionQueues queues(EvictionStyle::recency);
    std::vector<Id> order;
    std::vector<Id> free;
    for (Id id = 0; id < most; ++id) free.insert(free.begin(), id);
    for (int step = 0; step < 5'000; ++step) {
      const auto what = random.below(16);
      const auto at =
          order.empty()
              ? order.end()
              : order.begin() + static_cast<std::ptrdiff_t>(random.below(static_cast<std::uint32_t>(order.size())));
      if (what == 0 && at != order.end()) {
        queues.remove(*at);
        free.push_back(*at);
        order.erase(at);
      } else if (what < 8 && at != order.end()) {
        queues.use(*at);
        std::rotate(at, at + 1, order.end());
      } else if (free.empty() || (what < 11 && !order.empty())) {
        const auto gone = queues.evict();
        REQUIRE(gone == order.front());
        free.push_back(gone);
        order.erase(order.begin());
      } else {
        queues.insert(free.back(), hash_of_key(random.below(1'000)), 1);
        order.push_back(free.back());
        free.pop_back();
      }
    }
  }
}

TEST_CASE("eviction: what was used last by recency is the newest in other styles, too") {
  EvictionQueues queues(EvictionStyle::recency);
  insert(queues, 0, 9);
  queues.use(3);
  queues.use(0);
  queues.set_style(EvictionStyle::trial);
  CHECK(queues.evict() == 1);
  queues.set_style(EvictionStyle::recency);
  queues.use(2);
  std::vector<Id> order;
  while (queues.size() > 0) order.push_back(queues.evict());
  CHECK(order == std::vector<Id>{4, 5, 6, 7, 8, 9, 3, 0, 2});
}

TEST_CASE("eviction: what comes in another style is newer than what was used by recency") {
  EvictionQueues queues(EvictionStyle::recency);
  insert(queues, 0, 9);
  queues.set_style(EvictionStyle::trial);
  insert(queues, 10, 39);
  CHECK(queues.evict() == 0);
}

TEST_CASE("eviction: whatever happens in whatever style, each goes once and none is lost") {
  Random random;
  INFO("--rng-seed " << random.seed());
  EvictionQueues queues(EvictionStyle::recency);
  std::vector<bool> held;
  std::vector<Id> free;
  std::uint32_t count = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto what = random.below(10);
    const auto id = held.empty() ? 0 : random.below(static_cast<std::uint32_t>(held.size()));
    if (what == 0) queues.set_style(static_cast<EvictionStyle>(random.below(3)));
    if (what == 1 && !held.empty()) {
      queues.remove(id);
      if (held[id]) free.push_back(id);
      count -= held[id] ? 1 : 0;
      held[id] = false;
    } else if (what < 5 && !held.empty() && held[id]) {
      queues.use(id);
    } else if (what < 7 && count > 0) {
      const auto gone = queues.evict();
      REQUIRE(gone < held.size());
      REQUIRE(held[gone]);
      held[gone] = false;
      free.push_back(gone);
      --count;
    } else if (count < 50) {
      if (free.empty()) {
        free.push_back(static_cast<Id>(held.size()));
        held.push_back(false);
      }
      queues.insert(free.back(), hash_of_key(random.below(200)), static_cast<float>(random.below(4)));
      held[free.back()] = true;
      free.pop_back();
      ++count;
    }
    REQUIRE(queues.size() == count);
  }
}
