#include "core/cache/pending_encryptions.hpp"

#include <algorithm>
#include <utility>

namespace cardcache {

SealingId Sealings::begin(std::string_view key, EntryFacts facts) {
  end_key(key);
  const SealingId id{next_++};
  sealings_.push_back({id, std::string(key), std::move(facts)});
  return id;
}

const Sealings::Sealing* Sealings::find(SealingId id) const {
  const auto found = std::ranges::find(sealings_, id, &Sealing::id);
  return found == sealings_.end() ? nullptr : &*found;
}

void Sealings::end(SealingId id) {
  std::erase_if(sealings_, [id](const Sealing& one) { return one.id == id; });
}

void Sealings::end_key(std::string_view key) {
  std::erase_if(sealings_, [key](const Sealing& one) { return one.key == key; });
}

}  // namespace cardcache
