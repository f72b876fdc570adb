// The border as a page meets it: messages in, replies out, and what has moved besides.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "border/area.hpp"
#include "open_page.hpp"
#include "support/map_area.hpp"

using namespace cardcache;
using namespace cardcache::border;
using namespace cardcache::border::testing;

namespace cardcache::border {

std::unique_ptr<StorageArea> given_area() { return std::make_unique<cardcache::testing::MapArea>(); }

}  // namespace cardcache::border

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
  const std::vector<Handler> take_none{open_count, observe,      sweep,    maintain,   encrypted_keys,
                                       clear,      retry_failed, take_due, statistics, inspect};
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

TEST_CASE("border: an answer by slot whose flight finds that an older invalidation has emptied the slot is kept") {
  const OpenPage open;
  static_cast<void>(send(set, set_message("plan")));
  auto answered = reply();
  REQUIRE(answered.flag());
  const auto slot = answered.whole();
  const auto begin = message([](Writer& out) {
    out.text("plan");
    out.texts({});
    out.flag(false);
    out.number(0);
    out.flag(false);
  });
  static_cast<void>(send(begin_flight, begin, start + 2));
  const auto flight = reply().whole();
  auto& notes = open.cache().storage();
  const Invalidation older{.selector = {}, .at = Millis{start + 1}};
  REQUIRE(notes.write_note(older.note_name(), older.note_text()));
  REQUIRE(notes.write_note("!floors", "9.1"));
  const auto landing = message([&](Writer& out) {
    out.number(slot);
    out.number(static_cast<int>(Reach::memory));
    out.number(flight);
    write_entry(out, {});
    out.text("");
  });
  CHECK(send(set, landing, start + 3) & slots_let_go);
  answered = reply();
  CHECK(answered.flag());
  const SlotId put{answered.whole()};
  CHECK(open.cache().memory().find("plan") == put);
  CHECK(open.cache().memory().is_fresh(put, Millis{start + 3}));
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
  const auto bits = send(remove, key);
  CHECK(bits == (slots_let_go | flights_superseded));
  auto told = news();
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
  CHECK(news().number() == start + 180'000);
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
