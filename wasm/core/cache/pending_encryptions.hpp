#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/entry_facts.hpp"

namespace cardcache {

enum class SealingId : std::uint32_t {};

/// Answers that the page encrypts before they are stored. One a key: what a later set, delete or another tab's change
/// has overtaken is not written any more.
class Sealings {
 public:
  struct Sealing {
    SealingId id;
    std::string key;
    EntryFacts facts;
  };

  /// Ends the key's earlier one.
  SealingId begin(std::string_view key, EntryFacts facts);
  /// Null where it has ended.
  [[nodiscard]] const Sealing* find(SealingId id) const;
  void end(SealingId id);
  void end_key(std::string_view key);
  void clear() { sealings_.clear(); }
  [[nodiscard]] std::size_t size() const { return sealings_.size(); }

 private:
  std::vector<Sealing> sealings_;
  std::uint32_t next_ = 1;
};

}  // namespace cardcache
