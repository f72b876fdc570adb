#pragma once

#include <array>
#include <cstdint>

#include "core/memory/eviction_queues.hpp"

namespace cardcache {

/// A cache of a few keys by their hashes alone, to see how often a style of eviction would have hit.
class Miniature {
 public:
  /// With the ends of two queues 128 nodes, which are a chunk.
  static constexpr std::uint32_t most_room = 126;

  explicit Miniature(EvictionStyle style) : queues_(style) { heads_.fill(none); }

  /// Whether the key was there; it is afterwards. `room` is 1 … `most_room`; one that has more keys already keeps
  /// their number.
  bool access(std::uint32_t hash, std::uint32_t room);

 private:
  using Link = std::uint16_t;
  static constexpr Link none = 0xFFFF;

  [[nodiscard]] Link& head_of(std::uint32_t hash) { return heads_[hash % heads_.size()]; }

  EvictionQueues queues_;
  std::array<Link, std::size_t{2} * most_room> heads_;
  std::array<Link, most_room> next_{};  // chains of entries by hash
};

/// Chooses what goes when room is short.
///
/// No fixed rule is good at everything. Where a page asks again for what it asked for last, the least recently used
/// must go (LRU), and whatever insists on proofs of popularity loses a tenth of the hits. Where much is asked for only
/// once, LRU throws out what is popular for what never comes back; a short trial for newcomers (S3-FIFO) wins. Where
/// more keys are walked round and round than there is room for, both never hit at all, and the best is not to let
/// newcomers in (TinyLFU). So all three are tried, all the time, and the one that would have hit most often decides.
///
/// The trying is done in miniature. A key is in the sample if its hash is below a bound, so that of it either every
/// request is seen or none; as many keys are in the sample as bring the cache's room down to 126 entries. Three caches
/// of that room hold nothing but hashes, one for each style, and replay the sample. A cache of one in n keys with one
/// nth of the room hits about as often as the whole one (Waldspurger and others, "Cache modeling and optimization using
/// miniature simulations", 2017), and where it errs it errs for all three alike. Their hit ratios are means that
/// forget: what is a hundred times as many requests ago as a miniature has entries counts a third. When another leads
/// by half a point, its style takes over the real entries, which stay as they are and only go by other rules from then
/// on.
///
/// What that costs: nothing until an entry must go for the first time, and never anything below 16 entries, where there
/// is nothing to learn and LRU stays. From then on a hit is one more use of one entry, plus, for keys of the sample, a
/// look into three small tables. Memory: 16 bytes an entry (20 once
/// one costs what others do not), 4 for each of two to four ghosts an entry, 13 kB for the
/// miniatures.
///
/// Values (costs, by byte where bytes are what is short) come in where an entry is at its queue's end: of the last 16
/// the least valued goes, those before it go round once more, and each round halves, thirds … what they count. With
/// equal values the last goes, as if there were none.
///
/// No random numbers are drawn: the same requests always end in the same choice. How the numbers here were found, and
/// what did not help, stands in wasm/simulator/README.md.
class Eviction {
 public:
  using Id = EvictionQueues::Id;

  /// `id` must not be known, and at most one more than the largest so far. `hash` is its key's; `value` what losing it
  /// costs against others, 0 or more.
  void insert(Id id, std::uint32_t hash, double value);
  void use(Id id) {
    const auto hash = queues_.hash(id);
    if (hash < observed_below_) observe(hash);
    queues_.use(id);
  }
  [[nodiscard]] bool holds(Id id) const { return queues_.holds(id); }
  void set_value(Id id, double value) { queues_.set_value(id, static_cast<float>(value)); }
  /// Forgets it, if it is known; not because room was short.
  void remove(Id id) { queues_.remove(id); }
  /// Chooses the one to go and forgets it. There must be one.
  Id evict();

  [[nodiscard]] EvictionStyle style() const { return static_cast<EvictionStyle>(leading_); }

 private:
  /// A request of the sample.
  void observe(std::uint32_t hash);

  EvictionQueues queues_{EvictionStyle::recency};
  std::array<Miniature, 3> miniatures_{Miniature(EvictionStyle::recency), Miniature(EvictionStyle::trial),
                                       Miniature(EvictionStyle::frequency)};
  std::array<float, 3> hit_ratios_{};
  std::size_t leading_ = 0;
  std::uint32_t room_ = 0;            // of each miniature
  std::uint32_t observed_below_ = 0;  // the hashes of the sample
  float seen_ = 0;                    // requests of the sample, as far back as is remembered
};

}  // namespace cardcache
