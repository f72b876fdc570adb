// Reading, writing and removing single entries.
#include <algorithm>
#include <cmath>
#include <utility>

#include "bindings/page.hpp"
#include "core/base/text.hpp"

namespace cardcache::bindings {
namespace {

/// The numbers that all sets have in common. `ttl` NaN: none.
SetRequest request_of(double ttl, double expires_at, double cost, double bytes, bool exempt_from_events, double grace) {
  SetRequest request;
  if (!std::isnan(ttl)) request.ttl = Millis{ttl};
  request.expires_at = Millis{expires_at};
  request.cost = cost;
  request.bytes = bytes;
  request.exempt_from_events = exempt_from_events;
  request.grace = Millis{grace};
  return request;
}

/// Staged: key, version, tags.
void take_names(StagedReader& staged, SetRequest& request) {
  request.key = staged.text();
  request.version = staged.string();
  request.tags = staged.strings();
}

bool tell(const SetResult& result, Millis now) {
  words[slot] = slot_word(result.slot);
  words[timestamp] = result.timestamp.value;
  words[end] = result.expires_at.value;
  words[remaining] = result.expires_at.value - now.value;
  words[sealing] = static_cast<double>(static_cast<std::uint32_t>(result.encryption));
  return result.kept;
}

}  // namespace

/// Drains the ring and brings the words up to date; what the page calls when only the time has moved.
[[clang::export_name("observe")]] void observe(std::uint32_t id, double now) { const Call call(id, now); }

/// Staged: key, version, and where a sealed record was opened what was inside and the end of its box. Answers
/// Lookup::Where; a storage answer's JSON lies at `json_at` until the next call.
[[clang::export_name("lookUp")]] int look_up(std::uint32_t id, double now, double grace, double max_age,
                                             double not_before, bool has_version, bool peek, bool refuses_plain,
                                             bool is_opened) {
  Call call(id, now);
  StagedReader staged;
  const auto key = staged.text();
  const auto version = staged.text();
  Decrypted opened;
  if (is_opened) {
    opened.plaintext = staged.text();
    opened.auth_tag = staged.text();
  }
  auto found = call.cache.look_up({.key = key,
                                   .grace = Millis{grace},
                                   .not_before = std::max(call.now - Millis{max_age}, Millis{not_before}),
                                   .version = has_version ? std::optional(version) : std::nullopt,
                                   .peek = peek,
                                   .refuses_plain = refuses_plain,
                                   .decrypted = is_opened ? std::optional(opened) : std::nullopt},
                                  call.now);
  words[timestamp] = found.facts.timestamp.value;
  words[end] = found.facts.expires_at.value;
  words[slot] = found.where == Lookup::Where::memory ? static_cast<double>(static_cast<std::uint32_t>(found.slot)) : -1;
  if (found.where == Lookup::Where::storage) {
    call.page.pending_key = key;
    call.page.pending_json = to_narrow_json(std::move(found.json));
    call.page.pending = std::move(found.facts);
    words[serial] = ++call.page.pending_serial;
    words[json_at] = address_of(call.page.pending_json.data());
    words[json_size] = static_cast<double>(call.page.pending_json.size());
  }
  return static_cast<int>(found.where);
}

/// Makes the pending record resident, unless another look-up came in between.
[[clang::export_name("admit")]] void admit(std::uint32_t id, double now, std::uint32_t pending_serial) {
  Call call(id, now);
  call.page.pending_json = {};
  words[slot] = -1;
  if (pending_serial != call.page.pending_serial) return;
  words[slot] = slot_word(call.cache.admit(call.page.pending_key, call.page.pending, call.now));
}

/// Staged: key. `kind` is an ErrorKind.
[[clang::export_name("reject")]] void reject(std::uint32_t id, double now, int kind) {
  Call call(id, now);
  call.cache.reject(StagedReader().text(), static_cast<ErrorKind>(kind));
}

/// Staged: key, version, tags, JSON (nothing where it is longer than most_json_bytes). `reach` a Reach; `flight` 0:
/// none. Answers whether it was kept.
[[clang::export_name("set")]] bool set(std::uint32_t id, double now, double ttl, double expires_at, double cost,
                                       double bytes, int reach, bool exempt_from_events, double grace,
                                       std::uint32_t flight) {
  Call call(id, now);
  StagedReader staged;
  auto request = request_of(ttl, expires_at, cost, bytes, exempt_from_events, grace);
  take_names(staged, request);
  request.reach = static_cast<Reach>(reach);
  const auto json = staged.text();
  if (request.reach == Reach::storage) request.json = json;
  if (flight != 0) request.flight = FlightId{flight};
  return tell(call.cache.set(request, call.now), call.now);
}

/// Sets the key that lies in `of` anew, where its value goes no further than memory and has neither version nor tags:
/// no text crosses. False where it lies there no more.
[[clang::export_name("setAgain")]] bool set_again(std::uint32_t id, double now, std::uint32_t of, double ttl,
                                                  double expires_at, double cost, double bytes, bool exempt_from_events,
                                                  double grace) {
  Call call(id, now);
  if (!call.cache.memory().holds(SlotId{of})) return false;
  auto request = request_of(ttl, expires_at, cost, bytes, exempt_from_events, grace);
  request.slot = SlotId{of};
  call.cache.memory().index().write_key(of, call.page.key);
  request.key = call.page.key;
  return tell(call.cache.set(request, call.now), call.now);
}

/// An answer of the store that processes share, as old as `timestamp` says. Answers whether it was kept.
[[clang::export_name("adoptRemote")]] bool adopt_remote(std::uint32_t id, double now, double ttl, double expires_at,
                                                        double cost, double bytes, int reach, bool exempt_from_events,
                                                        double grace) {
  const Millis at{words[timestamp]};
  Call call(id, now);
  StagedReader staged;
  auto request = request_of(ttl, expires_at, cost, bytes, exempt_from_events, grace);
  take_names(staged, request);
  request.reach = static_cast<Reach>(reach);
  return tell(call.cache.adopt_remote(request, at, call.now), call.now);
}

/// Staged: key.
[[clang::export_name("remove")]] bool remove(std::uint32_t id, double now) {
  Call call(id, now);
  return call.cache.remove(StagedReader().text(), call.now);
}

/// Staged: key.
[[clang::export_name("dropResident")]] void drop_resident(std::uint32_t id, double now) {
  Call call(id, now);
  call.cache.drop_resident(StagedReader().text());
}

/// Staged: endpoint.
[[clang::export_name("allowGrace")]] void allow_grace(std::uint32_t id, double grace) {
  page_of(id).cache.allow_grace(StagedReader().text(), Millis{grace});
}

/// Staged: key.
[[clang::export_name("keepFor")]] void keep_for(std::uint32_t id, double now, double grace) {
  Call call(id, now);
  call.cache.keep_for(StagedReader().text(), Millis{grace});
}

[[clang::export_name("sweep")]] void sweep(std::uint32_t id, double now) {
  Call call(id, now);
  call.cache.sweep(call.now);
}

/// True while there is more to do.
[[clang::export_name("tend")]] bool maintain(std::uint32_t id, double now) {
  Call call(id, now);
  return call.cache.maintain(call.now);
}

}  // namespace cardcache::bindings
