#include <array>
#include <optional>
#include <span>
#include <string>

#include "core/memory/memory_tier.hpp"
#include "simulator/policy.hpp"

namespace cardcache::simulator {
namespace {

/// As many hits as a page notes before it has to call; the same number as `Page::ring_size` in the border.
constexpr std::size_t ring_size = 256;

/// The cache's own MemoryTier, used as a page uses it: a hit is found by the slot's deadline and noted in a ring, which
/// is drained when it is full and before every other call.
class Shipped final : public Policy {
 public:
  Shipped(std::uint32_t keys, Room room) : tier_(limits(room)), slots_(keys) {}

  bool access(const Request& request) override {
    if (const auto slot = slots_[request.key]; slot && now.value < tier_.deadlines()[static_cast<std::size_t>(*slot)]) {
      ring_[noted_++] = *slot;
      if (noted_ == ring_.size()) drain();
      return true;
    }
    drain();
    EntryFacts facts;
    facts.timestamp = now;
    facts.expires_at = never;
    facts.bytes = request.bytes;
    facts.cost = request.cost;
    const auto slot = tier_.put("answers:None:" + std::to_string(request.key), facts, now);
    for (const auto& dropped : tier_.dropped()) slots_[owners_[static_cast<std::size_t>(dropped.slot)]].reset();
    tier_.dropped().clear();
    slots_[request.key] = slot;
    if (slot) {
      owners_.resize(std::max(owners_.size(), static_cast<std::size_t>(*slot) + 1));
      owners_[static_cast<std::size_t>(*slot)] = request.key;
    }
    return false;
  }

 private:
  static constexpr Millis now{0};

  static MemoryLimits limits(Room room) {
    MemoryLimits limits;
    limits.ttl = never;
    limits.max_entries =
        room.in_bytes ? std::numeric_limits<std::uint32_t>::max() : static_cast<std::uint32_t>(room.size);
    if (room.in_bytes) limits.max_bytes = room.size;
    return limits;
  }

  void drain() {
    for (const auto slot : std::span(ring_).first(noted_)) tier_.note_use(slot);
    noted_ = 0;
  }

  MemoryTier tier_;
  std::vector<std::optional<SlotId>> slots_;  // by key, as the page's Map
  std::vector<std::uint32_t> owners_;         // by slot
  std::array<SlotId, ring_size> ring_{};
  std::size_t noted_ = 0;
};

}  // namespace

std::unique_ptr<Policy> make_shipped(const Trace& trace, Room room) {
  return std::make_unique<Shipped>(trace.keys, room);
}

}  // namespace cardcache::simulator
