#pragma once

#include <string>
#include <string_view>

#include "core/storage/storage_space.hpp"
#include "map_area.hpp"

namespace cardcache::testing {

/// A budget that no test here comes to the end of.
constexpr double plenty = 1'000'000;

inline std::string key_of(std::size_t number) { return "key_" + std::to_string(number); }

inline bool finds(StorageTier& tier, std::string_view key) {
  Record record;
  return tier.read(key, record) == StorageTier::Read::found;
}

/// Whether a space counts what lies there.
inline bool is_exact(StorageSpace& space, const MapArea& area) {
  return space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_"));
}

}  // namespace cardcache::testing
