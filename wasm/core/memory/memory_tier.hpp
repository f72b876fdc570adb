#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/chunked_vector.hpp"
#include "core/base/entry_facts.hpp"
#include "core/base/millis.hpp"
#include "core/keys/key_index.hpp"
#include "core/memory/eviction.hpp"

namespace cardcache {

enum class SlotId : std::uint32_t {};

struct MemoryLimits {
  Millis ttl = default_memory_ttl;
  std::uint32_t max_entries = 1'000;
  double max_bytes = std::numeric_limits<double>::infinity();
};

/// The answers whose values the page holds by reference. It knows everything about them but the values: each lives in a
/// slot, whose number the page keeps beside the value.
///
/// A hit is decided without a call: the page compares its clock with `deadlines()[slot]` and notes the slot in a ring,
/// which is drained here in bulk before anything depends on use.
class MemoryTier {
 public:
  struct Dropped {
    SlotId slot;
    RemovalCause why;
    bool evicted;  // for capacity, or since it was outdated; else it was removed on purpose
  };

  /// How a slot was used. They lie close together: a hit must not bring in more of an entry than this.
  struct Use {
    static constexpr std::uint32_t unknown = 0xFFFFFFFF;

    std::uint32_t hits = 0;
    /// What statistics call its endpoint, once they were asked.
    std::uint32_t endpoint = unknown;
  };

  /// What is known of an entry beside its key, its version and its tags.
  struct Facts {
    Millis timestamp, expires_at;
    double bytes = 0;
    bool exempt_from_events = false;
    bool is_stored = false;
  };

  explicit MemoryTier(MemoryLimits limits) : limits_(limits) {}

  /// Puts or replaces an entry and evicts others where capacity is short. nullopt where it alone is over `max_bytes`;
  /// its older value is gone then too.
  std::optional<SlotId> put(std::string_view key, const EntryFacts& facts, Millis now);
  /// The same for the key that lies in this slot.
  std::optional<SlotId> renew(SlotId slot, const EntryFacts& facts, Millis now);
  [[nodiscard]] std::optional<SlotId> find(std::string_view key) const;
  /// Resident, fresh and believable at `now`.
  [[nodiscard]] bool is_fresh(SlotId slot, Millis now) const;
  /// Resident and not further than `grace` past its end.
  [[nodiscard]] bool may_serve(SlotId slot, Millis now, Millis grace) const;
  void remove(SlotId slot);
  void evict(SlotId slot, RemovalCause why);
  /// Drops what is past its residence, past its end by more than `grace_of(key, its own grace)`, or claims to be from
  /// the future.
  template <typename GraceOf>
  void sweep(Millis now, GraceOf&& grace_of) {
    for (std::uint32_t id = 0; id < timestamps_.size(); ++id) {
      const SlotId slot{id};
      if (!holds(slot) || is_fresh(slot, now)) continue;
      if (!may_serve(slot, now, grace_of(key(slot), grace(slot)))) evict(slot, RemovalCause::expired);
    }
  }
  /// Null for an empty slot.
  Use* note_use(SlotId slot) {
    const auto id = number(slot);
    if (!eviction_.holds(id)) return nullptr;
    eviction_.use(id);
    auto& use = uses_[id];
    ++use.hits;
    return &use;
  }
  void note_stored(SlotId slot);
  /// Somebody may ask for it so long past its end.
  void keep_for(SlotId slot, Millis grace) { graces_.set(number(slot), std::max(this->grace(slot), grace)); }

  [[nodiscard]] std::vector<KeyIndex::Id> select(const Selector& selector) const { return index_.select(selector); }
  [[nodiscard]] Facts facts(SlotId slot) const;
  [[nodiscard]] const std::string& version(SlotId slot) const { return extras_[details_[number(slot)].extras].version; }
  [[nodiscard]] Millis grace(SlotId slot) const { return graces_[number(slot)]; }
  [[nodiscard]] double cost(SlotId slot) const { return extras_[details_[number(slot)].extras].cost; }
  [[nodiscard]] const std::vector<std::string>& tags(SlotId slot) const { return index_.tags(number(slot)); }
  [[nodiscard]] std::string key(SlotId slot) const { return index_.key(number(slot)); }
  [[nodiscard]] std::uint32_t hits(SlotId slot) const { return uses_[number(slot)].hits; }
  [[nodiscard]] bool holds(SlotId slot) const { return index_.contains(number(slot)); }
  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] Millis ttl() const { return limits_.ttl; }
  [[nodiscard]] const KeyIndex& index() const { return index_; }

  /// Until when each slot may be served from memory, in ms; long ago for empty slots. Moves when slots are added.
  [[nodiscard]] const std::vector<double>& deadlines() const { return deadlines_; }

  /// Slots that were emptied since the last call, for the page to let go of their values.
  [[nodiscard]] std::vector<Dropped>& dropped() { return dropped_; }

 private:
  /// All zero in a cache that reaches no storage and counts no bytes.
  struct Details {
    static constexpr std::uint32_t most_extras = (1U << 30) - 1;

    /// Up to 4 GiB.
    std::uint32_t bytes = 0;
    std::uint32_t extras : 30 = 0;
    std::uint32_t exempt_from_events : 1 = 0;
    std::uint32_t is_stored : 1 = 0;

    friend bool operator==(const Details&, const Details&) = default;
  };
  /// What few entries have; the first is that of all others.
  struct Extras {
    std::string version;
    double cost = 1;
  };

  static constexpr std::uint32_t number(SlotId slot) { return static_cast<std::uint32_t>(slot); }
  void fill(std::uint32_t id, const EntryFacts& facts, Millis now);
  [[nodiscard]] std::uint32_t take_extras();
  void drop_extras(std::uint32_t number);
  void release(SlotId slot, RemovalCause why, bool evicted);
  void make_capacity(std::uint32_t excluded, Millis now);
  [[nodiscard]] bool fits() const { return index_.size() <= limits_.max_entries && bytes_ <= limits_.max_bytes; }
  [[nodiscard]] bool may_fit(const EntryFacts& facts) const {
    return facts.bytes <= limits_.max_bytes && limits_.max_entries > 0;
  }
  /// What losing it costs, for each byte where bytes are what is short.
  [[nodiscard]] double value_of(const EntryFacts& facts) const;
  [[nodiscard]] std::optional<SlotId> find_expired(std::uint32_t excluded, Millis now);

  MemoryLimits limits_;
  KeyIndex index_;
  ChunkedVector<Millis> timestamps_;
  /// When residence is over, or the end where that comes no later …
  std::vector<double> deadlines_;
  /// … and the end where it does: long ago says that it is the deadline.
  SparseColumn<Millis> ends_{long_ago};
  SparseColumn<Millis> graces_{Millis{0}};
  SparseColumn<Details> details_{{}};
  ChunkedVector<Use> uses_;
  std::vector<Extras> extras_ = std::vector<Extras>(1);
  std::vector<std::uint32_t> free_extras_;
  std::vector<Dropped> dropped_;
  Eviction eviction_;
  std::uint32_t looked_at_ = 0;
  double bytes_ = 0;
};

}  // namespace cardcache
