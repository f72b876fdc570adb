#include "simulator/key_list.hpp"
#include "simulator/policy.hpp"

namespace cardcache::simulator {
namespace {

/// The least recently used goes.
class Lru final : public Policy {
 public:
  Lru(std::uint32_t keys, Room room) : room_(room), weights_(keys), links_(keys), list_(links_) {}

  bool access(const Request& request) override {
    const auto key = request.key;
    const bool hit = weights_[key] > 0;
    if (hit) drop(key);
    const auto weight = room_.weight(request);
    if (weight > room_.size) return hit;
    while (list_.weight() + weight > room_.size) drop(list_.oldest());
    weights_[key] = weight;
    list_.push(key, weight);
    return hit;
  }

 private:
  void drop(std::uint32_t key) {
    list_.remove(key, weights_[key]);
    weights_[key] = 0;
  }

  Room room_;
  std::vector<double> weights_;  // 0: not there
  KeyLinks links_;
  KeyList list_;
};

}  // namespace

std::unique_ptr<Policy> make_lru(const Trace& trace, Room room) { return std::make_unique<Lru>(trace.keys, room); }

}  // namespace cardcache::simulator
