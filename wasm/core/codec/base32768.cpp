#include "core/codec/base32768.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "core/base/uninitialized_buffer.hpp"

namespace cardcache {
namespace {

constexpr unsigned unit_bits = 15;
constexpr std::uint32_t unit_limit = 1U << unit_bits;
/// Bytes go out by so many, not one by one: that takes half of the time.
constexpr std::size_t word_size = sizeof(std::uint32_t);
constexpr unsigned word_bits = 32;

/// Takes units one by one and gives bytes; answers false for a unit that is none.
class Unpacker {
 public:
  explicit Unpacker(std::size_t units) : bytes_(units * unit_bits / 8 + word_size), to_(bytes_.data()) {}

  bool take(char16_t unit) { return take_bits(unit - std::uint32_t{first_base32768}, unit_bits); }
  /// The last unit: what stands below its highest 1. True where the bytes end with it.
  bool take_last(char16_t unit) {
    const auto value = unit - std::uint32_t{first_base32768};
    if (value == 0 || value >= unit_limit) return false;
    const auto width = static_cast<unsigned>(std::bit_width(value)) - 1;
    return take_bits(value ^ (1U << width), width) && count_ % 8 == 0;
  }
  std::string finish() {
    for (; count_ >= 8; count_ -= 8, waiting_ >>= 8) *to_++ = static_cast<char>(waiting_);
    return {bytes_.data(), to_};
  }

 private:
  bool take_bits(std::uint32_t value, unsigned width) {
    if (value >= unit_limit) return false;
    waiting_ |= std::uint64_t{value} << count_;
    count_ += width;
    if (count_ < word_bits) return true;
    std::memcpy(to_, &waiting_, word_size);
    to_ += word_size;
    waiting_ >>= word_bits;
    count_ -= word_bits;
    return true;
  }

  const UninitializedBuffer<char> bytes_;
  char* to_;
  std::uint64_t waiting_ = 0;
  unsigned count_ = 0;
};

}  // namespace

void append_base32768(std::u16string& out, std::string_view bytes) {
  const auto before = out.size();
  out.resize(before + bytes.size() * 8 / unit_bits + 1);
  auto* to = out.data() + before;
  std::uint32_t waiting = 0;
  unsigned count = 0;
  const auto put = [&] { *to++ = static_cast<char16_t>(first_base32768 + waiting % unit_limit); };
  for (const char byte : bytes) {
    waiting |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(byte)) << count;
    count += 8;
    if (count < unit_bits) continue;
    put();
    waiting >>= unit_bits;
    count -= unit_bits;
  }
  waiting |= 1U << count;
  put();
}

std::optional<std::string> read_base32768(std::u16string_view units) {
  if (units.empty()) return std::nullopt;
  Unpacker unpacker(units.size());
  for (const auto unit : units.substr(0, units.size() - 1)) {
    if (!unpacker.take(unit)) return std::nullopt;
  }
  if (!unpacker.take_last(units.back())) return std::nullopt;
  return unpacker.finish();
}

std::string read_base32768_prefix(std::u16string_view units) {
  Unpacker unpacker(units.size());
  for (const auto unit : units) {
    if (!unpacker.take(unit)) break;
  }
  return unpacker.finish();
}

}  // namespace cardcache
