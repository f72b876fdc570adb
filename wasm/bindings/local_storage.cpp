#include "bindings/local_storage.hpp"

#include "bindings/js_text.hpp"

namespace cardcache::bindings {

std::optional<std::u16string> LocalStorage::get(std::u16string_view key) {
  const auto text = area_.call<emscripten::val>("get", js_text(key));
  return text.isNull() ? std::nullopt : std::optional(text.as<std::u16string>());
}

bool LocalStorage::set(std::u16string_view key, std::u16string_view text) {
  return area_.call<bool>("set", js_text(key), std::u16string(text));
}

void LocalStorage::remove(std::u16string_view key) { area_.call<void>("remove", js_text(key)); }

std::vector<std::u16string> LocalStorage::keys_with_prefix(std::u16string_view prefix) {
  const auto names = area_.call<emscripten::val>("keys", std::u16string(prefix));
  std::vector<std::u16string> keys(names["length"].as<unsigned>());
  for (unsigned i = 0; i < keys.size(); ++i) keys[i] = names[i].as<std::u16string>();
  return keys;
}

}  // namespace cardcache::bindings
