#include "bindings/js_text.hpp"

#include <algorithm>
#include <string>

namespace cardcache::bindings {

emscripten::val js_text(std::u16string_view text) {
  const auto is_odd = [](char16_t unit) { return (unit & 0xF800) == 0xD800 || unit == 0xFEFF; };
  if (std::none_of(text.begin(), text.end(), is_odd)) return emscripten::val(std::u16string(text));
  auto units = emscripten::val::array();
  for (unsigned i = 0; i < text.size(); ++i) units.set(i, static_cast<unsigned>(text[i]));
  return emscripten::val::global("String")["fromCharCode"].call<emscripten::val>("apply", emscripten::val::null(),
                                                                                 units);
}

}  // namespace cardcache::bindings
