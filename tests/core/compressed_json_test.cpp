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
    const auto block = compress_json(json);
    CHECK(is_known_dictionary(block));
    CHECK(decompress_json(block) == json);
  }
}

TEST_CASE("json block: what does not get shorter stands as it is") {
  Random random;
  INFO("--rng-seed " << random.seed());
  std::string noise(3'000, '\0');
  for (auto& byte : noise) byte = static_cast<char>(random.below(256));
  const auto block = compress_json(noise);
  CHECK(block == std::string(1, '\0') + "\xB8\x17" + noise);
  CHECK(decompress_json(block) == noise);
  CHECK(compress_json(std::string(*dictionary(newest_dictionary))).size() < 50);
}

TEST_CASE("json block: a length that its bytes cannot have is refused before any room is made for it") {
  for (const std::uint64_t length : {std::uint64_t{3}, std::uint64_t{5}, std::uint64_t{1'000'000'000'000}}) {
    for (const char number : {'\0', '\1'}) {
      std::string block(1, number);
      append_varint(block, length);
      CHECK_FALSE(decompress_json(block + "\x40"
                                          "abc"));
    }
  }
  CHECK(decompress_json(std::string("\1\4\x40", 3) + "abcd") == "abcd");
  // Over the limit, though so many bytes could be so long.
  std::string block(1, '\1');
  append_varint(block, most_json_bytes + 1);
  CHECK_FALSE(decompress_json(block + std::string(most_json_bytes / 255 + 2, '\xFF')));
  for (const std::size_t size : {most_json_bytes, most_json_bytes + 1}) {
    CHECK(decompress_json(compress_json(std::string(size, 'x'))).has_value() == (size == most_json_bytes));
  }
}

TEST_CASE("json block: what is cut off, or of a dictionary that is unknown, is not read") {
  CHECK_FALSE(decompress_json(""));
  CHECK_FALSE(decompress_json(std::string(1, '\0')));
  CHECK_FALSE(decompress_json("\1\x80"));
  CHECK_FALSE(
      decompress_json("\x02\x01\x10"
                      "a"));
  CHECK_FALSE(
      is_known_dictionary("\x02\x01\x10"
                          "a"));
  CHECK(is_known_dictionary("\1"));
  CHECK(is_known_dictionary(""));
}
