#include "simulator/trace.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace cardcache::simulator {
namespace {

std::string quoted(const std::string& name) {
  std::string out = "'";
  for (const char character : name) out += character == '\'' ? "'\\''" : std::string(1, character);
  return out + "'";
}

/// nullopt where there is no such file, and where xz finds it damaged.
std::optional<std::string> content_of(const std::string& file) {
  const bool packed = file.ends_with(".xz");
  const auto unpack = "xz --decompress --stdout -- " + quoted(file);
  // NOLINTNEXTLINE(bugprone-command-processor): the name is quoted
  auto* source = packed ? popen(unpack.c_str(), "r") : std::fopen(file.c_str(), "rb");
  if (!source) return std::nullopt;
  std::string text;
  std::array<char, 65'536> part{};
  while (const auto read = std::fread(part.data(), 1, part.size(), source)) text.append(part.data(), read);
  const bool whole = std::ferror(source) == 0;
  const auto closed = packed ? pclose(source) : std::fclose(source);
  return whole && closed == 0 ? std::optional(std::move(text)) : std::nullopt;
}

template <typename Name>
using Numbers = std::unordered_map<Name, std::uint32_t>;

template <typename Name>
std::uint32_t number_of(Numbers<Name>& numbers, const Name& name) {
  return numbers.emplace(name, static_cast<std::uint32_t>(numbers.size())).first->second;
}

void read_ids(std::string_view text, Trace& trace) {
  Numbers<std::uint32_t> numbers;
  for (std::size_t at = 0; at + 4 <= text.size(); at += 4) {
    std::uint32_t id = 0;
    for (const char byte : text.substr(at, 4)) id = id << 8 | static_cast<std::uint8_t>(byte);
    trace.requests.push_back({number_of(numbers, id)});
  }
  trace.keys = static_cast<std::uint32_t>(numbers.size());
}

std::string_view next_word(std::string_view& line) {
  const auto begin = std::min(line.find_first_not_of(" \t\r"), line.size());
  const auto end = std::min(line.find_first_of(" \t\r", begin), line.size());
  const auto word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

double number_or(std::string_view word, double otherwise) {
  std::from_chars(word.data(), word.data() + word.size(), otherwise);
  return otherwise;
}

void read_lines(std::string_view text, Trace& trace) {
  Numbers<std::string> numbers;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string key(next_word(line));
    if (key.empty()) continue;
    Request request{number_of(numbers, key)};
    request.bytes = number_or(next_word(line), 1);
    request.cost = number_or(next_word(line), 1);
    trace.requests.push_back(request);
  }
  trace.keys = static_cast<std::uint32_t>(numbers.size());
}

/// Mixes the bits of a key's number, so that neighbours have nothing in common.
std::uint32_t mixed(std::uint32_t key) {
  key = (key ^ key >> 16) * 0x7FEB352D;
  key = (key ^ key >> 15) * 0x846CA68B;
  return key ^ key >> 16;
}

}  // namespace

std::optional<Trace> read_trace(const std::string& file, TraceFormat format) {
  const auto text = content_of(file);
  if (!text) return std::nullopt;
  Trace trace;
  format == TraceFormat::u32be ? read_ids(*text, trace) : read_lines(*text, trace);
  if (trace.requests.empty()) return std::nullopt;
  return trace;
}

void make_up(Trace& trace, MadeUp what) {
  for (auto& request : trace.requests) {
    const auto chance = mixed(request.key);
    if (what.bytes) request.bytes = 256U << (chance >> 8) % 8;
    if (what.costs) request.cost = chance % 100 == 0 ? 100 : chance % 10 == 0 ? 10 : 1;
  }
}

}  // namespace cardcache::simulator
