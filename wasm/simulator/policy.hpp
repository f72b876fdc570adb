#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "simulator/trace.hpp"

namespace cardcache::simulator {

/// What a cache has room for.
struct Room {
  double size = 0;
  /// In bytes; else in entries.
  bool in_bytes = false;

  [[nodiscard]] double weight(const Request& request) const { return in_bytes ? request.bytes : 1; }
};

/// A cache that is asked for one key after the other and keeps what it was asked for.
class Policy {
 public:
  Policy() = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;
  virtual ~Policy() = default;

  /// Whether it was there.
  virtual bool access(const Request& request) = 0;
};

struct PolicyKind {
  std::string_view name;
  /// Does not know bytes: an optimum for them is not to be had in reasonable time.
  bool entries_only;
  std::unique_ptr<Policy> (*make)(const Trace& trace, Room room);
};

/// All that can be compared, the shipped one first.
[[nodiscard]] std::span<const PolicyKind> policies();

[[nodiscard]] std::unique_ptr<Policy> make_shipped(const Trace& trace, Room room);
[[nodiscard]] std::unique_ptr<Policy> make_lru(const Trace& trace, Room room);
[[nodiscard]] std::unique_ptr<Policy> make_sieve(const Trace& trace, Room room);
[[nodiscard]] std::unique_ptr<Policy> make_s3_fifo(const Trace& trace, Room room);
[[nodiscard]] std::unique_ptr<Policy> make_w_tiny_lfu(const Trace& trace, Room room);
[[nodiscard]] std::unique_ptr<Policy> make_gdsf(const Trace& trace, Room room);
[[nodiscard]] std::unique_ptr<Policy> make_optimum(const Trace& trace, Room room);

}  // namespace cardcache::simulator
