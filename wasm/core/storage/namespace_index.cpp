#include "core/storage/namespace_index.hpp"

#include "core/base/text.hpp"
#include "core/keys/keys.hpp"

namespace cardcache {

UserRecords& NamespaceIndex::user(std::optional<std::string_view> name) {
  return user_with_prefix(name ? name_ + "@" + percent_encode(*name) + "/" : name_);
}

UserRecords& NamespaceIndex::user_with_prefix(std::string prefix) {
  if (const auto* known = user_numbers_.find(prefix)) return *users_[*known];
  user_numbers_.put(prefix, static_cast<std::uint32_t>(users_.size()));
  users_.push_back(std::make_unique<UserRecords>(std::move(prefix)));
  return *users_.back();
}

UserRecords& NamespaceIndex::owner_of(std::string_view area_key, std::string_view& key) {
  auto prefix = name_;
  key = area_key.substr(name_.size());
  const auto slash = key.find('/');
  if (key.starts_with('@') && slash != std::string_view::npos) {
    prefix += key.substr(0, slash + 1);
    key.remove_prefix(slash + 1);
  }
  return user_with_prefix(std::move(prefix));
}

double NamespaceIndex::bytes() const {
  auto sum = note_bytes_;
  for (const auto& user : users_) sum += user->records.bytes();
  return sum;
}

double NamespaceIndex::plain_bytes() const {
  auto sum = note_bytes_;
  for (const auto& user : users_) sum += user->records.plain_bytes();
  return sum;
}

void NamespaceIndex::count_note(std::string_view area_key, double bytes) {
  const auto* known = notes_.find(area_key);
  note_bytes_ += bytes - (known ? *known : 0);
  if (bytes > 0) {
    notes_.put(area_key, static_cast<std::uint32_t>(bytes));
  } else {
    notes_.erase(area_key);
  }
}

void NamespaceIndex::allow_grace(std::string_view endpoint, Millis grace) {
  if (grace > grace_of(endpoint, Millis{0})) graces_.emplace_back(endpoint, grace);
}

Millis NamespaceIndex::grace_of(std::string_view key, Millis own) const {
  for (const auto& [endpoint, grace] : graces_) {
    if (grace > own && split_key(key).endpoint == endpoint) own = grace;
  }
  return own;
}

void NamespaceIndex::forget_everything() {
  for (const auto& user : users_) {
    user->records.forget_everything();
    user->swept.clear();
  }
  notes_.clear();
  note_bytes_ = 0;
}

}  // namespace cardcache
