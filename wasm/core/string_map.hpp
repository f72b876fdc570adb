#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cardcache {

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Text to small number, looked up without making a string. One instantiation serves every index: each more costs bytes.
using StringMap = std::unordered_map<std::string, std::uint32_t, StringHash, std::equal_to<>>;

}  // namespace cardcache
