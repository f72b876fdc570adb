#include "core/storage_space.hpp"

#include <algorithm>

#include "core/keys.hpp"
#include "core/text.hpp"

namespace cardcache {
namespace {

constexpr Millis time_keeping_interval{60'000};

}  // namespace

StorageSpace::StorageSpace(StorageArea* area, std::string name_space, double budget, const RecordForm& form)
    : area_(area), name_(std::move(name_space)), budget_(budget), form_(form), walking_(area != nullptr) {}

StorageTier& StorageSpace::tier_of(std::optional<std::string_view> user) {
  return tier_with_prefix(user ? name_ + "@" + percent_encode(*user) + "/" : name_);
}

StorageTier& StorageSpace::tier_with_prefix(std::string prefix) {
  if (const auto* known = tier_numbers_.find(prefix)) return *tiers_[*known];
  tier_numbers_.put(prefix, static_cast<std::uint32_t>(tiers_.size()));
  tiers_.push_back(std::make_unique<StorageTier>(*this, std::move(prefix)));
  return *tiers_.back();
}

StorageTier& StorageSpace::tier_for(std::string_view area_key, std::string_view& key) {
  auto prefix = name_;
  key = area_key.substr(name_.size());
  const auto slash = key.find('/');
  if (key.starts_with('@') && slash != std::string_view::npos) {
    prefix += key.substr(0, slash + 1);
    key.remove_prefix(slash + 1);
  }
  return tier_with_prefix(std::move(prefix));
}

double StorageSpace::bytes() {
  ensure_counted();
  return bytes_;
}

double StorageSpace::plain_bytes() {
  ensure_counted();
  return plain_bytes_;
}

std::optional<RecordHead> StorageSpace::read_head(std::u16string_view name, StoredHead& head) {
  auto record = read_record_head(head.text, form_);
  if (!record && head.units > static_cast<double>(head.text.size())) {
    head.text = area_->get(name).value_or(u"");
    record = read_record_head(head.text, form_);
  }
  return record;
}

StoredFacts StorageSpace::facts_of(std::u16string_view name, const StoredHead& head,
                                   const std::optional<RecordHead>& record) {
  const auto name_bytes = static_cast<double>(stored_bytes(name));
  StoredFacts facts;
  facts.bytes = facts.plain_bytes = name_bytes + (head.wide ? head.units * 2 : head.units);
  facts.units = static_cast<double>(name.size()) + head.units;
  if (!record) return facts;
  if (record->packed && !record->sealed) facts.plain_bytes = name_bytes + record->plain_bytes;
  facts.timestamp = record->facts.timestamp;
  facts.end = record->facts.end;
  facts.cost = record->facts.cost;
  facts.kept_on_event = record->facts.kept_on_event;
  return facts;
}

void StorageSpace::count_note(std::string_view area_key, double bytes) {
  const auto* known = note_bytes_.find(area_key);
  const double growth = bytes - (known ? *known : 0);
  bytes_ += growth;
  plain_bytes_ += growth;
  if (bytes > 0) {
    note_bytes_.put(area_key, static_cast<std::uint32_t>(bytes));
  } else {
    note_bytes_.erase(area_key);
  }
}

void StorageSpace::on_change(std::string_view area_key, const std::optional<std::u16string>& text) {
  if (!area_ || !area_key.starts_with(name_)) return;
  const auto name = to_utf16(area_key);
  std::string_view key;
  auto& tier = tier_for(area_key, key);
  if (key.starts_with('!')) {
    if (!form_.foreign) {
      count_note(area_key, text ? static_cast<double>(stored_bytes(name) + stored_bytes(*text)) : 0);
    }
    return;
  }
  if (!is_valid_key(key)) return;
  tier.end_void(key);
  if (!text) {
    abandon(&tier, key);
    return tier.forget(key);
  }
  const StoredHead head{.name = name,
                        .text = *text,
                        .units = static_cast<double>(text->size()),
                        .wide = stored_bytes(*text) > text->size()};
  const auto record = read_record_head(*text, form_);
  if (!record && form_.foreign) return tier.forget(key);
  auto facts = facts_of(name, head, record);
  facts.walk = walk_;
  if (const auto* waiting = pending(&tier, key)) {
    if (waiting->facts.timestamp > facts.timestamp) return;
    abandon(&tier, key);
  }
  tier.remember(key, facts, record ? record->facts.tags : std::vector<std::string>{});
  if (bytes_ > budget_) trim_ = true;
}

void StorageSpace::allow_grace(std::string_view endpoint, Millis grace) {
  if (grace > grace_of(endpoint, Millis{0})) graces_.emplace_back(endpoint, grace);
}

Millis StorageSpace::grace_of(std::string_view key, Millis own) const {
  for (const auto& [endpoint, grace] : graces_) {
    if (grace > own && split_key(key).endpoint == endpoint) own = grace;
  }
  return own;
}

bool StorageSpace::observe(Millis now) {
  const bool went_back = now + clock_tolerance < latest_;
  if (went_back) {
    latest_ = now;
    ++beginnings_;
    remove_everything();
  }
  saw(now);
  return went_back;
}

std::optional<Millis> StorageSpace::kept_time() {
  const auto kept = read_whole_number(area_->get(to_utf16(name_) + to_utf16(clock_note)).value_or(u""));
  return kept ? std::optional(Millis{*kept}) : std::nullopt;
}

Millis StorageSpace::latest_time_seen() {
  if (area_ && !form_.foreign && !purging_) saw(kept_time().value_or(long_ago));
  return latest_;
}

void StorageSpace::keep_time(Millis now) {
  if (!area_ || form_.foreign || purging_ || now == long_ago || now < time_kept_ + time_keeping_interval) return;
  time_kept_ = now;
  // What a hit saw may lie ahead of a clock that was set back a little since.
  now = std::max(now, latest_);
  const auto kept = kept_time();
  // One that is far ahead was a wrong clock's, and has done what it could: from here on ages are told anew.
  if (kept && *kept >= now && is_believed(*kept, now)) return;
  put_note(to_utf16(name_) + to_utf16(clock_note), to_utf16(whole_number(now.value)));
}

}  // namespace cardcache
