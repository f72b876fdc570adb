#include "border/message.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <string>
#include <vector>

#include "support/exact.hpp"

using namespace cardcache::border;
using cardcache::testing::Exact;

namespace {

constexpr double not_given = std::numeric_limits<double>::quiet_NaN();

template <typename Write>
std::string message(const Write& write) {
  Writer out;
  write(out);
  return out.bytes();
}

std::string number(double value) {
  return message([&](Writer& out) { out.number(value); });
}

/// Whether a reader that takes a whole number is content with this one.
bool is_whole(double value, std::uint64_t end) {
  const auto bytes = number(value);
  Reader in(bytes);
  static_cast<void>(in.whole(end));
  return in.ended();
}

}  // namespace

TEST_CASE("message: what was written is read again") {
  const std::vector<std::string> list{"", "\xED\xA0\x80", std::string("a\0b", 3)};
  const auto bytes = message([&](Writer& out) {
    out.number(-1.5);
    out.flag(true);
    out.text("text");
    out.texts(list);
    out.flag(false);
    out.number(not_given);
    out.number(-1);
  });
  Reader in(bytes);
  CHECK(in.number() == -1.5);
  CHECK(in.flag());
  CHECK(in.text() == "text");
  CHECK(in.texts() == list);
  CHECK_FALSE(in.maybe_text());
  CHECK(in.number(7) == 7);
  CHECK_FALSE(in.ended());
  CHECK_FALSE(in.whole_or_none());
  CHECK(in.ended());
}

TEST_CASE("message: one that is cut off anywhere is refused, and nothing beyond its end is read") {
  const auto whole = message([](Writer& out) {
    out.text("key");
    out.texts(std::vector<std::string>{"a", "bc"});
    out.number(3);
  });
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    INFO(size);
    const Exact exact(std::string_view(whole).substr(0, size));
    Reader in(exact.view());
    static_cast<void>(in.text());
    static_cast<void>(in.texts());
    static_cast<void>(in.number());
    CHECK(in.ended() == (size == whole.size()));
  }
}

TEST_CASE("message: more than was asked for is refused") {
  const auto bytes = number(1) + "x";
  Reader in(bytes);
  CHECK(in.number() == 1);
  CHECK_FALSE(in.ended());
}

TEST_CASE("message: a length or a count beyond the bytes gives nothing and makes no room") {
  for (const std::uint32_t length : {1U, 4U, 0x7FFF'FFFFU, 0xFFFF'FFFFU}) {
    const auto bytes = message([&](Writer& out) { out.count(length); });
    const Exact exact(std::string_view{bytes});
    Reader text(exact.view());
    CHECK(text.text().empty());
    CHECK_FALSE(text.ended());
    Reader texts(exact.view());
    CHECK(texts.texts().empty());
    CHECK_FALSE(texts.ended());
  }
}

TEST_CASE("message: after what does not fit nothing is read") {
  const auto bytes = message([](Writer& out) {
    out.count(99);
    out.number(5);
  });
  Reader in(bytes);
  CHECK(in.text().empty());
  CHECK_FALSE(in.ended());
  const auto flag = number(2) + number(1);
  Reader flags(flag);
  CHECK_FALSE(flags.flag());
  CHECK(flags.flag());
  CHECK_FALSE(flags.ended());
}

TEST_CASE("message: a whole number is whole, and below its end") {
  CHECK(is_whole(0, 3));
  CHECK(is_whole(2, 3));
  for (const double value : {3.0, -1.0, 0.5, not_given, 1e300, -1e300, std::numeric_limits<double>::infinity()}) {
    INFO(value);
    CHECK_FALSE(is_whole(value, 3));
  }
  CHECK(is_whole(4'294'967'295.0, std::uint64_t{1} << 32));
  CHECK_FALSE(is_whole(4'294'967'296.0, std::uint64_t{1} << 32));
}

TEST_CASE("message: a time may be endless, but not nothing") {
  for (const double value : {0.0, -1.0, std::numeric_limits<double>::infinity()}) {
    const auto bytes = number(value);
    Reader in(bytes);
    CHECK(in.real() == value);
    CHECK(in.ended());
  }
  const auto bytes = number(not_given);
  Reader in(bytes);
  static_cast<void>(in.real());
  CHECK_FALSE(in.ended());
}
