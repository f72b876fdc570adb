#include "core/key_index.hpp"

#include <algorithm>

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

}  // namespace

KeyIndex::GroupId KeyIndex::group_of(std::string_view key) {
  const auto parts = split_key(key);
  std::string name(parts.endpoint);
  name.push_back(':');
  name += user_of(parts);
  if (const auto* known = group_ids_.find(name)) return *known;

  const auto id = take_number(free_groups_, groups_);
  auto& group = groups_[id];
  group.endpoint_list = number_of(endpoint_ids_, parts.endpoint);
  auto& same_endpoint = list_at(endpoint_groups_, group.endpoint_list);
  group.endpoint_position = static_cast<std::uint32_t>(same_endpoint.size());
  same_endpoint.push_back(id);
  group.user_list = number_of(user_ids_, user_of(parts));
  auto& same_user = list_at(user_groups_, group.user_list);
  group.user_position = static_cast<std::uint32_t>(same_user.size());
  same_user.push_back(id);
  group_ids_.put(name, id);
  group.name = std::move(name);
  return id;
}

void KeyIndex::drop_group(GroupId id) {
  auto& group = groups_[id];
  auto& same_endpoint = endpoint_groups_[group.endpoint_list];
  groups_[same_endpoint.back()].endpoint_position = group.endpoint_position;
  same_endpoint[group.endpoint_position] = same_endpoint.back();
  same_endpoint.pop_back();
  auto& same_user = user_groups_[group.user_list];
  groups_[same_user.back()].user_position = group.user_position;
  same_user[group.user_position] = same_user.back();
  same_user.pop_back();
  group_ids_.erase(group.name);
  group = {};
  free_groups_.push_back(id);
}

void KeyIndex::link_tags(Id id) {
  auto& entry = entries_[id];
  entry.tag_positions.clear();
  for (const auto& tag : entry.tags) {
    auto& list = list_at(tagged_, number_of(tag_ids_, tag));
    entry.tag_positions.push_back(static_cast<std::uint32_t>(list.size()));
    list.push_back(id);
  }
}

void KeyIndex::unlink_tags(Id id) {
  auto& entry = entries_[id];
  for (std::size_t i = 0; i < entry.tags.size(); ++i) {
    const auto tag = *tag_ids_.find(entry.tags[i]);
    auto& list = tagged_[tag];
    const auto position = entry.tag_positions[i];
    const auto moved = list.back();
    list[position] = moved;
    list.pop_back();
    if (moved == id) continue;
    auto& other = entries_[moved];
    for (std::size_t j = 0; j < other.tags.size(); ++j) {
      if (other.tags[j] == entry.tags[i]) other.tag_positions[j] = position;
    }
  }
  entry.tags.clear();
  entry.tag_positions.clear();
}

KeyIndex::Id KeyIndex::insert(std::string_view key, std::vector<std::string> tags) {
  const auto id = take_number(free_ids_, entries_);
  auto& entry = entries_[id];
  entry.key = key;
  entry.live = true;
  entry.group = group_of(key);
  auto& ids = groups_[entry.group].ids;
  entry.position = static_cast<std::uint32_t>(ids.size());
  ids.push_back(id);
  ids_.put(key, id);
  retag(id, std::move(tags));
  return id;
}

void KeyIndex::erase(Id id) {
  unlink_tags(id);
  auto& entry = entries_[id];
  auto& ids = groups_[entry.group].ids;
  entries_[ids.back()].position = entry.position;
  ids[entry.position] = ids.back();
  ids.pop_back();
  if (ids.empty()) drop_group(entry.group);
  ids_.erase(entry.key);
  entry = {};
  free_ids_.push_back(id);
}

void KeyIndex::retag(Id id, std::vector<std::string> tags) {
  unlink_tags(id);
  auto& own = entries_[id].tags;
  for (auto& tag : tags) {
    if (std::ranges::find(own, tag) == own.end()) own.push_back(std::move(tag));
  }
  link_tags(id);
}

std::optional<KeyIndex::Id> KeyIndex::find(std::string_view key) const {
  const auto* id = ids_.find(key);
  return id ? std::optional(*id) : std::nullopt;
}

void KeyIndex::collect(const std::vector<Id>& candidates, const Selector& selector, std::vector<Id>& out) const {
  for (const auto id : candidates) {
    if (selector.selects(entries_[id].key, entries_[id].tags)) out.push_back(id);
  }
}

std::vector<KeyIndex::Id> KeyIndex::select(const Selector& selector) const {
  std::vector<Id> out;
  if (selector.keys) {
    auto rest = selector;
    rest.keys.reset();
    for (const auto& key : *selector.keys) {
      const auto id = find(key);
      if (id && std::ranges::find(out, *id) == out.end()) collect({*id}, rest, out);
    }
    return out;
  }
  if (selector.tag) {
    if (const auto* tag = tag_ids_.find(*selector.tag)) collect(tagged_[*tag], selector, out);
    return out;
  }
  const auto from_groups = [&](const GroupList& groups) {
    for (const auto group : groups) collect(groups_[group].ids, selector, out);
  };
  const std::string_view user = selector.shared ? shared_user : selector.user ? std::string_view(*selector.user) : "";
  const bool any_user = !selector.shared && !selector.user;
  if (selector.endpoint && !any_user) {
    std::string name = *selector.endpoint;
    name.push_back(':');
    name += user;
    if (const auto* group = group_ids_.find(name)) from_groups({*group});
  } else if (selector.endpoint) {
    if (const auto* list = endpoint_ids_.find(*selector.endpoint)) from_groups(endpoint_groups_[*list]);
  } else if (!any_user) {
    if (const auto* list = user_ids_.find(user)) from_groups(user_groups_[*list]);
  } else {
    for_each([&](Id id) {
      if (selector.selects(entries_[id].key, entries_[id].tags)) out.push_back(id);
    });
  }
  return out;
}

}  // namespace cardcache
