#pragma once

#include <array>
#include <cstdint>

#include "core/chunks.hpp"
#include "core/ghosts.hpp"

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
class EvictionQueues {
 public:
  using Id = std::uint32_t;

  explicit EvictionQueues(EvictionStyle style);

  void set_style(EvictionStyle style) { style_ = style; }

  /// `id` must not be in a queue, and at most one more than the largest so far. `hash` has its bits well mixed; `value`
  /// is what losing it costs against others.
  void insert(Id id, std::uint32_t hash, float value);
  void use(Id id);
  void set_value(Id id, float value) { values_.set(index(id), value); }
  /// Takes it out of its queue, if it is in one, and remembers nothing of it.
  void remove(Id id);
  /// Chooses the one to go, takes it out of its queue and remembers it as a ghost. There must be one.
  Id evict();

  [[nodiscard]] bool holds(Id id) const { return index(id) < nodes_.size() && nodes_[index(id)].place != nowhere; }
  [[nodiscard]] std::uint32_t hash(Id id) const { return nodes_[index(id)].hash; }
  [[nodiscard]] std::uint32_t size() const { return sizes_[trial] + sizes_[main]; }

 private:
  enum Place : std::uint8_t { trial, main, nowhere };

  struct Node {
    /// Towards the newer end and the older; beyond its ends a queue meets itself in a node of its own.
    std::uint32_t newer = 0, older = 0;
    std::uint32_t hash = 0;
    std::uint8_t uses = 0;
    /// How often it came to its queue's end and was spared for its value.
    std::uint8_t spared = 0;
    Place place = nowhere;
  };

  // The nodes of the two queues come first.
  [[nodiscard]] static std::uint32_t index(Id id) { return id + nowhere; }

  void take_out(const Node& node);
  void put_newest(std::uint32_t at, Place place);
  void unlink(Node& node);
  void push(std::uint32_t at, Place place);
  void move(std::uint32_t at, Place place);
  Id fall(std::uint32_t at);
  /// Among the last few of a queue; those that are older are spared and go to its other end.
  [[nodiscard]] std::uint32_t least_valued_end(Place place);
  void age();

  EvictionStyle style_;
  Chunks<Node> nodes_;
  RareColumn<float> values_{1};
  std::array<std::uint32_t, nowhere> sizes_{};
  Ghosts ghosts_;
  std::uint32_t counted_ = 0;
};

}  // namespace cardcache
