#include "core/codec/json_scanner.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

bool is_json(std::u16string_view text) {
  const Exact exact(text);
  JsonScanner scanner(exact.view());
  return scanner.value() && scanner.at_end();
}

std::u16string nested(std::size_t depth) { return std::u16string(depth, u'[') + std::u16string(depth, u']'); }

}  // namespace

TEST_CASE("json scanner: it accepts what RFC 8259 accepts") {
  for (const auto* text :
       {u"0", u"-0", u"12.5e+3", u"1E-2", u"true", u"false", u"null", u"\"\"", u"[]", u"{}", u" [ 1 , \"a\" ] ",
        u"{\"a\":{\"b\":[null]},\"\":1}", u"\"\\u00e4\\n\\/\"", u"\t\r\n 1 \n"}) {
    INFO(to_wtf8(text));
    CHECK(is_json(text));
  }
}

TEST_CASE("json scanner: it refuses what JSON.parse refuses") {
  for (const auto* text :
       {u"",        u" ",        u"01",        u"+1",          u".5",        u"1.",     u"1.e3",      u"-",
        u"1e",      u"1e+",      u"tru",       u"True",        u"nul",       u"NaN",    u"undefined", u"Infinity",
        u"\"",      u"\"\\\"",   u"\"\\x41\"", u"\"\\u12g4\"", u"\"\\u12\"", u"\"\n\"", u"'a'",       u"[",
        u"[1",      u"[1,",      u"[1,]",      u"[,1]",        u"[1 2]",     u"]",      u"{",         u"{\"a\"",
        u"{\"a\":", u"{\"a\":1", u"{\"a\":1,", u"{\"a\":1,}",  u"{a:1}",     u"{1:1}",  u"{\"a\" 1}", u"[1}",
        u"{]",      u"1 2",      u"nullx",     u"//\n1",       u"\u00A01"}) {
    INFO(to_wtf8(text));
    CHECK_FALSE(is_json(text));
  }
}

TEST_CASE(
    "json scanner: the digits of an escape are hexadecimal, small and large, and what stands next to them is none") {
  for (const char16_t digit : std::u16string_view(u"09afAF"))
    CHECK(is_json(std::u16string(u"\"\\u000") + digit + u'"'));
  for (const char16_t unit : std::u16string_view(u"/:`g@G")) {
    CHECK_FALSE(is_json(std::u16string(u"\"\\u000") + unit + u'"'));
  }
}

TEST_CASE("json scanner: a value's text is the value alone, and the scanner stands behind it") {
  JsonScanner scanner(u"  {\"a\":[1,2]} , \"b\" ]");
  const auto value = scanner.value();
  REQUIRE(value);
  CHECK(*value == u"{\"a\":[1,2]}");
  CHECK(scanner.take(u','));
  const auto text = scanner.string();
  REQUIRE(text);
  CHECK(*text == u"b");
  CHECK_FALSE(scanner.take(u'}'));
  CHECK_FALSE(scanner.at_end());
  CHECK(scanner.take(u']'));
  CHECK(scanner.at_end());
}

TEST_CASE("json scanner: a string's escapes stay as written") {
  JsonScanner scanner(u"\"a\\\"\\u0041\\\\\" ");
  const auto text = scanner.string();
  REQUIRE(text);
  CHECK(*text == u"a\\\"\\u0041\\\\");
  CHECK(scanner.at_end());
  JsonScanner number(u"7");
  CHECK_FALSE(number.string());
}

TEST_CASE("json scanner: lone surrogates pass, in strings only") {
  const std::u16string lone(1, u'\xD83D');
  CHECK(is_json(u"\"" + lone + u"\""));
  CHECK_FALSE(is_json(lone));
}

TEST_CASE("json scanner: nesting is followed to its limit and no further") {
  constexpr auto limit = JsonScanner::max_depth;
  CHECK(is_json(nested(limit)));
  CHECK(is_json(nested(limit + 1)));
  CHECK_FALSE(is_json(nested(limit + 2)));
  CHECK_FALSE(is_json(nested(1'000'000)));
  const auto objects = [](std::size_t depth) {
    std::u16string text;
    for (std::size_t i = 0; i < depth; ++i) text += u"{\"a\":";
    return text + u"true" + std::u16string(depth, u'}');
  };
  CHECK(is_json(objects(limit)));
  CHECK_FALSE(is_json(objects(limit + 1)));
  CHECK_FALSE(is_json(objects(1'000'000)));
}

TEST_CASE("json scanner: what ends where it is given up is no value") {
  CHECK_FALSE(is_json(std::u16string(JsonScanner::max_depth + 1, u'[')));
  CHECK_FALSE(is_json(u"\"\\"));
}

TEST_CASE("json scanner: it judges spoiled records as nlohmann_json does") {
  Random random;
  INFO("--rng-seed " << random.seed());
  const std::vector<std::string> whole{
      R"({"data":[{"id":7,"name":"Core","done":false,"score":-0.25e1}],"timestamp":1764000000000})",
      R"({"data":{"text":"a\"\\\/\b\f\n\r\t\u00e4","none":null,"deep":[[[]],{}]},"timestamp":1,"tags":["a","b"],"expires":null})",
  };
  const std::string spice = "{}[]\",:\\0123456789.eE+-truefalsn \t\x01u";
  const std::regex huge_exponent("[eE][+]?[0-9]{3}");
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto text = random.one_of(whole);
    for (auto count = 1 + random.below(2); count > 0; --count) {
      const auto at = random.below(static_cast<std::uint32_t>(text.size()));
      switch (random.below(4)) {
        case 0:
          text.erase(at, 1 + random.below(4));
          break;
        case 1:
          text.insert(at, 1, random.one_of(spice));
          break;
        case 2:
          text[at] = random.one_of(spice);
          break;
        default:
          text.resize(at + 1);
      }
      if (text.empty()) text = " ";
    }
    // nlohmann_json refuses numbers that JSON.parse reads as infinite.
    if (std::regex_search(text, huge_exponent)) continue;
    INFO(text);
    const bool expected = nlohmann::json::accept(text);
    REQUIRE(is_json(to_utf16(text)) == expected);
    accepted += expected ? 1 : 0;
  }
  // Both answers came often enough to mean something.
  CHECK(accepted > 500);
  CHECK(accepted < 19'500);
}

TEST_CASE("json scanner: any text at all is read to an answer") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 5'000; ++round) {
    const auto text = (random.chance(2) ? u"\"" : u"") + random_text(random, 12);
    const Exact exact(std::u16string_view{text});
    JsonScanner scanner(exact.view());
    if (const auto value = scanner.value()) REQUIRE(is_json(*value));
  }
}

TEST_CASE("json numbers: they are read as JavaScript reads them") {
  const auto number = [](std::u16string_view text) { return read_number(text).value(); };
  CHECK(number(u"0") == 0);
  CHECK(number(u"1764000000000") == 1'764'000'000'000);
  CHECK(number(u"-7") == -7);
  CHECK(number(u"1.764e12") == 1.764e12);
  CHECK(number(u"12.5") == 12.5);
  CHECK(number(u"25E-1") == 2.5);
  CHECK(number(u"2e+3") == 2'000);
  CHECK(number(u"9007199254740991") == 9'007'199'254'740'991);
  CHECK(std::isinf(number(u"1e400")));
  CHECK(number(u"-1e400") == -INFINITY);
  CHECK(number(u"1e-400") == 0);
  CHECK(number(u"1e99999999999999999999") == INFINITY);
}

TEST_CASE("json numbers: nothing times any power of ten is nothing") {
  // 0 · ∞ would be NaN, which no comparison of ages and weights survives.
  CHECK(read_number(u"0e999") == 0.0);
  CHECK(read_number(u"-0.000e400") == 0.0);
}

TEST_CASE("json numbers: what is no number has none") {
  for (const auto* text : {u"", u"-", u"null", u"\"1\"", u"[1]", u"true", u"1x", u"e5", u"1e5x", u"1e5]"}) {
    INFO(to_wtf8(text));
    CHECK_FALSE(read_number(text));
  }
}
