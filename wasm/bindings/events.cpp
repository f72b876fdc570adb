// Mutation events: whom they concern and what they void.
#include <emscripten/bind.h>

#include "bindings/page.hpp"
#include "core/events/json_documents.hpp"

namespace cardcache::bindings {
namespace {

/// Staged: type, data (JSON), and for each party: user, 1 where its cached answers name the task, assignees.
/// Answers `{reasons, invalidated, refreshed}`; reasons are numbers of Reason, one a party. `timestamp` as for
/// invalidate.
emscripten::val apply_event(std::uint32_t id, double now, bool first_is_me) {
  Call call(id, now);
  StagedReader staged;
  const auto type = staged.text();
  const auto facts = read_event_facts(staged.text());
  std::vector<Party> parties(staged.number());
  for (auto& party : parties) {
    party.user = staged.string();
    party.evidence.named_in_answers = staged.number() != 0;
    party.evidence.assignees = staged.strings();
  }
  const auto outcome = call.cache.apply_event(type, facts, parties, first_is_me, call.now);
  words[timestamp] = call.cache.last_invalidation().value;
  auto reasons = emscripten::val::array();
  for (unsigned i = 0; i < outcome.reasons.size(); ++i) reasons.set(i, static_cast<int>(outcome.reasons[i]));
  auto out = emscripten::val::object();
  out.set("reasons", reasons);
  out.set("invalidated", static_cast<unsigned>(outcome.invalidated));
  out.set("refreshed", to_js(outcome.refreshed));
  return out;
}

}  // namespace

/// Staged: pattern, endpoints.
[[clang::export_name("addRule")]] void add_rule(std::uint32_t id, bool about_username) {
  StagedReader staged;
  EventRule rule;
  rule.pattern = staged.string();
  rule.endpoints = staged.strings();
  rule.about_username = about_username;
  page_of(id).cache.filter().add_rule(std::move(rule));
}

/// Staged: the event's type. −1 where no rule fits.
[[clang::export_name("ruleIndex")]] int rule_index(std::uint32_t id) {
  return page_of(id).cache.filter().rule_index(StagedReader().text());
}

/// Staged: data (JSON), user.
[[clang::export_name("isConcerned")]] bool is_concerned() {
  StagedReader staged;
  const auto facts = read_event_facts(staged.text());
  return EventFilter::concerns(EventFilter::judge(facts, nullptr, staged.text(), {}));
}

EMSCRIPTEN_BINDINGS(events) { emscripten::function("applyEvent", &apply_event); }

}  // namespace cardcache::bindings
