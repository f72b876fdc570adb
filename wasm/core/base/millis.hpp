#pragma once

#include <compare>
#include <limits>

namespace cardcache {

/// Milliseconds: a point of the wall clock (since 1970, UTC) or a span. A double, as JavaScript's own clock is, so that
/// "never" is simply infinity and no conversion stands between the two languages.
struct Millis {
  double value = 0;

  friend constexpr auto operator<=>(const Millis&, const Millis&) = default;
  friend constexpr Millis operator+(Millis a, Millis b) { return {a.value + b.value}; }
  friend constexpr Millis operator-(Millis a, Millis b) { return {a.value - b.value}; }
};

inline constexpr Millis never{std::numeric_limits<double>::infinity()};
inline constexpr Millis long_ago{-std::numeric_limits<double>::infinity()};

/// How far a timestamp may lie ahead of the clock and still be believed: tabs and servers disagree by seconds, not
/// minutes.
inline constexpr Millis clock_tolerance{60'000};

[[nodiscard]] constexpr bool is_believed(Millis timestamp, Millis now) { return timestamp <= now + clock_tolerance; }

/// The two lives that TaskTracker and AgileTrack have proved: four hours in memory, three days in localStorage.
inline constexpr Millis default_memory_ttl{14'400'000};
inline constexpr Millis default_storage_ttl{259'200'000};

}  // namespace cardcache
