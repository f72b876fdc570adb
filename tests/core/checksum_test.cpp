#include "core/base/checksum.hpp"

#include <xxhash.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

TEST_CASE("checksum: it is XXH32") {
  CHECK(checksum("", 0) == 0x02CC5D05);
  CHECK(checksum("a", 0) == 0x550D7456);
  CHECK(checksum("abc", 0) == 0x32D153FF);
  CHECK(checksum("Nobody inspects the spammish repetition", 0) == 0xE2293B2F);
  CHECK(checksum("", 1) == 0x0B2CB792);
}

TEST_CASE("checksum: the library of LZ4 has the same") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (std::uint32_t size = 0; size < 200; ++size) {
    std::string bytes(size, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random.below(256));
    const auto seed = random.below(0xFFFFFFFF);
    REQUIRE(checksum(bytes, seed) == XXH32(bytes.data(), bytes.size(), seed));
  }
}

TEST_CASE("checksum: no byte that changes goes unseen, wherever it stands") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 300; ++round) {
    std::string bytes(1 + random.below(60), '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random.below(256));
    const auto seed = random.below(1'000);
    const Exact before((std::string_view(bytes)));
    const auto sum = checksum(before.view(), seed);
    CHECK(sum != checksum(before.view(), seed + 1));
    for (auto& byte : bytes) {
      const char kept = byte;
      byte = static_cast<char>(byte ^ static_cast<char>(1 + random.below(255)));
      REQUIRE(checksum(bytes, seed) != sum);
      byte = kept;
    }
  }
}
