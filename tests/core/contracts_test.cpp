// What C++ and JavaScript must agree on; tests/contracts/README.md says what the files mean.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "core/codec/record.hpp"
#include "core/events/event_filter.hpp"
#include "core/events/json_documents.hpp"
#include "core/keys/key_index.hpp"
#include "core/keys/keys.hpp"
#include "core/keys/selector.hpp"
#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Json = nlohmann::json;
using Texts = std::vector<std::string>;

namespace {

Json contract(const std::string& name) {
  std::ifstream file(std::string(CARDCACHE_CONTRACTS) + "/" + name);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto document = Json::parse(text, nullptr, false);
  REQUIRE_FALSE(document.is_discarded());
  REQUIRE_FALSE(document.empty());
  return document;
}

Json part(const std::string& name, const char* of) { return contract(name)[of]; }

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16)));
    i += 2;
  }
  return out;
}

Texts segments_of(std::string_view params) {
  Texts segments;
  while (!params.empty()) segments.emplace_back(take_segment(params));
  return segments;
}

std::string param_text(const Json& param) { return param.is_string() ? param.get<std::string>() : param.dump(); }

/// nullopt where the text is none.
std::optional<Selector> selector_of(const Json& json) {
  if (json.is_string()) return parse_selector(json.get<std::string>());
  Selector selector;
  if (json.contains("endpoint")) selector.endpoint = json["endpoint"].get<std::string>();
  if (json.contains("user")) {
    selector.shared = json["user"].is_null();
    if (!selector.shared) selector.user = json["user"].get<std::string>();
  }
  if (json.contains("tag")) selector.tag = json["tag"].get<std::string>();
  if (json.contains("keys")) selector.keys = json["keys"].get<Texts>();
  return selector;
}

std::string name_of(Reason reason) {
  constexpr std::array names{"actor", "assigned", "unknown", "other"};
  return names.at(static_cast<std::size_t>(reason));
}

}  // namespace

TEST_CASE("contract: keys that were built read back to their parts") {
  for (const auto& one : part("keys.json", "built")) {
    const auto key = one["key"].get<std::string>();
    INFO(key);
    CHECK(is_valid_key(key));
    const auto parts = split_key(key);
    CHECK(percent_decoded(parts.endpoint) == one["endpoint"].get<std::string>());
    const bool shared = !one.contains("user") || one["user"].is_null();
    CHECK(parts.shared == shared);
    if (!shared) CHECK(percent_decoded(parts.user) == one["user"].get<std::string>());
    Texts expected;
    for (const auto& param : one.value("params", Json::array())) expected.push_back(param_text(param));
    auto found = segments_of(parts.params);
    std::ranges::transform(found, found.begin(), percent_decoded);
    CHECK(found == expected);
  }
}

TEST_CASE("contract: keys are understood") {
  for (const auto& one : part("keys.json", "read")) {
    const auto key = one["key"].get<std::string>();
    INFO(key);
    const auto parts = split_key(key);
    CHECK(parts.endpoint == one["endpoint"].get<std::string>());
    CHECK(parts.shared == one["shared"].get<bool>());
    CHECK(parts.user == one.value("user", ""));
    CHECK(segments_of(parts.params) == one["params"].get<Texts>());
  }
}

TEST_CASE("contract: texts that are no keys are refused") {
  for (const auto& text : part("keys.json", "refused")) CHECK_FALSE(is_valid_key(text.get<std::string>()));
}

TEST_CASE("contract: selectors select exactly what they say") {
  const auto document = contract("selectors.json");
  MapArea area;
  Tab tab(&area);
  KeyIndex index;
  for (const auto& entry : document["entries"]) {
    const auto key = entry["key"].get<std::string>();
    const auto tags = entry.value("tags", Texts{});
    index.insert(key, tags);
    tab.set(key, "1", {.tags = tags});
  }
  Tab reloaded(&area);
  for (const auto& one : document["selected"]) {
    INFO(one["selector"].dump());
    const auto selector = selector_of(one["selector"]);
    REQUIRE(selector);
    const auto expected = one["keys"].get<std::set<std::string>>();
    std::set<std::string> by_rule;
    for (const auto& entry : document["entries"]) {
      const auto key = entry["key"].get<std::string>();
      if (selector->selects(key, entry.value("tags", Texts{}))) by_rule.insert(key);
    }
    CHECK(by_rule == expected);
    std::set<std::string> by_index;
    for (const auto id : index.select(*selector)) by_index.insert(index.key(id));
    CHECK(by_index == expected);
    for (auto* cache : {&tab.cache, &reloaded.cache}) {
      const auto keys = cache->keys(*selector, start);
      CHECK(std::set<std::string>(keys.begin(), keys.end()) == expected);
      CHECK(keys.size() == expected.size());
    }
  }
}

TEST_CASE("contract: texts that are no selectors are refused") {
  for (const auto& text : part("selectors.json", "refused")) {
    INFO(text.dump());
    CHECK_FALSE(parse_selector(text.get<std::string>()));
  }
}

TEST_CASE("contract: events concern whom they concern") {
  for (const auto& one : contract("events.json")) {
    EventFilter filter;
    filter.add_rule({one["type"].get<std::string>(), {}, one.value("subject", "") == "username"});
    const auto facts = read_event(Json{{"event_type", one["type"]}, {"data", one["data"]}}.dump());
    CHECK(facts.type == one["type"].get<std::string>());
    const auto named = one.value("namedFor", Texts{});
    for (const auto& [user, reason] : one["reasons"].items()) {
      INFO(one["about"].get<std::string>() << ": " << user);
      Evidence evidence{{}, std::ranges::find(named, user) != named.end()};
      for (const auto& name : one.value("assignees", Texts{})) evidence.assignees.push_back(escape_user(name));
      const auto judged = EventFilter::judge(facts, filter.rule_for(facts.type), escape_user(user), evidence);
      CHECK(name_of(judged) == reason.get<std::string>());
    }
  }
}

TEST_CASE("contract: records are read as they are meant") {
  const auto document = contract("records.json");
  const Millis now{document["now"].get<double>()};
  const Millis life{document["life"].get<double>()};
  for (const auto& one : document["read"]) {
    INFO(one["about"].get<std::string>());
    const auto text = to_utf16(one["text"].get<std::string>());
    Record record;
    REQUIRE(read_record(u"cardcache_plan", text, {.default_life = life}, record) == RecordFault::none);
    CHECK(Json::parse(record.data, nullptr, false) == one["data"]);
    CHECK(record.facts.timestamp.value == one["timestamp"].get<double>());
    CHECK(record.facts.expires_at == (one["expires"].is_null() ? never : Millis{one["expires"].get<double>()}));
    CHECK(record.facts.version == one.value("version", ""));
    CHECK(record.facts.tags == one.value("tags", Texts{}));

    MapArea area;
    REQUIRE(area.set(u"cardcache_plan", text));
    Tab tab(&area, {.storage_ttl = life, .now = now});
    const auto found = tab.get("plan");
    REQUIRE(found);
    CHECK(Json::parse(*found, nullptr, false) == one["data"]);
  }
}

TEST_CASE("contract: packed records are read as they are meant, by this core and those to come") {
  const auto document = contract("records.json");
  const auto name = to_utf16(document["packedKey"].get<std::string>());
  const RecordForm form{.default_life = Millis{document["life"].get<double>()}};
  for (const auto& one : document["packed"]) {
    INFO(one["about"].get<std::string>());
    Record record;
    REQUIRE(read_record(name, to_utf16(one["text"].get<std::string>()), form, record) == RecordFault::none);
    CHECK(Json::parse(record.data, nullptr, false) == one["data"]);
    CHECK(record.facts.timestamp.value == one["timestamp"].get<double>());
    CHECK(record.facts.expires_at == (one["expires"].is_null() ? never : Millis{one["expires"].get<double>()}));
    CHECK(record.facts.version == one.value("version", ""));
    CHECK(record.facts.tags == one.value("tags", Texts{}));
  }
}

TEST_CASE("contract: packed records that are not whole, or of another version, are misses, counted and removed") {
  const auto document = contract("records.json");
  const auto name = to_utf16(document["packedKey"].get<std::string>());
  for (const auto& one : document["packedBad"]) {
    INFO(one["about"].get<std::string>());
    MapArea area;
    REQUIRE(area.set(name, to_utf16(one["text"].get<std::string>())));
    Tab tab(&area, {.now = Millis{document["now"].get<double>()}});
    CHECK_FALSE(tab.get("record"));
    CHECK_FALSE(area.holds(name));
    const bool corrupt = one["fault"] == "corrupt";
    CHECK(tab.cache.statistics().errors[static_cast<std::size_t>(ErrorKind::corrupt)] == (corrupt ? 1 : 0));
    CHECK(tab.cache.statistics().errors[static_cast<std::size_t>(ErrorKind::version)] == (corrupt ? 0 : 1));
  }
}

TEST_CASE("contract: records that are none are misses, counted as corrupt and removed") {
  const auto document = contract("records.json");
  for (const auto& one : document["corrupt"]) {
    INFO(one["about"].get<std::string>());
    MapArea area;
    REQUIRE(area.set(u"cardcache_plan", to_utf16(one["text"].get<std::string>())));
    Tab tab(&area, {.now = Millis{document["now"].get<double>()}});
    CHECK_FALSE(tab.get("plan"));
    CHECK_FALSE(area.holds(u"cardcache_plan"));
    CHECK(tab.cache.statistics().errors[static_cast<std::size_t>(ErrorKind::corrupt)] == 1);
  }
}

TEST_CASE("contract: records that are outdated are misses and removed, and no error") {
  const auto document = contract("records.json");
  for (const auto& one : document["outdated"]) {
    INFO(one["about"].get<std::string>());
    MapArea area;
    REQUIRE(area.set(u"cardcache_plan", to_utf16(one["text"].get<std::string>())));
    Tab tab(&area, {.now = Millis{document["now"].get<double>()}});
    CHECK_FALSE(tab.get("plan"));
    CHECK_FALSE(area.holds(u"cardcache_plan"));
    for (const auto count : tab.cache.statistics().errors) CHECK(count == 0);
  }
}
