#include "core/base/text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

TEST_CASE("text: ASCII stays as it is") {
  CHECK(to_wtf8(u"daily_plan:sara") == "daily_plan:sara");
  CHECK(to_utf16("daily_plan:sara") == u"daily_plan:sara");
  CHECK(to_wtf8(u"").empty());
  CHECK(to_utf16("").empty());
}

TEST_CASE("text: every length of UTF-8 is written and read") {
  const std::u16string text = u"\u007F\u0080\u07FF\u0800\uFFFF\U00010000\U0001F600\U0010FFFF";
  CHECK(to_wtf8(text) ==
        "\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF0\x9F\x98\x80\xF4\x8F\xBF\xBF");
  CHECK(to_utf16(to_wtf8(text)) == text);
}

TEST_CASE("text: lone surrogates keep keys distinct") {
  const std::u16string high(1, u'\xD83D');
  const std::u16string low(1, u'\xDE00');
  CHECK(to_wtf8(high) == "\xED\xA0\xBD");
  CHECK(to_wtf8(low) == "\xED\xB8\x80");
  CHECK(to_utf16(to_wtf8(low + high)) == low + high);
  CHECK(to_wtf8(high + low) == "\xF0\x9F\x98\x80");
  CHECK(to_utf16(to_wtf8(high + u"a")) == high + u"a");
}

TEST_CASE("text: whatever a JavaScript string can hold comes back") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 3'000; ++round) {
    const auto text = random_text(random, 24);
    REQUIRE(to_utf16(to_wtf8(text)) == text);
  }
}

TEST_CASE("text: two texts are one in WTF-8 only if they are one in UTF-16") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 3'000; ++round) {
    const auto one = random_text(random, 3);
    const auto other = random_text(random, 3);
    REQUIRE((to_wtf8(one) == to_wtf8(other)) == (one == other));
  }
}

TEST_CASE("text: bytes that are no WTF-8 become U+FFFD, one each, and what follows is read on") {
  CHECK(to_utf16("a\x80z") == u"a\uFFFDz");          // a tail without its head
  CHECK(to_utf16("\xC0\xAFz") == u"\uFFFD\uFFFDz");  // overlong, two bytes
  CHECK(to_utf16("\xC1\xBFz") == u"\uFFFD\uFFFDz");
  CHECK(to_utf16("\xE0\x80\xAF") == u"\uFFFD\uFFFD\uFFFD");  // overlong, three bytes
  CHECK(to_utf16("\xF0\x80\x80\xAF") == u"\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(to_utf16("\xF4\x90\x80\x80") == u"\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
  CHECK(to_utf16("\xF5z") == u"\uFFFDz");
  CHECK(to_utf16("\xFFz") == u"\uFFFDz");
  CHECK(to_utf16("\xC3z") == u"\uFFFDz");  // a head without its tail
}

TEST_CASE("text: what is cut off at the end is never read beyond it") {
  for (const std::string_view whole : {"\xF0\x9F\x98\x80", "\xE2\x82\xAC", "\xC3\xA4"}) {
    for (std::size_t length = 1; length < whole.size(); ++length) {
      const Exact cut(whole.substr(0, length));
      CHECK(to_utf16(cut.view()) == std::u16string(length, u'\uFFFD'));
    }
  }
}

TEST_CASE("text: of JSON what few units are above U+00FF are escaped, and what is below stays as it is") {
  const std::string filler(300, 'x');
  const auto narrow = [&](std::string_view piece) { return to_narrow_json(filler + std::string(piece) + "yz"); };
  CHECK(narrow("") == filler + "yz");
  CHECK(narrow("\xC3\xBF") == filler + "\xC3\xBFyz");
  CHECK(narrow("\xC4\x80") == filler + "\\u0100yz");
  CHECK(narrow("\xC3\xBF\xE2\x82\xAC") == filler + "\xC3\xBF\\u20acyz");
  CHECK(narrow("\xE0\xA4\x85") == filler + "\\u0905yz");
  CHECK(narrow("\xF0\x9F\x98\x80") == filler + "\\ud83d\\ude00yz");
  CHECK(to_narrow_json("\xE2\x82\xAC" + filler) == "\\u20ac" + filler);
  CHECK(to_narrow_json(filler + "\xE2\x82\xAC") == filler + "\\u20ac");
}

TEST_CASE("text: JSON of which more than one byte in 64 begins what is above U+00FF stays as it is") {
  for (std::size_t wide = 0; wide < 8; ++wide) {
    std::string json(256 - 3 * wide, 'x');
    for (std::size_t i = 0; i < wide; ++i) json.insert(7 * i, "\xE2\x82\xAC");
    REQUIRE(json.size() == 256);
    const auto narrow = to_narrow_json(json);
    CHECK((narrow == json) == (wide == 0 || wide > 4));
    CHECK(to_utf16(narrow).size() == (wide > 4 ? 256 - 2 * wide : 256 + 3 * wide));
  }
}

TEST_CASE("text: any bytes at all are read to the end") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 3'000; ++round) {
    std::string bytes(random.below(16), '\0');
    for (auto& byte : bytes)
      byte = static_cast<char>(random.chance(3) ? random.below(0x80) : 0x80 + random.below(0x80));
    const Exact exact(std::string_view{bytes});
    const auto read = to_utf16(exact.view());
    REQUIRE(read.size() <= bytes.size());
    REQUIRE(to_utf16(to_wtf8(read)) == read);
  }
}

TEST_CASE("text: storage counts one byte a unit until one unit is above U+00FF, then two") {
  CHECK(stored_bytes(u"") == 0);
  CHECK(stored_bytes(u"abc") == 3);
  CHECK(stored_bytes(u"\u00FF\u00FF") == 2);
  CHECK(stored_bytes(u"ab\u0100") == 6);
  CHECK(stored_bytes(u"\U0001F600") == 4);
}

TEST_CASE("text: percent_encode leaves only what cannot be taken for structure") {
  CHECK(percent_encode("azAZ09_-.") == "azAZ09_-.");
  CHECK(percent_encode("a/b@c!d:e%") == "a%2Fb%40c%21d%3Ae%25");
  CHECK(percent_encode("\xC3\xA4") == "%C3%A4");
  CHECK(percent_encode(std::string_view("\0", 1)) == "%00");
  CHECK(percent_encode("").empty());
}

TEST_CASE("text: JSON writes half a pair as an escape, at its end and before what is no other half") {
  CHECK(to_utf8_json(std::u16string(1, 0xD83D)) == "\\ud83d");
  CHECK(to_utf8_json(std::u16string{0xD83D, u'x'}) == "\\ud83dx");
  CHECK(to_utf8_json(std::u16string{0xDE00, 0xD83D}) == "\\ude00\\ud83d");
  CHECK(to_utf8_json(u"\U0001F600") == "\xF0\x9F\x98\x80");
}

TEST_CASE("text: what is longer than it need be, or begins no character, is none") {
  // U+07FF in three bytes and U+FFFF in four, then the bytes beyond U+10FFFF.
  CHECK(to_utf16("\xE0\x9F\xBF") == std::u16string(3, u'\xFFFD'));
  CHECK(to_utf16("\xF0\x8F\xBF\xBF") == std::u16string(4, u'\xFFFD'));
  CHECK(to_utf16("\xF4\x90\x80\x80") == std::u16string(4, u'\xFFFD'));
  for (int lead = 0xF5; lead <= 0xFF; ++lead) {
    CHECK(to_utf16(std::string(1, static_cast<char>(lead)) + "\x80\x80\x80") == std::u16string(4, u'\xFFFD'));
  }
}

TEST_CASE("text: what stands before digits counts as one unit, wherever it stands") {
  for (std::size_t before = 0; before < 12; ++before) {
    const auto text = std::string(before, '1') + "\xC3\xA9" + std::string(7, '1');
    CHECK(utf16_size(text).units == before + 8);
  }
}
