#include "simulator/key_list.hpp"
#include "simulator/policy.hpp"

namespace cardcache::simulator {
namespace {

/// SIEVE (Zhang and others, NSDI 2024): a queue in the order of coming; a hand walks from its old end to its new one,
/// takes the mark of use from those that have it and throws out the first that has none.
class Sieve final : public Policy {
 public:
  Sieve(std::uint32_t keys, Room room) : room_(room), entries_(keys), links_(keys), list_(links_) {}

  bool access(const Request& request) override {
    auto& entry = entries_[request.key];
    if (entry.weight > 0) {
      entry.used = true;
      return true;
    }
    const auto weight = room_.weight(request);
    if (weight > room_.size) return false;
    while (list_.weight() + weight > room_.size) evict();
    entry = {weight, false};
    list_.push(request.key, weight);
    return false;
  }

 private:
  struct Entry {
    double weight = 0;  // 0: not there
    bool used = false;
  };

  void evict() {
    auto at = hand_ == no_key ? list_.oldest() : hand_;
    while (entries_[at].used) {
      entries_[at].used = false;
      at = list_.newer_than(at);
      if (at == no_key) at = list_.oldest();
    }
    hand_ = list_.newer_than(at);
    list_.remove(at, entries_[at].weight);
    entries_[at].weight = 0;
  }

  Room room_;
  std::vector<Entry> entries_;
  KeyLinks links_;
  KeyList list_;
  std::uint32_t hand_ = no_key;
};

}  // namespace

std::unique_ptr<Policy> make_sieve(const Trace& trace, Room room) { return std::make_unique<Sieve>(trace.keys, room); }

}  // namespace cardcache::simulator
