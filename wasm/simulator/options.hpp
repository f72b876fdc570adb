#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simulator/policy.hpp"
#include "simulator/trace.hpp"

namespace cardcache::simulator {

struct Options {
  std::string trace;
  TraceFormat format = TraceFormat::u32be;
  std::vector<Room> rooms;
  /// All of them where none is named.
  const PolicyKind* policy = nullptr;
  MadeUp made_up;
  /// Further figures: what was saved of all costs, and nanoseconds a request.
  bool costs = false, time = false;
};

inline constexpr const char* usage =
    "simulate --trace FILE [--format u32be|lines] --entries N[,N…] | --bytes N[,N…]\n"
    "         [--policy shipped|lru|sieve|s3fifo|wtinylfu|gdsf|optimum] [--make-up bytes|costs|both] [--costs] "
    "[--time]\n";

/// Reads the command line. Where it is wrong, `trouble` says how.
[[nodiscard]] std::optional<Options> read_options(std::span<const char* const> arguments, std::string& trouble);

}  // namespace cardcache::simulator
