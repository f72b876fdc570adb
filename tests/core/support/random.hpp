#pragma once

#include <catch2/catch_get_random_seed.hpp>
#include <cstdint>
#include <random>
#include <string>

namespace cardcache::testing {

/// How often a test tries its luck: a tenth of it where each of some thousand mutants meets the test.
#ifdef CARDCACHE_MUTATED
constexpr std::uint32_t tries(std::uint32_t most) { return most / 10; }
#else
constexpr std::uint32_t tries(std::uint32_t most) { return most; }
#endif

/// Chance that can be had again: `core_tests --rng-seed N` repeats what a failure printed.
class Random {
 public:
  explicit Random(std::uint32_t of = Catch::getSeed()) : seed_(of), engine_(of) {}

  /// 0 … limit − 1.
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_() % limit); }
  bool chance(std::uint32_t one_in) { return below(one_in) == 0; }
  template <typename List>
  const auto& one_of(const List& list) {
    return list[below(static_cast<std::uint32_t>(list.size()))];
  }
  [[nodiscard]] std::uint32_t seed() const { return seed_; }

 private:
  std::uint32_t seed_;
  std::mt19937 engine_;
};

/// UTF-16 with everything in it that a JavaScript string can hold, lone surrogates among it.
inline std::u16string random_text(Random& random, std::uint32_t longest) {
  std::u16string text(random.below(longest + 1), u'\0');
  for (auto& unit : text) {
    switch (random.below(6)) {
      case 0:
        unit = static_cast<char16_t>(random.below(0x80));
        break;
      case 1:
        unit = static_cast<char16_t>(random.below(0x800));
        break;
      case 2:
        unit = static_cast<char16_t>(0xD800 + random.below(0x400));
        break;
      case 3:
        unit = static_cast<char16_t>(0xDC00 + random.below(0x400));
        break;
      default:
        unit = static_cast<char16_t>(random.below(0x10000));
    }
  }
  return text;
}

}  // namespace cardcache::testing
