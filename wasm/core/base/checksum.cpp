#include "core/base/checksum.hpp"

#include <array>
#include <cstring>

namespace cardcache {
namespace {

// The primes of XXH32's specification.
constexpr std::uint32_t prime_1 = 0x9E3779B1;
constexpr std::uint32_t prime_2 = 0x85EBCA77;
constexpr std::uint32_t prime_3 = 0xC2B2AE3D;
constexpr std::uint32_t prime_4 = 0x27D4EB2F;
constexpr std::uint32_t prime_5 = 0x165667B1;

std::uint32_t word_at(const char* at) {
  std::uint32_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

std::uint32_t checksum(std::string_view bytes, std::uint32_t seed) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::uint32_t hash = seed + prime_5;
  if (bytes.size() >= 16) {
    // Four at a time do not wait for each other: plain records may be megabytes.
    std::array<std::uint32_t, 4> lanes{seed + prime_1 + prime_2, seed + prime_2, seed, seed - prime_1};
    for (; end - at >= 16; at += 16) {
      for (std::size_t i = 0; i < 4; ++i) lanes[i] = std::rotl(lanes[i] + word_at(at + 4 * i) * prime_2, 13) * prime_1;
    }
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
  }
  hash += static_cast<std::uint32_t>(bytes.size());
  for (; end - at >= 4; at += 4) hash = std::rotl(hash + word_at(at) * prime_3, 17) * prime_4;
  for (; at != end; ++at) hash = std::rotl(hash + static_cast<std::uint8_t>(*at) * prime_5, 11) * prime_1;
  hash = (hash ^ (hash >> 15)) * prime_2;
  hash = (hash ^ (hash >> 13)) * prime_3;
  return hash ^ (hash >> 16);
}

}  // namespace cardcache
