// The event reader and the filter behind it. Lines of an input: the user, a rule's pattern, the event's type; the rest
// is the event's data, or a whole event.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/events/event_filter.hpp"
#include "core/events/json_documents.hpp"
#include "core/keys/keys.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace cardcache;
using namespace cardcache::fuzz;

namespace {

/// The same read the long way, with everything built; only for what nlohmann_json accepts whole.
EventFacts facts_by_document(const nlohmann::json& document) {
  EventFacts facts;
  if (!document.is_object()) return facts;
  if (const auto name = document.find("username"); name != document.end() && name->is_string()) {
    facts.username = escape_user(name->get<std::string>());
  }
  if (const auto list = document.find("assigned_users"); list != document.end() && list->is_array()) {
    for (const auto& one : *list) {
      if (one.is_string()) facts.assigned_users.push_back(escape_user(one.get<std::string>()));
    }
  }
  return facts;
}

void check_rules(const std::string& pattern, std::string_view type) {
  EventFilter filter;
  filter.add_rule({pattern, {}, false});
  filter.add_rule({"*", {}, false});
  filter.add_rule({std::string(type), {}, false});
  must_hold(filter.rule_for(type)->pattern == type, "an exact rule beats every pattern");
  filter = {};
  filter.add_rule({"*", {}, false});
  filter.add_rule({pattern, {}, false});
  const bool fits =
      pattern == type || (pattern.ends_with('*') && type.starts_with(pattern.substr(0, pattern.size() - 1)));
  // Of a type that is itself called "*" the first rule is the exact one.
  const bool decides = fits && (type != "*" || pattern == type);
  must_hold(filter.rule_index(type) == (decides ? 1 : 0), "the longest pattern that fits decides");
}

void check_judgement(const EventFacts& facts, const std::string& user) {
  const EventRule about_username{{}, {}, true};
  const auto reason = EventFilter::judge(facts, nullptr, user, {});
  const bool acts = facts.username == user;
  must_hold((reason == Reason::actor) == acts, "who acts is concerned as the actor");
  must_hold((EventFilter::judge(facts, &about_username, user, {}) == Reason::other) == (facts.username && !acts),
            "an event about one user concerns nobody else");
  must_hold(EventFilter::concerns(EventFilter::judge(facts, nullptr, user, {{user}, true})),
            "who finds the task in an answer is concerned");
  must_hold(!facts.assigned_users.empty() || EventFilter::concerns(reason), "an event that names nobody concerns all");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = text_of(data, size);
  const std::string user(take_line(text));
  const std::string pattern(take_line(text));
  const auto type = take_line(text);
  check_rules(pattern, type);

  static_cast<void>(read_event(text));
  const auto facts = read_event("{\"data\":" + std::string(text) + "}");
  check_judgement(facts, user);
  const auto document = nlohmann::json::parse(text, nullptr, false);
  // nlohmann_json takes a NUL for the end of its input; in the event that is not where the event ends.
  const bool goes_on = text.find('\0') != std::string_view::npos;
  if (document.is_discarded() || goes_on) return 0;
  const auto expected = facts_by_document(document);
  must_hold(facts.username == expected.username, "the user is the one that the document names");
  must_hold(facts.assigned_users == expected.assigned_users, "the assigned are those that the document names");
  return 0;
}
