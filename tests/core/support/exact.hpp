#pragma once

#include <string_view>
#include <vector>

namespace cardcache::testing {

/// A copy that ends where it ends: without the zero that stands behind a string's text ASan sees every step too far.
template <typename Unit>
class Exact {
 public:
  explicit Exact(std::basic_string_view<Unit> text) : units_(text.begin(), text.end()) {}

  [[nodiscard]] std::basic_string_view<Unit> view() const { return {units_.data(), units_.size()}; }

 private:
  std::vector<Unit> units_;
};

}  // namespace cardcache::testing
