#include "core/base/byte_reader.hpp"

namespace cardcache {

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

std::uint8_t ByteReader::byte() {
  if (rest_.empty()) {
    ended_ = true;
    return 0;
  }
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 63; shift += 7) {
    const auto next = byte();
    value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
    if (next < 0x80) return value;
  }
  ended_ = true;
  return 0;
}

std::string ByteReader::text() {
  const auto size = varint();
  if (size > rest_.size()) {
    ended_ = true;
    return {};
  }
  std::string out(rest_.substr(0, static_cast<std::size_t>(size)));
  rest_.remove_prefix(out.size());
  return out;
}

}  // namespace cardcache
