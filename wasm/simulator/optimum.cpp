#include <set>
#include <utility>

#include "simulator/policy.hpp"

namespace cardcache::simulator {
namespace {

/// Belady's: what is asked for again last goes first. It knows the future, so nothing can hit more often.
class Optimum final : public Policy {
 public:
  Optimum(const Trace& trace, Room room) : room_(room), next_(trace.requests.size()), due_(trace.keys, never) {
    for (auto at = trace.requests.size(); at-- > 0;) {
      auto& due = due_[trace.requests[at].key];
      next_[at] = due;
      due = at;
    }
  }

  bool access(const Request& request) override {
    auto& due = due_[request.key];
    const bool hit = cached_.erase({due, request.key}) > 0;
    due = next_[at_++];
    if (!hit && static_cast<double>(cached_.size()) + 1 > room_.size) cached_.erase(std::prev(cached_.end()));
    cached_.emplace(due, request.key);
    return hit;
  }

 private:
  static constexpr auto never = static_cast<std::size_t>(-1);

  Room room_;
  std::vector<std::size_t> next_;  // by request: when its key is asked for again
  std::vector<std::size_t> due_;   // by key
  std::set<std::pair<std::size_t, std::uint32_t>> cached_;
  std::size_t at_ = 0;
};

}  // namespace

std::unique_ptr<Policy> make_optimum(const Trace& trace, Room room) { return std::make_unique<Optimum>(trace, room); }

}  // namespace cardcache::simulator
