#include "core/storage_tier.hpp"

#include <algorithm>
#include <utility>

#include "core/json_block.hpp"
#include "core/keys.hpp"
#include "core/storage_space.hpp"
#include "core/text.hpp"

namespace cardcache {

std::u16string StorageTier::area_key(std::string_view key) const { return to_utf16(prefix_) + to_utf16(key); }

void StorageTier::remember(std::string_view key, const StoredFacts& facts, const std::vector<std::string>& tags) {
  // What waits for room does not lie there yet, and what it is to replace may.
  if (facts.bytes > 0) end_void(key);
  const auto known = index_.find(key);
  const auto id = known ? *known : index_.insert(key, {});
  if (id >= stored_.size()) stored_.resize(id + 1);
  auto& stored = stored_[id];
  space_.bytes_ += facts.bytes - (known ? stored.bytes : 0);
  space_.plain_bytes_ += facts.plain_bytes - (known ? stored.plain_bytes : 0);
  const auto before = known ? stored : StoredFacts{};
  stored = facts;
  stored.last_use = std::max(stored.last_use, before.last_use);
  stored.grace = std::max(stored.grace, before.grace);
  if (index_.tags(id) != tags) index_.retag(id, tags);
}

void StorageTier::forget(std::string_view key) {
  const auto id = index_.find(key);
  if (!id) return;
  space_.bytes_ -= stored_[*id].bytes;
  space_.plain_bytes_ -= stored_[*id].plain_bytes;
  index_.erase(*id);
}

void StorageTier::make_void(std::string_view key) {
  const auto id = index_.find(key);
  const double bytes = id ? stored_[*id].bytes : 0;
  forget(key);
  if (!is_void(key)) add_void(key, bytes);
}

void StorageTier::add_void(std::string_view key, double bytes) {
  void_.put(key, static_cast<std::uint32_t>(bytes));
  space_.bytes_ += bytes;
  space_.plain_bytes_ += bytes;
}

void StorageTier::end_void(std::string_view key) {
  if (const auto id = cleared_.find(key)) end_cleared(*id);
  const auto* bytes = void_.find(key);
  if (!bytes) return;
  space_.bytes_ -= *bytes;
  space_.plain_bytes_ -= *bytes;
  void_.erase(key);
}

bool StorageTier::is_void(std::string_view key) const { return void_.find(key) || cleared_.find(key); }

void StorageTier::end_cleared(KeyIndex::Id id) {
  space_.bytes_ -= cleared_facts_[id].bytes;
  space_.plain_bytes_ -= cleared_facts_[id].plain_bytes;
  cleared_.erase(id);
}

StorageTier::Read StorageTier::read(std::string_view key, Record& into) {
  if (!space_.area_) return Read::absent;
  const auto name = area_key(key);
  const auto* waiting = space_.pending(this, key);
  // During a purge only what was written since is remembered, and nothing else is ours any more.
  if (!waiting && (is_void(key) || (space_.purging_ && !index_.find(key)))) return Read::absent;
  const auto text = waiting ? std::optional(waiting->text) : space_.area_->get(name);
  if (!text) {
    forget(key);
    return Read::absent;
  }
  const auto fault = read_record(name, *text, space_.form_, into);
  if (fault == RecordFault::version) return Read::version;
  if (fault != RecordFault::none) return Read::corrupt;
  if (waiting) return Read::found;
  // Whoever wrote it: from here on it is known as it lies there.
  const auto id = index_.find(key);
  const auto bytes = static_cast<double>(stored_bytes(name) + stored_bytes(*text));
  const bool known = id && stored_[*id].bytes == bytes && stored_[*id].timestamp == into.facts.timestamp;
  if (!known) space_.on_change(prefix_ + std::string(key), text);
  return Read::found;
}

StorageTier::Write StorageTier::write(std::string_view key, std::string_view data, const EntryFacts& facts, Millis now,
                                      bool sealed) {
  if (!space_.area_) return Write::unavailable;
  if (data.empty() || data.size() > most_json_bytes) {
    remove(key);
    return Write::quota;
  }
  auto name = area_key(key);
  auto text = write_record(name, data, facts, sealed, space_.form_);
  const auto name_bytes = static_cast<double>(stored_bytes(name));
  const StoredFacts stored{.bytes = name_bytes + static_cast<double>(stored_bytes(text)),
                           .plain_bytes = name_bytes + plain_form_bytes(text, space_.form_),
                           .units = static_cast<double>(name.size() + text.size()),
                           .timestamp = facts.timestamp,
                           .end = facts.end,
                           .cost = facts.cost,
                           .last_use = now,
                           .kept_on_event = facts.kept_on_event,
                           .walk = space_.walk_};
  const auto written = space_.write({.tier = this,
                                     .key = std::string(key),
                                     .name = std::move(name),
                                     .text = std::move(text),
                                     .facts = stored,
                                     .tags = facts.tags},
                                    now);
  if (written == Write::stored) space_.keep_time(now);
  return written;
}

void StorageTier::remove(std::string_view key) {
  if (!space_.area_) return;
  space_.abandon(this, key);
  if (space_.area_->remove(area_key(key))) {
    forget(key);
    end_void(key);
  } else {
    make_void(key);
  }
}

void StorageTier::remove_all(std::span<const std::string> keys) {
  // Where no floor can be left for what would go later, all goes at once.
  const auto at_once = space_.foreign() ? keys.size() : std::min(keys.size(), StorageSpace::most_at_once);
  for (const auto& key : keys.first(at_once)) remove(key);
  for (const auto& key : keys.subspan(at_once)) {
    space_.abandon(this, key);
    make_void(key);
    doomed_.push_back(key);
  }
}

bool StorageTier::clear(Millis until) {
  if (cleared_.size() > 0) return false;
  space_.abandon(this, std::nullopt);
  cleared_ = std::exchange(index_, {});
  cleared_facts_ = std::exchange(stored_, {});
  cleared_end_ = static_cast<KeyIndex::Id>(cleared_.capacity());
  void_until_ = until;
  space_.remove_doomed(StorageSpace::most_at_once);
  space_.begin_sweep();
  return true;
}

void StorageTier::note_use(std::string_view key, Millis now) {
  if (const auto id = index_.find(key)) stored_[*id].last_use = now;
}

void StorageTier::keep_for(std::string_view key, Millis grace) {
  if (!space_.area_ || is_void(key) || space_.purging_) return;
  if (!index_.find(key)) space_.on_change(prefix_ + std::string(key), space_.area_->get(area_key(key)));
  if (const auto id = index_.find(key)) stored_[*id].grace = std::max(stored_[*id].grace, grace);
}

Millis StorageTier::kept_for(std::string_view key) const {
  const auto id = index_.find(key);
  return id ? stored_[*id].grace : Millis{0};
}

std::optional<RecordHead> StorageTier::read_head(std::string_view key) {
  if (!space_.area_ || is_void(key) || (space_.purging_ && !index_.find(key))) return std::nullopt;
  const auto* waiting = space_.pending(this, key);
  const auto text = waiting ? std::optional(waiting->text) : space_.area_->get(area_key(key));
  return text ? read_record_head(*text, space_.form_) : std::nullopt;
}

std::vector<std::string> StorageTier::keys_with_prefix(std::string_view start) {
  auto keys = notes_with_prefix(start);
  // Notes, other users' records, and what is gone for whoever asks.
  std::erase_if(keys, [this](const std::string& key) { return !is_valid_key(key) || is_void(key); });
  return keys;
}

std::optional<std::u16string> StorageTier::read_note(std::string_view name) {
  return space_.area_ ? space_.area_->get(area_key(name)) : std::nullopt;
}

bool StorageTier::write_note(std::string_view name, std::string_view text) {
  return !space_.area_ || space_.put_note(area_key(name), to_utf16(text));
}

void StorageTier::remove_note(std::string_view name) {
  if (space_.area_ && space_.area_->remove(area_key(name))) space_.count_note(prefix_ + std::string(name), 0);
}

bool StorageTier::notes_are_outdated() const { return space_.purging(); }

std::vector<std::string> StorageTier::notes_with_prefix(std::string_view name) {
  std::vector<std::string> names;
  if (!space_.area_) return names;
  for (const auto& key : space_.area_->keys_with_prefix(area_key(name))) {
    names.push_back(to_wtf8(key).substr(prefix_.size()));
  }
  return names;
}

const KeyIndex& StorageTier::index() {
  space_.ensure_counted();
  return index_;
}

const KeyIndex& StorageTier::index_for(const Selector& selector) {
  if (space_.foreign() || selector == Selector{}) space_.recount();
  return index();
}

}  // namespace cardcache
