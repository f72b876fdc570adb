#include <set>
#include <utility>

#include "simulator/policy.hpp"

namespace cardcache::simulator {
namespace {

/// Greedy-Dual-Size-Frequency (Cherkasova, 1998): what goes is worth least, by uses × cost / weight; what was worth
/// something and is no longer used is overtaken, since the worth of what went last is added to all that is used.
class Gdsf final : public Policy {
 public:
  Gdsf(std::uint32_t keys, Room room) : room_(room), entries_(keys) {}

  bool access(const Request& request) override {
    auto& entry = entries_[request.key];
    const bool hit = entry.weight > 0;
    if (hit) {
      order_.erase({entry.worth, request.key});
    } else {
      const auto weight = room_.weight(request);
      if (weight > room_.size) return false;
      while (weight_ + weight > room_.size) evict();
      entry = {weight, 0, 0};
      weight_ += weight;
    }
    ++entry.uses;
    entry.worth = floor_ + entry.uses * request.cost / entry.weight;
    order_.emplace(entry.worth, request.key);
    return hit;
  }

 private:
  struct Entry {
    double weight = 0;  // 0: not there
    double uses = 0;
    double worth = 0;
  };

  void evict() {
    const auto [worth, key] = *order_.begin();
    order_.erase(order_.begin());
    floor_ = worth;
    weight_ -= entries_[key].weight;
    entries_[key].weight = 0;
  }

  Room room_;
  std::vector<Entry> entries_;
  std::set<std::pair<double, std::uint32_t>> order_;
  double floor_ = 0, weight_ = 0;
};

}  // namespace

std::unique_ptr<Policy> make_gdsf(const Trace& trace, Room room) { return std::make_unique<Gdsf>(trace.keys, room); }

}  // namespace cardcache::simulator
