#include "core/base/chunked_vector.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace cardcache;

TEST_CASE("chunks: what stands in them stays where it is while they grow") {
  ChunkedVector<std::uint32_t> chunks;
  CHECK(chunks.size() == 0);
  chunks.grow_to(1);
  chunks[0] = 7;
  const auto* first = &chunks[0];
  for (std::uint32_t size = 2; size <= 1'000; ++size) {
    chunks.grow_to(size, 5);
    REQUIRE(chunks.size() == size);
    chunks[size - 1] += size;
  }
  CHECK(&chunks[0] == first);
  CHECK(chunks[0] == 7);
  // The first chunk was filled when it was made.
  CHECK(chunks[127] == 128);
  for (std::uint32_t at = 128; at < 1'000; ++at) REQUIRE(chunks[at] == 5 + at + 1);
}

TEST_CASE("rare column: every entry has the usual number until it gets another") {
  SparseColumn<float> column(1);
  CHECK(column[0] == 1);
  CHECK(column[12'345] == 1);
  column.set(300, 1);
  column.set(200, 4);
  CHECK(column[200] == 4);
  CHECK(column[199] == 1);
  CHECK(column[201] == 1);
  CHECK(column[300] == 1);
  column.set(200, 1);
  column.set(300, 0);
  CHECK(column[200] == 1);
  CHECK(column[300] == 0);
}
