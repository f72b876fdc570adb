#include "core/keys/selector.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace cardcache {
namespace {

constexpr std::string_view wildcard = "*";

bool params_match(std::string_view params, const std::vector<std::string>& wanted) {
  for (const auto& segment : wanted) {
    if (params.empty()) return false;
    const auto found = take_segment(params);
    if (segment != wildcard && segment != found) return false;
  }
  return true;
}

void append_field(std::string& out, char name, std::string_view value) {
  out.push_back(name);
  out += whole_number(static_cast<double>(value.size()));
  out.push_back('.');
  out += value;
}

/// Takes the digits and the point that stand before a field's value; nullopt where there are none or less text follows.
std::optional<std::size_t> take_length(std::string_view& text) {
  std::size_t length = 0;
  std::size_t at = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && length <= text.size(); ++at) {
    length = length * 10 + static_cast<std::size_t>(text[at] - '0');
  }
  if (at == 0 || at == text.size() || text[at] != '.') return std::nullopt;
  text.remove_prefix(at + 1);
  return length <= text.size() ? std::optional(length) : std::nullopt;
}

}  // namespace

bool Selector::selects(std::string_view key, std::span<const std::string> tags) const {
  const auto parts = split_key(key);
  if (endpoint && *endpoint != parts.endpoint) return false;
  if (shared && !parts.shared) return false;
  if (user && (parts.shared || *user != parts.user)) return false;
  if (has_user_segment && key.find(':') == std::string_view::npos) return false;
  if (!params_match(parts.params, params)) return false;
  if (tag && std::ranges::find(tags, *tag) == tags.end()) return false;
  return !keys || std::find(keys->begin(), keys->end(), key) != keys->end();
}

std::string Selector::to_text() const {
  std::string out;
  if (endpoint) append_field(out, 'e', *endpoint);
  if (user) append_field(out, 'u', *user);
  if (shared) append_field(out, 's', {});
  if (has_user_segment) append_field(out, 'a', {});
  for (const auto& segment : params) append_field(out, 'p', segment);
  if (tag) append_field(out, 't', *tag);
  if (keys) {
    append_field(out, 'n', {});  // tells a list without keys, which selects nothing, from no list, which selects all
    for (const auto& key : *keys) append_field(out, 'k', key);
  }
  return out.empty() ? std::string(wildcard) : out;
}

std::optional<Selector> Selector::from_text(std::string_view text) {
  Selector selector;
  if (text == wildcard) return selector;
  while (!text.empty()) {
    const char name = text.front();
    text.remove_prefix(1);
    const auto length = take_length(text);
    if (!length) return std::nullopt;
    const auto value = text.substr(0, *length);
    text.remove_prefix(*length);
    switch (name) {
      case 'e':
        selector.endpoint = value;
        break;
      case 'u':
        selector.user = value;
        break;
      case 's':
        selector.shared = true;
        break;
      case 'a':
        selector.has_user_segment = true;
        break;
      case 'p':
        selector.params.emplace_back(value);
        break;
      case 't':
        selector.tag = value;
        break;
      case 'n':
        selector.keys.emplace();
        break;
      case 'k':
        if (!selector.keys) return std::nullopt;
        selector.keys->emplace_back(value);
        break;
      default:
        return std::nullopt;
    }
  }
  return selector;
}

std::optional<Selector> parse_selector(std::string_view text) {
  if (text.empty() || text == ":" || text.find("::") != std::string_view::npos) return std::nullopt;
  Selector selector;
  if (text == wildcard) return selector;
  if (text.back() == ':') text.remove_suffix(1);
  const bool has_user = text.find(':') != std::string_view::npos;
  const auto endpoint = take_segment(text);
  if (!endpoint.empty() && endpoint != wildcard) selector.endpoint = endpoint;
  if (!has_user) return selector;
  const auto user = take_segment(text);
  if (user == shared_user) {
    selector.shared = true;
  } else if (user == wildcard) {
    selector.has_user_segment = true;
  } else {
    selector.user = user;
  }
  while (!text.empty()) selector.params.emplace_back(take_segment(text));
  return selector;
}

}  // namespace cardcache
