// Records that the page encrypts before they are stored, and decrypts before they are served.
#include "border/calls.hpp"

namespace cardcache::border {
namespace {

/// Writes the input of AES-GCM: the bytes, and the additional authenticated data (aad).
void write(Writer& reply, const std::optional<CryptoInput>& encrypted) {
  reply.flag(encrypted.has_value());
  if (!encrypted) return;
  reply.number(encrypted->timestamp.value);
  reply.text(encrypted->bytes);
  reply.text(encrypted->aad);
}

}  // namespace

/// Replies with the keys whose encrypted records could be served.
void encrypted_keys(Call& call) {
  if (auto* cache = call.enter()) call.reply.texts(cache->encrypted_keys(call.now));
}

/// Key. Replies whether there is an encrypted record, its timestamp, ciphertext and aad.
void find_encrypted(Call& call) {
  const auto key = call.message.text();
  if (auto* cache = call.enter()) write(call.reply, cache->find_encrypted(key, call.now));
}

/// Key, ciphertext.
void reject_encrypted(Call& call) {
  const auto key = call.message.text();
  const auto ciphertext = call.message.text();
  if (auto* cache = call.enter()) cache->reject_encrypted(key, ciphertext);
}

/// Encryption number, JSON. Replies like find_encrypted, with what is to be encrypted; 0 if the set was superseded.
void prepare_encryption(Call& call) {
  const EncryptionId id{call.message.whole()};
  const auto json = call.message.text();
  if (auto* cache = call.enter()) write(call.reply, cache->prepare_encryption(id, json));
}

/// Encryption number, ciphertext.
void write_encrypted(Call& call) {
  const EncryptionId id{call.message.whole()};
  const auto ciphertext = call.message.text();
  if (auto* cache = call.enter()) cache->write_encrypted(id, ciphertext, call.now);
}

/// Encryption number.
void abandon_encryption(Call& call) {
  const EncryptionId id{call.message.whole()};
  if (auto* cache = call.enter()) cache->end_encryption(id);
}

/// Endpoint.
void remove_plain(Call& call) {
  const auto endpoint = call.message.text();
  if (auto* cache = call.enter()) cache->remove_plain(endpoint);
}

namespace {

constexpr std::array all{encrypted_keys,  find_encrypted,     reject_encrypted, prepare_encryption,
                         write_encrypted, abandon_encryption, remove_plain};

}  // namespace

const Calls encrypted_calls{all};

}  // namespace cardcache::border
