#include "bindings/js_text.hpp"

#include <algorithm>
#include <string>

namespace cardcache::bindings {

emscripten::val js_text(std::u16string_view text) {
  const auto is_odd = [](char16_t unit) { return (unit & 0xF800) == 0xD800 || unit == 0xFEFF; };
  if (std::none_of(text.begin(), text.end(), is_odd)) return emscripten::val(std::u16string(text));
  // Piece by piece: an engine takes only so many arguments at once.
  constexpr std::size_t piece_length = 4096;
  auto pieces = emscripten::val::array();
  for (unsigned piece = 0; piece * piece_length < text.size(); ++piece) {
    auto units = emscripten::val::array();
    unsigned count = 0;
    for (const auto unit : text.substr(piece * piece_length, piece_length))
      units.set(count++, static_cast<unsigned>(unit));
    const auto from_units = emscripten::val::global("String")["fromCharCode"];
    pieces.set(piece, from_units.call<emscripten::val>("apply", emscripten::val::null(), units));
  }
  return pieces.call<emscripten::val>("join", std::u16string());
}

}  // namespace cardcache::bindings
