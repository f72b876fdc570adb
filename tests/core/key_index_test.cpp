#include "core/keys/key_index.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/random.hpp"
#include "support/selectors.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

std::set<std::string> selected(const KeyIndex& index, const Selector& selector) {
  std::set<std::string> keys;
  const auto ids = index.select(selector);
  for (const auto id : ids) keys.insert(index.key(id));
  // Nothing is selected twice.
  REQUIRE(keys.size() == ids.size());
  return keys;
}

std::set<std::string> selected(const KeyIndex& index, std::string_view selector) {
  return selected(index, by_text(selector));
}

using Keys = std::set<std::string>;

}  // namespace

TEST_CASE("key index: an entry is found until it is erased") {
  KeyIndex index;
  const auto id = index.insert("daily_plan:sara", {"plan"});
  CHECK(index.find("daily_plan:sara") == id);
  CHECK_FALSE(index.find("daily_plan:sarah"));
  CHECK(index.contains(id));
  CHECK(index.key(id) == "daily_plan:sara");
  CHECK(index.tags(id) == std::vector<std::string>{"plan"});
  CHECK(index.size() == 1);
  index.erase(id);
  CHECK_FALSE(index.find("daily_plan:sara"));
  CHECK_FALSE(index.contains(id));
  CHECK(index.size() == 0);
  CHECK_FALSE(index.contains(id + 1));
}

TEST_CASE("key index: ids are used again, so that tables beside it stay small") {
  KeyIndex index;
  for (int round = 0; round < 50; ++round) {
    const auto one = index.insert("teams", {});
    const auto other = index.insert("tasks:sara", {"a", "b"});
    index.erase(one);
    index.erase(other);
  }
  CHECK(index.capacity() == 2);
}

TEST_CASE("key index: shared entries stand together, with the word None and without") {
  KeyIndex index;
  index.insert("teams", {});
  index.insert("teams:None", {});
  index.insert("teams:None:7", {});
  index.insert("teams:sara", {});
  CHECK(selected(index, ":None") == Keys{"teams", "teams:None", "teams:None:7"});
  CHECK(selected(index, "teams:None") == Keys{"teams", "teams:None", "teams:None:7"});
  CHECK(selected(index, "teams:*") == Keys{"teams:None", "teams:None:7", "teams:sara"});
  CHECK(selected(index, "teams") == Keys{"teams", "teams:None", "teams:None:7", "teams:sara"});
}

TEST_CASE("key index: every way to write a shared key is found by its endpoint, and by no other's") {
  KeyIndex index;
  const Keys forms{"teams", "teams:", "teams::7", "teams:None", "teams:None:", "teams:None:7", "teams::"};
  for (const auto& key : forms) index.insert(key, {});
  index.insert("teams:sara", {});
  index.insert("teams:sara:", {});
  index.insert("teamsters", {});
  Selector selector;
  selector.endpoint = "teams";
  selector.shared = true;
  CHECK(selected(index, selector) == forms);
  CHECK(selected(index, "teams:sara") == Keys{"teams:sara", "teams:sara:"});
  for (const auto& key : forms) REQUIRE(index.key(*index.find(key)) == key);
  for (const auto& key : forms) index.erase(*index.find(key));
  CHECK(selected(index, selector).empty());
  CHECK(index.size() == 3);
}

TEST_CASE("key index: keys keep what they say while others come and go by the thousand") {
  KeyIndex index;
  const std::string lasting = "plan:sara:" + std::string(200, 'x');
  index.insert(lasting, {"red"});
  index.insert("teams", {});
  for (int round = 0; round < 20'000; ++round) {
    const auto key = "tasks:user_" + std::to_string(round) + ":" + std::to_string(round * 7);
    index.erase(index.insert(key, {}));
    REQUIRE(index.find(lasting));
  }
  CHECK(selected(index, "*") == Keys{lasting, "teams"});
  CHECK(selected(index, by_tag("red")) == Keys{lasting});
}

TEST_CASE("key index: keys of the same hash are told apart by all of their text") {
  const auto begins = GENERATE(true, false);
  // FNV-1a makes the same number of either pair.
  const std::string one = begins ? "plan:u149599:30" : "plan:sara:smusrt";
  const std::string other = begins ? "plan:u312382:30" : "plan:sara:gieobh";
  REQUIRE(hash_of(one) == hash_of(other));
  KeyIndex index;
  const auto first = index.insert(one, {});
  CHECK_FALSE(index.find(other));
  const auto second = index.insert(other, {});
  CHECK(index.find(one) == first);
  CHECK(index.find(other) == second);
  index.erase(first);
  CHECK_FALSE(index.find(one));
  CHECK(index.find(other) == second);
}

TEST_CASE("key index: new tags replace the old") {
  KeyIndex index;
  const auto id = index.insert("team_7", {"metrics", "seven"});
  index.retag(id, {"seven", "red"});
  CHECK(selected(index, by_tag("metrics")).empty());
  CHECK(selected(index, by_tag("seven")) == Keys{"team_7"});
  CHECK(selected(index, by_tag("red")) == Keys{"team_7"});
  CHECK(selected(index, by_tag("never said")).empty());
}

TEST_CASE("key index: a tag said twice counts once") {
  KeyIndex index;
  const auto id = index.insert("team_7", {"red", "red", "red"});
  CHECK(index.tags(id) == std::vector<std::string>{"red"});
  CHECK(selected(index, by_tag("red")) == Keys{"team_7"});
  index.erase(id);
  CHECK(selected(index, by_tag("red")).empty());
}

TEST_CASE("key index: names of one kind do not reach those of another") {
  KeyIndex index;
  index.insert("sara:plan", {"None"});
  index.insert("plan:sara", {});
  CHECK(selected(index, ":sara") == Keys{"plan:sara"});
  CHECK(selected(index, "sara") == Keys{"sara:plan"});
  CHECK(selected(index, ":None").empty());
  CHECK(selected(index, by_tag("None")) == Keys{"sara:plan"});
}

TEST_CASE("key index: it does what a plain map of keys would, whatever comes in whatever order") {
  Random random;
  INFO("--rng-seed " << random.seed());
  const std::vector<std::string> endpoints{"teams", "plan", "tasks", "sara"};
  const std::vector<std::string> users{"sara", "sarah", "tom", "None"};
  const std::vector<std::string> params{"30", "300", "indoors"};
  const std::vector<std::string> tags{"red", "green", "blue"};
  const auto random_key = [&] {
    auto key = random.one_of(endpoints);
    if (random.chance(5)) return key;
    key += ":" + random.one_of(users);
    for (auto count = random.below(3); count > 0; --count) key += ":" + random.one_of(params);
    return key;
  };
  const auto random_tags = [&] {
    std::vector<std::string> some;
    for (auto count = random.below(4); count > 0; --count) some.push_back(random.one_of(tags));
    return some;
  };
  const auto random_selector = [&] {
    Selector selector;
    if (random.chance(2)) selector.endpoint = random.one_of(endpoints);
    if (random.chance(3)) {
      selector.user = random.one_of(users);
      if (*selector.user == "None") {
        selector.user.reset();
        selector.shared = true;
      }
    }
    if (random.chance(4)) selector.params.push_back(random.chance(2) ? "*" : random.one_of(params));
    if (random.chance(6)) selector.has_user_segment = true;
    if (random.chance(4)) selector.tag = random.one_of(tags);
    if (random.chance(6)) {
      selector.keys.emplace();
      for (auto count = random.below(5); count > 0; --count) selector.keys->push_back(random_key());
    }
    return selector;
  };

  KeyIndex index;
  std::map<std::string, std::vector<std::string>> plain;
  for (int step = 0; step < 8'000; ++step) {
    const auto key = random_key();
    const auto known = index.find(key);
    REQUIRE(known.has_value() == plain.contains(key));
    if (!known) {
      const auto some = random_tags();
      REQUIRE(index.contains(index.insert(key, some)));
      plain[key] = some;
    } else if (random.chance(2)) {
      index.erase(*known);
      plain.erase(key);
    } else {
      const auto some = random_tags();
      index.retag(*known, some);
      plain[key] = some;
    }
    REQUIRE(index.size() == plain.size());
    const auto selector = random_selector();
    Keys expected;
    for (const auto& [name, some] : plain) {
      if (selector.selects(name, some)) expected.insert(name);
    }
    INFO(selector.to_text());
    REQUIRE(selected(index, selector) == expected);
  }
  std::size_t visited = 0;
  index.for_each([&](KeyIndex::Id id) { visited += plain.contains(index.key(id)) ? 1 : 0; });
  CHECK(visited == plain.size());
}
