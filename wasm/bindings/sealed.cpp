// Records that the page encrypts before they are stored and decrypts before they are served.
#include <emscripten/bind.h>

#include <limits>

#include "bindings/page.hpp"

namespace cardcache::bindings {
namespace {

/// What the page takes lies there until the next call.
bool hand_over(Page& page, std::optional<CryptoInput> sealed) {
  page.encrypted = std::move(sealed).value_or(CryptoInput{});
  words[box_at] = address_of(page.encrypted.bytes.data());
  words[box_size] = static_cast<double>(page.encrypted.bytes.size());
  words[binding_at] = address_of(page.encrypted.aad.data());
  words[binding_size] = static_cast<double>(page.encrypted.aad.size());
  return !page.encrypted.aad.empty();
}

emscripten::val encrypted_keys(std::uint32_t id, double now) {
  Call call(id, now);
  return to_js(call.cache.encrypted_keys(call.now));
}

}  // namespace

/// Staged: key. Answers when it was true; NaN where there is none.
[[clang::export_name("findSealed")]] double find_encrypted(std::uint32_t id, double now) {
  Call call(id, now);
  const bool found = hand_over(call.page, call.cache.find_encrypted(StagedReader().text(), call.now));
  return found ? call.page.encrypted.timestamp.value : std::numeric_limits<double>::quiet_NaN();
}

/// Staged: key, box.
[[clang::export_name("rejectSealed")]] void reject_encrypted(std::uint32_t id, double now) {
  Call call(id, now);
  StagedReader staged;
  const auto key = staged.text();
  call.cache.reject_encrypted(key, staged.text());
}

/// Staged: JSON. False where the set has been overtaken.
[[clang::export_name("prepareSealing")]] bool prepare_encryption(std::uint32_t id, double now, std::uint32_t sealing) {
  Call call(id, now);
  return hand_over(call.page, call.cache.prepare_encryption(EncryptionId{sealing}, StagedReader().text()));
}

/// Staged: box.
[[clang::export_name("writeSealed")]] void write_encrypted(std::uint32_t id, double now, std::uint32_t sealing) {
  Call call(id, now);
  call.cache.write_encrypted(EncryptionId{sealing}, StagedReader().text(), call.now);
}

[[clang::export_name("endSealing")]] void end_encryption(std::uint32_t id, std::uint32_t sealing) {
  page_of(id).cache.end_encryption(EncryptionId{sealing});
}

/// Staged: endpoint.
[[clang::export_name("removePlain")]] void remove_plain(std::uint32_t id, double now) {
  Call call(id, now);
  call.cache.remove_plain(StagedReader().text());
}

EMSCRIPTEN_BINDINGS(sealed) { emscripten::function("sealedKeys", &encrypted_keys); }

}  // namespace cardcache::bindings
