#include <algorithm>

#include "core/storage_tier.hpp"
#include "core/text.hpp"

namespace cardcache {
namespace {

constexpr std::string_view clock_note = "!clock";
constexpr Millis time_keeping_interval{60'000};

/// After an eviction this share of the budget is free, so that not every write has to sort all records again.
constexpr double slack = 0.05;

}  // namespace

StorageSpace::StorageSpace(StorageArea* area, std::string name_space, double budget, const RecordForm& form)
    : area_(area), name_(std::move(name_space)), budget_(budget), form_(form) {}

StorageTier& StorageSpace::tier_of(std::optional<std::string_view> user) {
  return tier_with_prefix(user ? name_ + "@" + percent_encode(*user) + "/" : name_);
}

StorageTier& StorageSpace::tier_with_prefix(std::string prefix) {
  if (const auto* known = tier_numbers_.find(prefix)) return *tiers_[*known];
  tier_numbers_.put(prefix, static_cast<std::uint32_t>(tiers_.size()));
  tiers_.push_back(std::make_unique<StorageTier>(*this, std::move(prefix)));
  return *tiers_.back();
}

bool StorageSpace::put(std::u16string_view area_key, std::u16string_view text) { return area_->set(area_key, text); }

void StorageSpace::ensure_counted() {
  if (!counted_) recount();
}

void StorageSpace::recount() {
  for (auto& tier : tiers_) {
    tier->index_ = {};
    tier->stored_.clear();
  }
  note_bytes_.clear();
  bytes_ = plain_bytes_ = 0;
  counted_ = true;
  if (!area_) return;
  for (const auto& key : area_->keys_with_prefix(to_utf16(name_))) {
    if (const auto text = area_->get(key)) count_in(to_wtf8(key), *text);
  }
}

void StorageSpace::count_in(std::string_view area_key, const std::u16string& text) {
  const auto name_bytes = static_cast<double>(stored_bytes(to_utf16(area_key)));
  const auto bytes = name_bytes + static_cast<double>(stored_bytes(text));
  auto prefix = name_;
  auto key = area_key.substr(name_.size());
  const auto slash = key.find('/');
  if (!key.empty() && key.front() == '@' && slash != std::string_view::npos) {
    prefix += key.substr(0, slash + 1);
    key.remove_prefix(slash + 1);
  }
  if (!key.empty() && key.front() == '!') {
    const auto* known = note_bytes_.find(area_key);
    bytes_ += bytes - (known ? *known : 0);
    plain_bytes_ += bytes - (known ? *known : 0);
    note_bytes_.put(area_key, static_cast<std::uint32_t>(bytes));
    return;
  }
  const auto head = read_record_head(text, form_);
  if (!head && form_.foreign) return;
  auto& tier = tier_with_prefix(std::move(prefix));
  StoredFacts facts;
  facts.bytes = facts.plain_bytes = bytes;
  if (head) {
    facts = {bytes,
             name_bytes + plain_form_bytes(text, form_),
             head->facts.timestamp,
             head->facts.end,
             head->facts.cost,
             long_ago,
             head->facts.kept_on_event};
  }
  tier.remember(key, facts);
  if (const auto id = tier.index_.find(key); id && head) tier.index_.retag(*id, head->facts.tags);
}

bool StorageSpace::make_room(double room, double limit, const StorageTier* spared_in, std::string_view spared,
                             Millis now) {
  if (bytes_ + room <= limit) return true;
  std::vector<Candidate> candidates;
  for (const auto& tier : tiers_) {
    tier->index_.for_each([&](KeyIndex::Id id) {
      if (tier.get() == spared_in && tier->index_.key(id) == spared) return;
      const auto& facts = tier->stored_[id];
      const auto idle = std::max(now - std::max(facts.last_use, facts.timestamp), Millis{0}) + time_keeping_interval;
      candidates.push_back({tier.get(), id, facts.end <= now, facts.cost / (facts.bytes * idle.value)});
    });
  }
  // A heap, since mostly few of many go; its top is what is missed least.
  const auto goes_later = [](const Candidate& a, const Candidate& b) {
    return a.expired != b.expired ? b.expired : a.worth > b.worth;
  };
  std::ranges::make_heap(candidates, goes_later);
  const double target = std::min(limit, std::max(budget_ * (1 - slack), room));
  while (!candidates.empty() && bytes_ + room > target) {
    std::ranges::pop_heap(candidates, goes_later);
    const auto [tier, id, expired, worth] = candidates.back();
    candidates.pop_back();
    const std::string key = tier->index_.key(id);
    tier->remove(key);
    evicted_.push_back({tier, key, expired ? Why::expired : Why::quota});
  }
  return bytes_ + room <= limit;
}

void StorageSpace::sweep(Millis now, Millis grace) {
  if (!counted_) return;
  for (const auto& tier : tiers_) {
    std::vector<std::string> gone;
    tier->index_.for_each([&](KeyIndex::Id id) {
      if (tier->stored_[id].end + grace <= now) gone.push_back(tier->index_.key(id));
    });
    for (const auto& key : gone) {
      // The hint may be older than the record: another tab can have renewed it.
      Record record;
      if (tier->read(key, record) == StorageTier::Read::found && record.facts.end + grace > now) continue;
      tier->remove(key);
      evicted_.push_back({tier.get(), key, Why::expired});
    }
  }
  keep_time(now);
}

void StorageSpace::remove_everything() {
  recount();
  for (const auto& tier : tiers_) {
    std::vector<std::string> keys;
    tier->index_.for_each([&](KeyIndex::Id id) { keys.push_back(tier->index_.key(id)); });
    for (const auto& key : keys) tier->remove(key);
  }
  if (!area_) return;
  note_bytes_.for_each([&](std::string_view key, std::uint32_t) { area_->remove(to_utf16(key)); });
  note_bytes_.clear();
  bytes_ = plain_bytes_ = 0;
  time_kept_ = long_ago;
}

Millis StorageSpace::latest_time_seen() {
  if (!area_ || form_.foreign) return long_ago;
  const auto kept = area_->get(to_utf16(name_) + to_utf16(clock_note)).value_or(u"");
  return Millis{read_whole_number(kept).value_or(long_ago.value)};
}

void StorageSpace::keep_time(Millis now) {
  if (!area_ || form_.foreign || now < time_kept_ + time_keeping_interval) return;
  time_kept_ = now;
  if (latest_time_seen() >= now) return;
  tier_of(std::nullopt).write_note(clock_note, whole_number(now.value));
}

}  // namespace cardcache
