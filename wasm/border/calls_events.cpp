// Mutation events, as JSON: whom they concern and what they invalidate.
#include "border/calls.hpp"
#include "core/events/json_documents.hpp"
#include "core/keys/keys.hpp"

namespace cardcache::border {

/// Pattern, endpoints, flag: the event is about `username` alone.
void add_rule(Call& call) {
  auto& in = call.message;
  EventRule rule;
  rule.pattern = std::string(in.text());
  for (const auto& endpoint : in.texts()) rule.endpoints.push_back(escape_segment(endpoint));
  rule.about_username = in.flag();
  if (auto* cache = call.enter()) cache->filter().add_rule(std::move(rule));
}

/// Event. Replies with the index of its rule (−1: none), and with the task that it names, if any.
void read_event(Call& call) {
  const auto event = cardcache::read_event(call.message.text());
  auto* cache = call.enter();
  if (!cache) return;
  call.reply.number(cache->filter().rule_index(event.type));
  call.reply.flag(event.task.has_value());
  if (event.task) call.reply.text(*event.task);
}

/// Event, flag: the first party is the connected user, parties. A party is a user, a flag whether one of the user's
/// answers names the task, and the users that the rule's `assignees` returned. Replies with a Reason for each party,
/// the number of invalidated entries, the time of the invalidation, and the keys to refetch.
void apply_event(Call& call) {
  auto& in = call.message;
  const auto event = cardcache::read_event(in.text());
  const bool first_is_me = in.flag();
  // The least bytes of a party: a length, a flag and a length.
  std::vector<Party> parties(in.count(16));
  for (auto& party : parties) {
    party.user = escape_user(in.text());
    party.evidence.named_in_answers = in.flag();
    for (const auto& name : in.texts()) party.evidence.assignees.push_back(escape_user(name));
  }
  if (first_is_me && parties.empty()) call.refuse();
  auto* cache = call.enter();
  if (!cache) return;
  const auto outcome = cache->apply_event(event.type, event, parties, first_is_me, call.now);
  for (const auto reason : outcome.reasons) call.reply.number(static_cast<int>(reason));
  call.reply.number(static_cast<double>(outcome.invalidated));
  call.reply.number(cache->last_invalidation().value);
  call.reply.texts(outcome.refreshed);
}

/// Event, user. Replies whether the event concerns the user, as far as the event alone shows.
void is_concerned(Call& call) {
  const auto event = cardcache::read_event(call.message.text());
  const auto user = escape_user(call.message.text());
  if (call.is_whole()) call.reply.flag(EventFilter::concerns(EventFilter::judge(event, nullptr, user, {})));
}

namespace {

constexpr std::array all{add_rule, read_event, apply_event, is_concerned};

}  // namespace

const Calls events_calls{all};

}  // namespace cardcache::border
