#include "core/storage/record_index.hpp"

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"

namespace cardcache {

std::u16string RecordIndex::area_key(std::string_view key) const { return to_utf16(prefix_) + to_utf16(key); }

const StoredFacts* RecordIndex::find(std::string_view key) const {
  const auto id = live_.keys.find(key);
  return id ? &live_.facts[*id] : nullptr;
}

std::vector<double> RecordIndex::endpoint_bytes() const {
  std::vector<double> bytes(keys().endpoint_count());
  keys().for_each([&](KeyIndex::Id id) { bytes[keys().endpoint(id)] += facts(id).bytes; });
  return bytes;
}

StoredFacts& RecordIndex::put(Records& records, std::string_view key, const StoredFacts& facts) {
  const auto id = records.keys.insert(key, {});
  if (id >= records.facts.size()) records.facts.resize(id + 1);
  bytes_ += facts.bytes;
  plain_bytes_ += facts.plain_bytes;
  return records.facts[id] = facts;
}

void RecordIndex::remove(Records& records, std::string_view key) {
  const auto id = records.keys.find(key);
  if (!id) return;
  bytes_ -= records.facts[*id].bytes;
  plain_bytes_ -= records.facts[*id].plain_bytes;
  records.keys.erase(*id);
}

void RecordIndex::remember(std::string_view key, const StoredFacts& facts, const std::vector<std::string>& tags) {
  // A deferred write does not lie there yet, and what it is to replace may.
  if (facts.bytes > 0) end_invalidated(key);
  const auto* known = find(key);
  const auto before = known ? *known : StoredFacts{};
  forget(key);
  auto& stored = put(live_, key, facts);
  stored.last_use = std::max(stored.last_use, before.last_use);
  stored.grace = std::max(stored.grace, before.grace);
  if (tags.empty()) return;
  if (const auto id = keys().find(key)) live_.keys.retag(*id, tags);
}

void RecordIndex::note_use(std::string_view key, Millis now) {
  if (const auto id = keys().find(key)) live_.facts[*id].last_use = now;
}

void RecordIndex::extend_grace(std::string_view key, Millis grace) {
  if (const auto id = keys().find(key)) live_.facts[*id].grace = std::max(facts(*id).grace, grace);
}

void RecordIndex::invalidate(std::string_view key) {
  const auto* known = find(key);
  auto facts = known ? *known : StoredFacts{};
  // What it said counts no more: it takes what it takes.
  facts.plain_bytes = facts.bytes;
  forget(key);
  if (!is_invalidated(key)) put(invalidated_, key, facts);
}

bool RecordIndex::clear(Millis until) {
  if (has_invalidated()) return false;
  std::swap(live_, invalidated_);
  begin_removals();
  cleared_until_ = until;
  return true;
}

std::optional<std::string> RecordIndex::take_removal() {
  while (has_removals()) {
    const auto id = static_cast<KeyIndex::Id>(--removals_left_);
    if (invalidated_.keys.contains(id)) return invalidated_.keys.key(id);
  }
  return std::nullopt;
}

}  // namespace cardcache
