#include "core/record_index.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace cardcache {

std::u16string RecordIndex::area_key(std::string_view key) const { return to_utf16(prefix_) + to_utf16(key); }

const StoredFacts* RecordIndex::find(std::string_view key) const {
  const auto id = keys_.find(key);
  return id ? &facts_[*id] : nullptr;
}

std::vector<double> RecordIndex::endpoint_bytes() const {
  std::vector<double> bytes(keys_.endpoint_count());
  keys_.for_each([&](KeyIndex::Id id) { bytes[keys_.endpoint(id)] += facts_[id].bytes; });
  return bytes;
}

void RecordIndex::remember(std::string_view key, const StoredFacts& facts, const std::vector<std::string>& tags) {
  // A deferred write does not lie there yet, and what it is to replace may.
  if (facts.bytes > 0) end_invalidated(key);
  const auto known = keys_.find(key);
  const auto id = known ? *known : keys_.insert(key, {});
  if (id >= facts_.size()) facts_.resize(id + 1);
  const auto before = known ? facts_[id] : StoredFacts{};
  auto& stored = facts_[id] = facts;
  bytes_ += facts.bytes - before.bytes;
  plain_bytes_ += facts.plain_bytes - before.plain_bytes;
  stored.last_use = std::max(stored.last_use, before.last_use);
  stored.grace = std::max(stored.grace, before.grace);
  if (keys_.tags(id) != tags) keys_.retag(id, tags);
}

void RecordIndex::forget(std::string_view key) {
  const auto id = keys_.find(key);
  if (!id) return;
  bytes_ -= facts_[*id].bytes;
  plain_bytes_ -= facts_[*id].plain_bytes;
  keys_.erase(*id);
}

void RecordIndex::note_use(std::string_view key, Millis now) {
  if (const auto id = keys_.find(key)) facts_[*id].last_use = now;
}

void RecordIndex::extend_grace(std::string_view key, Millis grace) {
  if (const auto id = keys_.find(key)) facts_[*id].grace = std::max(facts_[*id].grace, grace);
}

void RecordIndex::invalidate(std::string_view key) {
  const auto* known = find(key);
  const double bytes = known ? known->bytes : 0;
  forget(key);
  if (!is_invalidated(key)) add_invalidated(key, bytes);
}

void RecordIndex::invalidate_and_queue(std::string_view key) {
  invalidate(key);
  pending_removals_.emplace_back(key);
}

void RecordIndex::add_invalidated(std::string_view key, double bytes) {
  invalidated_.put(key, static_cast<std::uint32_t>(bytes));
  bytes_ += bytes;
  plain_bytes_ += bytes;
}

void RecordIndex::end_invalidated(std::string_view key) {
  if (const auto id = cleared_.find(key)) end_cleared(*id);
  const auto* bytes = invalidated_.find(key);
  if (!bytes) return;
  bytes_ -= *bytes;
  plain_bytes_ -= *bytes;
  invalidated_.erase(key);
}

bool RecordIndex::clear(Millis until) {
  if (cleared_.size() > 0) return false;
  cleared_ = std::exchange(keys_, {});
  cleared_facts_ = std::exchange(facts_, {});
  cleared_end_ = static_cast<KeyIndex::Id>(cleared_.capacity());
  cleared_until_ = until;
  return true;
}

void RecordIndex::end_cleared(KeyIndex::Id id) {
  bytes_ -= cleared_facts_[id].bytes;
  plain_bytes_ -= cleared_facts_[id].plain_bytes;
  cleared_.erase(id);
}

std::optional<std::string> RecordIndex::take_pending_removal() {
  while (!pending_removals_.empty()) {
    auto key = std::move(pending_removals_.back());
    pending_removals_.pop_back();
    // Overwritten or gone in the meantime, where it is not.
    if (invalidated_.find(key)) return key;
  }
  while (cleared_.size() > 0) {
    const auto id = --cleared_end_;
    if (!cleared_.contains(id)) continue;
    auto key = cleared_.key(id);
    const auto bytes = cleared_facts_[id].bytes;
    end_cleared(id);
    add_invalidated(key, bytes);
    return key;
  }
  return std::nullopt;
}

void RecordIndex::retry_removals() {
  pending_removals_.clear();
  invalidated_.for_each([&](std::string_view key, std::uint32_t) { pending_removals_.emplace_back(key); });
}

}  // namespace cardcache
