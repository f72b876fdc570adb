#pragma once

#include <array>
#include <cstdint>

#include "core/base/chunked_vector.hpp"
#include "core/memory/ghosts.hpp"

namespace cardcache {

/// What an entry that is new has to do to stay.
enum class EvictionStyle : std::uint8_t {
  /// Nothing: what was not used for longest goes (LRU).
  recency,
  /// Be used twice while it passes a trial, or come back soon after it failed (S3-FIFO with a trial of 30 %).
  trial,
  /// Have been used more often than what it would replace (TinyLFU without a window to speak of).
  frequency,
};

/// Entries, each by a small number, in the order in which they go. Two queues: what is new stands in the trial, what
/// proved itself in the main one; the style says how long the trial is and what proves. The style may change at any
/// time: the entries flow from one queue into the other as they come to an end.
///
/// By recency each use makes an entry the newest. Only when that was is noted; the trial is put in order when its
/// oldest must be known, and in a cache that is never full that is never.
class EvictionQueues {
 public:
  using Id = std::uint32_t;

  explicit EvictionQueues(EvictionStyle style);

  void set_style(EvictionStyle style);

  /// `id` must not be in a queue, and at most one more than the largest so far. `hash` has its bits well mixed; `value`
  /// is what losing it costs against others.
  void insert(Id id, std::uint32_t hash, float value);
  void use(Id id) {
    auto& node = nodes_[index(id)];
    node.spared = 0;
    if (node.uses < Ghosts::most_uses) {
      ++node.uses;
      counted_ += weight_of_use;
    }
    if (node.place == unordered && last_stamp_ != last_possible_stamp) {
      node.stamp = ++last_stamp_;
    } else {
      make_newest(index(id));
    }
  }
  void set_value(Id id, float value) { values_.set(index(id), value); }
  /// Takes it out of its queue, if it is in one, and remembers nothing of it.
  void remove(Id id);
  /// Chooses the one to go, takes it out of its queue and remembers it as a ghost. There must be one.
  Id evict();

  [[nodiscard]] bool holds(Id id) const { return index(id) < nodes_.size() && nodes_[index(id)].place != nowhere; }
  [[nodiscard]] std::uint32_t hash(Id id) const { return nodes_[index(id)].hash; }
  [[nodiscard]] std::uint32_t size() const { return sizes_[trial] + sizes_[main]; }

 private:
  /// `unordered`: in the trial, newer than all that are linked there.
  enum Place : std::uint8_t { trial, main, nowhere, unordered };

  struct Node {
    /// Towards the newer end and the older; beyond its ends a queue meets itself in a node of its own.
    std::uint32_t newer = 0;
    union {
      std::uint32_t older = 0;
      /// Of an unordered one: when it became the newest.
      std::uint32_t stamp;
    };
    std::uint32_t hash = 0;
    std::uint8_t uses = 0;
    /// How often it came to its queue's end and was spared for its value.
    std::uint8_t spared = 0;
    Place place = nowhere;
  };

  /// What a use counts towards that, against a newcomer's 1: where nothing is ever hit, the stale must age as well.
  static constexpr std::uint32_t weight_of_use = 4;
  static constexpr std::uint32_t last_possible_stamp = 0xFFFFFFFF;

  // The nodes of the two queues come first.
  [[nodiscard]] static std::uint32_t index(Id id) { return id + nowhere; }

  void take_out(const Node& node);
  void put_newest(std::uint32_t at, Place place);
  void unlink(Node& node);
  void make_newest(std::uint32_t at);
  /// Links what is not.
  void order();
  /// Makes one of two lists of unordered nodes, which are linked by `newer` and end with `no_node`.
  [[nodiscard]] std::uint32_t merge(std::uint32_t one, std::uint32_t other);
  void push(std::uint32_t at, Place place);
  void move(std::uint32_t at, Place place);
  Id fall(std::uint32_t at);
  /// Among the last few of a queue; those that are older are spared and go to its other end.
  [[nodiscard]] std::uint32_t least_valued_end(Place place);
  void age();

  EvictionStyle style_;
  ChunkedVector<Node> nodes_;
  SparseColumn<float> values_{1};
  std::array<std::uint32_t, nowhere> sizes_{};
  /// Something may be.
  bool is_unordered_ = false;
  std::uint32_t last_stamp_ = 0;
  Ghosts ghosts_;
  std::uint32_t counted_ = 0;
};

}  // namespace cardcache
