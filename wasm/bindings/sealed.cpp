// Records that the page encrypts before they are stored and decrypts before they are served.
#include <emscripten/bind.h>

#include <limits>

#include "bindings/page.hpp"

namespace cardcache::bindings {
namespace {

/// What the page takes lies there until the next call.
bool hand_over(Page& page, std::optional<Sealed> sealed) {
  page.sealed = std::move(sealed).value_or(Sealed{});
  words[box_at] = address_of(page.sealed.bytes.data());
  words[box_size] = static_cast<double>(page.sealed.bytes.size());
  words[binding_at] = address_of(page.sealed.binding.data());
  words[binding_size] = static_cast<double>(page.sealed.binding.size());
  return !page.sealed.binding.empty();
}

emscripten::val sealed_keys(std::uint32_t id, double now) {
  Call call(id, now);
  return to_js(call.cache.sealed_keys(call.now));
}

}  // namespace

/// Staged: key. Answers when it was true; NaN where there is none.
[[clang::export_name("findSealed")]] double find_sealed(std::uint32_t id, double now) {
  Call call(id, now);
  const bool found = hand_over(call.page, call.cache.find_sealed(StagedReader().text(), call.now));
  return found ? call.page.sealed.timestamp.value : std::numeric_limits<double>::quiet_NaN();
}

/// Staged: key, box.
[[clang::export_name("rejectSealed")]] void reject_sealed(std::uint32_t id, double now) {
  Call call(id, now);
  StagedReader staged;
  const auto key = staged.text();
  call.cache.reject_sealed(key, staged.text());
}

/// Staged: JSON. False where the set has been overtaken.
[[clang::export_name("prepareSealing")]] bool prepare_sealing(std::uint32_t id, double now, std::uint32_t sealing) {
  Call call(id, now);
  return hand_over(call.page, call.cache.prepare_sealing(SealingId{sealing}, StagedReader().text()));
}

/// Staged: box.
[[clang::export_name("writeSealed")]] void write_sealed(std::uint32_t id, double now, std::uint32_t sealing) {
  Call call(id, now);
  call.cache.write_sealed(SealingId{sealing}, StagedReader().text(), call.now);
}

[[clang::export_name("endSealing")]] void end_sealing(std::uint32_t id, std::uint32_t sealing) {
  page_of(id).cache.end_sealing(SealingId{sealing});
}

/// Staged: endpoint.
[[clang::export_name("removePlain")]] void remove_plain(std::uint32_t id, double now) {
  Call call(id, now);
  call.cache.remove_plain(StagedReader().text());
}

EMSCRIPTEN_BINDINGS(sealed) { emscripten::function("sealedKeys", &sealed_keys); }

}  // namespace cardcache::bindings
