#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "border/call.hpp"

namespace cardcache::border {

using Handler = void (*)(Call&);
using Calls = std::span<const Handler>;

// calls_pages.cpp
void open_space(Call& call);
void close_space(Call& call);
void open_page(Call& call);
void close_page(Call& call);
void open_count(Call& call);
// calls_entries.cpp
void observe(Call& call);
void look_up(Call& call);
void admit(Call& call);
void reject(Call& call);
void set(Call& call);
void remove(Call& call);
void drop_resident(Call& call);
void allow_grace(Call& call);
void keep_for(Call& call);
void sweep(Call& call);
void maintain(Call& call);
// calls_encrypted.cpp
void encrypted_keys(Call& call);
void find_encrypted(Call& call);
void reject_encrypted(Call& call);
void prepare_encryption(Call& call);
void write_encrypted(Call& call);
void abandon_encryption(Call& call);
void remove_plain(Call& call);
// calls_selectors.cpp
void keys(Call& call);
void invalidate(Call& call);
void learn_invalidation(Call& call);
void clear(Call& call);
// calls_others.cpp
void adopt(Call& call);
void oldest_to_take(Call& call);
void area_changed(Call& call);
// calls_fetching.cpp
void begin_flight(Call& call);
void is_void(Call& call);
void end_flight(Call& call);
void fail_flight(Call& call);
void retry_after(Call& call);
void watch(Call& call);
void unwatch(Call& call);
void outdated(Call& call);
void set_visible(Call& call);
void catch_up(Call& call);
void catch_up_after_load(Call& call);
void retry_failed(Call& call);
void begin_refresh(Call& call);
void end_refresh(Call& call);
void take_due(Call& call);
void watch_status(Call& call);
// calls_events.cpp
void add_rule(Call& call);
void read_event(Call& call);
void apply_event(Call& call);
void is_concerned(Call& call);
// calls_reports.cpp
void statistics(Call& call);
void inspect(Call& call);
void note_error(Call& call);

/// The calls of each calls_*.cpp, in the order of its table.
extern const Calls pages_calls, entries_calls, encrypted_calls, selectors_calls, others_calls, fetching_calls,
    events_calls, reports_calls;

inline constexpr std::array all_calls{&pages_calls,  &entries_calls,  &encrypted_calls, &selectors_calls,
                                      &others_calls, &fetching_calls, &events_calls,    &reports_calls};
/// A call's number is its place in its table, and so much for each table before that. js/border/calls.ts has the same
/// numbers.
inline constexpr std::uint32_t most_calls = 32;

/// Null if no call has this number.
[[nodiscard]] inline Handler handler_of(std::uint32_t what) {
  const auto table = what / most_calls;
  const auto place = what % most_calls;
  if (table >= all_calls.size() || place >= all_calls[table]->size()) return nullptr;
  return (*all_calls[table])[place];
}

}  // namespace cardcache::border
