// What works on many entries at once.
#include <emscripten/bind.h>

#include <utility>

#include "bindings/page.hpp"
#include "core/base/text.hpp"

namespace cardcache::bindings {
namespace {

/// Which fields of a selector were staged. js/selectors.ts has the same bits.
enum Field : unsigned { as_text = 1, endpoint = 2, user = 4, shared = 8, tag = 16, keys = 32 };

/// Staged: the selector as its author wrote it, or each field that `fields` names. nullopt where the text is none.
std::optional<Selector> staged_selector(unsigned fields) {
  StagedReader staged;
  if (fields & as_text) return parse_selector(staged.text());
  Selector selector;
  if (fields & endpoint) {
    const auto name = staged.text();
    if (name != "*") selector.endpoint = escape_segment(name);
  }
  if (fields & user) selector.user = staged.string();
  selector.shared = (fields & shared) != 0;
  if (fields & tag) selector.tag = staged.string();
  if (fields & keys) selector.keys = staged.strings();
  return selector;
}

/// An array, or null where the selector is none.
emscripten::val list_keys(std::uint32_t id, double now, unsigned fields) {
  Call call(id, now);
  const auto selector = staged_selector(fields);
  return selector ? to_js(call.cache.keys(*selector, call.now)) : emscripten::val::null();
}

}  // namespace

/// How many went; −1 where the selector is none. `timestamp`: what is not younger is void.
[[clang::export_name("invalidate")]] int invalidate(std::uint32_t id, double now, unsigned fields, bool after_write) {
  Call call(id, now);
  const auto selector = staged_selector(fields);
  if (!selector) return -1;
  const auto count =
      after_write ? call.cache.invalidate_after_write(*selector, call.now) : call.cache.invalidate(*selector, call.now);
  words[timestamp] = call.cache.last_invalidation().value;
  return static_cast<int>(count);
}

/// What another process invalidated, or removed. False where the selector is none.
[[clang::export_name("learnFloor")]] bool learn_invalidation(std::uint32_t id, double now, unsigned fields, double at,
                                                             bool skips_exempt, bool by_write) {
  Call call(id, now);
  auto selector = staged_selector(fields);
  if (!selector) return false;
  call.cache.learn_invalidation({std::move(*selector), Millis{at}, skips_exempt, by_write}, call.now);
  return true;
}

[[clang::export_name("clear")]] int clear(std::uint32_t id, double now) {
  Call call(id, now);
  const auto count = call.cache.clear(call.now);
  words[timestamp] = call.cache.last_invalidation().value;
  return static_cast<int>(count);
}

EMSCRIPTEN_BINDINGS(selectors) { emscripten::function("keys", &list_keys); }

}  // namespace cardcache::bindings
