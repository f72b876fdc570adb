#pragma once

#include <string>
#include <string_view>

namespace cardcache {

/// A key read as `endpoint`, `endpoint:user` or `endpoint:user:param…`. Segments are compared whole and as written:
/// nothing is unescaped, so `:sara` can never touch `:sarah`.
struct KeyParts {
  std::string_view endpoint;
  /// The second segment; empty for shared keys, which have none, an empty one or `None`.
  std::string_view user;
  bool shared = true;
  /// What follows the user, segments still joined by `:`; empty where there is nothing more.
  std::string_view params;
};

/// How a key says "shared by all" where it must name a user segment.
inline constexpr std::string_view shared_user = "None";

[[nodiscard]] KeyParts split_key(std::string_view key);

/// True for keys that an author may use: not empty, and not beginning with `@` or `!`, which begin other users' records
/// and the cache's own notes under the same prefix.
[[nodiscard]] bool is_valid_key(std::string_view key);

/// A name as it stands in keys: what of it would be read as structure (`%`, `:`, `*`) is percent-encoded.
[[nodiscard]] std::string escape_segment(std::string_view name);

/// A user's name as it stands in keys: `None` would be read as "shared by all".
[[nodiscard]] std::string escape_user(std::string_view name);

/// Takes the first segment off `rest` and returns it.
std::string_view take_segment(std::string_view& rest);

}  // namespace cardcache
