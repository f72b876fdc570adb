#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "border/call.hpp"

namespace cardcache::border {

using Handler = void (*)(Call&);
using Calls = std::span<const Handler>;

/// The calls of each calls_*.cpp, in the order of its table.
extern const Calls pages_calls, entries_calls, encrypted_calls, selectors_calls, others_calls, fetching_calls,
    events_calls, reports_calls;

inline constexpr std::array all_calls{&pages_calls,  &entries_calls,  &encrypted_calls, &selectors_calls,
                                      &others_calls, &fetching_calls, &events_calls,    &reports_calls};
/// A call's number is its index in its table, plus most_calls for each table before that. js/border/calls.ts has the
/// same numbers.
inline constexpr std::uint32_t most_calls = 32;

/// Null if no call has this number.
[[nodiscard]] inline Handler handler_of(std::uint32_t what) {
  const auto table = what / most_calls;
  const auto place = what % most_calls;
  if (table >= all_calls.size() || place >= all_calls[table]->size()) return nullptr;
  return (*all_calls[table])[place];
}

}  // namespace cardcache::border
