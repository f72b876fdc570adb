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

/// Lies beside the records of a user who has encrypted ones: looking for them would cost all others every start.
constexpr std::string_view encrypted_note = "!sealed";

/// What was written down comes back in whole milliseconds.
EntryFacts as_read_back(EntryFacts facts) {
  const auto life = std::trunc((facts.expires_at - facts.timestamp).value);
  facts.timestamp = Millis{std::trunc(facts.timestamp.value)};
  facts.expires_at = facts.timestamp + Millis{life};
  facts.grace = Millis{std::trunc(facts.grace.value)};
  return facts;
}

}  // namespace

// ---- on its way to storage

std::optional<CryptoInput> TwoTierCache::prepare_encryption(EncryptionId id, std::string_view json) {
  const auto* encryption = pending_encryptions_.find(id);
  if (!encryption || is_invalidated(encryption->facts, encryption->key)) {
    pending_encryptions_.end(id);
    return std::nullopt;
  }
  // What is encrypted no longer compresses.
  return CryptoInput{compress_json(json), aad_of(encryption->key, as_read_back(encryption->facts)),
                     encryption->facts.timestamp};
}

void TwoTierCache::write_encrypted(EncryptionId id, std::string_view ciphertext, Millis now) {
  const auto* found = pending_encryptions_.find(id);
  if (!found) return;
  const auto encryption = *found;
  pending_encryptions_.end(id);
  apply_new_notes();
  if (is_invalidated(encryption.facts, encryption.key)) return;
  // Another tab's answer, which came while this one was encrypted.
  if (stored_timestamp(encryption.key, now) > encryption.facts.timestamp) return;
  auto slot = memory_.find(encryption.key);
  if (slot && memory_.facts(*slot).timestamp != encryption.facts.timestamp) slot.reset();
  store(encryption.key, ciphertext, as_read_back(encryption.facts), slot, now, true);
  if (!storage_.read_note(encrypted_note)) storage_.write_note(encrypted_note, "1");
}

std::string TwoTierCache::aad_of(std::string_view key, const EntryFacts& facts) const {
  const auto name = storage_.area_key(key);
  const RecordForm bare{.default_life = storage_.space().default_life(), .foreign = true};
  // As cores read it that know no further fields: they can decrypt it, too.
  auto read = facts;
  read.tags = tags_and_fields(facts);
  read.grace = Millis{0};
  return to_wtf8(name) + to_wtf8(write_record(name, "0", read, false, bare));
}

// ---- on its way back

std::vector<std::string> TwoTierCache::encrypted_keys(Millis now) {
  if (!storage_.read_note(encrypted_note)) return {};
  std::vector<std::string> keys;
  bool any = false;
  for (auto& key : storage_.keys_with_prefix({})) {
    const auto head = storage_.read_head(key);
    if (!head || !head->encrypted) continue;
    any = true;
    if (may_still_serve(head->facts, key, now)) keys.push_back(std::move(key));
  }
  if (!any) storage_.remove_note(encrypted_note);
  return keys;
}

std::optional<CryptoInput> TwoTierCache::find_encrypted(std::string_view key, Millis now) {
  const auto slot = memory_.find(key);
  if (slot && memory_.is_fresh(*slot, now)) return std::nullopt;
  Record record;
  if (storage_.read(key, record) != StorageTier::Read::found || !record.encrypted) return std::nullopt;
  if (!may_still_serve(record.facts, key, now)) return std::nullopt;
  return CryptoInput{std::move(record.data), aad_of(key, record.facts), record.facts.timestamp};
}

bool TwoTierCache::decrypt_with(Record& record, const LookupRequest& request) {
  if (!request.decrypted || !record.data.ends_with(request.decrypted->auth_tag)) return false;
  auto json = decompress_json(request.decrypted->plaintext);
  if (!json) {
    reject(request.key, is_known_dictionary(request.decrypted->plaintext) ? ErrorKind::corrupt : ErrorKind::version);
    return false;
  }
  record.data = std::move(*json);
  record.facts.bytes = static_cast<double>(record.data.size());
  return true;
}

void TwoTierCache::reject_encrypted(std::string_view key, std::string_view ciphertext) {
  Record record;
  const bool lies_there = storage_.read(key, record) == StorageTier::Read::found && record.encrypted;
  if (!lies_there || record.data != ciphertext) return;
  reject(key, ErrorKind::crypto);
}

void TwoTierCache::remove_plain(std::string_view endpoint) {
  for (const auto& key : storage_.keys_with_prefix(endpoint)) {
    if (split_key(key).endpoint != endpoint) continue;
    const auto head = storage_.read_head(key);
    if (head && !head->encrypted) storage_.remove(key);
  }
}

}  // namespace cardcache
