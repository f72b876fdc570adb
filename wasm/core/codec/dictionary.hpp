#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cardcache {

/// What JSON of the kind that cards ask for repeats, so that short answers compress as well as long ones. A number
/// stands for the same bytes for ever, since records name it: a better dictionary gets a number of its own.
inline constexpr std::uint8_t newest_dictionary = 1;

/// Number 0 is the empty one. nullopt for numbers of other versions of the core.
[[nodiscard]] std::optional<std::string_view> dictionary(std::uint8_t number);

}  // namespace cardcache
