#include "bindings/local_storage.hpp"

#include "bindings/js_text.hpp"

namespace cardcache::bindings {
namespace {

/// A head as the page gives it, three items from `at` on; the length is negative where a unit is above U+00FF.
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

}  // namespace cardcache::bindings
