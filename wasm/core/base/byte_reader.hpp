#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cardcache {

/// Seven bits a byte, the low ones first; the high bit says that more follow.
void append_varint(std::string& out, std::uint64_t value);

/// Reads what such writers wrote. A step for which the bytes do not suffice gives 0 or nothing; ended() then says so of
/// all of them.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t byte();
  /// Below 2⁶³.
  std::uint64_t varint();
  std::string text();

  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool ended_ = false;
};

}  // namespace cardcache
