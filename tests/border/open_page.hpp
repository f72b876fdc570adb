#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "border/calls.hpp"

namespace cardcache::border::testing {

using Write = std::function<void(Writer&)>;

inline constexpr double start = 1.8e12;
inline constexpr double not_given = std::numeric_limits<double>::quiet_NaN();
inline constexpr double never_ends = std::numeric_limits<double>::infinity();

inline std::uint32_t number_of(Handler call) {
  std::uint32_t number = 0;
  while (handler_of(number) != call) ++number;
  return number;
}

inline std::uint32_t send(Handler what, const std::string& bytes, double now = start, std::uint32_t page = 0) {
  std::memcpy(reserve(static_cast<std::uint32_t>(bytes.size() + 1)), bytes.data(), bytes.size());
  // That there is upkeep to do says nothing here.
  return answer(number_of(what), page, now, static_cast<std::uint32_t>(bytes.size())) & ~std::uint32_t{upkeep_waits};
}

inline std::string message(const Write& write) {
  Writer out;
  write(out);
  return out.bytes();
}

inline void write_entry(Writer& out, const std::vector<std::string>& tags, double timestamp = not_given,
                        double end = never_ends) {
  for (const double one : {timestamp, timestamp == timestamp ? never_ends : not_given, end, 1.0, 2.0, 0.0})
    out.number(one);
  out.flag(false);
  out.flag(false);
  out.text("");
  out.texts(tags);
}

inline std::string set_message(std::string_view key, const std::vector<std::string>& tags = {}) {
  return message([&](Writer& out) {
    out.number(-1);
    out.number(static_cast<int>(Reach::memory));
    out.number(0);
    write_entry(out, tags);
    out.text(key);
    out.text("");
  });
}

inline std::string adopt_message(std::string_view key, const std::vector<std::string>& tags) {
  return message([&](Writer& out) {
    out.flag(false);
    out.text(key);
    write_entry(out, tags, start - 1, start + 1e6);
  });
}

/// A space and a page over it, both of number 0.
class OpenPage {
 public:
  OpenPage() {
    const auto space = message([](Writer& out) {
      out.text("b_");
      for (int option = 0; option < 3; ++option) out.number(not_given);
      out.flag(false);
    });
    REQUIRE(send(open_space, space) == 0);
    const auto page = message([](Writer& out) {
      out.number(0);
      out.flag(false);
      for (int option = 0; option < 6; ++option) out.number(not_given);
      out.number(7);
    });
    REQUIRE(send(open_page, page) == 0);
    static_cast<void>(send(observe, ""));
  }
  ~OpenPage() {
    const auto zero = message([](Writer& out) { out.number(0); });
    static_cast<void>(send(close_page, zero));
    static_cast<void>(send(close_space, zero));
  }
  OpenPage(const OpenPage&) = delete;
  OpenPage& operator=(const OpenPage&) = delete;

  [[nodiscard]] static TwoTierCache& cache() { return page_of(0)->cache; }
};

inline Reader reply() { return Reader(Call::reply.bytes()); }
inline Reader news() {
  return Reader({reinterpret_cast<const char*>(static_cast<std::uintptr_t>(words[news_at])), 1'000'000});
}

}  // namespace cardcache::border::testing
