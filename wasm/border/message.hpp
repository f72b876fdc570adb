#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cardcache::border {

/// Reads a message in the order in which js/border/message.ts wrote it: a number is a double, a text its length (u32)
/// and its bytes, a list its length (u32) and its items, all in native order. It never reads past the end. What does
/// not fit is refused: from then on every step gives nothing, and ended() is false for good.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] double number();
  /// Any number but NaN.
  [[nodiscard]] double real();
  /// NaN stands for an option that the page was not given.
  [[nodiscard]] double number(double otherwise);
  /// A whole number in [0, end).
  [[nodiscard]] std::uint32_t whole(std::uint64_t end = std::uint64_t{1} << 32);
  /// The same, or −1 for none.
  [[nodiscard]] std::optional<std::uint32_t> whole_or_none();
  [[nodiscard]] bool flag() { return whole(2) == 1; }
  /// Views point into the message.
  [[nodiscard]] std::string_view text();
  /// A flag, and a text where that is set.
  [[nodiscard]] std::optional<std::string_view> maybe_text();
  [[nodiscard]] std::vector<std::string> texts();
  /// How many items follow, each of at least so many bytes.
  [[nodiscard]] std::uint32_t count(std::size_t least_bytes);

  /// Whether the message held what was read, and nothing else.
  [[nodiscard]] bool ended() const { return !refused_ && rest_.empty(); }

 private:
  [[nodiscard]] std::string_view take(std::size_t size);

  std::string_view rest_;
  bool refused_ = false;
};

/// Writes a reply for the page to read, in the same form.
class Writer {
 public:
  void clear() { bytes_.clear(); }
  void number(double value);
  void flag(bool value) { number(value ? 1 : 0); }
  void text(std::string_view text);
  void texts(std::span<const std::string> texts);
  void count(std::size_t count);
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace cardcache::border
