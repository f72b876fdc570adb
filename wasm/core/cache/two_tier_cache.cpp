#include "core/cache/two_tier_cache.hpp"

#include <algorithm>
#include <utility>

namespace cardcache {
TwoTierCache::TwoTierCache(MemoryLimits memory, StorageTier& storage, AlertLimits alerts, std::uint32_t seed)
    : memory_(memory),
      storage_(storage),
      clock_(storage.space()),
      invalidations_(storage.invalidations(), storage.space().foreign() ? nullptr : &storage, seed),
      alerts_(alerts) {
  apply_heard(invalidations_.read_notes(), clock_.latest());
}

// ---- time

bool TwoTierCache::observe(Millis now) {
  const bool went_back = clock_.observe(now);
  if (went_back) start_anew();
  return went_back;
}

void TwoTierCache::start_anew() {
  std::vector<SlotId> slots;
  memory_.index().for_each([&](KeyIndex::Id id) { slots.push_back(SlotId{id}); });
  for (const auto slot : slots) memory_.evict(slot, RemovalCause::expired);
  flights_.supersede_selected({}, never, false);
  pending_encryptions_.clear();
  invalidations_.start_anew();
  failures_.clear();
  coordinator_.start_anew();
}

bool TwoTierCache::is_fresh(const EntryFacts& facts, std::string_view key, Millis now, Millis grace) const {
  return now < facts.expires_at + grace && is_believed(facts.timestamp, now) && !is_invalidated(facts, key);
}

bool TwoTierCache::is_invalidated(const EntryFacts& facts, std::string_view key) const {
  return facts.timestamp <= invalidations_.latest_for(key, facts.tags, facts.exempt_from_events);
}

bool TwoTierCache::is_stored_fresh(KeyIndex::Id id, Millis now) const {
  const auto& facts = storage_.facts(id);
  const auto& stored = storage_.index();
  return now < facts.expires_at && is_believed(facts.timestamp, now) &&
         facts.timestamp > invalidations_.latest_for(stored.key(id), stored.tags(id), facts.exempt_from_events);
}

// ---- reading

Lookup TwoTierCache::look_up(const LookupRequest& request, Millis now) {
  const auto endpoint = split_key(request.key).endpoint;
  if (const auto slot = memory_.find(request.key)) {
    const auto& facts = memory_.facts(*slot);
    const bool wanted =
        facts.timestamp >= request.not_before && (!request.version || *request.version == memory_.version(*slot));
    if (memory_.may_serve(*slot, now, request.grace) && wanted) {
      if (!request.peek) count_hit(*slot);
      Lookup found{.where = Lookup::Where::memory, .slot = *slot, .json = {}, .facts = {}};
      found.facts.timestamp = facts.timestamp;
      found.facts.expires_at = facts.expires_at;
      return found;
    }
    if (!memory_.may_serve(*slot, now, grace_of(request.key, memory_.grace(*slot))))
      memory_.evict(*slot, RemovalCause::expired);
  }
  if (!request.peek) ++statistics_.memory.misses;
  Record record;
  const auto read = storage_.read(request.key, record);
  if (read == StorageTier::Read::corrupt) {
    note_corrupt(request.key);
  } else if (read == StorageTier::Read::version) {
    reject(request.key, ErrorKind::version);
  } else if (read == StorageTier::Read::found) {
    corrupt_in_row_ = 0;
    if (request.refuses_plain && !record.encrypted && !storage_.space().foreign()) {
      storage_.remove(request.key);
    } else if (request.version && *request.version != record.facts.version) {
      reject(request.key, ErrorKind::version);
    } else if (is_fresh(record.facts, request.key, now, request.grace)) {
      if (record.facts.timestamp >= request.not_before && (!record.encrypted || decrypt_with(record, request))) {
        if (!request.peek) {
          ++statistics_.storage.hits;
          ++statistics_.counts_of(endpoint).hits;
          storage_.note_use(request.key, now);
        }
        return {Lookup::Where::storage, {}, std::move(record.data), std::move(record.facts)};
      }
    } else if (!may_still_serve(record.facts, request.key, now)) {
      ++statistics_.storage.expired;
      storage_.remove(request.key);
    }
  }
  if (!request.peek) {
    ++statistics_.storage.misses;
    ++statistics_.counts_of(endpoint).misses;
  }
  return {};
}

std::optional<SlotId> TwoTierCache::admit(std::string_view key, const EntryFacts& facts, Millis now) {
  const auto slot = memory_.put(key, facts, now);
  if (slot) memory_.note_stored(*slot);
  coordinator_.tagged(key, facts.tags);
  return slot;
}

void TwoTierCache::reject(std::string_view key, ErrorKind kind) {
  if (kind == ErrorKind::corrupt) return note_corrupt(key);
  storage_.remove(key);
  note_error(kind, key);
}

void TwoTierCache::note_corrupt(std::string_view key) {
  note_error(ErrorKind::corrupt, key);
  // In a namespace that another program owns, what we cannot read may well be that program's.
  if (storage_.space().foreign()) return;
  storage_.remove(key);
  if (++corrupt_in_row_ < corrupt_limit) return;
  corrupt_in_row_ = 0;
  std::vector<std::string> keys;
  storage_.index().for_each([&](KeyIndex::Id id) { keys.push_back(storage_.index().key(id)); });
  storage_.remove_all(keys);
}

std::vector<std::string> TwoTierCache::keys(const Selector& selector, Millis now) {
  std::vector<std::string> out;
  for (const auto id : memory_.select(selector)) {
    if (memory_.is_fresh(SlotId{id}, now)) out.push_back(memory_.key(SlotId{id}));
  }
  std::vector<std::string> stored;
  for (const auto id : storage_.index_for(selector).select(selector)) stored.push_back(storage_.index().key(id));
  for (auto& key : stored) {
    if (const auto slot = memory_.find(key); slot && memory_.is_fresh(*slot, now)) continue;
    Record record;
    if (storage_.read(key, record) != StorageTier::Read::found || !is_fresh(record.facts, key, now)) continue;
    // `get` could not give it.
    if (record.encrypted) continue;
    if (selector.selects(key, record.facts.tags)) out.push_back(std::move(key));
  }
  return out;
}

// ---- writing

SetResult TwoTierCache::set(const SetRequest& request, Millis now) {
  SetResult result;
  // The server has answered. An optimistic value, which may yet be taken back, says nothing of the server.
  if (request.reach != Reach::resident) failures_.forget(request.key);
  if (request.flight) {
    const bool is_over = is_superseded(*request.flight);
    if (!is_over) result.timestamp = flights_.find(*request.flight)->timestamp;
    // What another tab wrote meanwhile stands, though it may not have been announced here yet.
    if (is_over || stored_timestamp(request.key, now) >= result.timestamp) return {};
  } else {
    flights_.supersede(request.key);
    result.timestamp = invalidations_.stamp(request.key, request.facts.tags, request.facts.exempt_from_events, now);
  }
  const bool encrypts = request.reach == Reach::encrypted;
  const auto facts = facts_of(request, result.timestamp);
  result.kept = true;
  result.expires_at = facts.expires_at;
  // Invalidations that were found for a flight may have emptied the slot.
  const bool known = request.slot && memory_.holds(*request.slot);
  result.slot = known ? memory_.renew(*request.slot, facts, now) : memory_.put(request.key, facts, now);
  if (request.reach != Reach::resident) pending_encryptions_.end_key(request.key);
  if (encrypts) result.encryption = pending_encryptions_.begin(request.key, facts);
  if (request.json) {
    store(request.key, *request.json, facts, result.slot, now, false);
  } else if (request.reach != Reach::resident) {
    storage_.remove(request.key);
  }
  renewed(request.key, result.timestamp, facts.tags);
  return result;
}

void TwoTierCache::store(std::string_view key, std::string_view data, const EntryFacts& facts,
                         std::optional<SlotId> slot, Millis now, bool encrypted) {
  const auto written = storage_.write(key, data, facts, now, encrypted);
  if (written == StorageTier::Write::stored && slot) memory_.note_stored(*slot);
  if (written == StorageTier::Write::quota) note_error(ErrorKind::quota, key);
  if (written == StorageTier::Write::refused) note_error(ErrorKind::unavailable, key);
  collect_evictions();
}

EntryFacts TwoTierCache::facts_of(const SetRequest& request, Millis timestamp) const {
  const bool may_store =
      (request.reach == Reach::storage || request.reach == Reach::encrypted) && storage_.space().available();
  const auto life = request.ttl.value_or(may_store ? storage_.space().default_life() : memory_.ttl());
  auto facts = request.facts;
  facts.timestamp = timestamp;
  facts.expires_at = std::min(timestamp + life, facts.expires_at);
  facts.is_stored = false;
  return facts;
}

void TwoTierCache::renewed(std::string_view key, Millis timestamp, std::span<const std::string> tags) {
  failures_.forget_before(key, timestamp);
  coordinator_.renewed(key, timestamp, tags);
}

bool TwoTierCache::remove(std::string_view key, Millis now) {
  failures_.forget(key);
  flights_.supersede(key);
  pending_encryptions_.end_key(key);
  Record record;
  const auto slot = memory_.find(key);
  const bool in_memory = slot && memory_.is_fresh(*slot, now);
  const bool existed =
      in_memory || (storage_.read(key, record) == StorageTier::Read::found && is_fresh(record.facts, key, now));
  if (slot) memory_.remove(*slot);
  storage_.remove(key);
  return existed;
}

void TwoTierCache::drop_resident(std::string_view key) {
  if (const auto slot = memory_.find(key)) memory_.remove(*slot);
}

// ---- flights

FlightId TwoTierCache::begin_flight(std::string_view key, std::vector<std::string> tags, bool exempt_from_events,
                                    Millis now) {
  // Younger than what is here, so that an answer of its own millisecond can only have come after it began.
  const auto timestamp = invalidations_.stamp(key, tags, exempt_from_events, now, known_timestamp(key, now));
  return flights_.begin({.id = {},
                         .key = std::string(key),
                         .tags = std::move(tags),
                         .exempt_from_events = exempt_from_events,
                         .timestamp = timestamp});
}

bool TwoTierCache::is_superseded(FlightId id) {
  const auto* flight = flights_.find(id);
  if (!flight) return true;
  apply_new_notes();
  return flight->is_superseded;
}

void TwoTierCache::end_flight(FlightId flight) { flights_.end(flight); }

void TwoTierCache::fail_flight(FlightId id, const FailureTerms& terms, double random, Millis now) {
  const auto* flight = flights_.find(id);
  if (!flight) return;
  // Where an answer has overtaken it, it tells nothing of the server as it is now.
  if (flight->is_superseded && known_timestamp(flight->key, now) >= flight->timestamp) return;
  failures_.add({.key = flight->key,
                 .tags = flight->tags,
                 .exempt_from_events = flight->exempt_from_events,
                 .longest = terms.longest,
                 .told = terms.told,
                 .lasting = terms.lasting},
                now, random);
}

Millis TwoTierCache::back_off(std::string_view key, Millis longest, Millis now) {
  const auto wait = failures_.asked_from(key, longest) - now;
  if (wait <= Millis{0}) return Millis{0};
  ++statistics_.spared;
  return wait;
}

// ---- watching

WatchId TwoTierCache::watch(std::string_view key, const WatchTimes& times, std::optional<Millis> timestamp) {
  const auto id = coordinator_.add(key, times, timestamp);
  if (const auto slot = memory_.find(key)) coordinator_.tagged(key, memory_.tags(*slot));
  if (timestamp && times.on_load == OnLoad::always && *timestamp < clock_.opened()) coordinator_.outdated(key);
  return id;
}

void TwoTierCache::retry_failed(Millis now) {
  failures_.end_waits();
  coordinator_.retry_failed(now);
}

// ---- maintenance

void TwoTierCache::sweep(Millis now) {
  memory_.sweep(now, [this](std::string_view key, Millis own) { return grace_of(key, own); });
  coordinator_.sweep(now);
  failures_.sweep(now, [&](std::string_view key) { return coordinator_.is_failing(key); });
  invalidations_.save_unsaved();
  storage_.space().begin_sweep();
}

bool TwoTierCache::maintain(Millis now) {
  // About a millisecond: a record costs some 10 µs to read and some 35 to remove (Chromium 156, on a busy machine).
  constexpr std::size_t steps = 32;
  const bool more = storage_.space().maintain(now, steps);
  if (!more) storage_.space().keep_time(now);
  collect_evictions();
  return more;
}

void TwoTierCache::keep_for(std::string_view key, Millis grace) {
  if (const auto slot = memory_.find(key)) memory_.keep_for(*slot, grace);
  storage_.keep_for(key, grace);
}

void TwoTierCache::collect_evictions() {
  auto& space = storage_.space();
  for (auto& gone : space.evicted()) {
    ++(gone.why == RemovalCause::expired ? statistics_.storage.expired : statistics_.storage.evictions);
    if (storage_.is_of(gone.user)) notices_.push_back({Notice::Kind::evicted, std::move(gone.key), gone.why, {}});
  }
  space.evicted().clear();
  for (const auto& [user, key] : space.given_up()) {
    if (storage_.is_of(user)) note_error(ErrorKind::quota, key);
  }
  space.given_up().clear();
}

void TwoTierCache::note_error(ErrorKind kind, std::string_view key) {
  statistics_.count(kind);
  notices_.push_back({Notice::Kind::error, std::string(key), {}, kind});
}

std::vector<Notice> TwoTierCache::take_notices() { return std::exchange(notices_, {}); }

std::vector<Entry> TwoTierCache::inspect(Millis now) {
  std::vector<Entry> out;
  StringMap positions;
  memory_.index().for_each([&](KeyIndex::Id id) {
    const SlotId slot{id};
    if (!memory_.is_fresh(slot, now)) return;
    const auto& facts = memory_.facts(slot);
    positions.put(memory_.key(slot), static_cast<std::uint32_t>(out.size()));
    out.push_back({memory_.key(slot), Lookup::Where::memory, false, facts.timestamp, facts.expires_at, facts.bytes, 0,
                   memory_.hits(slot), memory_.tags(slot)});
  });
  const auto& stored = storage_.index_for({});
  stored.for_each([&](KeyIndex::Id id) {
    const auto& facts = storage_.facts(id);
    if (const auto* known = positions.find(stored.key(id))) {
      out[*known].in_both = true;
      out[*known].stored_bytes = facts.bytes;
    } else if (is_stored_fresh(id, now)) {
      out.push_back({stored.key(id), Lookup::Where::storage, false, facts.timestamp, facts.expires_at, 0, facts.bytes,
                     0, stored.tags(id)});
    }
  });
  return out;
}

}  // namespace cardcache
