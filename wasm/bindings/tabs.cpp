// What other tabs wrote, and the answers they bring.
#include <emscripten/bind.h>

#include "bindings/page.hpp"
#include "core/base/text.hpp"

namespace cardcache::bindings {
namespace {

/// Another tab wrote to the area: `key` and `text` as its storage event tells them, null for "everything" and "gone".
void on_area_change(std::uint32_t id, double now, emscripten::val key, emscripten::val text) {
  Call call(id, now);
  const auto name = key.isNull() ? std::string() : to_wtf8(key.as<std::u16string>());
  call.cache.on_area_change(key.isNull() ? std::nullopt : std::optional<std::string_view>(name),
                            text.isNull() ? std::nullopt : std::optional(text.as<std::u16string>()), call.now);
}

emscripten::val take_changed_elsewhere(std::uint32_t id) { return to_js(page_of(id).cache.take_changed_elsewhere()); }

}  // namespace

/// Staged: key, version, tags, 1 where events leave it alone, 1 where its tab has stored it. `timestamp`, `end`,
/// `cost`, `bytes` and `grace` are taken from the words. Answers whether it was kept.
[[clang::export_name("adopt")]] bool adopt(std::uint32_t id, double now) {
  Call call(id, now);
  StagedReader staged;
  const auto key = staged.text();
  EntryFacts facts{Millis{words[timestamp]}, Millis{words[end]}, {}, staged.string(), words[cost], words[bytes]};
  facts.tags = staged.strings();
  facts.exempt_from_events = staged.number() != 0;
  facts.is_stored = staged.number() != 0;
  facts.grace = Millis{words[grace]};
  const auto result = call.cache.adopt(key, facts, call.now);
  words[slot] = slot_word(result.slot);
  return result.kept;
}

/// Staged: key.
[[clang::export_name("oldestToTake")]] double oldest_to_take(std::uint32_t id, double now, double max_age) {
  Call call(id, now);
  return call.cache.oldest_to_take(StagedReader().text(), Millis{max_age}, call.now).value;
}

EMSCRIPTEN_BINDINGS(tabs) {
  emscripten::function("onAreaChange", &on_area_change);
  emscripten::function("takeChangedElsewhere", &take_changed_elsewhere);
}

}  // namespace cardcache::bindings
