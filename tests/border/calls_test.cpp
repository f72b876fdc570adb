// The border as a page meets it: messages in, replies out, and what has moved besides.
#include "border/calls.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "border/area.hpp"
#include "support/map_area.hpp"

using namespace cardcache;
using namespace cardcache::border;
using cardcache::testing::MapArea;

namespace cardcache::border {

std::unique_ptr<StorageArea> given_area() { return std::make_unique<MapArea>(); }

void adopt(Call& call);
void apply_event(Call& call);
void begin_flight(Call& call);
void clear(Call& call);
void close_page(Call& call);
void close_space(Call& call);
void encrypted_keys(Call& call);
void inspect(Call& call);
void maintain(Call& call);
void observe(Call& call);
void open_count(Call& call);
void open_page(Call& call);
void open_space(Call& call);
void remove(Call& call);
void retry_failed(Call& call);
void set(Call& call);
void statistics(Call& call);
void sweep(Call& call);
void take_due(Call& call);
void watch(Call& call);

}  // namespace cardcache::border

namespace {

using Write = std::function<void(Writer&)>;

constexpr double start = 1.8e12;
constexpr double not_given = std::numeric_limits<double>::quiet_NaN();
constexpr double never_ends = std::numeric_limits<double>::infinity();

std::uint32_t number_of(Handler call) {
  std::uint32_t number = 0;
  while (handler_of(number) != call) ++number;
  return number;
}

std::uint32_t send(Handler what, const std::string& bytes, double now = start, std::uint32_t page = 0) {
  std::memcpy(reserve(static_cast<std::uint32_t>(bytes.size() + 1)), bytes.data(), bytes.size());
  // That there is upkeep to do says nothing here.
  return answer(number_of(what), page, now, static_cast<std::uint32_t>(bytes.size())) & ~std::uint32_t{upkeep_waits};
}

std::string message(const Write& write) {
  Writer out;
  write(out);
  return out.bytes();
}

void write_entry(Writer& out, const std::vector<std::string>& tags, double timestamp = not_given, double end = never_ends) {
  for (const double one : {timestamp, timestamp == timestamp ? never_ends : not_given, end, 1.0, 2.0, 0.0}) out.number(one);
  out.flag(false);
  out.flag(false);
  out.text("");
  out.texts(tags);
}

std::string set_message(std::string_view key, const std::vector<std::string>& tags = {}) {
  return message([&](Writer& out) {
    out.number(-1);
    out.number(static_cast<int>(Reach::memory));
    out.number(0);
    write_entry(out, tags);
    out.text(key);
    out.text("");
  });
}

std::string adopt_message(std::string_view key, const std::vector<std::string>& tags) {
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

Reader reply() { return Reader(Call::reply.bytes()); }
Reader news_after(std::uint32_t) {
  return Reader({reinterpret_cast<const char*>(static_cast<std::uintptr_t>(words[news_at])), 1'000'000});
}

}  // namespace

TEST_CASE("border: options that the page was not given are the core's own") {
  const OpenPage open;
  const auto& space = open.cache().storage().space();
  CHECK(space.budget() == 2 * 1024 * 1024);
  CHECK(space.default_life() == default_storage_ttl);
  CHECK(space.form().compress_above == 256);
}

TEST_CASE("border: a message that is cut off, or goes on, is refused and touches nothing") {
  const OpenPage open;
  const auto whole = set_message("plan", {"a", "bc"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    words[noted] = 1;
    CHECK(send(set, whole.substr(0, size)) == refused);
    CHECK(words[noted] == 1);
    CHECK(open.cache().memory().size() == 0);
  }
  CHECK(send(set, whole + "x") == refused);
  CHECK(open.cache().memory().size() == 0);
  words[noted] = 0;
  CHECK_FALSE(send(set, whole) & refused);
  CHECK(open.cache().memory().size() == 1);
}

TEST_CASE("border: an answer whose list of tags is longer than its message is refused") {
  const OpenPage open;
  auto bytes = adopt_message("plan", {"t"});
  // The list's length, before the one tag.
  const std::uint32_t count = 400'000'000;
  std::memcpy(bytes.data() + bytes.size() - 9, &count, sizeof count);
  CHECK(send(adopt, bytes) == refused);
  CHECK(open.cache().memory().size() == 0);
  CHECK_FALSE(send(adopt, adopt_message("plan", {"t"})) & refused);
  CHECK(open.cache().memory().size() == 1);
}

TEST_CASE("border: no call and no page but those that are there") {
  CHECK(send(observe, "") == refused);
  const OpenPage open;
  CHECK(answer(most_calls - 1, 0, start, 0) == refused);
  CHECK(answer(0xFFFF'FFFF, 0, start, 0) == refused);
  CHECK(send(observe, "", start, 1) == refused);
  CHECK(answer(number_of(observe), 0, start, 0xFFFF'FFFF) == refused);
}

TEST_CASE("border: no message at all is refused by every call that takes one") {
  const OpenPage open;
  const std::vector<Handler> take_none{open_count, observe, sweep, maintain, encrypted_keys, clear, retry_failed,
                                       take_due, statistics, inspect};
  for (std::uint32_t what = 0; what < most_calls * all_calls.size(); ++what) {
    const auto call = handler_of(what);
    if (!call) continue;
    INFO(what);
    const bool takes_none = std::ranges::find(take_none, call) != take_none.end();
    CHECK(takes_none == !(answer(what, 0, start, 0) & refused));
  }
}

TEST_CASE("border: a space cannot close before its pages have") {
  const OpenPage open;
  const auto zero = message([](Writer& out) { out.number(0); });
  CHECK(send(close_space, zero) == refused);
  CHECK(page_of(0) != nullptr);
}

TEST_CASE("border: setting by slot needs no key, and says so where nothing lies there") {
  const OpenPage open;
  static_cast<void>(send(set, set_message("plan")));
  auto answered = reply();
  CHECK(answered.flag());
  const auto slot = answered.whole();
  const auto again = [&](double of) {
    return message([&](Writer& out) {
      out.number(of);
      out.number(static_cast<int>(Reach::memory));
      out.number(0);
      write_entry(out, {});
      out.text("");
    });
  };
  static_cast<void>(send(set, again(slot), start + 5));
  CHECK(reply().flag());
  CHECK(open.cache().memory().facts(SlotId{slot}).timestamp == Millis{start + 5});
  static_cast<void>(send(set, again(slot + 1)));
  CHECK(reply().number() == -1);
  CHECK(open.cache().memory().size() == 1);
}

TEST_CASE("border: news tell which slots were let go, which flights were superseded and when the next fetch is due") {
  const OpenPage open;
  static_cast<void>(send(set, set_message("plan")));
  const auto key = message([](Writer& out) { out.text("plan"); });
  const auto begin = message([](Writer& out) {
    out.text("plan");
    out.texts({});
    out.flag(false);
    out.number(1'000);
    out.flag(false);
  });
  CHECK(send(begin_flight, begin) == 0);
  const auto flight = reply().whole();
  const auto news = send(remove, key);
  CHECK(news == (slots_let_go | flights_superseded));
  auto told = news_after(news);
  CHECK(told.count(16) == 1);
  CHECK(told.whole() == 0);
  CHECK(told.number() == 0);
  CHECK(told.count(8) == 1);
  CHECK(told.whole() == flight);

  const auto watching = message([](Writer& out) {
    out.text("plan");
    out.number(not_given);
    out.number(not_given);
    out.flag(false);
    out.number(0);
    out.number(0);
    out.number(1'000);
    out.number(start);
    out.flag(false);
    out.texts({});
  });
  const auto due = send(watch, watching);
  CHECK(due == next_due_moved);
  CHECK(news_after(due).number() == start + 180'000);
  // It has not moved since.
  CHECK(send(observe, "") == 0);
}

TEST_CASE("border: an event is read as it came, and judged for users as they are called") {
  const OpenPage open;
  const auto event = message([](Writer& out) {
    out.text(R"({"event_type":"done","data":{"task_id":7,"username":"None"}})");
    out.flag(true);
    out.count(2);
    for (const auto* user : {"None", "a:b"}) {
      out.text(user);
      out.flag(false);
      out.texts(std::vector<std::string>{"a:b"});
    }
  });
  static_cast<void>(send(apply_event, event));
  auto answered = reply();
  CHECK(answered.number() == static_cast<int>(Reason::actor));
  CHECK(answered.number() == static_cast<int>(Reason::assigned));
}
