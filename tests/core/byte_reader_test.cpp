#include "core/base/byte_reader.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>

using namespace cardcache;

namespace {

std::string bytes_of_number(std::uint64_t value) {
  std::string bytes;
  append_varint(bytes, value);
  return bytes;
}

constexpr std::uint64_t largest = (std::uint64_t{1} << 63U) - 1;

}  // namespace

TEST_CASE("byte reader: a number takes a byte for every seven bits, and comes back") {
  for (const auto& [value, size] : {std::pair<std::uint64_t, std::size_t>{0, 1},
                                    {63, 1},
                                    {64, 1},
                                    {127, 1},
                                    {128, 2},
                                    {16'383, 2},
                                    {16'384, 3},
                                    {largest, 9}}) {
    const auto bytes = bytes_of_number(value);
    CHECK(bytes.size() == size);
    ByteReader reader(bytes);
    CHECK(reader.varint() == value);
    CHECK_FALSE(reader.ended());
    CHECK(reader.rest().empty());
  }
}

TEST_CASE("byte reader: a number beyond all that are written is none") {
  const auto bytes = bytes_of_number(largest + 1);
  ByteReader reader(bytes);
  CHECK(reader.varint() == 0);
  CHECK(reader.ended());
}

TEST_CASE("byte reader: where nothing is left it gives 0 and nothing, and says so") {
  ByteReader none("");
  CHECK(none.byte() == 0);
  CHECK(none.ended());
  ByteReader cut("\x85");
  CHECK(cut.varint() == 5);
  CHECK(cut.ended());
  ByteReader text(
      "\x04"
      "abc");
  CHECK(text.text().empty());
  CHECK(text.ended());
}

TEST_CASE("byte reader: a text may reach to the very end") {
  ByteReader reader(
      "\x03"
      "abc");
  CHECK(reader.text() == "abc");
  CHECK_FALSE(reader.ended());
}
