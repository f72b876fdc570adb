#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace cardcache::simulator {

inline constexpr std::uint32_t no_key = std::numeric_limits<std::uint32_t>::max();

/// Room for the links of every key of a trace. A key is in one list at a time.
struct KeyLinks {
  explicit KeyLinks(std::uint32_t keys) : newer(keys, no_key), older(keys, no_key) {}
  std::vector<std::uint32_t> newer, older;
};

/// A queue of keys, which knows what they weigh together.
class KeyList {
 public:
  explicit KeyList(KeyLinks& links) : links_(links) {}

  void push(std::uint32_t key, double weight) {
    links_.older[key] = newest_;
    links_.newer[key] = no_key;
    (newest_ == no_key ? oldest_ : links_.newer[newest_]) = key;
    newest_ = key;
    weight_ += weight;
  }
  void remove(std::uint32_t key, double weight) {
    const auto newer = links_.newer[key];
    const auto older = links_.older[key];
    (newer == no_key ? newest_ : links_.older[newer]) = older;
    (older == no_key ? oldest_ : links_.newer[older]) = newer;
    weight_ -= weight;
  }
  [[nodiscard]] bool empty() const { return oldest_ == no_key; }
  [[nodiscard]] std::uint32_t oldest() const { return oldest_; }
  [[nodiscard]] std::uint32_t newer_than(std::uint32_t key) const { return links_.newer[key]; }
  [[nodiscard]] double weight() const { return weight_; }

 private:
  KeyLinks& links_;
  std::uint32_t newest_ = no_key, oldest_ = no_key;
  double weight_ = 0;
};

}  // namespace cardcache::simulator
