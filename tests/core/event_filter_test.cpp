#include "core/events/event_filter.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using namespace cardcache;

namespace {

EventFacts facts_of(std::optional<std::string> username, std::vector<std::string> assigned = {}) {
  return {std::move(username), std::move(assigned)};
}

EventRule rule_of(std::string pattern, std::vector<std::string> endpoints = {}, bool about_username = false) {
  return {std::move(pattern), std::move(endpoints), about_username};
}

}  // namespace

TEST_CASE("event filter: who acted comes first, then who is assigned, then whose answers name the task") {
  const auto facts = facts_of("sara", {"sara", "tom"});
  CHECK(EventFilter::judge(facts, nullptr, "sara", {}) == Reason::actor);
  CHECK(EventFilter::judge(facts, nullptr, "tom", {}) == Reason::assigned);
  CHECK(EventFilter::judge(facts, nullptr, "ute", {}) == Reason::other);
  CHECK(EventFilter::judge(facts, nullptr, "ute", {{}, true}) == Reason::assigned);
}

TEST_CASE("event filter: when nothing tells, everybody is concerned") {
  CHECK(EventFilter::judge({}, nullptr, "sara", {}) == Reason::unknown);
  CHECK(EventFilter::judge(facts_of("tom"), nullptr, "sara", {}) == Reason::unknown);
  CHECK(EventFilter::concerns(Reason::unknown));
  CHECK(EventFilter::concerns(Reason::actor));
  CHECK(EventFilter::concerns(Reason::assigned));
  CHECK_FALSE(EventFilter::concerns(Reason::other));
}

TEST_CASE("event filter: the rule's assignees are asked only where the event names nobody") {
  const Evidence evidence{{"ute"}, false};
  CHECK(EventFilter::judge(facts_of("tom"), nullptr, "ute", evidence) == Reason::assigned);
  CHECK(EventFilter::judge(facts_of("tom"), nullptr, "sara", evidence) == Reason::other);
  CHECK(EventFilter::judge(facts_of("tom", {"sara"}), nullptr, "ute", evidence) == Reason::other);
}

TEST_CASE("event filter: an event about one user concerns nobody else, whatever else is known") {
  const auto rule = rule_of("state_set", {}, true);
  const Evidence everything{{"sara"}, true};
  CHECK(EventFilter::judge(facts_of("tom", {"sara"}), &rule, "sara", everything) == Reason::other);
  CHECK(EventFilter::judge(facts_of("sara"), &rule, "sara", {}) == Reason::actor);
  CHECK(EventFilter::judge({}, &rule, "sara", {}) == Reason::unknown);
}

TEST_CASE("event filter: without a rule for a type there is none") {
  EventFilter filter;
  CHECK_FALSE(filter.rule_for("task_completed"));
  CHECK(filter.rule_index("task_completed") == -1);
  filter.add_rule(rule_of("task_completed"));
  CHECK_FALSE(filter.rule_for("task_completed_twice"));
  CHECK_FALSE(filter.rule_for("task"));
  CHECK_FALSE(filter.rule_for(""));
}

TEST_CASE("event filter: the exact rule goes before any pattern, a longer pattern before a shorter") {
  EventFilter filter;
  filter.add_rule(rule_of("task_completed", {"exact"}));
  filter.add_rule(rule_of("task_*", {"long"}));
  filter.add_rule(rule_of("*", {"any"}));
  CHECK(filter.rule_for("task_completed")->endpoints.front() == "exact");
  CHECK(filter.rule_for("task_created")->endpoints.front() == "long");
  CHECK(filter.rule_for("task_")->endpoints.front() == "long");
  CHECK(filter.rule_for("goal_created")->endpoints.front() == "any");
  CHECK(filter.rule_index("goal_created") == 2);
  // As long as the type itself, and added later.
  filter.add_rule(rule_of("task_completed*", {"as long"}));
  CHECK(filter.rule_for("task_completed")->endpoints.front() == "exact");
  CHECK(filter.rule_for("task_completed_twice")->endpoints.front() == "as long");
}

TEST_CASE("event filter: a rule for nothing is none for anything") {
  EventFilter filter;
  filter.add_rule(rule_of(""));
  CHECK_FALSE(filter.rule_for("task_completed"));
}

TEST_CASE("event filter: the later of two rules for one type wins") {
  EventFilter filter;
  filter.add_rule(rule_of("task_*", {"first"}));
  filter.add_rule(rule_of("task_*", {"second"}));
  CHECK(filter.rule_for("task_created")->endpoints.front() == "second");
}
