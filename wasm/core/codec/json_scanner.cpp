#include "core/codec/json_scanner.hpp"

#include <cstdlib>
#include <string>

namespace cardcache {
namespace {

constexpr bool is_digit(char16_t unit) { return unit >= u'0' && unit <= u'9'; }
constexpr bool is_hex(char16_t unit) {
  return is_digit(unit) || (unit >= u'a' && unit <= u'f') || (unit >= u'A' && unit <= u'F');
}

}  // namespace

void JsonScanner::skip_space() {
  while (next_is(u' ') || next_is(u'\t') || next_is(u'\n') || next_is(u'\r')) ++at_;
}

bool JsonScanner::take(char16_t character) {
  skip_space();
  if (!next_is(character)) return false;
  ++at_;
  return true;
}

bool JsonScanner::at_end() {
  skip_space();
  return at_ == text_.size();
}

bool JsonScanner::skip_string() {
  if (!next_is(u'"')) return false;
  for (++at_; at_ < text_.size(); ++at_) {
    const auto unit = text_[at_];
    if (unit == u'"') {
      ++at_;
      return true;
    }
    if (unit < 0x20) return false;
    if (unit != u'\\') continue;
    if (++at_ == text_.size()) return false;
    const auto escaped = text_[at_];
    if (escaped == u'u') {
      for (int i = 0; i < 4; ++i) {
        ++at_;
        if (at_ == text_.size() || !is_hex(text_[at_])) return false;
      }
    } else if (std::u16string_view(u"\"\\/bfnrt").find(escaped) == std::u16string_view::npos) {
      return false;
    }
  }
  return false;
}

bool JsonScanner::skip_digits() {
  const auto start = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  return at_ > start;
}

bool JsonScanner::skip_number() {
  if (next_is(u'-')) ++at_;
  if (next_is(u'0')) {
    ++at_;
  } else if (!skip_digits()) {
    return false;
  }
  if (next_is(u'.')) {
    ++at_;
    if (!skip_digits()) return false;
  }
  if (next_is(u'e') || next_is(u'E')) {
    ++at_;
    if (next_is(u'+') || next_is(u'-')) ++at_;
    return skip_digits();
  }
  return true;
}

bool JsonScanner::skip_word(std::u16string_view word) {
  if (text_.substr(at_, word.size()) != word) return false;
  at_ += word.size();
  return true;
}

bool JsonScanner::skip_scalar() {
  switch (text_[at_]) {
    case u'"':
      return skip_string();
    case u't':
      return skip_word(u"true");
    case u'f':
      return skip_word(u"false");
    case u'n':
      return skip_word(u"null");
    default:
      return skip_number();
  }
}

bool JsonScanner::skip_name() {
  skip_space();
  return skip_string() && take(u':');
}

bool JsonScanner::skip_value() {
  // What closes each array and object that stands open. Not the call stack: of that a page gives the module 64 kB, and
  // what runs over its end writes into the module's own data.
  std::u16string open;
  do {
    skip_space();
    if (at_ == text_.size()) return false;
    const auto first = text_[at_];
    if (first == u'[' || first == u'{') {
      const char16_t closing = first == u'[' ? u']' : u'}';
      ++at_;
      if (!take(closing)) {
        if (open.size() == max_depth) return false;
        open.push_back(closing);
        if (closing == u'}' && !skip_name()) return false;
        continue;
      }
    } else if (!skip_scalar()) {
      return false;
    }
    // A value has ended, and with it whatever it was the last of.
    while (!open.empty() && !take(u',')) {
      if (!take(open.back())) return false;
      open.pop_back();
    }
    if (!open.empty() && open.back() == u'}' && !skip_name()) return false;
  } while (!open.empty());
  return true;
}

std::optional<std::u16string_view> JsonScanner::value() {
  skip_space();
  const auto start = at_;
  if (!skip_value()) return std::nullopt;
  return text_.substr(start, at_ - start);
}

std::optional<std::u16string_view> JsonScanner::string() {
  skip_space();
  const auto start = at_ + 1;
  if (!skip_string()) return std::nullopt;
  return text_.substr(start, at_ - start - 1);
}

std::optional<double> read_number(std::u16string_view text) {
  std::size_t at = 0;
  const auto next_is = [&](char16_t unit) { return at < text.size() && text[at] == unit; };
  const bool negative = next_is(u'-');
  if (negative) ++at;
  if (at == text.size() || !is_digit(text[at])) return std::nullopt;
  double mantissa = 0;
  int exponent = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) mantissa = mantissa * 10 + (text[at] - u'0');
  if (next_is(u'.')) {
    for (++at; at < text.size() && is_digit(text[at]); ++at, --exponent) mantissa = mantissa * 10 + (text[at] - u'0');
  }
  if (next_is(u'e') || next_is(u'E')) {
    ++at;
    const bool down = next_is(u'-');
    if (down || next_is(u'+')) ++at;
    int digits = 0;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      if (digits < 1'000) digits = digits * 10 + (text[at] - u'0');
    }
    exponent += down ? -digits : digits;
  }
  if (at != text.size()) return std::nullopt;
  // Multiplied up because std::pow brings 2 kB of tables. It is exact as far as numbers in records go, 10²².
  double scale = 1;
  for (int left = std::abs(exponent); left > 0; --left) scale *= 10;
  // 0 · ∞ is NaN, which no comparison survives.
  const double value = mantissa == 0 ? 0 : exponent < 0 ? mantissa / scale : mantissa * scale;
  return negative ? -value : value;
}

}  // namespace cardcache
