#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/keys/keys.hpp"

namespace cardcache {

/// Which entries an invalidation means. Every field that is set must hold. A default-constructed selector selects all.
struct Selector {
  std::optional<std::string> endpoint;
  /// A user's name, or nullopt for any.
  std::optional<std::string> user;
  /// Only shared entries; excludes `user`.
  bool shared = false;
  /// Leading segments after the user; `*` stands for one whole segment.
  std::vector<std::string> params;
  /// The key must have a second segment, a user's or `None` (`endpoint:*`).
  bool has_user_segment = false;
  std::optional<std::string> tag;
  std::optional<std::vector<std::string>> keys;

  [[nodiscard]] bool selects(std::string_view key, std::span<const std::string> tags) const;

  /// The selector as text that reads back to the same selector, for invalidations that other tabs must understand.
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] static std::optional<Selector> from_text(std::string_view text);

  friend bool operator==(const Selector&, const Selector&) = default;
};

/// Reads `':gabriel'`, `'daily_plan'`, `'daily_plan:gabriel:30'`, `'daily_plan:*:30'`, `'*'`… nullopt for `''` and
/// empty inner segments: wrong use.
[[nodiscard]] std::optional<Selector> parse_selector(std::string_view text);

}  // namespace cardcache
