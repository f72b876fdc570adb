#include "simulator/options.hpp"

#include <charconv>
#include <string_view>

namespace cardcache::simulator {
namespace {

bool read_rooms(std::string_view text, bool in_bytes, std::vector<Room>& rooms) {
  const auto* at = text.data();
  const auto* end = at + text.size();
  for (;;) {
    std::uint32_t size = 0;
    const auto [next, error] = std::from_chars(at, end, size);
    if (error != std::errc() || size == 0) return false;
    rooms.push_back({static_cast<double>(size), in_bytes});
    if (next == end) return true;
    if (*next != ',') return false;
    at = next + 1;
  }
}

bool read_format(std::string_view text, TraceFormat& format) {
  format = text == "lines" ? TraceFormat::lines : TraceFormat::u32be;
  return text == "lines" || text == "u32be";
}

bool read_policy(std::string_view text, const PolicyKind*& policy) {
  for (const auto& kind : policies()) {
    if (kind.name == text) policy = &kind;
  }
  return policy != nullptr;
}

bool read_made_up(std::string_view text, MadeUp& made_up) {
  made_up.bytes = text == "bytes" || text == "both";
  made_up.costs = text == "costs" || text == "both";
  return made_up.bytes || made_up.costs;
}

}  // namespace

std::optional<Options> read_options(std::span<const char* const> arguments, std::string& trouble) {
  Options options;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string_view name = arguments[at];
    if (name == "--costs" || name == "--time") {
      (name == "--costs" ? options.costs : options.time) = true;
      continue;
    }
    const std::string_view value = ++at < arguments.size() ? arguments[at] : "";
    bool understood = false;
    if (name == "--trace") {
      options.trace = value;
      understood = !value.empty();
    } else if (name == "--format") {
      understood = read_format(value, options.format);
    } else if (name == "--entries" || name == "--bytes") {
      understood = read_rooms(value, name == "--bytes", options.rooms);
    } else if (name == "--policy") {
      understood = read_policy(value, options.policy);
    } else if (name == "--make-up") {
      understood = read_made_up(value, options.made_up);
    }
    if (!understood) {
      trouble = "not understood: " + std::string(name) + " " + std::string(value);
      return std::nullopt;
    }
  }
  if (options.trace.empty() || options.rooms.empty()) {
    trouble = "--trace and --entries (or --bytes) are needed";
    return std::nullopt;
  }
  for (const auto& room : options.rooms) {
    if (!room.in_bytes || !options.policy || !options.policy->entries_only) continue;
    trouble = std::string(options.policy->name) + " knows entries only";
    return std::nullopt;
  }
  return options;
}

}  // namespace cardcache::simulator
