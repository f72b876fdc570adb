#pragma once

#include <emscripten/val.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bindings/linear_memory.hpp"
#include "core/cache/statistics_report.hpp"
#include "core/cache/two_tier_cache.hpp"

namespace cardcache::bindings {

/// One open cache and what the page and it hand each other.
struct Page {
  /// How many hits the page notes before it has to call. js/border/linearMemory.ts has the same number.
  static constexpr std::size_t ring_size = 256;

  Page(MemoryLimits limits, StorageTier& tier, AlertLimits alerts, std::uint32_t seed)
      : cache(limits, tier, alerts, seed) {}

  TwoTierCache cache;
  std::array<std::uint32_t, ring_size> ring{};
  /// Where the page last found its deadlines, and how large the memory was then: growing it voids every view.
  const double* told_table = nullptr;
  std::size_t told_memory = 0;
  std::vector<std::uint32_t> dropped;
  /// Room for a key that is set again.
  std::string key;
  /// The record that was looked up last and waits to be admitted or rejected.
  std::string pending_key;
  std::string pending_json;
  EntryFacts pending;
  std::uint32_t pending_serial = 0;
  /// What the page encrypts or decrypts next.
  CryptoInput encrypted;
  StatisticsReport report;
};

/// Stands around every call that a cache answers: first the hits that were noted since the last one and the time, at
/// the end the words that the page reads.
class Call {
 public:
  Call(std::uint32_t id, double now);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();

  Page& page;
  TwoTierCache& cache;
  const Millis now;
};

[[nodiscard]] Page& page_of(std::uint32_t id);
/// What the page reads at `slot`: −1 where there is none.
[[nodiscard]] double slot_word(const std::optional<SlotId>& slot);
[[nodiscard]] emscripten::val to_js(const std::vector<std::string>& texts);

}  // namespace cardcache::bindings
