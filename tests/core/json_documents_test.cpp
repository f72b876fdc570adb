#include "core/events/json_documents.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Names = std::vector<std::string>;

TEST_CASE("event data: username and assigned_users are read, the rest is passed over") {
  const auto facts = read_event_facts(
      R"({"task_id":1,"username":"gabriel","notes":null,"completion_data":{"username":"tom","assigned_users":["ute"]},)"
      R"("assigned_users":["gabriel","sara"],"list":[1.5,-7,true,"username"]})");
  CHECK(facts.username == "gabriel");
  CHECK(facts.assigned_users == Names{"gabriel", "sara"});
}

TEST_CASE("event data: fields of other types than expected tell nothing") {
  CHECK_FALSE(read_event_facts(R"({"username":7})").username);
  CHECK_FALSE(read_event_facts(R"({"username":null})").username);
  CHECK_FALSE(read_event_facts(R"({"username":["sara"]})").username);
  CHECK_FALSE(read_event_facts(R"({"username":{"username":"sara"}})").username);
  CHECK(read_event_facts(R"({"assigned_users":null})").assigned_users.empty());
  CHECK(read_event_facts(R"({"assigned_users":"sara"})").assigned_users.empty());
  CHECK(read_event_facts(R"({"assigned_users":{"0":"sara"}})").assigned_users.empty());
  CHECK(read_event_facts(R"({"assigned_users":{"0":["tom"],"1":"sara"}})").assigned_users.empty());
  CHECK(read_event_facts(R"({"assigned_users":["tom"],"by":{"name":"sara"}})").assigned_users == Names{"tom"});
}

TEST_CASE("event data: beside what is no name the names of a list still count") {
  CHECK(read_event_facts(R"({"assigned_users":[7,"sara",null,["tom"],{"name":"ute"},"ute",1e3]})").assigned_users ==
        Names{"sara", "ute"});
}

TEST_CASE("event data: what is no object tells nothing") {
  for (const auto* text :
       {"", " ", "null", "7", "\"sara\"", R"(["username","sara"])", R"([{"username":"sara"}])", "true"}) {
    INFO(text);
    const auto facts = read_event_facts(text);
    CHECK_FALSE(facts.username);
    CHECK(facts.assigned_users.empty());
  }
}

TEST_CASE("event data: of what is cut off or spoiled nothing is believed") {
  const std::string whole = R"({"username":"sara","assigned_users":["tom"],"x":[1,{"y":2.5}]})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    const Exact cut(std::string_view(whole).substr(0, length));
    const auto facts = read_event_facts(cut.view());
    CHECK_FALSE(facts.username);
    CHECK(facts.assigned_users.empty());
  }
  CHECK_FALSE(read_event_facts(whole + "x").username);
  CHECK(read_event_facts(whole).username == "sara");
}

TEST_CASE("event data: the last of two fields of one name holds, as in JSON.parse") {
  CHECK(read_event_facts(R"({"username":"sara","username":"tom"})").username == "tom");
  CHECK_FALSE(read_event_facts(R"({"username":"sara","username":null})").username);
  CHECK(read_event_facts(R"({"assigned_users":["sara"],"assigned_users":["tom"]})").assigned_users == Names{"tom"});
  CHECK(read_event_facts(R"({"assigned_users":["sara"],"assigned_users":null})").assigned_users.empty());
}

TEST_CASE("event data: names are unescaped") {
  CHECK(read_event_facts(R"({"user\u006eame":"Zo\u00eb \"\uD83D\uDE00"})").username == "Zo\xC3\xAB \"\xF0\x9F\x98\x80");
}

TEST_CASE("event data: deep nesting is no trouble") {
  const std::string deep =
      R"({"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + R"(,"username":"sara"})";
  CHECK(read_event_facts(deep).username == "sara");
  CHECK_FALSE(read_event_facts(std::string(100'000, '[')).username);
}

TEST_CASE("event data: any bytes at all are read to an answer") {
  Random random;
  INFO("--rng-seed " << random.seed());
  const std::string whole = R"({"username":"sara","assigned_users":["tom","\u00e4"],"n":[1,-2.5e3,true,null]})";
  for (int round = 0; round < 5'000; ++round) {
    auto text = whole;
    for (auto count = 1 + random.below(4); count > 0; --count) {
      text[random.below(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(random.below(256));
    }
    text.resize(text.size() - random.below(3));
    const Exact exact(std::string_view{text});
    const auto facts = read_event_facts(exact.view());
    REQUIRE(facts.assigned_users.size() <= 2);
  }
}
