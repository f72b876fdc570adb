// Reading, writing and removing single entries.
#include <algorithm>
#include <utility>

#include "border/calls.hpp"
#include "border/entry.hpp"
#include "core/base/text.hpp"
#include "core/keys/keys.hpp"

namespace cardcache::border {

/// Called when nothing but the time has changed.
void observe(Call& call) { static_cast<void>(call.enter()); }

/// Key, grace, maximum age, oldest timestamp, flag: peek, flag: refuse plain records, flag: facts only, expected
/// version if any, and of a decrypted record its plaintext and authentication tag. Replies with Lookup::Where,
/// timestamp, end; then for memory the slot, for storage the number for admit() and the JSON.
void look_up(Call& call) {
  auto& in = call.message;
  LookupRequest request;
  request.key = in.text();
  request.grace = Millis{in.real()};
  const auto oldest = call.now - Millis{in.real()};
  request.not_before = std::max(oldest, Millis{in.real()});
  request.peek = in.flag();
  request.refuses_plain = in.flag();
  const bool facts_only = in.flag();
  request.version = in.maybe_text();
  if (const auto plain = in.maybe_text()) request.decrypted = Decrypted{*plain, in.text()};
  auto* cache = call.enter();
  if (!cache) return;
  auto found = cache->look_up(request, call.now);
  call.reply.number(static_cast<int>(found.where));
  call.reply.number(found.facts.timestamp.value);
  call.reply.number(found.facts.expires_at.value);
  if (found.where == Lookup::Where::memory) call.reply.number(static_cast<std::uint32_t>(found.slot));
  if (found.where != Lookup::Where::storage || facts_only) return;
  auto& page = call.page();
  page.pending_key = request.key;
  page.pending = std::move(found.facts);
  call.reply.number(++page.pending_serial);
  call.reply.text(to_narrow_json(std::move(found.json)));
}

/// Number from look_up. Makes the record resident unless another look-up came in between; replies with the slot.
void admit(Call& call) {
  const auto serial = call.message.whole();
  auto* cache = call.enter();
  if (!cache) return;
  const auto& page = call.page();
  const bool is_newest = serial == page.pending_serial && !page.pending_key.empty();
  call.reply.number(is_newest ? slot_number(cache->admit(page.pending_key, page.pending, call.now)) : -1);
}

/// Key, ErrorKind.
void reject(Call& call) {
  const auto key = call.message.text();
  const auto kind = static_cast<ErrorKind>(call.message.whole(error_kinds));
  if (auto* cache = call.enter()) cache->reject(key, kind);
}

/// Slot of the key if it is resident, else −1; Reach; flight that fetched the value, else 0; the entry; the key if no
/// slot was given; JSON (empty if it is longer than most_json_bytes or not meant for storage). Ends the flight. Replies
/// 1 if the cache kept the value, 0 if not, −1 if the slot has become empty; slot, timestamp, end, time until the end,
/// and the number of the pending encryption (0: none).
void set(Call& call) {
  auto& in = call.message;
  const auto slot = in.whole_or_none();
  const auto reach = static_cast<Reach>(in.whole(4));
  const auto flight = in.whole();
  auto entry = read_entry(in);
  const auto key = slot ? std::string_view{} : in.text();
  const auto json = in.text();
  if ((!slot && !is_valid_key(key)) || entry.facts.cost < 0) call.refuse();
  auto* cache = call.enter();
  if (!cache) return;
  auto request = request_of(std::move(entry), key, reach);
  if (slot) {
    if (!cache->memory().holds(SlotId{*slot})) return call.reply.number(-1);
    request.slot = SlotId{*slot};
    cache->memory().index().write_key(*slot, call.page().key);
    request.key = call.page().key;
  }
  if (reach == Reach::storage) request.json = json;
  if (flight != 0) request.flight = FlightId{flight};
  const auto result = cache->set(request, call.now);
  if (request.flight) cache->end_flight(*request.flight);
  call.reply.flag(result.kept);
  call.reply.number(slot_number(result.slot));
  call.reply.number(result.timestamp.value);
  call.reply.number(result.expires_at.value);
  call.reply.number((result.expires_at - call.now).value);
  call.reply.number(static_cast<std::uint32_t>(result.encryption));
}

/// Key. Replies whether there was an entry.
void remove(Call& call) {
  const auto key = call.message.text();
  if (auto* cache = call.enter()) call.reply.flag(cache->remove(key, call.now));
}

/// Key.
void drop_resident(Call& call) {
  const auto key = call.message.text();
  if (auto* cache = call.enter()) cache->drop_resident(key);
}

/// Endpoint, grace.
void allow_grace(Call& call) {
  const auto endpoint = call.message.text();
  const Millis grace{call.message.real()};
  if (auto* cache = call.enter()) cache->allow_grace(endpoint, grace);
}

/// Key, grace.
void keep_for(Call& call) {
  const auto key = call.message.text();
  const Millis grace{call.message.real()};
  if (auto* cache = call.enter()) cache->keep_for(key, grace);
}

void sweep(Call& call) {
  if (auto* cache = call.enter()) cache->sweep(call.now);
}

/// Replies whether there is more to do. If not, replies with the limits that were crossed: AlertKind, value and limit
/// of each.
void maintain(Call& call) {
  auto* cache = call.enter();
  if (!cache) return;
  const bool more = cache->maintain(call.now);
  call.reply.flag(more);
  if (more) return;
  const auto alerts = cache->take_alerts();
  call.reply.count(alerts.size());
  for (const auto& alert : alerts) {
    call.reply.number(static_cast<int>(alert.kind));
    call.reply.number(alert.value);
    call.reply.number(alert.limit);
  }
}

namespace {

constexpr std::array all{observe,       look_up,     admit,    reject, set,     remove,
                         drop_resident, allow_grace, keep_for, sweep,  maintain};

}  // namespace

const Calls entries_calls{all};

}  // namespace cardcache::border
