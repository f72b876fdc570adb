#include "core/events/event_filter.hpp"

#include <algorithm>

namespace cardcache {
namespace {

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// How much of `type` the pattern fixes; nullopt where it does not match. An exact match beats every pattern.
std::optional<std::size_t> fit(std::string_view pattern, std::string_view type) {
  if (pattern == type) return type.size() + 1;
  if (pattern.empty() || pattern.back() != '*') return std::nullopt;
  pattern.remove_suffix(1);
  return type.starts_with(pattern) ? std::optional(pattern.size()) : std::nullopt;
}

}  // namespace

void EventFilter::add_rule(EventRule rule) { rules_.push_back(std::move(rule)); }

int EventFilter::rule_index(std::string_view event_type) const {
  int best = -1;
  std::size_t best_fit = 0;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const auto fits = fit(rules_[i].pattern, event_type);
    // The later of two equal patterns wins: policies merge, and the later opener knows better.
    if (!fits || (best >= 0 && *fits < best_fit)) continue;
    best = static_cast<int>(i);
    best_fit = *fits;
  }
  return best;
}

const EventRule* EventFilter::rule_for(std::string_view event_type) const {
  const int index = rule_index(event_type);
  return index < 0 ? nullptr : &rules_[static_cast<std::size_t>(index)];
}

std::vector<Selector> EventFilter::named() const {
  std::vector<Selector> named;
  for (const auto& rule : rules_) {
    for (const auto& endpoint : rule.endpoints) named.emplace_back().endpoint = endpoint;
  }
  return named;
}

Reason EventFilter::judge(const EventFacts& facts, const EventRule* rule, std::string_view user,
                          const Evidence& evidence) {
  if (facts.username && *facts.username == user) return Reason::actor;
  if (rule && rule->about_username) return facts.username ? Reason::other : Reason::unknown;
  const bool told = !facts.assigned_users.empty();
  const auto& assigned = told ? facts.assigned_users : evidence.assignees;
  if (holds(assigned, user) || evidence.named_in_answers) return Reason::assigned;
  return assigned.empty() ? Reason::unknown : Reason::other;
}

}  // namespace cardcache
