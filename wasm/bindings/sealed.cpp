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

/// Staged: key. Answers when it was true; NaN where there is none.
double find_sealed(std::uint32_t id, double now) {
  Call call(id, now);
  const bool found = hand_over(call.page, call.cache.find_sealed(StagedReader().text(), call.now));
  return found ? call.page.sealed.timestamp.value : std::numeric_limits<double>::quiet_NaN();
}

/// Staged: key, box.
void reject_sealed(std::uint32_t id, double now) {
  Call call(id, now);
  StagedReader staged;
  const auto key = staged.text();
  call.cache.reject_sealed(key, staged.text());
}

/// Staged: JSON. False where the set has been overtaken.
bool prepare_sealing(std::uint32_t id, double now, std::uint32_t sealing) {
  Call call(id, now);
  return hand_over(call.page, call.cache.prepare_sealing(SealingId{sealing}, StagedReader().text()));
}

/// Staged: box.
void write_sealed(std::uint32_t id, double now, std::uint32_t sealing) {
  Call call(id, now);
  call.cache.write_sealed(SealingId{sealing}, StagedReader().text(), call.now);
}

void end_sealing(std::uint32_t id, std::uint32_t sealing) { page_of(id).cache.end_sealing(SealingId{sealing}); }

/// Staged: endpoint.
void remove_plain(std::uint32_t id, double now) {
  Call call(id, now);
  call.cache.remove_plain(StagedReader().text());
}

}  // namespace

EMSCRIPTEN_BINDINGS(sealed) {
  emscripten::function("sealedKeys", &sealed_keys);
  emscripten::function("findSealed", &find_sealed);
  emscripten::function("rejectSealed", &reject_sealed);
  emscripten::function("prepareSealing", &prepare_sealing);
  emscripten::function("writeSealed", &write_sealed);
  emscripten::function("endSealing", &end_sealing);
  emscripten::function("removePlain", &remove_plain);
}

}  // namespace cardcache::bindings
