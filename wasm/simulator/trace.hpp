#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cardcache::simulator {

/// One request. Keys are numbered in the order in which they first come.
struct Request {
  std::uint32_t key = 0;
  double bytes = 1;
  /// What fetching it costs.
  double cost = 1;
};

struct Trace {
  std::vector<Request> requests;
  std::uint32_t keys = 0;
};

enum class TraceFormat : std::uint8_t {
  /// Big-endian 32-bit ids.
  u32be,
  /// A key a line; bytes and cost may follow it, each behind a blank.
  lines,
};

/// Where bytes and costs come from that the trace itself does not tell.
struct MadeUp {
  bool bytes = false;
  bool costs = false;
};

/// `.xz` files are read through the system's `xz`. nullopt where the file cannot be read or holds no request.
[[nodiscard]] std::optional<Trace> read_trace(const std::string& file, TraceFormat format);

/// Bytes: 256 … 32,768, each doubling as likely as the next. Costs: 1, of a tenth of the keys 10, of a hundredth 100,
/// as of answers that a model wrote. Both follow from the key alone.
void make_up(Trace& trace, MadeUp what);

}  // namespace cardcache::simulator
