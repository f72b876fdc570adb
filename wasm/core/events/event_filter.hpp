#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys/selector.hpp"

namespace cardcache {

/// What a mutation event says. Users as they stand in keys.
struct EventFacts {
  std::optional<std::string> username;
  /// `assigned_users` where it is a list; an empty one tells as little as none.
  std::vector<std::string> assigned_users;
  /// `task_id` as text, be it a text or a number.
  std::optional<std::string> task = std::nullopt;
  /// Empty where it has none.
  std::string type = {};  // NOLINT(readability-redundant-member-init): GCC asks for it where it is left out
};

enum class Reason : std::uint8_t { actor, assigned, unknown, other };

struct EventRule {
  /// The event's type; a trailing `*` stands for the rest of the name.
  std::string pattern;
  /// What it voids; empty: every endpoint.
  std::vector<std::string> endpoints;
  /// The event is about `username` alone.
  bool about_username = false;
};

/// What the page found in its cached answers before they are dropped.
struct Evidence {
  /// Whom the rule's own `assignees` named.
  std::vector<std::string> assignees;
  /// This user's cached answers name the task that the event is about.
  bool named_in_answers = false;
};

/// Decides whom an event concerns, in the order of the rules: who acted, who is assigned, whose answers name the task;
/// when nothing tells, everybody, since showing what is no longer true is worse than one request too many.
class EventFilter {
 public:
  void add_rule(EventRule rule);
  /// The exact rule for this type, else the one with the longest matching pattern; null where there is none.
  [[nodiscard]] const EventRule* rule_for(std::string_view event_type) const;
  /// Index of that rule in the order of adding, or -1.
  [[nodiscard]] int rule_index(std::string_view event_type) const;

  /// The endpoints that any rule names.
  [[nodiscard]] std::vector<Selector> named() const;

  [[nodiscard]] static Reason judge(const EventFacts& facts, const EventRule* rule, std::string_view user,
                                    const Evidence& evidence);
  [[nodiscard]] static bool concerns(Reason reason) { return reason != Reason::other; }

 private:
  std::vector<EventRule> rules_;
};

}  // namespace cardcache
