#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cardcache {

/// Walks over JSON in UTF-16 without building anything: it finds where a value ends and reads small scalars. It accepts
/// what RFC 8259 accepts, plus lone surrogates, to a depth of `max_depth`. Every step that does not fit answers false
/// or nullopt and leaves the rest unread; it never reads past the end.
class JsonScanner {
 public:
  /// JSON.parse itself gives up at some thousands, depending on the engine's stack.
  static constexpr std::size_t max_depth = 2'000;

  explicit JsonScanner(std::u16string_view text) : text_(text) {}

  /// Skips white space, then takes this one character if it is next.
  bool take(char16_t character);
  /// Skips white space and one whole value; answers its text.
  std::optional<std::u16string_view> value();
  /// Skips white space and one string; answers what stands between its quotes, escapes as written.
  std::optional<std::u16string_view> string();
  [[nodiscard]] bool at_end();

 private:
  void skip_space();
  bool skip_string();
  bool skip_number();
  bool skip_digits();
  bool skip_word(std::u16string_view word);
  bool skip_scalar();
  bool skip_name();
  bool skip_value();
  [[nodiscard]] bool next_is(char16_t character) const { return at_ < text_.size() && text_[at_] == character; }

  std::u16string_view text_;
  std::size_t at_ = 0;
};

/// The number that `text`, a JSON number, says.
[[nodiscard]] std::optional<double> read_number(std::u16string_view text);

}  // namespace cardcache
