#include "core/storage_tier.hpp"

#include "core/json_block.hpp"
#include "core/keys.hpp"
#include "core/text.hpp"

namespace cardcache {

std::u16string StorageTier::area_key(std::string_view key) const { return to_utf16(prefix_) + to_utf16(key); }

void StorageTier::remember(std::string_view key, const StoredFacts& facts) {
  const auto known = index_.find(key);
  const auto id = known ? *known : index_.insert(key, {});
  if (id >= stored_.size()) stored_.resize(id + 1);
  space_.bytes_ += facts.bytes - (known ? stored_[id].bytes : 0);
  space_.plain_bytes_ += facts.plain_bytes - (known ? stored_[id].plain_bytes : 0);
  stored_[id] = facts;
}

void StorageTier::forget(std::string_view key) {
  const auto id = index_.find(key);
  if (!id) return;
  space_.bytes_ -= stored_[*id].bytes;
  space_.plain_bytes_ -= stored_[*id].plain_bytes;
  index_.erase(*id);
}

StorageTier::Read StorageTier::read(std::string_view key, Record& into) {
  if (!space_.area_) return Read::absent;
  const auto name = area_key(key);
  const auto text = space_.area_->get(name);
  if (!text) {
    forget(key);
    return Read::absent;
  }
  switch (read_record(name, *text, space_.form_, into)) {
    case RecordFault::none:
      return Read::found;
    case RecordFault::version:
      return Read::version;
    default:
      return Read::corrupt;
  }
}

StorageTier::Write StorageTier::write(std::string_view key, std::string_view data, const EntryFacts& facts, Millis now,
                                      bool sealed) {
  if (!space_.area_) return Write::unavailable;
  if (data.empty() || data.size() > most_json_bytes) {
    remove(key);
    return Write::quota;
  }
  space_.ensure_counted();
  const auto name = area_key(key);
  const auto text = write_record(name, data, facts, sealed, space_.form_);
  const auto name_bytes = static_cast<double>(stored_bytes(name));
  const auto bytes = name_bytes + static_cast<double>(stored_bytes(text));
  const auto known = index_.find(key);
  const double growth = bytes - (known ? stored_[*known].bytes : 0);
  bool written = bytes <= space_.budget_ && space_.make_room(growth, space_.budget_, this, key, now);
  if (written) {
    written = space_.put(name, text);
    // The origin's own quota is shared with the whole page: it can be full long before our budget is.
    double room = bytes;
    while (!written) {
      space_.recount();
      const double limit = space_.bytes_ > room ? space_.bytes_ - room : 0;
      const bool freed = space_.make_room(0, limit, this, key, now);
      written = space_.put(name, text);
      // With nothing of ours left there is nothing more to give.
      if (!freed || limit == 0) break;
      room *= 4;
    }
  }
  if (!written) {
    remove(key);
    return Write::quota;
  }
  const auto plain = name_bytes + plain_form_bytes(text, space_.form_);
  remember(key, {bytes, plain, facts.timestamp, facts.end, facts.cost, now, facts.kept_on_event});
  if (const auto id = index_.find(key)) index_.retag(*id, facts.tags);
  space_.keep_time(now);
  return Write::stored;
}

void StorageTier::remove(std::string_view key) {
  if (space_.area_) space_.area_->remove(area_key(key));
  forget(key);
}

void StorageTier::note_use(std::string_view key, Millis now) {
  if (const auto id = index_.find(key)) stored_[*id].last_use = now;
}

std::optional<RecordHead> StorageTier::read_head(std::string_view key) {
  const auto text = space_.area_ ? space_.area_->get(area_key(key)) : std::nullopt;
  return text ? read_record_head(*text, space_.form_) : std::nullopt;
}

std::vector<std::string> StorageTier::keys_with_prefix(std::string_view start) {
  auto keys = notes_with_prefix(start);
  // Notes, and other users' records.
  std::erase_if(keys, [](const std::string& key) { return !is_valid_key(key); });
  return keys;
}

std::optional<std::u16string> StorageTier::read_note(std::string_view name) {
  return space_.area_ ? space_.area_->get(area_key(name)) : std::nullopt;
}

void StorageTier::write_note(std::string_view name, std::string_view text) {
  const auto key = area_key(name);
  const auto value = to_utf16(text);
  if (space_.area_ && space_.put(key, value)) space_.count_in(to_wtf8(key), value);
}

void StorageTier::remove_note(std::string_view name) {
  if (!space_.area_) return;
  const auto key = area_key(name);
  space_.area_->remove(key);
  const auto name_in_area = to_wtf8(key);
  if (const auto* known = space_.note_bytes_.find(name_in_area)) {
    space_.bytes_ -= *known;
    space_.plain_bytes_ -= *known;
    space_.note_bytes_.erase(name_in_area);
  }
}

std::vector<std::string> StorageTier::notes_with_prefix(std::string_view name) {
  std::vector<std::string> names;
  if (!space_.area_) return names;
  for (const auto& key : space_.area_->keys_with_prefix(area_key(name))) {
    names.push_back(to_wtf8(key).substr(prefix_.size()));
  }
  return names;
}

void StorageTier::on_change(std::string_view key, const std::optional<std::u16string>& text) {
  if (!space_.counted_) return;
  if (text) {
    space_.count_in(prefix_ + std::string(key), *text);
  } else {
    forget(key);
  }
}

const KeyIndex& StorageTier::index() {
  space_.ensure_counted();
  return index_;
}

}  // namespace cardcache
