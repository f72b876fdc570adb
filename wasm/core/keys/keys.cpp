#include "core/keys/keys.hpp"

namespace cardcache {

std::string_view take_segment(std::string_view& rest) {
  const auto colon = rest.find(':');
  const auto segment = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  return segment;
}

KeyParts split_key(std::string_view key) {
  KeyParts parts;
  const bool has_user = key.find(':') != std::string_view::npos;
  parts.endpoint = take_segment(key);
  if (has_user) {
    const auto user = take_segment(key);
    parts.shared = user.empty() || user == shared_user;
    if (!parts.shared) parts.user = user;
    parts.params = key;
  }
  return parts;
}

std::string escape_segment(std::string_view name) {
  std::string out;
  for (const char character : name) {
    switch (character) {
      case '%':
        out += "%25";
        break;
      case ':':
        out += "%3A";
        break;
      case '*':
        out += "%2A";
        break;
      default:
        out.push_back(character);
    }
  }
  return out;
}

std::string escape_user(std::string_view name) { return name == shared_user ? "%4Eone" : escape_segment(name); }

bool is_valid_key(std::string_view key) { return !key.empty() && key.front() != '@' && key.front() != '!'; }

}  // namespace cardcache
