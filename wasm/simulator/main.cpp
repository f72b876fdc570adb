// Replays a trace of requests through the policy that is shipped and through others: `npm run simulate -- --trace FILE
// …`.
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "simulator/options.hpp"
#include "simulator/policy.hpp"

namespace cardcache::simulator {
namespace {

struct Outcome {
  double hits = 0;         // percent of the requests
  double costs_saved = 0;  // percent of all costs
  double nanoseconds = 0;  // a request
};

Outcome replay(const Trace& trace, const PolicyKind& kind, Room room) {
  const auto policy = kind.make(trace, room);
  double hits = 0;
  double saved = 0;
  double costs = 0;
  const auto started = std::chrono::steady_clock::now();
  for (const auto& request : trace.requests) {
    costs += request.cost;
    if (!policy->access(request)) continue;
    ++hits;
    saved += request.cost;
  }
  const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - started;
  const auto count = static_cast<double>(trace.requests.size());
  return {100 * hits / count, 100 * saved / costs, time.count() / count};
}

void print_heading(const Options& options, const Trace& trace) {
  std::printf("%s: %zu requests, %u keys; hit ratio in %%%s%s\n", options.trace.c_str(), trace.requests.size(),
              trace.keys, options.costs ? ", of all costs saved in %" : "", options.time ? ", ns a request" : "");
}

void print_figures(const Options& options, const Outcome& outcome) {
  if (options.time) std::printf("%8.0f", outcome.nanoseconds);
  if (options.costs) std::printf("%8.2f", outcome.costs_saved);
  std::printf("%8.2f\n", outcome.hits);
}

int run(std::span<const char* const> arguments) {
  std::string trouble;
  const auto options = read_options(arguments, trouble);
  if (!options) {
    std::fprintf(stderr, "%s\n%s", trouble.c_str(), usage);
    return 2;
  }
  auto trace = read_trace(options->trace, options->format);
  if (!trace) {
    std::fprintf(stderr, "%s: no trace in there\n", options->trace.c_str());
    return 1;
  }
  make_up(*trace, options->made_up);
  print_heading(*options, *trace);
  for (const auto room : options->rooms) {
    for (const auto& kind : policies()) {
      if (options->policy && options->policy != &kind) continue;
      if (room.in_bytes && kind.entries_only) continue;
      std::printf("%10.0f %-7s %-10s", room.size, room.in_bytes ? "bytes" : "entries", std::string(kind.name).c_str());
      print_figures(*options, replay(*trace, kind, room));
    }
  }
  return 0;
}

}  // namespace
}  // namespace cardcache::simulator

int main(int count, const char** arguments) {
  return cardcache::simulator::run(std::span(arguments, static_cast<std::size_t>(count)).subspan(1));
}
