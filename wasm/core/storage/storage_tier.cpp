#include "core/storage/storage_tier.hpp"

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/codec/compressed_json.hpp"
#include "core/keys/keys.hpp"
#include "core/storage/storage_space.hpp"

namespace cardcache {

StorageTier::Read StorageTier::read(std::string_view key, Record& into) {
  const auto text = records_.text_of(user_, key);
  if (!text) {
    user_.records.forget(key);
    return Read::absent;
  }
  const auto name = area_key(key);
  const auto fault = read_record(name, *text, records_.form(), into);
  if (fault == RecordFault::version) return Read::version;
  if (fault != RecordFault::none) return Read::corrupt;
  if (records_.deferred().find(user_, key)) return Read::found;
  // Whoever wrote it: from here on it is known as it lies there.
  const auto* known = user_.records.find(key);
  const auto bytes = static_cast<double>(stored_bytes(name) + stored_bytes(*text));
  if (!known || known->bytes != bytes || known->timestamp != into.facts.timestamp) {
    records_.take_change(prefix() + std::string(key), text);
  }
  return Read::found;
}

StorageTier::Write StorageTier::write(std::string_view key, std::string_view data, const EntryFacts& facts, Millis now,
                                      bool encrypted) {
  if (!records_.area()) return Write::unavailable;
  if (data.empty() || data.size() > most_json_bytes) {
    remove(key);
    return Write::quota;
  }
  auto name = area_key(key);
  auto text = write_record(name, data, facts, encrypted, records_.form());
  const auto name_bytes = static_cast<double>(stored_bytes(name));
  StoredFacts stored{.bytes = name_bytes + static_cast<double>(stored_bytes(text)),
                     .plain_bytes = name_bytes + plain_form_bytes(text, records_.form()),
                     .units = static_cast<double>(name.size() + text.size()),
                     .last_use = now};
  stored.take(facts);
  const auto written = writer_.write({.user = &user_,
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
  if (records_.area()) records_.remove(user_, key);
}

void StorageTier::remove_all(std::span<const std::string> keys) {
  // Where no note can be left for what would go later, all goes at once.
  const auto at_once = records_.form().foreign ? keys.size() : std::min(keys.size(), most_at_once);
  for (const auto& key : keys.first(at_once)) remove(key);
  for (const auto& key : keys.subspan(at_once)) {
    records_.deferred().abandon(user_, key);
    user_.records.invalidate(key);
  }
  if (at_once < keys.size()) user_.records.begin_removals();
}

bool StorageTier::clear(Millis until) {
  if (!user_.records.clear(until)) return false;
  records_.deferred().abandon(user_);
  records_.remove_pending(most_at_once);
  maintenance_.begin_sweep();
  return true;
}

void StorageTier::keep_for(std::string_view key, Millis grace) {
  if (!records_.area() || user_.records.is_invalidated(key) || records_.is_purging()) return;
  if (!user_.records.find(key)) {
    const auto name = area_key(key);
    records_.take_change(to_wtf8(name), records_.area()->get(name));
  }
  user_.records.extend_grace(key, grace);
}

Millis StorageTier::kept_for(std::string_view key) const {
  const auto* known = user_.records.find(key);
  return known ? known->grace : Millis{0};
}

std::optional<RecordHead> StorageTier::read_head(std::string_view key) {
  const auto text = records_.text_of(user_, key);
  return text ? read_record_head(*text, records_.form()) : std::nullopt;
}

std::vector<std::string> StorageTier::keys_with_prefix(std::string_view start) {
  auto keys = notes_with_prefix(start);
  // Without notes, other users' records and invalidated ones.
  std::erase_if(keys,
                [this](const std::string& key) { return !is_valid_key(key) || user_.records.is_invalidated(key); });
  return keys;
}

std::optional<std::u16string> StorageTier::read_note(std::string_view name) {
  return records_.area() ? records_.area()->get(area_key(name)) : std::nullopt;
}

bool StorageTier::write_note(std::string_view name, std::string_view text) {
  return !records_.area() || writer_.write_note(area_key(name), to_utf16(text), space_.latest_seen());
}

void StorageTier::remove_note(std::string_view name) {
  if (records_.area()) records_.remove_note(area_key(name));
}

std::vector<std::string> StorageTier::notes_with_prefix(std::string_view name) {
  std::vector<std::string> names;
  if (!records_.area()) return names;
  for (const auto& key : records_.area()->keys_with_prefix(area_key(name))) {
    names.push_back(to_wtf8(key).substr(prefix().size()));
  }
  return names;
}

const KeyIndex& StorageTier::index() {
  maintenance_.ensure_counted();
  return user_.records.keys();
}

const KeyIndex& StorageTier::index_for(const Selector& selector) {
  if (records_.form().foreign || selector == Selector{}) maintenance_.recount();
  return index();
}

}  // namespace cardcache
