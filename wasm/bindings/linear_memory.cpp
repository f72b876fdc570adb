#include "bindings/linear_memory.hpp"

#include <cstring>

namespace cardcache::bindings {

std::array<double, word_count> words{};

namespace {

std::vector<char> staging;

}  // namespace

/// Room for `size` bytes; answers its address. It never shrinks: the largest answer so far is likely to come again.
[[clang::export_name("reserve")]] std::uint32_t reserve(std::uint32_t size) {
  if (staging.size() < size) staging.resize(size);
  return reinterpret_cast<std::uint32_t>(staging.data());
}

[[clang::export_name("wordsAddress")]] std::uint32_t words_address() {
  return reinterpret_cast<std::uint32_t>(words.data());
}

StagedReader::StagedReader() = default;

std::uint32_t StagedReader::number() {
  std::uint32_t value = 0;
  std::memcpy(&value, staging.data() + at_, sizeof value);
  at_ += sizeof value;
  return value;
}

std::string_view StagedReader::text() {
  const auto length = number();
  const std::string_view view(staging.data() + at_, length);
  at_ += length;
  return view;
}

std::vector<std::string> StagedReader::strings() {
  std::vector<std::string> out(number());
  for (auto& one : out) one = text();
  return out;
}

}  // namespace cardcache::bindings
