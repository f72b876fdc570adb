#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/entry_facts.hpp"

namespace cardcache {

enum class EncryptionId : std::uint32_t {};

/// Answers that the page encrypts before they are stored. One a key: what a later set, delete or another tab's change
/// has overtaken is not written any more.
class PendingEncryptions {
 public:
  struct PendingEncryption {
    EncryptionId id;
    std::string key;
    EntryFacts facts;
  };

  /// Ends the key's earlier one.
  EncryptionId begin(std::string_view key, EntryFacts facts);
  /// Null where it has ended.
  [[nodiscard]] const PendingEncryption* find(EncryptionId id) const;
  void end(EncryptionId id);
  void end_key(std::string_view key);
  void clear() { pending_encryptions_.clear(); }
  [[nodiscard]] std::size_t size() const { return pending_encryptions_.size(); }

 private:
  std::vector<PendingEncryption> pending_encryptions_;
  std::uint32_t next_ = 1;
};

}  // namespace cardcache
