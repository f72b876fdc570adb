#include "core/two_tier_cache.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace cardcache {
TwoTierCache::TwoTierCache(MemoryLimits memory, StorageTier& storage, AlertLimits alerts, std::uint32_t seed)
    : memory_(memory),
      storage_(storage),
      alert_limits_(alerts),
      tab_(whole_number(seed)),
      floors_(storage.floors()),
      memory_ttl_(memory.ttl),
      beginning_(storage.space().beginnings()) {
  latest_ = storage_.space().latest_time_seen();
  learn_floors();
}

// ---- time

bool TwoTierCache::observe(Millis now) {
  // Storage starts anew once for all users of this page: whoever notices it later must leave what was written since.
  opened_ = std::min(opened_, now);
  const bool went_back = storage_.space().observe(now) || now + clock_tolerance < latest_;
  if (went_back) {
    latest_ = now;
    start_anew();
  }
  latest_ = std::max(latest_, now);
  beginning_ = storage_.space().beginnings();
  return went_back;
}

void TwoTierCache::saw(Millis time) {
  latest_ = std::max(latest_, time);
  // Where all has begun anew since, that was another time.
  if (beginning_ == storage_.space().beginnings()) storage_.space().saw(time);
}

void TwoTierCache::start_anew() {
  std::vector<SlotId> slots;
  memory_.index().for_each([&](KeyIndex::Id id) { slots.push_back(SlotId{id}); });
  for (const auto slot : slots) memory_.evict(slot, Why::expired);
  flights_.void_selected({}, never, false);
  sealings_.clear();
  floors_.clear();
  failures_.clear();
  coordinator_.start_anew();
  last_stamp_ = long_ago;
}

bool TwoTierCache::is_fresh(const EntryFacts& facts, std::string_view key, Millis now, Millis grace) const {
  return now < facts.end + grace && is_believed(facts.timestamp, now) && !is_void(facts, key);
}

bool TwoTierCache::is_void(const EntryFacts& facts, std::string_view key) const {
  return facts.timestamp <= floors_.above(key, facts.tags, facts.kept_on_event);
}

bool TwoTierCache::is_stored_fresh(KeyIndex::Id id, Millis now) const {
  const auto& facts = storage_.facts(id);
  const auto& stored = storage_.index();
  return now < facts.end && is_believed(facts.timestamp, now) &&
         facts.timestamp > floors_.above(stored.key(id), stored.tags(id), facts.kept_on_event);
}

Millis TwoTierCache::stamp(std::string_view key, std::span<const std::string> tags, bool kept, Millis now) {
  const auto above = floors_.above(key, tags, kept);
  // Only a floor of about now can push it: one that a wrong clock left far ahead must not lend its time to answers.
  const auto after = above <= now + clock_tolerance ? above + Millis{1} : now;
  const auto timestamp = std::max(now, after);
  last_stamp_ = std::max(last_stamp_, timestamp);
  return timestamp;
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
      found.facts.end = facts.end;
      return found;
    }
    if (!memory_.may_serve(*slot, now, grace_of(request.key, memory_.grace(*slot)))) memory_.evict(*slot, Why::expired);
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
    if (request.refuses_plain && !record.sealed && !storage_.space().foreign()) {
      storage_.remove(request.key);
    } else if (request.version && *request.version != record.facts.version) {
      reject(request.key, ErrorKind::version);
    } else if (is_fresh(record.facts, request.key, now, request.grace)) {
      if (record.facts.timestamp >= request.not_before && (!record.sealed || unseal(record, request))) {
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
    if (storage_.read(key, record) != StorageTier::Read::found || !is_fresh(record.facts, key, now, Millis{0}))
      continue;
    // `get` could not give it.
    if (record.sealed) continue;
    if (selector.selects(key, record.facts.tags)) out.push_back(std::move(key));
  }
  return out;
}

// ---- writing

SetResult TwoTierCache::set(const SetRequest& request, Millis now) {
  SetResult result;
  // The server has answered, or somebody who knows: a value that may yet be taken back is neither.
  if (request.reach != Reach::resident) failures_.forget(request.key);
  if (request.flight) {
    const bool is_over = is_void(*request.flight);
    if (!is_over) result.timestamp = flights_.find(*request.flight)->timestamp;
    // What another tab wrote meanwhile stands, though it may not have been announced here yet.
    if (is_over || stored_timestamp(request.key, now) >= result.timestamp) return {};
  } else {
    flights_.void_key(request.key);
    result.timestamp = stamp(request.key, request.tags, request.kept_on_event, now);
  }
  const bool seals = request.reach == Reach::sealed;
  const auto facts = facts_of(request, result.timestamp);
  result.kept = true;
  result.end = facts.end;
  result.slot = request.slot ? memory_.renew(*request.slot, facts, now) : memory_.put(request.key, facts, now);
  if (request.reach != Reach::resident) sealings_.end_key(request.key);
  if (seals) result.sealing = sealings_.begin(request.key, facts);
  if (request.json) {
    const auto written = storage_.write(request.key, *request.json, facts, now);
    if (written == StorageTier::Write::stored && result.slot) memory_.note_stored(*result.slot);
    if (written == StorageTier::Write::quota) note_error(ErrorKind::quota, request.key);
    if (written == StorageTier::Write::refused) note_error(ErrorKind::unavailable, request.key);
    collect_evictions();
  } else if (request.reach != Reach::resident) {
    storage_.remove(request.key);
  }
  renewed(request.key, result.timestamp, request.tags);
  return result;
}

EntryFacts TwoTierCache::facts_of(const SetRequest& request, Millis timestamp) const {
  const bool may_store =
      (request.reach == Reach::storage || request.reach == Reach::sealed) && storage_.space().available();
  const auto life = request.ttl.value_or(may_store ? storage_.space().default_life() : memory_ttl_);
  return {.timestamp = timestamp,
          .end = std::min(timestamp + life, request.expires_at),
          .tags = request.tags,
          .version = request.version,
          .cost = request.cost,
          .bytes = request.bytes,
          .kept_on_event = request.kept_on_event,
          .grace = request.grace};
}

void TwoTierCache::renewed(std::string_view key, Millis timestamp, std::span<const std::string> tags) {
  failures_.forget_before(key, timestamp);
  coordinator_.renewed(key, timestamp, tags);
}

bool TwoTierCache::remove(std::string_view key, Millis now) {
  failures_.forget(key);
  coordinator_.moved();
  flights_.void_key(key);
  sealings_.end_key(key);
  Record record;
  const auto slot = memory_.find(key);
  const bool in_memory = slot && memory_.is_fresh(*slot, now);
  const bool existed = in_memory || (storage_.read(key, record) == StorageTier::Read::found &&
                                     is_fresh(record.facts, key, now, Millis{0}));
  if (slot) memory_.remove(*slot);
  storage_.remove(key);
  return existed;
}

void TwoTierCache::drop_resident(std::string_view key) {
  if (const auto slot = memory_.find(key)) memory_.remove(*slot);
}

// ---- upkeep

void TwoTierCache::sweep(Millis now) {
  memory_.sweep(now, [this](std::string_view key, Millis own) { return grace_of(key, own); });
  coordinator_.sweep(now);
  failures_.sweep(now, [&](std::string_view key) { return coordinator_.is_failing(key); });
  if (floors_unsaved_) save_floors();
  storage_.space().begin_sweep();
}

bool TwoTierCache::tend(Millis now) {
  // About a millisecond: a record costs some 10 µs to read and some 35 to remove (Chromium 156, on a busy machine).
  constexpr std::size_t steps = 32;
  const bool more = storage_.space().tend(now, steps);
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
    ++(gone.why == Why::expired ? statistics_.storage.expired : statistics_.storage.evictions);
    if (gone.tier == &storage_) notices_.push_back({Notice::Kind::evicted, std::move(gone.key), gone.why, {}});
  }
  space.evicted().clear();
  for (const auto& [tier, key] : space.given_up()) {
    if (tier == &storage_) note_error(ErrorKind::quota, key);
  }
  space.given_up().clear();
}

void TwoTierCache::note_error(ErrorKind kind, std::string_view key) {
  statistics_.count(kind);
  notices_.push_back({Notice::Kind::error, std::string(key), {}, kind});
}

std::vector<Notice> TwoTierCache::take_notices() { return std::exchange(notices_, {}); }

std::vector<Alert> TwoTierCache::take_alerts() {
  const auto asked = statistics_.memory.hits + statistics_.memory.misses;
  const auto hits = statistics_.memory.hits + statistics_.storage.hits;
  double errors = 0;
  for (const auto count : statistics_.errors) errors += count;
  const double filled = storage_.space().bytes() / storage_.space().budget();
  // A rate of a handful of requests says nothing yet.
  constexpr double enough = 20;
  std::vector<Alert> out;
  const auto check = [&](AlertKind kind, bool crossed, double value, double limit) {
    const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
    if (crossed && !(alerted_ & bit)) out.push_back({kind, value, limit});
    alerted_ = static_cast<std::uint8_t>(crossed ? alerted_ | bit : alerted_ & ~bit);
  };
  const double rate = hits / asked;
  check(AlertKind::hit_rate, asked >= enough && rate < alert_limits_.hit_rate_below, rate,
        alert_limits_.hit_rate_below);
  check(AlertKind::errors, errors > alert_limits_.errors_above, errors, alert_limits_.errors_above);
  check(AlertKind::storage, filled > alert_limits_.storage_above, filled, alert_limits_.storage_above);
  return out;
}

std::vector<Entry> TwoTierCache::inspect(Millis now) {
  std::vector<Entry> out;
  StringMap positions;
  memory_.index().for_each([&](KeyIndex::Id id) {
    const SlotId slot{id};
    if (!memory_.is_fresh(slot, now)) return;
    const auto& facts = memory_.facts(slot);
    positions.put(memory_.key(slot), static_cast<std::uint32_t>(out.size()));
    out.push_back({memory_.key(slot), Lookup::Where::memory, false, facts.timestamp, facts.end, facts.bytes, 0,
                   memory_.hits(slot), memory_.tags(slot)});
  });
  const auto& stored = storage_.index_for({});
  stored.for_each([&](KeyIndex::Id id) {
    const auto& facts = storage_.facts(id);
    if (const auto* known = positions.find(stored.key(id))) {
      out[*known].in_both = true;
      out[*known].stored_bytes = facts.bytes;
    } else if (is_stored_fresh(id, now)) {
      out.push_back({stored.key(id), Lookup::Where::storage, false, facts.timestamp, facts.end, 0, facts.bytes, 0,
                     stored.tags(id)});
    }
  });
  return out;
}

}  // namespace cardcache
