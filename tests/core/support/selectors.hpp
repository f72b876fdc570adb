#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/keys/selector.hpp"

namespace cardcache::testing {

inline Selector by_text(std::string_view text) { return parse_selector(text).value(); }

inline Selector by_tag(std::string tag) {
  Selector selector;
  selector.tag = std::move(tag);
  return selector;
}

inline Selector by_keys(std::vector<std::string> keys) {
  Selector selector;
  selector.keys = std::move(keys);
  return selector;
}

}  // namespace cardcache::testing
