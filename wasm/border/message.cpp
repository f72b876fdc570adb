#include "border/message.hpp"

#include <cstring>

namespace cardcache::border {

std::string_view Reader::take(std::size_t size) {
  if (size > rest_.size()) {
    refused_ = true;
    rest_ = {};
    return {};
  }
  const auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

double Reader::number() {
  double value = 0;
  const auto bytes = take(sizeof value);
  if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

double Reader::real() {
  const auto value = number();
  refused_ = refused_ || std::isnan(value);
  return value;
}

double Reader::number(double otherwise) {
  const auto value = number();
  return std::isnan(value) ? otherwise : value;
}

std::uint32_t Reader::whole(std::uint64_t end) {
  const auto value = number();
  const bool fits = value >= 0 && value < static_cast<double>(end) && value == std::trunc(value);
  refused_ = refused_ || !fits;
  return fits ? static_cast<std::uint32_t>(value) : 0;
}

std::optional<std::uint32_t> Reader::whole_or_none() {
  const auto before = rest_;
  if (number() == -1) return std::nullopt;
  rest_ = before;
  return whole();
}

std::uint32_t Reader::count(std::size_t least_bytes) {
  std::uint32_t value = 0;
  const auto bytes = take(sizeof value);
  if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
  if (value <= rest_.size() / least_bytes) return value;
  refused_ = true;
  return 0;
}

std::string_view Reader::text() { return take(count(1)); }

std::optional<std::string_view> Reader::maybe_text() { return flag() ? std::optional(text()) : std::nullopt; }

std::vector<std::string> Reader::texts() {
  std::vector<std::string> out(count(sizeof(std::uint32_t)));
  for (auto& one : out) one = text();
  return out;
}

void Writer::number(double value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }

void Writer::count(std::size_t count) {
  const auto value = static_cast<std::uint32_t>(count);
  bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void Writer::text(std::string_view text) {
  count(text.size());
  bytes_.append(text);
}

void Writer::texts(std::span<const std::string> texts) {
  count(texts.size());
  for (const auto& one : texts) text(one);
}

}  // namespace cardcache::border
