#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/storage/storage_space.hpp"
#include "map_area.hpp"
#include "storage.hpp"
#include "tab.hpp"

namespace cardcache::testing {

/// Plain, so that a value's size is its record's.
inline StorageSpace space_over(StorageArea& area, double budget) {
  return {&area, "cardcache_", budget, {.compress_above = never.value}};
}

/// An area of its own, and the tier in which nobody is signed in.
struct OwnSpace {
  explicit OwnSpace(double budget = plenty) : space(space_over(area, budget)), tier(space.tier_of(std::nullopt)) {}

  MapArea area;
  StorageSpace space;
  StorageTier& tier;
};

inline StorageTier::Write write(StorageTier& tier, std::string_view key, std::size_t bytes, Millis now,
                                double cost = 1) {
  EntryFacts facts;
  facts.timestamp = now;
  facts.expires_at = now + default_storage_ttl;
  facts.cost = cost;
  return tier.write(key, "\"" + std::string(bytes, 'x') + "\"", facts, now);
}

inline void write_many(StorageTier& tier, std::size_t count, std::size_t bytes, Millis now) {
  for (std::size_t i = 0; i < count; ++i) {
    REQUIRE(write(tier, key_of(i), bytes, now) == StorageTier::Write::stored);
  }
}

}  // namespace cardcache::testing
