#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cardcache {

/// Many short texts, laid end to end: a byte or two each beyond what they say, where a std::string takes 12 and, past
/// ten characters, an allocation of its own.
class StringArena {
 public:
  /// Where a text lies; 0 for none.
  using Ref = std::uint32_t;

  [[nodiscard]] Ref put(std::string_view text);
  [[nodiscard]] std::string_view at(Ref ref) const;
  /// Its bytes are lost until its owner puts what is left into another store.
  void drop(Ref ref);
  /// Most of it is lost: time to do so. What that costs is at most what was dropped.
  [[nodiscard]] bool is_wasteful() const { return dropped_ > kept_ + block_size; }

 private:
  static constexpr std::size_t block_size = 4096;

  std::vector<std::vector<char>> blocks_;
  /// In the block that is being filled, which is not the last where that holds one long text.
  std::size_t filling_ = 0, used_ = block_size;
  std::size_t kept_ = 0, dropped_ = 0;
};

}  // namespace cardcache
