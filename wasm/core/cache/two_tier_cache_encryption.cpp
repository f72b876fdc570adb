// Records that are encrypted at rest: what the page encrypts and decrypts, and whether what comes back still counts.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/text.hpp"
#include "core/cache/two_tier_cache.hpp"
#include "core/codec/compressed_json.hpp"
#include "core/codec/packed_record.hpp"
#include "core/keys/keys.hpp"

namespace cardcache {
namespace {

/// Lies beside the records of a user who has sealed ones: looking for them would cost all others every start.
constexpr std::string_view sealed_note = "!sealed";

/// What was written down comes back in whole milliseconds.
EntryFacts as_read_back(EntryFacts facts) {
  const auto life = std::trunc((facts.end - facts.timestamp).value);
  facts.timestamp = Millis{std::trunc(facts.timestamp.value)};
  facts.end = facts.timestamp + Millis{life};
  facts.grace = Millis{std::trunc(facts.grace.value)};
  return facts;
}

}  // namespace

// ---- on its way to storage

std::optional<Sealed> TwoTierCache::prepare_sealing(SealingId id, std::string_view json) {
  const auto* sealing = sealings_.find(id);
  if (!sealing || is_invalidated(sealing->facts, sealing->key)) {
    sealings_.end(id);
    return std::nullopt;
  }
  // What is encrypted no longer compresses.
  return Sealed{json_block(json), binding_of(sealing->key, as_read_back(sealing->facts)), sealing->facts.timestamp};
}

void TwoTierCache::write_sealed(SealingId id, std::string_view box, Millis now) {
  const auto* found = sealings_.find(id);
  if (!found) return;
  const auto sealing = *found;
  sealings_.end(id);
  apply_new_notes();
  if (is_invalidated(sealing.facts, sealing.key)) return;
  // Another tab's answer, which came while this one was encrypted.
  if (stored_timestamp(sealing.key, now) > sealing.facts.timestamp) return;
  auto slot = memory_.find(sealing.key);
  if (slot && memory_.facts(*slot).timestamp != sealing.facts.timestamp) slot.reset();
  store(sealing.key, box, as_read_back(sealing.facts), slot, now, true);
  if (!storage_.read_note(sealed_note)) storage_.write_note(sealed_note, "1");
}

std::string TwoTierCache::binding_of(std::string_view key, const EntryFacts& facts) const {
  const auto name = storage_.area_key(key);
  const RecordForm bare{.default_life = storage_.space().default_life(), .foreign = true};
  // As cores read it that know no further fields: they can decrypt it, too.
  auto read = facts;
  read.tags = tags_and_fields(facts);
  read.grace = Millis{0};
  return to_wtf8(name) + to_wtf8(write_record(name, "0", read, false, bare));
}

// ---- on its way back

std::vector<std::string> TwoTierCache::sealed_keys(Millis now) {
  if (!storage_.read_note(sealed_note)) return {};
  std::vector<std::string> keys;
  bool any = false;
  for (auto& key : storage_.keys_with_prefix({})) {
    const auto head = storage_.read_head(key);
    if (!head || !head->sealed) continue;
    any = true;
    if (may_still_serve(head->facts, key, now)) keys.push_back(std::move(key));
  }
  if (!any) storage_.remove_note(sealed_note);
  return keys;
}

std::optional<Sealed> TwoTierCache::find_sealed(std::string_view key, Millis now) {
  const auto slot = memory_.find(key);
  if (slot && memory_.is_fresh(*slot, now)) return std::nullopt;
  Record record;
  if (storage_.read(key, record) != StorageTier::Read::found || !record.sealed) return std::nullopt;
  if (!may_still_serve(record.facts, key, now)) return std::nullopt;
  return Sealed{std::move(record.data), binding_of(key, record.facts), record.facts.timestamp};
}

bool TwoTierCache::unseal(Record& record, const LookupRequest& request) {
  if (!request.opened || !record.data.ends_with(request.opened->tag)) return false;
  auto json = read_json_block(request.opened->plain);
  if (!json) {
    reject(request.key, is_known_block(request.opened->plain) ? ErrorKind::corrupt : ErrorKind::version);
    return false;
  }
  record.data = std::move(*json);
  record.facts.bytes = static_cast<double>(record.data.size());
  return true;
}

void TwoTierCache::reject_sealed(std::string_view key, std::string_view box) {
  Record record;
  const bool lies_there = storage_.read(key, record) == StorageTier::Read::found && record.sealed;
  if (!lies_there || record.data != box) return;
  reject(key, ErrorKind::crypto);
}

void TwoTierCache::remove_plain(std::string_view endpoint) {
  for (const auto& key : storage_.keys_with_prefix(endpoint)) {
    if (split_key(key).endpoint != endpoint) continue;
    const auto head = storage_.read_head(key);
    if (head && !head->sealed) storage_.remove(key);
  }
}

}  // namespace cardcache
