#include <algorithm>

#include "simulator/key_list.hpp"
#include "simulator/policy.hpp"

namespace cardcache::simulator {
namespace {

constexpr double small_share = 0.1;
constexpr int most_uses = 3;
/// Uses in the small queue that open the main one.
constexpr int uses_to_stay = 2;

/// S3-FIFO (Yang and others, SOSP 2023): what is new passes a small queue; what was used there twice, or comes back
/// soon after it fell out, goes to the main queue, where each use spares an entry once.
class S3Fifo final : public Policy {
 public:
  S3Fifo(std::uint32_t keys, Room room)
      : room_(room),
        small_room_(std::max(1.0, room.size * small_share)),
        main_room_(room.size - small_room_),
        entries_(keys),
        links_(keys),
        small_(links_),
        main_(links_),
        ghosts_(links_) {}

  bool access(const Request& request) override {
    const auto key = request.key;
    auto& entry = entries_[key];
    if (entry.place == Place::small || entry.place == Place::main) {
      entry.uses = std::min(entry.uses + 1, most_uses);
      return true;
    }
    const bool ghost = entry.place == Place::ghost;
    if (ghost) move(key, Place::none);
    entry.weight = room_.weight(request);
    entry.uses = 0;
    if (entry.weight > room_.size) return false;
    while (small_.weight() + main_.weight() + entry.weight > room_.size) {
      main_.weight() > main_room_ || small_.empty() ? evict_from_main() : evict_from_small();
    }
    move(key, ghost ? Place::main : Place::small);
    return false;
  }

 private:
  enum class Place : std::uint8_t { none, small, main, ghost };
  struct Entry {
    double weight = 0;
    int uses = 0;
    Place place = Place::none;
  };

  KeyList& list(Place place) { return place == Place::small ? small_ : place == Place::main ? main_ : ghosts_; }

  void move(std::uint32_t key, Place to) {
    auto& entry = entries_[key];
    if (entry.place != Place::none) list(entry.place).remove(key, entry.weight);
    entry.place = to;
    if (to != Place::none) list(to).push(key, entry.weight);
  }

  void evict_from_small() {
    const auto key = small_.oldest();
    auto& entry = entries_[key];
    if (entry.uses >= uses_to_stay) {
      entry.uses = 0;
      return move(key, Place::main);
    }
    move(key, Place::ghost);
    while (ghosts_.weight() > main_room_) move(ghosts_.oldest(), Place::none);
  }

  void evict_from_main() {
    for (;;) {
      const auto key = main_.oldest();
      if (entries_[key].uses == 0) return move(key, Place::none);
      --entries_[key].uses;
      move(key, Place::main);
    }
  }

  Room room_;
  double small_room_, main_room_;
  std::vector<Entry> entries_;
  KeyLinks links_;
  KeyList small_, main_, ghosts_;
};

}  // namespace

std::unique_ptr<Policy> make_s3_fifo(const Trace& trace, Room room) {
  return std::make_unique<S3Fifo>(trace.keys, room);
}

}  // namespace cardcache::simulator
