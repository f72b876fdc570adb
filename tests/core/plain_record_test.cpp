#include "core/codec/plain_record.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "core/base/text.hpp"
#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr Millis life{1'000};

EntryFacts facts_at(double timestamp) {
  EntryFacts facts;
  facts.timestamp = Millis{timestamp};
  facts.expires_at = facts.timestamp + life;
  return facts;
}

struct Owned {
  std::u16string data;
  EntryFacts facts;
};

std::optional<Owned> read(std::string_view utf8) {
  const auto text = to_utf16(utf8);
  const auto record = read_plain_record(text, life);
  return record ? std::optional(Owned{std::u16string(record->data), record->facts}) : std::nullopt;
}

}  // namespace

TEST_CASE("plain record: what nothing sets apart is written as AgileTrack writes it") {
  CHECK(write_plain_record("[1,2]", facts_at(1'764'000'000'000), life) ==
        u"{\"data\":[1,2],\"timestamp\":1764000000000}");
}

TEST_CASE("plain record: what differs from the defaults follows in further fields") {
  auto facts = facts_at(5);
  facts.expires_at = Millis{77};
  facts.version = "2";
  facts.tags = {"a", "b\"\\"};
  facts.cost = 2.5;
  facts.exempt_from_events = true;
  CHECK(to_wtf8(write_plain_record("null", facts, life)) ==
        R"({"data":null,"timestamp":5,"expires":77,"version":"2","tags":["a","b\"\\"],"cost":2.500,"onEvent":"keep"})");
}

TEST_CASE("plain record: an end that never comes is null, since JSON has no infinity") {
  auto facts = facts_at(5);
  facts.expires_at = never;
  const auto text = write_plain_record("1", facts, life);
  CHECK(text == u"{\"data\":1,\"timestamp\":5,\"expires\":null}");
  CHECK(read_plain_record(text, life)->facts.expires_at == never);
}

TEST_CASE("plain record: an end further away than numbers count is one that never comes") {
  auto facts = facts_at(1'764'000'000'000);
  for (const double end : {1e17, 1e20, 1e300}) {
    facts.expires_at = Millis{end};
    const auto back = read_plain_record(write_plain_record("1", facts, life), life);
    REQUIRE(back);
    CHECK(back->facts.expires_at >= Millis{1e16});
  }
}

TEST_CASE("plain record: an end as far away as numbers count comes back to the millisecond") {
  auto facts = facts_at(1'764'000'000'000);
  facts.expires_at = Millis{most_millis};
  CHECK(most_millis == 9'007'199'254'740'991);
  CHECK(read_plain_record(write_plain_record("1", facts, life), life)->facts.expires_at == facts.expires_at);
}

TEST_CASE("plain record: text of every kind is written as JSON that reads back") {
  auto facts = facts_at(5);
  facts.version = "\x01\x1F\"\\/\xC3\xA4\xF0\x9F\x98\x80\xED\xA0\xBD";
  facts.tags = {"", "\n", "\xED\xB8\x80\xED\xA0\xBD"};
  const auto text = write_plain_record("\"\xED\xA0\xBD\"", facts, life);
  const auto back = read_plain_record(text, life);
  REQUIRE(back);
  CHECK(back->facts.version == facts.version);
  CHECK(back->facts.tags == facts.tags);
  CHECK(to_wtf8(back->data) == "\"\xED\xA0\xBD\"");
}

TEST_CASE("plain record: what JSON may hold as it is stands as it is, and nothing else does") {
  auto facts = facts_at(5);
  // U+001F and U+0020, and both sides of the surrogates.
  facts.version = to_wtf8(u"\u001F \uD7FF\uE000" + std::u16string(1, u'\xD800') + u'x' + u'\xDFFF');
  CHECK(write_plain_record("1", facts, life) ==
        u"{\"data\":1,\"timestamp\":5,\"version\":\"\\u001f \uD7FF\uE000\\ud800x\\udfff\"}");
}

TEST_CASE("plain record: escapes in names are read as JSON means them") {
  const auto record =
      read(R"({"data":1,"timestamp":5,"version":"\u0041\u00e4\b\f\n\r\t\/\"\\","tags":["\uD83D\uDE00"]})");
  REQUIRE(record);
  CHECK(record->facts.version == "A\xC3\xA4\b\f\n\r\t/\"\\");
  CHECK(record->facts.tags == std::vector<std::string>{"\xF0\x9F\x98\x80"});
}

TEST_CASE("plain record: data stand in it as they were written, and their bytes are counted") {
  const auto record = read("{ \"data\" : [ 1,  \"\xC4\x80\" ] , \"timestamp\" : 5 }");
  REQUIRE(record);
  CHECK(record->data == u"[ 1,  \"\u0100\" ]");
  CHECK(record->facts.bytes == 22);
}

TEST_CASE("plain record: a weight that is none weighs like any other") {
  for (const auto* cost : {"\"dear\"", "null", "1e999", "-1e999", "0e999", "-3", "[2]"}) {
    INFO(cost);
    const auto record = read(std::string(R"({"data":1,"timestamp":5,"cost":)") + cost + "}");
    REQUIRE(record);
    CHECK(std::isfinite(record->facts.cost));
    CHECK(record->facts.cost >= 0);
  }
  CHECK(read(R"({"data":1,"timestamp":5,"cost":"dear"})")->facts.cost == 1);
  CHECK(read(R"({"data":1,"timestamp":5,"cost":3})")->facts.cost == 3);
}

TEST_CASE("plain record: weights come back to a thousandth") {
  auto facts = facts_at(5);
  for (const double cost : {0.0, 0.001, 0.25, 0.9994, 0.9996, 1.9999, 2.0, 7.125, 100.0, 1e9}) {
    INFO(cost);
    facts.cost = cost;
    const auto back = read_plain_record(write_plain_record("1", facts, life), life);
    REQUIRE(back);
    CHECK(back->facts.cost == Catch::Approx(cost).margin(0.000'501));
  }
}

TEST_CASE("plain record: a whole weight is written without a fraction") {
  auto facts = facts_at(5);
  facts.cost = 20;
  CHECK(write_plain_record("1", facts, life) == u"{\"data\":1,\"timestamp\":5,\"cost\":20}");
}

TEST_CASE("plain record: a weight of which nobody can count the thousandths is the largest of which one can") {
  auto facts = facts_at(5);
  for (const double cost : {1e13, 1e300, never.value}) {
    facts.cost = cost;
    const auto back = read_plain_record(write_plain_record("1", facts, life), life);
    REQUIRE(back);
    CHECK(back->facts.cost == Catch::Approx(9'007'199'254'740.991));
  }
}

TEST_CASE("plain record: with a field of ours of another kind it is none") {
  for (const auto* field : {R"("timestamp":"5")", R"("timestamp":null)", R"("expires":"soon")", R"("version":2)",
                            R"("tags":"red")", R"("tags":["red",2])"}) {
    INFO(field);
    CHECK_FALSE(read(std::string(R"({"data":1,"timestamp":5,)") + field + "}"));
  }
  CHECK(read(R"({"data":1,"timestamp":5,"tags":[]})")->facts.tags.empty());
}

TEST_CASE("plain record: the last of two fields of one name holds, as in JSON.parse") {
  CHECK(read(R"({"data":1,"timestamp":"5","data":2,"timestamp":7})")->facts.timestamp == Millis{7});
}

TEST_CASE("plain record: only the word keep keeps it on events") {
  CHECK(read(R"({"data":1,"timestamp":5,"onEvent":"keep"})")->facts.exempt_from_events);
  CHECK_FALSE(read(R"({"data":1,"timestamp":5,"onEvent":"refresh"})")->facts.exempt_from_events);
  CHECK_FALSE(read(R"({"data":1,"timestamp":5,"onEvent":true})")->facts.exempt_from_events);
  CHECK_FALSE(read(R"({"data":1,"timestamp":5})")->facts.exempt_from_events);
  // And only in its own field.
  CHECK_FALSE(read(R"({"data":1,"timestamp":5,"advice":"keep"})")->facts.exempt_from_events);
  CHECK(read(R"({"data":1,"timestamp":5,"onEvent":"keep","advice":1})")->facts.exempt_from_events);
}

TEST_CASE("plain record: it is cut off at any point and is then none") {
  auto facts = facts_at(1'764'000'000'000);
  facts.expires_at = Millis{1'764'000'000'007};
  facts.version = "2";
  facts.tags = {"a"};
  facts.cost = 2;
  facts.exempt_from_events = true;
  const auto whole = write_plain_record(R"({"a":[1,"}"]})", facts, life);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    const Exact cut(std::u16string_view(whole).substr(0, length));
    CHECK_FALSE(read_plain_record(cut.view(), life));
  }
  CHECK(read_plain_record(whole, life));
}

TEST_CASE("plain record: whatever facts are written come back") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 1'000; ++round) {
    auto facts = facts_at(random.below(1'000'000));
    if (random.chance(2))
      facts.expires_at = random.chance(4) ? never : Millis{static_cast<double>(random.below(2'000'000))};
    if (random.chance(2)) facts.version = to_wtf8(random_text(random, 5));
    for (auto count = random.below(4); count > 0; --count) facts.tags.push_back(to_wtf8(random_text(random, 5)));
    if (random.chance(2)) facts.cost = random.below(5'000) / 8.0;
    facts.exempt_from_events = random.chance(2);
    const auto text = write_plain_record("[]", facts, life);
    const auto back = read_plain_record(text, life);
    REQUIRE(back);
    REQUIRE(back->facts.timestamp == facts.timestamp);
    REQUIRE(back->facts.expires_at == facts.expires_at);
    REQUIRE(back->facts.version == facts.version);
    REQUIRE(back->facts.tags == facts.tags);
    REQUIRE(back->facts.cost == facts.cost);
    REQUIRE(back->facts.exempt_from_events == facts.exempt_from_events);
    // Others read it with JSON.parse, which takes lone surrogates where nlohmann_json does not.
    if (text.find(u"\\ud") == std::u16string::npos) REQUIRE(nlohmann::json::accept(to_wtf8(text)));
  }
}

TEST_CASE("plain record: a spoiled one is read only where JSON.parse would read the same") {
  Random random;
  INFO("--rng-seed " << random.seed());
  const std::string whole =
      R"({"data":[1,{"a":"b"}],"timestamp":1764000000000,"expires":9,"version":"2","tags":["x"]})";
  const std::string spice = "{}[]\",:\\0123.e- datimespxrv\x7F";
  const std::regex huge_exponent("[eE][+]?[0-9]{3}");
  for (int round = 0; round < 10'000; ++round) {
    auto text = whole;
    for (auto count = 1 + random.below(3); count > 0; --count) {
      const auto at = random.below(static_cast<std::uint32_t>(text.size()));
      if (random.chance(3)) {
        text.erase(at, 1);
      } else if (random.chance(2)) {
        text.insert(at, 1, random.one_of(spice));
      } else {
        text[at] = random.one_of(spice);
      }
    }
    const auto record = read(text);
    // Numbers that JSON.parse reads as infinite have no age to speak of.
    if (!record || !std::isfinite(record->facts.timestamp.value) || std::regex_search(text, huge_exponent)) continue;
    INFO(text);
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    REQUIRE(parsed.is_object());
    REQUIRE(parsed.contains("data"));
    REQUIRE(parsed.contains("timestamp"));
    REQUIRE(parsed["timestamp"].is_number());
    REQUIRE(nlohmann::json::parse(to_wtf8(record->data), nullptr, false) == parsed["data"]);
    REQUIRE(record->facts.timestamp.value == Catch::Approx(parsed["timestamp"].get<double>()));
  }
}
