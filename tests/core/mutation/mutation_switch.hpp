// What the sites of a mutated core call: each asks whether it is its mutant's turn. One build holds all mutants;
// CARDCACHE_MUTANT says which one lives in this run, and 0 or nothing is the core as it was written.
#pragma once

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): asked for by the preprocessor.
#define CARDCACHE_MUTATED

#include <concepts>
#include <cstdlib>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

namespace mutation {

inline int number_of(const char* text) { return text ? std::atoi(text) : 0; }

inline const int active = number_of(std::getenv("CARDCACHE_MUTANT"));

/// For each mutant, whether the test that runs has come by it; empty where nobody wants to know.
inline std::vector<bool> reached(static_cast<std::size_t>(number_of(std::getenv("CARDCACHE_MUTANTS_TRACED"))));

constexpr bool on(int id) {
  // What the compiler works out is the same for all mutants.
  if (std::is_constant_evaluated()) return false;
  if (static_cast<std::size_t>(id) < reached.size()) reached[static_cast<std::size_t>(id)] = true;
  return id == active;
}

// NOLINTBEGIN(bugprone-macro-parentheses): operators and their arguments.
#define MUTATION_BINARY(name, op, first)                          \
  template <typename A, typename B>                               \
  constexpr auto name(int id, A&& a, B&& b) -> decltype(a op b) { \
    if (on(id)) return a first b;                                 \
    return a op b;                                                \
  }
#define MUTATION_BINARY_2(name, op, first, second)                \
  template <typename A, typename B>                               \
  constexpr auto name(int id, A&& a, B&& b) -> decltype(a op b) { \
    if (on(id)) return a first b;                                 \
    if (on(id + 1)) return a second b;                            \
    return a op b;                                                \
  }
#define MUTATION_ASSIGN(name, op, first)                          \
  template <typename A, typename B>                               \
  constexpr auto name(int id, A&& a, B&& b) -> decltype(a op b) { \
    if (on(id)) return a first b;                                 \
    return a op b;                                                \
  }

MUTATION_BINARY_2(less, <, <=, >=)
MUTATION_BINARY_2(less_equal, <=, <, >)
MUTATION_BINARY_2(greater, >, >=, <=)
MUTATION_BINARY_2(greater_equal, >=, >, <)
MUTATION_BINARY(equal, ==, !=)
MUTATION_BINARY(not_equal, !=, ==)
MUTATION_BINARY(plus, +, -)
MUTATION_BINARY(minus, -, +)
MUTATION_BINARY(times, *, /)
MUTATION_BINARY(divided, /, *)
MUTATION_BINARY(modulo, %, *)
MUTATION_BINARY(bit_and, &, |)
MUTATION_BINARY(bit_or, |, &)
MUTATION_BINARY(bit_xor, ^, &)
MUTATION_BINARY(shift_left, <<, >>)
MUTATION_BINARY(shift_right, >>, <<)
MUTATION_ASSIGN(plus_assign, +=, -=)
MUTATION_ASSIGN(minus_assign, -=, +=)
MUTATION_ASSIGN(times_assign, *=, /=)
MUTATION_ASSIGN(divide_assign, /=, *=)
MUTATION_ASSIGN(modulo_assign, %=, *=)
MUTATION_ASSIGN(and_assign, &=, |=)
MUTATION_ASSIGN(or_assign, |=, &=)
MUTATION_ASSIGN(xor_assign, ^=, &=)
MUTATION_ASSIGN(left_assign, <<=, >>=)
MUTATION_ASSIGN(right_assign, >>=, <<=)
// NOLINTEND(bugprone-macro-parentheses)

/// `!x` becomes `x`.
template <typename T>
constexpr bool negation(int id, T&& value) {
  return on(id) != !static_cast<bool>(value);
}
/// `-x` becomes `x`.
template <typename T>
constexpr auto minus_sign(int id, T&& value) -> decltype(-value) {
  if (on(id)) return value;
  return -value;
}

/// `c` becomes true, and by the next mutant false.
template <typename T>
constexpr bool condition(int id, T&& value) {
  const bool is = static_cast<bool>(value);
  return on(id) || (!on(id + 1) && is);
}
/// The condition of a loop becomes false.
template <typename T>
constexpr bool loop_condition(int id, T&& value) {
  return !on(id) && static_cast<bool>(value);
}

template <typename T>
constexpr T other_number(T value) {
  if constexpr (std::floating_point<T>) {
    return value == 0 ? 1 : value - value == 0 ? value * 2 : 0;
  } else if constexpr (std::same_as<T, bool>) {
    return !value;
  } else {
    if (value == 0) return T{1};
    if (value == 1) return T{0};
    // One more or less of many is seldom anybody's promise.
    const bool small = value < T{100};
    return static_cast<T>(small ? value + 1 : value / 2);
  }
}

/// A number becomes another.
template <typename T>
constexpr T number(int id, T value) {
  return on(id) ? other_number(value) : value;
}
/// A named constant becomes another, in all places at once.
template <typename T>
constexpr T constant(int id, const T& value) {
  if (!on(id)) return value;
  if constexpr (std::is_arithmetic_v<T>) {
    return other_number(value);
  } else {
    return T{other_number(value.value)};
  }
}

}  // namespace mutation
