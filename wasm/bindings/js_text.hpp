#pragma once

#include <emscripten/val.h>

#include <string_view>

namespace cardcache::bindings {

/// A JavaScript string of exactly these units. embind's own way decodes longer ones with TextDecoder, which replaces
/// lone surrogates and takes a byte order mark away; keys may hold both, and two keys must never become one.
[[nodiscard]] emscripten::val js_text(std::u16string_view text);

}  // namespace cardcache::bindings
