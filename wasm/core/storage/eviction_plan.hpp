#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/storage/deferred_writes.hpp"
#include "core/storage/namespace_index.hpp"

namespace cardcache {

/// What losing a record costs for a while to come.
[[nodiscard]] double retention_value(const StoredFacts& facts, Millis now);

/// Which stored records go first where capacity is short: what has ended or comes from the future, then records of an
/// endpoint that takes more than its share, then the rest; in each, what is worth least a byte.
class EvictionPlan {
 public:
  struct Candidate {
    enum class Class : std::uint8_t { expired, of_large_endpoint, other };

    UserRecords* user;
    KeyIndex::Id id;
    Class in;
    double value_per_byte;
  };
  /// The record that is being written: it is never evicted for itself.
  struct Excluded {
    const UserRecords* user = nullptr;
    std::string_view key;
  };

  EvictionPlan(const NamespaceIndex& index, const Excluded& excluded, Millis now);

  /// How many must go to meet the need; nullopt where all would not do, or where they are worth more than `most_lost`.
  [[nodiscard]] std::optional<std::size_t> count_for(Need need, double most_lost, Millis now);
  /// The next to go; null at the end.
  [[nodiscard]] const Candidate* take();
  [[nodiscard]] bool empty() const { return next_ == 0; }

 private:
  void add_candidates(UserRecords& user, const Excluded& excluded, std::optional<std::uint32_t> own, double share,
                      Millis now);
  const Candidate& sort_next();

  /// A heap up to `heap_end_`, since mostly few of many go; behind it in the order of going, the first at the end.
  std::vector<Candidate> candidates_;
  std::size_t heap_end_ = 0;
  std::size_t next_ = 0;  // what stands from here on was taken
};

}  // namespace cardcache
