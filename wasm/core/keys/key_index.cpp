#include "core/keys/key_index.hpp"

#include <algorithm>
#include <utility>

namespace cardcache {
namespace {

std::uint32_t number_of(StringMap& names, std::string_view name) {
  if (const auto* known = names.find(name)) return *known;
  const auto number = static_cast<std::uint32_t>(names.size());
  names.put(name, number);
  return number;
}

std::string_view user_of(const KeyParts& parts) { return parts.shared ? shared_user : parts.user; }

/// Takes a number out of a recycling list, or a fresh one at the end of `slots`.
template <typename Slots>
std::uint32_t take_number(std::vector<std::uint32_t>& free, Slots& slots) {
  if (free.empty()) {
    slots.emplace_back();
    return static_cast<std::uint32_t>(slots.size() - 1);
  }
  const auto number = free.back();
  free.pop_back();
  return number;
}

template <typename Lists>
auto& list_at(Lists& lists, std::uint32_t number) {
  if (number >= lists.size()) lists.resize(number + 1);
  return lists[number];
}

/// A key up to its parameters, with the colon before them.
std::string_view head_of(std::string_view key) {
  const auto first = key.find(':');
  const auto second = first == std::string_view::npos ? first : key.find(':', first + 1);
  return second == std::string_view::npos ? key : key.substr(0, second + 1);
}

}  // namespace

// ---- groups

std::optional<KeyIndex::GroupId> KeyIndex::find_group(std::string_view head) const {
  return group_ids_.find(hash_of(head), [&](GroupId id) { return texts_.at(groups_[id].head) == head; });
}

KeyIndex::GroupId KeyIndex::group_of(std::string_view head) {
  if (const auto known = find_group(head)) return *known;

  const auto parts = split_key(head);
  const auto endpoint = number_of(endpoint_ids_, parts.endpoint);
  const auto user = number_of(user_ids_, user_of(parts));
  const auto id = take_number(free_groups_, groups_);
  auto& same_endpoint = list_at(endpoint_groups_, endpoint);
  auto& same_user = list_at(user_groups_, user);
  groups_[id] = {.head = texts_.put(head),
                 .endpoint = endpoint,
                 .endpoint_position = static_cast<std::uint32_t>(same_endpoint.size()),
                 .user = user,
                 .user_position = static_cast<std::uint32_t>(same_user.size())};
  same_endpoint.push_back(id);
  same_user.push_back(id);
  group_ids_.put(hash_of(head), id);
  return id;
}

void KeyIndex::drop_group(GroupId id) {
  const auto& group = groups_[id];
  auto& same_endpoint = endpoint_groups_[group.endpoint];
  groups_[same_endpoint.back()].endpoint_position = group.endpoint_position;
  same_endpoint[group.endpoint_position] = same_endpoint.back();
  same_endpoint.pop_back();
  auto& same_user = user_groups_[group.user];
  groups_[same_user.back()].user_position = group.user_position;
  same_user[group.user_position] = same_user.back();
  same_user.pop_back();
  group_ids_.erase(hash_of(texts_.at(group.head)), id);
  texts_.drop(group.head);
  free_groups_.push_back(id);
}

// ---- tags

void KeyIndex::link_tags(Id id, const std::vector<std::string>& tags) {
  if (tags.empty()) return;
  const auto number = take_number(free_taggings_, taggings_);
  tagging_numbers_.set(id, number);
  auto& own = taggings_[number];
  for (const auto& tag : tags) {
    if (std::ranges::find(own.tags, tag) != own.tags.end()) continue;
    auto& list = list_at(tagged_, number_of(tag_ids_, tag));
    own.tags.push_back(tag);
    own.positions.push_back(static_cast<std::uint32_t>(list.size()));
    list.push_back(id);
  }
}

void KeyIndex::unlink_tags(Id id) {
  const auto number = tagging_numbers_[id];
  if (number == 0) return;
  auto& own = taggings_[number];
  for (std::size_t i = 0; i < own.tags.size(); ++i) {
    auto& list = tagged_[*tag_ids_.find(own.tags[i])];
    const auto position = own.positions[i];
    const auto moved = list.back();
    list[position] = moved;
    list.pop_back();
    if (moved == id) continue;
    auto& other = taggings_[tagging_numbers_[moved]];
    for (std::size_t j = 0; j < other.tags.size(); ++j) {
      if (other.tags[j] == own.tags[i]) other.positions[j] = position;
    }
  }
  own = {};
  free_taggings_.push_back(number);
  tagging_numbers_.set(id, 0);
}

void KeyIndex::retag(Id id, const std::vector<std::string>& tags) {
  unlink_tags(id);
  link_tags(id, tags);
}

// ---- entries

KeyIndex::Id KeyIndex::insert(std::string_view key, std::uint32_t hash, const std::vector<std::string>& tags) {
  const bool grows = free_ == none;
  const auto id = grows ? entries_.size() : free_;
  if (grows) entries_.grow_to(id + 1);
  auto& entry = entries_[id];
  if (!grows) free_ = entry.next;
  const auto head = head_of(key);
  entry.group = group_of(head);
  entry.rest = texts_.put(key.substr(head.size()));
  auto& first = groups_[entry.group].first;
  entry.previous = none;
  entry.next = std::exchange(first, id);
  if (entry.next != none) entries_[entry.next].previous = id;
  ids_.put(hash, id);
  link_tags(id, tags);
  if (texts_.is_wasteful()) repack_texts();
  return id;
}

void KeyIndex::repack_texts() {
  StringArena packed;
  for_each([&](Id id) { entries_[id].rest = packed.put(texts_.at(entries_[id].rest)); });
  for (auto& group : groups_) {
    if (group.first != none) group.head = packed.put(texts_.at(group.head));
  }
  texts_ = std::move(packed);
}

void KeyIndex::erase(Id id) {
  unlink_tags(id);
  auto& entry = entries_[id];
  auto& group = groups_[entry.group];
  if (entry.next != none) entries_[entry.next].previous = entry.previous;
  if (entry.previous != none) entries_[entry.previous].next = entry.next;
  if (group.first == id) group.first = entry.next;
  ids_.erase(hash_of(texts_.at(entry.rest), hash_of(texts_.at(group.head))), id);
  texts_.drop(entry.rest);
  if (group.first == none) drop_group(entry.group);
  entry = {.next = std::exchange(free_, id)};
}

std::optional<KeyIndex::Id> KeyIndex::find(std::string_view key, std::uint32_t hash) const {
  return ids_.find(hash, [&](Id id) {
    const auto head = texts_.at(groups_[entries_[id].group].head);
    return key.starts_with(head) && key.substr(head.size()) == texts_.at(entries_[id].rest);
  });
}

std::string KeyIndex::key(Id id) const {
  std::string key;
  write_key(id, key);
  return key;
}

void KeyIndex::write_key(Id id, std::string& into) const {
  into = texts_.at(groups_[entries_[id].group].head);
  into += texts_.at(entries_[id].rest);
}

// ---- selecting

void KeyIndex::collect(Id id, const Selector& selector, std::vector<Id>& out) const {
  if (selector.selects(key(id), tags(id))) out.push_back(id);
}

void KeyIndex::collect_group(GroupId group, const Selector& selector, std::vector<Id>& out) const {
  for (auto id = groups_[group].first; id != none; id = entries_[id].next) collect(id, selector, out);
}

void KeyIndex::collect_head(std::string_view head, const Selector& selector, std::vector<Id>& out) const {
  if (const auto group = find_group(head)) collect_group(*group, selector, out);
}

std::vector<KeyIndex::Id> KeyIndex::select(const Selector& selector) const {
  std::vector<Id> out;
  if (selector.keys) {
    auto rest = selector;
    rest.keys.reset();
    for (const auto& one : *selector.keys) {
      const auto id = find(one);
      if (id && std::ranges::find(out, *id) == out.end()) collect(*id, rest, out);
    }
    return out;
  }
  if (selector.tag) {
    if (const auto* tag = tag_ids_.find(*selector.tag)) {
      for (const auto id : tagged_[*tag]) collect(id, selector, out);
    }
    return out;
  }
  const bool any_user = !selector.shared && !selector.user;
  if (selector.endpoint && !any_user) {
    // As their keys may write it.
    if (selector.shared) collect_head(*selector.endpoint, selector, out);
    for (const auto user : {selector.shared ? shared_user : std::string_view(*selector.user), std::string_view()}) {
      if (user.empty() && !selector.shared) break;
      auto head = *selector.endpoint;
      head.push_back(':');
      head += user;
      collect_head(head, selector, out);
      head.push_back(':');
      collect_head(head, selector, out);
    }
  } else if (selector.endpoint) {
    if (const auto* endpoint = endpoint_ids_.find(*selector.endpoint)) {
      for (const auto group : endpoint_groups_[*endpoint]) collect_group(group, selector, out);
    }
  } else if (!any_user) {
    if (const auto* user = user_ids_.find(selector.shared ? shared_user : std::string_view(*selector.user))) {
      for (const auto group : user_groups_[*user]) collect_group(group, selector, out);
    }
  } else {
    for_each([&](Id id) { collect(id, selector, out); });
  }
  return out;
}

}  // namespace cardcache
