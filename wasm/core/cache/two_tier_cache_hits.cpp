// What becomes of each hit. Compiled for speed (CMakeLists.txt): it is most of what a hit costs beyond a look into a
// Map.
#include "core/cache/two_tier_cache.hpp"

namespace cardcache {

void TwoTierCache::drain_hits(std::span<const std::uint32_t> slots) {
  // Added up first: each number in memory must be there before the next can be added to it.
  std::uint32_t endpoint = MemoryTier::Use::unknown;
  std::uint32_t all = 0;
  std::uint32_t of_endpoint = 0;
  const auto add_up = [&] {
    if (of_endpoint > 0) statistics_.counts_of(endpoint).hits += of_endpoint;
    of_endpoint = 0;
  };
  for (const auto slot : slots) {
    auto* use = memory_.note_use(SlotId{slot});
    if (!use) continue;
    if (use->endpoint == MemoryTier::Use::unknown) {
      use->endpoint = statistics_.number_of(split_key(memory_.key(SlotId{slot})).endpoint);
    }
    if (use->endpoint != endpoint) {
      add_up();
      endpoint = use->endpoint;
    }
    ++all;
    ++of_endpoint;
  }
  add_up();
  statistics_.memory.hits += all;
}

void TwoTierCache::count_hit(SlotId slot) {
  const auto number = static_cast<std::uint32_t>(slot);
  drain_hits({&number, 1});
}

}  // namespace cardcache
