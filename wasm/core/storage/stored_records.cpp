#include "core/storage/stored_records.hpp"

#include "core/base/text.hpp"
#include "core/keys/keys.hpp"

namespace cardcache {

std::optional<std::u16string> StoredRecords::text_of(const UserRecords& user, std::string_view key) {
  if (!area_) return std::nullopt;
  if (const auto* deferred = deferred_.find(user, key)) return deferred->text;
  const auto& records = user.records;
  if (records.is_invalidated(key) || (is_purging_ && !records.find(key))) return std::nullopt;
  return area_->get(records.area_key(key));
}

std::optional<RecordHead> StoredRecords::read_head(StoredHead& head) {
  auto record = read_record_head(head.text, form_);
  if (!record && head.units > static_cast<double>(head.text.size())) {
    head.text = area_->get(head.name).value_or(u"");
    record = read_record_head(head.text, form_);
  }
  return record;
}

StoredFacts StoredRecords::facts_of(const StoredHead& head, const std::optional<RecordHead>& record) {
  const auto name_bytes = static_cast<double>(stored_bytes(head.name));
  StoredFacts facts;
  facts.bytes = facts.plain_bytes = name_bytes + (head.wide ? head.units * 2 : head.units);
  facts.units = static_cast<double>(head.name.size()) + head.units;
  if (!record) return facts;
  if (record->packed && !record->encrypted) facts.plain_bytes = name_bytes + record->plain_bytes;
  facts.take(record->facts);
  return facts;
}

void StoredRecords::take_change(std::string_view area_key, const std::optional<std::u16string>& text) {
  if (!area_ || !area_key.starts_with(index_.name())) return;
  const auto name = to_utf16(area_key);
  std::string_view key;
  auto& user = index_.owner_of(area_key, key);
  if (key.starts_with('!')) {
    if (form_.foreign) return;
    return index_.count_note(area_key, text ? static_cast<double>(stored_bytes(name) + stored_bytes(*text)) : 0);
  }
  if (!is_valid_key(key)) return;
  user.records.end_invalidated(key);
  if (!text) {
    deferred_.abandon(user, key);
    return user.records.forget(key);
  }
  const StoredHead head{.name = name,
                        .text = *text,
                        .units = static_cast<double>(text->size()),
                        .wide = stored_bytes(*text) > text->size()};
  const auto record = read_record_head(*text, form_);
  if (!record && form_.foreign) return user.records.forget(key);
  const auto facts = facts_of(head, record);
  if (const auto* deferred = deferred_.find(user, key)) {
    if (deferred->facts.timestamp > facts.timestamp) return;
    deferred_.abandon(user, key);
  }
  remember(user, key, facts, record ? record->facts.tags : std::vector<std::string>{});
  check_budget();
}

void StoredRecords::remember(UserRecords& user, std::string_view key, StoredFacts facts,
                             const std::vector<std::string>& tags) {
  facts.walk = walk_;
  user.records.remember(key, facts, tags);
}

bool StoredRecords::remove(UserRecords& user, std::string_view key) {
  deferred_.abandon(user, key);
  if (!area_->remove(user.records.area_key(key))) {
    user.records.invalidate(key);
    return false;
  }
  user.records.forget(key);
  user.records.end_invalidated(key);
  return true;
}

std::size_t StoredRecords::remove_pending(std::size_t steps) {
  std::size_t done = 0;
  for (const auto& user : index_.users()) {
    auto& records = user->records;
    for (; done < steps; ++done) {
      const auto key = records.take_removal();
      if (!key) break;
      if (area_->remove(records.area_key(*key))) records.end_invalidated(*key);
    }
  }
  return done;
}

void StoredRecords::remove_note(std::u16string_view name) {
  if (area_->remove(name)) index_.count_note(to_wtf8(name), 0);
}

void StoredRecords::begin_purge() {
  index_.forget_everything();
  deferred_.clear();
  is_purging_ = true;
}

}  // namespace cardcache
