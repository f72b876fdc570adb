#include <algorithm>
#include <bit>

#include "simulator/key_list.hpp"
#include "simulator/policy.hpp"

namespace cardcache::simulator {
namespace {

constexpr double window_share = 0.01;
constexpr double protected_share = 0.8;

/// How often each key was asked for lately, in counters to 15 that keys share: a count-min sketch of four rows.
class FrequencySketch {
 public:
  explicit FrequencySketch(double entries)
      : rows_(4 * std::bit_ceil(static_cast<std::size_t>(std::max(entries, 16.0)) * 4)), sample_(entries * 10) {}

  void count(std::uint32_t key) {
    bool added = false;
    for (std::uint32_t row = 0; row < 4; ++row) {
      auto& counter = rows_[position(key, row)];
      if (counter == 15) continue;
      ++counter;
      added = true;
    }
    if (!added || ++counted_ < sample_) return;
    counted_ = 0;
    for (auto& counter : rows_) counter /= 2;
  }

  [[nodiscard]] int uses(std::uint32_t key) const {
    int least = 15;
    for (std::uint32_t row = 0; row < 4; ++row) least = std::min<int>(least, rows_[position(key, row)]);
    return least;
  }

 private:
  [[nodiscard]] std::size_t position(std::uint32_t key, std::uint32_t row) const {
    auto bits = (key + 1) * 0x9E3779B97F4A7C15 + row * 0xC2B2AE3D27D4EB4F;
    bits = (bits ^ bits >> 29) * 0xBF58476D1CE4E5B9;
    return row * rows_.size() / 4 + ((bits ^ bits >> 32) & (rows_.size() / 4 - 1));
  }

  std::vector<std::uint8_t> rows_;
  double sample_, counted_ = 0;
};

/// W-TinyLFU (Einziger, Friedman, Manes, 2017) as it is published: a window of one hundredth; what leaves it stays only
/// if it was asked for more often than the main part's next victim. The main part spares what was used again (a
/// segmented LRU).
class WTinyLfu final : public Policy {
 public:
  WTinyLfu(std::uint32_t keys, Room room, double entries)
      : room_(room),
        window_room_(std::max(1.0, room.size * window_share)),
        protected_room_((room.size - window_room_) * protected_share),
        entries_(keys),
        links_(keys),
        window_(links_),
        probation_(links_),
        protected_(links_),
        sketch_(entries) {}

  bool access(const Request& request) override {
    const auto key = request.key;
    sketch_.count(key);
    auto& entry = entries_[key];
    if (entry.place != Place::none) {
      move(key, entry.place == Place::window ? Place::window : Place::protect);
      while (protected_.weight() > protected_room_) move(protected_.oldest(), Place::probation);
      return true;
    }
    entry.weight = room_.weight(request);
    if (entry.weight > room_.size) return false;
    move(key, Place::window);
    while (window_.weight() > window_room_ && !window_.empty()) leave_window();
    return false;
  }

 private:
  enum class Place : std::uint8_t { none, window, probation, protect };
  struct Entry {
    double weight = 0;
    Place place = Place::none;
  };

  KeyList& list(Place place) {
    return place == Place::window ? window_ : place == Place::probation ? probation_ : protected_;
  }

  void move(std::uint32_t key, Place to) {
    auto& entry = entries_[key];
    if (entry.place != Place::none) list(entry.place).remove(key, entry.weight);
    entry.place = to;
    if (to != Place::none) list(to).push(key, entry.weight);
  }

  void leave_window() {
    const auto candidate = window_.oldest();
    move(candidate, Place::probation);
    while (window_.weight() + probation_.weight() + protected_.weight() > room_.size) {
      auto victim =
          probation_.oldest() == candidate && protected_.weight() > 0 ? protected_.oldest() : probation_.oldest();
      if (victim != candidate && sketch_.uses(candidate) <= sketch_.uses(victim)) victim = candidate;
      move(victim, Place::none);
      if (victim == candidate) return;
    }
  }

  Room room_;
  double window_room_, protected_room_;
  std::vector<Entry> entries_;
  KeyLinks links_;
  KeyList window_, probation_, protected_;
  FrequencySketch sketch_;
};

}  // namespace

std::unique_ptr<Policy> make_w_tiny_lfu(const Trace& trace, Room room) {
  double mean = 0;
  for (const auto& request : trace.requests) mean += room.weight(request) / static_cast<double>(trace.requests.size());
  return std::make_unique<WTinyLfu>(trace.keys, room, room.size / mean);
}

}  // namespace cardcache::simulator
