#include "core/codec/compressed_json.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "core/base/byte_reader.hpp"
#include "core/codec/dictionary.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

TEST_CASE("json block: JSON comes back, whatever is in it") {
  const auto known = std::string(*dictionary(newest_dictionary));
  for (const auto& json : {std::string("0"), std::string("\"\""), std::string(300, '['), known, known + known,
                           std::string("\"\0\xFF\"", 4), std::string()}) {
    const auto block = json_block(json);
    CHECK(is_known_block(block));
    CHECK(read_json_block(block) == json);
  }
}

TEST_CASE("json block: what does not get shorter stands as it is") {
  Random random;
  INFO("--rng-seed " << random.seed());
  std::string noise(3'000, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random.below(256));
  const auto block = json_block(noise);
  CHECK(block == std::string(1, '\0') + "\xB8\x17" + noise);
  CHECK(read_json_block(block) == noise);
  CHECK(json_block(std::string(*dictionary(newest_dictionary))).size() < 50);
}

TEST_CASE("json block: a length that its bytes cannot have is refused before any room is made for it") {
  for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{5}, std::uint64_t{1'000'000'000'000}}) {
    for (const char number : {'\0', '\1'}) {
      std::string block(1, number);
      append_number(block, length);
      CHECK_FALSE(read_json_block(block + "\x40"
                                          "abc"));
    }
  }
  CHECK(read_json_block(std::string("\1\4\x40", 3) + "abcd") == "abcd");
  // Over the limit, though so many bytes could be so long.
  std::string block(1, '\1');
  append_number(block, most_json_bytes + 1);
  CHECK_FALSE(read_json_block(block + std::string(most_json_bytes / 255 + 2, '\xFF')));
  for (const std::size_t size : {most_json_bytes, most_json_bytes + 1}) {
    CHECK(read_json_block(json_block(std::string(size, 'x'))).has_value() == (size == most_json_bytes));
  }
}

TEST_CASE("json block: what is cut off, or of a dictionary that is unknown, is not read") {
  CHECK_FALSE(read_json_block(""));
  CHECK_FALSE(read_json_block(std::string(1, '\0')));
  CHECK_FALSE(read_json_block("\1\x80"));
  CHECK_FALSE(
      read_json_block("\x02\x01\x10"
                      "a"));
  CHECK_FALSE(
      is_known_block("\x02\x01\x10"
                     "a"));
  CHECK(is_known_block("\1"));
  CHECK(is_known_block(""));
}
