#include "core/cache/pending_encryptions.hpp"

#include <algorithm>
#include <utility>

namespace cardcache {

EncryptionId PendingEncryptions::begin(std::string_view key, EntryFacts facts) {
  end_key(key);
  const EncryptionId id{next_++};
  pending_encryptions_.push_back({id, std::string(key), std::move(facts)});
  return id;
}

const PendingEncryptions::PendingEncryption* PendingEncryptions::find(EncryptionId id) const {
  const auto found = std::ranges::find(pending_encryptions_, id, &PendingEncryption::id);
  return found == pending_encryptions_.end() ? nullptr : &*found;
}

void PendingEncryptions::end(EncryptionId id) {
  std::erase_if(pending_encryptions_, [id](const PendingEncryption& one) { return one.id == id; });
}

void PendingEncryptions::end_key(std::string_view key) {
  std::erase_if(pending_encryptions_, [key](const PendingEncryption& one) { return one.key == key; });
}

}  // namespace cardcache
