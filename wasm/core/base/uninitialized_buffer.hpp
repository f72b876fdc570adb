#pragma once

#include <cstddef>
#include <memory>

namespace cardcache {

/// Memory for so many items that is left uninitialized: strings and vectors fill theirs, in a module that is compiled
/// for size byte by byte, which takes longer than writing over it.
template <typename Item>
class UninitializedBuffer {
 public:
  // NOLINTBEGIN(modernize-avoid-c-arrays): what is owned is an array whose length is known only here.
  explicit UninitializedBuffer(std::size_t count) : items_(std::make_unique_for_overwrite<Item[]>(count)) {}
  [[nodiscard]] Item* data() const { return items_.get(); }

 private:
  std::unique_ptr<Item[]> items_;
  // NOLINTEND(modernize-avoid-c-arrays)
};

}  // namespace cardcache
