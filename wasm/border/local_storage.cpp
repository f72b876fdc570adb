#include "border/local_storage.hpp"

#include <algorithm>
#include <string>

#include "border/area.hpp"

namespace cardcache::border {
namespace {

/// A JavaScript string of exactly these units. For longer strings embind uses TextDecoder, which replaces lone
/// surrogates and drops a byte order mark. Keys may contain both, and two keys must never become one.
emscripten::val js_text(std::u16string_view text) {
  const auto is_odd = [](char16_t unit) { return (unit & 0xF800) == 0xD800 || unit == 0xFEFF; };
  if (std::none_of(text.begin(), text.end(), is_odd)) return emscripten::val(std::u16string(text));
  // In pieces: engines limit the number of arguments.
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

/// Reads a head, three items from `at` on; the page negates the length if a unit is above U+00FF.
StoredHead head_at(const emscripten::val& items, unsigned at) {
  const auto units = items[at + 2].as<double>();
  return {.name = items[at].as<std::u16string>(),
          .text = items[at + 1].as<std::u16string>(),
          .units = units < 0 ? -units : units,
          .wide = units < 0};
}

}  // namespace

std::optional<std::u16string> LocalStorage::get(std::u16string_view key) {
  const auto text = area_.call<emscripten::val>("get", js_text(key));
  return text.isNull() ? std::nullopt : std::optional(text.as<std::u16string>());
}

bool LocalStorage::set(std::u16string_view key, std::u16string_view text) {
  const auto refusal = area_.call<int>("set", js_text(key), std::u16string(text));
  full_ = refusal == 1;
  return refusal == 0;
}

bool LocalStorage::remove(std::u16string_view key) { return area_.call<bool>("remove", js_text(key)); }

std::optional<StoredHead> LocalStorage::head(std::u16string_view key, std::size_t units) {
  const auto items = area_.call<emscripten::val>("head", js_text(key), static_cast<unsigned>(units));
  return items["length"].as<unsigned>() == 0 ? std::nullopt : std::optional(head_at(items, 0));
}

StorageArea::Walk LocalStorage::walk(std::u16string_view prefix, std::size_t from, std::size_t count,
                                     std::size_t units) {
  const auto items = area_.call<emscripten::val>("walk", std::u16string(prefix), static_cast<unsigned>(from),
                                                 static_cast<unsigned>(count), static_cast<unsigned>(units));
  Walk walk;
  walk.visited = items[0].as<unsigned>();
  const auto length = items["length"].as<unsigned>();
  for (unsigned at = 1; at < length; at += 3) walk.heads.push_back(head_at(items, at));
  return walk;
}

std::vector<std::u16string> LocalStorage::keys_with_prefix(std::u16string_view prefix) {
  const auto names = area_.call<emscripten::val>("keys", std::u16string(prefix));
  std::vector<std::u16string> keys(names["length"].as<unsigned>());
  for (unsigned i = 0; i < keys.size(); ++i) keys[i] = names[i].as<std::u16string>();
  return keys;
}

std::unique_ptr<StorageArea> given_area() {
  auto area = emscripten::val::module_property("area");
  return area.isNull() ? nullptr : std::make_unique<LocalStorage>(std::move(area));
}

}  // namespace cardcache::border
