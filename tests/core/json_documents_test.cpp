#include "core/events/json_documents.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Names = std::vector<std::string>;

namespace {

/// Of an event that has these data and no type.
EventFacts read_event_facts(std::string_view data) { return read_event("{\"data\":" + std::string(data) + "}"); }

}  // namespace

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
  const std::string whole =
      R"({"type":"done","data":{"username":"sara","task_id":7,"assigned_users":["tom"],"x":[1,{"y":2.5}]}})";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    const Exact cut(std::string_view(whole).substr(0, length));
    const auto facts = read_event(cut.view());
    CHECK_FALSE(facts.username);
    CHECK_FALSE(facts.task);
    CHECK(facts.assigned_users.empty());
    CHECK(facts.type.empty());
  }
  CHECK_FALSE(read_event(whole + "x").username);
  CHECK(read_event(whole).username == "sara");
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

TEST_CASE("event: its type is event_type, or else type") {
  CHECK(read_event(R"({"event_type":"a","type":"b","data":{"type":"c"}})").type == "a");
  CHECK(read_event(R"({"type":"b","event_type":null})").type == "b");
  CHECK(read_event(R"({"event_type":7,"type":["b"]})").type.empty());
  CHECK(read_event(R"({"event_type":"a","event_type":"b"})").type == "b");
  CHECK(read_event(R"({"event_type":"","type":"b"})").type.empty());
  CHECK(read_event(R"({"context":{"type":"c"},"data":[{"event_type":"d"}]})").type.empty());
  CHECK(read_event(R"(["type","b"])").type.empty());
  CHECK(read_event(R"({"event_type":"\u00e4:*"})").type == "\xC3\xA4:*");
}

TEST_CASE("event: its task is a text or a number, as the page would write it") {
  CHECK(read_event_facts(R"({"task_id":"7"})").task == "7");
  CHECK(read_event_facts(R"({"task_id":7})").task == "7");
  CHECK(read_event_facts(R"({"task_id":0})").task == "0");
  CHECK(read_event_facts(R"({"task_id":-12})").task == "-12");
  CHECK(read_event_facts(R"({"task_id":1.5})").task == "1.5");
  CHECK(read_event_facts(R"({"task_id":1e+21})").task == "1e+21");
  CHECK(read_event_facts(R"({"task_id":9007199254740993})").task == "9007199254740993");
  CHECK(read_event_facts(R"({"task_id":18446744073709551615})").task == "18446744073709551615");
  CHECK(read_event_facts(R"({"task_id":-9223372036854775808})").task == "-9223372036854775808");
  CHECK(read_event_facts(R"({"task_id":184467440737095516160})").task == "184467440737095516160");
  CHECK_FALSE(read_event_facts(R"({"task_id":null})").task);
  CHECK_FALSE(read_event_facts(R"({"task_id":true})").task);
  CHECK_FALSE(read_event_facts(R"({"task_id":[7]})").task);
  CHECK_FALSE(read_event_facts(R"({"task_id":{"id":7}})").task);
  CHECK_FALSE(read_event_facts(R"({"x":{"task_id":7}})").task);
  CHECK_FALSE(read_event_facts(R"({"task_id":7,"task_id":null})").task);
  CHECK_FALSE(read_event(R"({"task_id":7})").task);
}

TEST_CASE("event: users are as they stand in keys") {
  CHECK(read_event_facts(R"({"username":"None"})").username == "%4Eone");
  CHECK(read_event_facts(R"({"username":"a:b*100%"})").username == "a%3Ab%2A100%25");
  CHECK(read_event_facts(R"({"assigned_users":["None","a:b"]})").assigned_users == Names{"%4Eone", "a%3Ab"});
}

TEST_CASE("event: of two members that are data the last one holds, of whatever type") {
  CHECK(read_event(R"({"data":{"username":"sara","task_id":1},"data":{"task_id":2}})").task == "2");
  CHECK_FALSE(read_event(R"({"data":{"username":"sara"},"data":{"task_id":2}})").username);
  CHECK_FALSE(read_event(R"({"data":{"username":"sara"},"data":null})").username);
  CHECK_FALSE(read_event(R"({"data":[{"username":"sara"}]})").username);
  CHECK_FALSE(read_event(R"({"data":{"username":"sara"},"data":[["x"]]})").username);
  CHECK_FALSE(read_event(R"({"data":"sara","context":{"username":"sara"}})").username);
}

TEST_CASE("event: bytes that are no UTF-8 tell nothing") {
  for (const auto* bytes : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xC3"}) {
    CHECK_FALSE(read_event_facts("{\"username\":\"" + std::string(bytes) + "\"}").username);
  }
}
