#include "core/memory/eviction.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

/// A cache that is nothing but its eviction.
class Cache {
 public:
  explicit Cache(std::uint32_t room) : room_(room) {}

  bool ask(std::uint32_t key) {
    if (const auto found = ids_.find(key); found != ids_.end()) {
      eviction_.use(found->second);
      return true;
    }
    auto id = static_cast<Eviction::Id>(keys_.size());
    if (id < room_) {
      keys_.push_back(key);
    } else {
      id = eviction_.evict();
      ids_.erase(keys_[id]);
      keys_[id] = key;
    }
    ids_[key] = id;
    eviction_.insert(id, key * 2'654'435'769, 1);
    return false;
  }

  /// Hits in percent.
  double replay(int requests, const std::function<std::uint32_t(int)>& key_at) {
    int hits = 0;
    for (int at = 0; at < requests; ++at) hits += ask(key_at(at)) ? 1 : 0;
    return 100.0 * hits / requests;
  }

  [[nodiscard]] EvictionStyle style() const { return eviction_.style(); }

 private:
  std::uint32_t room_;
  Eviction eviction_;
  std::vector<std::uint32_t> keys_;
  std::unordered_map<std::uint32_t, Eviction::Id> ids_;
};

/// Keys of which few are popular: the number of the most popular is 0.
std::uint32_t popular(Random& random, double keys) {
  return static_cast<std::uint32_t>(std::pow(keys, random.below(1'000'000) / 1e6)) - 1;
}

}  // namespace

TEST_CASE("eviction: on a loop longer than the room newcomers are kept out, and a share of it always hits") {
  for (const auto& [room, keys] : {std::pair{100U, 150}, {256U, 1'011}, {1'000U, 1'500}}) {
    Cache cache(room);
    const auto hits = cache.replay(keys * 100, [loop = keys](int at) { return static_cast<std::uint32_t>(at % loop); });
    CHECK(cache.style() == EvictionStyle::frequency);
    // Of a loop no rule hits more than the share that there is room for.
    CHECK(hits > 0.9 * 100 * room / keys);
  }
}

TEST_CASE("eviction: where what was asked for last is asked for again, the least recently used goes") {
  Random random;
  INFO("--rng-seed " << random.seed());
  Cache cache(200);
  // Things are popular in the order of their coming, and all the time something new comes.
  cache.replay(50'000, [&](int at) { return static_cast<std::uint32_t>(10'000 + at / 4) - popular(random, 1'000); });
  CHECK(cache.style() == EvictionStyle::recency);
}

TEST_CASE("eviction: where the popular stays popular, what comes once does not push it out") {
  Random random;
  INFO("--rng-seed " << random.seed());
  Cache cache(200);
  const auto hits = cache.replay(
      100'000, [&](int at) { return at % 2 == 0 ? popular(random, 5'000) : static_cast<std::uint32_t>(10'000 + at); });
  CHECK(cache.style() != EvictionStyle::recency);
  // The best 200 of 5,000 make log 200 / log 5,000 = 62 % of the half that is asked for more than once.
  CHECK(hits > 0.85 * 62 / 2);
}

TEST_CASE("eviction: a page that changes its ways is followed, and back again") {
  Random random;
  INFO("--rng-seed " << random.seed());
  Cache cache(150);
  for (int round = 0; round < 2; ++round) {
    cache.replay(60'000, [](int at) { return static_cast<std::uint32_t>(at % 400); });
    CHECK(cache.style() == EvictionStyle::frequency);
    cache.replay(60'000, [&](int at) { return static_cast<std::uint32_t>(10'000 + at / 4) - popular(random, 1'000); });
    CHECK(cache.style() == EvictionStyle::recency);
  }
}

TEST_CASE("eviction: with a handful of entries nothing is learnt, the least recently used goes") {
  Cache cache(15);
  CHECK(cache.replay(20'000, [](int at) { return static_cast<std::uint32_t>(at % 20); }) == 0);
  CHECK(cache.style() == EvictionStyle::recency);
  Cache larger(16);
  CHECK(larger.replay(20'000, [](int at) { return static_cast<std::uint32_t>(at % 20); }) > 60);
}

TEST_CASE("eviction: the same requests end in the same choices") {
  std::vector<bool> first;
  for (int run = 0; run < 2; ++run) {
    Random random(7);
    Cache cache(64);
    std::vector<bool> hits;
    hits.reserve(20'000);
    for (int at = 0; at < 20'000; ++at) hits.push_back(cache.ask(popular(random, 2'000)));
    if (run == 0) first = hits;
    CHECK(hits == first);
  }
}

TEST_CASE("miniature: it is a cache of as many keys as it has room for") {
  Miniature lru(EvictionStyle::recency);
  for (std::uint32_t key = 0; key < 5; ++key) CHECK_FALSE(lru.access(key, 4));
  CHECK_FALSE(lru.access(0, 4));
  CHECK(lru.access(2, 4));
  CHECK_FALSE(lru.access(1, 4));
  CHECK(lru.access(2, 4));
  CHECK_FALSE(lru.access(3, 4));
  CHECK_FALSE(lru.access(5, 5));
  for (const std::uint32_t key : {0U, 1U, 2U, 3U, 5U}) CHECK(lru.access(key, 5));
}

TEST_CASE("miniature: keys that share a chain are told apart, and leave it one by one") {
  Miniature lru(EvictionStyle::recency);
  const auto in_one_chain = [](std::uint32_t number) { return number * 2 * Miniature::most_room; };
  for (std::uint32_t number = 0; number < 6; ++number) CHECK_FALSE(lru.access(in_one_chain(number), 6));
  for (std::uint32_t number = 0; number < 6; ++number) CHECK(lru.access(in_one_chain(number), 6));
  // The first three go; the last three must still be found behind them.
  for (std::uint32_t number = 6; number < 9; ++number) CHECK_FALSE(lru.access(in_one_chain(number), 6));
  for (std::uint32_t number = 3; number < 9; ++number) CHECK(lru.access(in_one_chain(number), 6));
  CHECK_FALSE(lru.access(in_one_chain(0), 6));
}

TEST_CASE("miniature: by frequency what is used more often takes the place of what came first") {
  Miniature miniature(EvictionStyle::frequency);
  for (std::uint32_t key = 0; key < 10; ++key) CHECK_FALSE(miniature.access(key, 10));
  CHECK_FALSE(miniature.access(20, 10));
  for (int use = 0; use < 4; ++use) CHECK(miniature.access(20, 10));
  for (std::uint32_t key = 21; key < 24; ++key) CHECK_FALSE(miniature.access(key, 10));
  CHECK(miniature.access(20, 10));
}
