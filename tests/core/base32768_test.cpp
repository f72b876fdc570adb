#include "core/codec/base32768.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

std::u16string packed(std::string_view bytes) {
  std::u16string units;
  append_base32768(units, bytes);
  return units;
}

std::string random_bytes(Random& random, std::uint32_t longest) {
  std::string bytes(random.below(longest + 1), '\0');
  // Many zeros and ones, which the end of the last unit must not be taken for.
  for (auto& byte : bytes)
    byte = random.chance(3) ? static_cast<char>(random.below(256)) : random.chance(2) ? '\xFF' : '\0';
  return bytes;
}

}  // namespace

TEST_CASE("packing: whatever bytes are packed come back, in units that every browser keeps as they are") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 2'000; ++round) {
    const auto bytes = random_bytes(random, 70);
    const auto units = packed(bytes);
    REQUIRE(units.size() == bytes.size() * 8 / 15 + 1);
    for (const auto unit : units) REQUIRE((unit >= 0x100 && unit < 0x8100));
    const Exact exact((std::u16string_view(units)));
    REQUIRE(read_base32768(exact.view()) == bytes);
    REQUIRE(bytes.starts_with(read_base32768_prefix(exact.view().substr(0, random.below(40))).substr(0, bytes.size())));
  }
}

TEST_CASE("packing: bytes have one text, so that no change of a text goes unseen") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 5'000; ++round) {
    std::u16string units(1 + random.below(20), u'\0');
    for (auto& unit : units) unit = static_cast<char16_t>(0x100 + random.below(0x8000));
    if (random.chance(3)) units.back() = static_cast<char16_t>(0x100 + (1U << random.below(15)));
    const auto bytes = read_base32768(units);
    if (bytes) REQUIRE(packed(*bytes) == units);
  }
}

TEST_CASE("packing: a text that ends elsewhere, or holds any other unit, is none") {
  CHECK_FALSE(read_base32768(u""));
  CHECK_FALSE(read_base32768(u"\u0100"));  // no 1 in the last unit
  CHECK(read_base32768(u"\u0101") == "");
  CHECK_FALSE(read_base32768(u"\u0102"));  // one bit is no byte
  // Eight full units are fifteen bytes: what is no unit among or behind them leaves no bit over to tell.
  const auto full = packed("fifteen bytes !");
  REQUIRE(full.size() == 9);
  for (std::size_t at = 0; at < full.size(); ++at)
    CHECK_FALSE(read_base32768(std::u16string(full).insert(at, 1, u'a')));
  CHECK_FALSE(read_base32768(full.substr(0, 7) + u'\x8100'));
  CHECK_FALSE(read_base32768(full.substr(0, 7) + u'\xFFFF'));
  const auto units = packed("cardcache");
  for (const int odd : {0, 0x61, 0xFF, 0x8100, 0xD800, 0xFFFF}) {
    for (std::size_t at = 0; at < units.size(); ++at) {
      auto changed = units;
      changed[at] = static_cast<char16_t>(odd);
      CHECK_FALSE(read_base32768(changed));
      CHECK(std::string_view("cardcache").starts_with(read_base32768_prefix(changed)));
    }
  }
}
