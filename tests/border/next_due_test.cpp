// When the page's timer has to run: news must tell of every call that moves the next due time.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>
#include <vector>

#include "open_page.hpp"

using namespace cardcache;
using namespace cardcache::border;
using namespace cardcache::border::testing;

namespace {

constexpr double second = 1'000;
constexpr double minute = 60 * second;
constexpr double hour = 60 * minute;

/// A page and what its news have told it of the next due time.
class Timer {
 public:
  /// Sends the call and checks that the page knows what the core knows. True where the time moved.
  bool send(Handler what, const std::string& bytes = "") {
    auto& coordinator = OpenPage::cache().coordinator();
    const auto before = coordinator.next_due();
    const auto bits = border::testing::send(what, bytes, now);
    REQUIRE_FALSE(bits & refused);
    auto told = news();
    if (bits & deadlines_moved) static_cast<void>(told.number());
    if (bits & next_due_moved) known_ = Millis{told.number()};
    const auto after = coordinator.next_due();
    CHECK(known_ == after);
    // What is overdue is told once more than it moves.
    if ((bits & next_due_moved) && before == after) CHECK(after <= Millis{now});
    return before != after;
  }

  double now = start;

 private:
  OpenPage open_;
  Millis known_ = never;
};

std::string of_key(std::string_view key = "plan") {
  return message([&](Writer& out) { out.text(key); });
}

std::string of_number(double number) {
  return message([&](Writer& out) { out.number(number); });
}

std::string watching(OnLoad on_load = OnLoad::missed) {
  return message([&](Writer& out) {
    out.text("plan");
    out.number(3 * minute);
    out.number(second);
    out.flag(false);
    out.number(static_cast<int>(OnEvent::refresh));
    out.number(static_cast<int>(on_load));
    out.number(5 * minute);
    out.number(start);
    out.flag(false);
    out.texts({});
  });
}

std::uint32_t begin(Timer& page) {
  page.send(begin_flight, message([](Writer& out) {
              out.text("plan");
              out.texts({});
              out.flag(false);
              out.number(5 * minute);
              out.flag(true);
            }));
  return reply().whole();
}

std::string failing(std::uint32_t flight) {
  return message([&](Writer& out) {
    for (const double one : {static_cast<double>(flight), 5 * minute, 0.0, 0.0, 0.5}) out.number(one);
  });
}

std::string ending(double how, double timestamp = not_given) {
  return message([&](Writer& out) {
    out.text("plan");
    out.number(how);
    out.number(timestamp);
  });
}

std::string setting(std::uint32_t flight) {
  return message([&](Writer& out) {
    out.number(-1);
    out.number(static_cast<int>(Reach::memory));
    out.number(flight);
    write_entry(out, {});
    out.text("plan");
    out.text("");
  });
}

constexpr double succeeded = 0, failed = 1, discarded = 2;

void watch_it(Timer& page) { page.send(watch, watching()); }

/// A fetch of what is watched has failed: the next one waits out the failure.
void fail_it(Timer& page) {
  watch_it(page);
  page.send(begin_refresh, of_key());
  page.send(fail_flight, failing(begin(page)));
  page.send(end_refresh, ending(failed));
}

/// Another tab leaves an invalidation whose announcement is not here yet.
void leave_note(double at) {
  auto& notes = OpenPage::cache().storage();
  const Invalidation invalidation{.selector = {}, .at = Millis{at}};
  REQUIRE(notes.write_note(invalidation.note_name(), invalidation.note_text()));
  REQUIRE(notes.write_note("!floors", "9.1"));
}

}  // namespace

TEST_CASE("next due: the page hears of whatever moves it") {
  struct Case {
    const char* name;
    void (*prepare)(Timer&);
    /// True where it moved with the last call.
    bool (*act)(Timer&);
  };
  const std::vector<Case> cases{
      {"a first watch", [](Timer&) {}, [](Timer& page) { return page.send(watch, watching()); }},
      {"the last watch ends", watch_it, [](Timer& page) { return page.send(unwatch, of_number(1)); }},
      {"what is shown is outdated", watch_it, [](Timer& page) { return page.send(outdated, of_key()); }},
      {"the page is hidden", watch_it, [](Timer& page) { return page.send(set_visible, of_number(0)); }},
      {"events were missed", watch_it, [](Timer& page) { return page.send(catch_up, of_number(start + 1)); }},
      {"events were missed before a load", watch_it,
       [](Timer& page) {
         return page.send(catch_up_after_load, message([](Writer& out) {
                            out.number(start + 1);
                            out.texts(std::vector<std::string>{"event"});
                          }));
       }},
      {"the network is back", fail_it, [](Timer& page) { return page.send(retry_failed); }},
      {"a refresh begins", watch_it, [](Timer& page) { return page.send(begin_refresh, of_key()); }},
      {"a refresh succeeded", watch_it,
       [](Timer& page) {
         page.send(begin_refresh, of_key());
         return page.send(end_refresh, ending(succeeded, start + second));
       }},
      {"a refresh failed", watch_it,
       [](Timer& page) {
         page.send(begin_refresh, of_key());
         return page.send(end_refresh, ending(failed));
       }},
      {"a refresh was discarded", watch_it,
       [](Timer& page) {
         page.send(begin_refresh, of_key());
         return page.send(end_refresh, ending(discarded));
       }},
      {"what is due is taken", watch_it,
       [](Timer& page) {
         page.now += hour;
         return page.send(take_due);
       }},
      {"an invalidation", watch_it,
       [](Timer& page) {
         return page.send(invalidate, message([](Writer& out) {
                            out.number(1);
                            out.text("plan");
                            out.flag(false);
                          }));
       }},
      {"an invalidation ends a wait", fail_it,
       [](Timer& page) {
         return page.send(invalidate, message([](Writer& out) {
                            out.number(1);
                            out.text("plan");
                            out.flag(true);
                          }));
       }},
      {"everything is cleared", watch_it, [](Timer& page) { return page.send(clear); }},
      {"another process invalidates", watch_it,
       [](Timer& page) {
         return page.send(learn_invalidation, message([](Writer& out) {
                            out.number(1);
                            out.text("plan");
                            out.number(start);
                            out.flag(false);
                            out.flag(false);
                          }));
       }},
      {"an event", watch_it,
       [](Timer& page) {
         return page.send(apply_event, message([](Writer& out) {
                            out.text(R"({"event_type":"done","data":{}})");
                            out.flag(false);
                            out.count(0);
                          }));
       }},
      {"a set", watch_it,
       [](Timer& page) {
         page.now += second;
         return page.send(set, setting(0));
       }},
      {"another tab's answer", watch_it,
       [](Timer& page) {
         page.now += minute;
         return page.send(adopt, message([](Writer& out) {
                            out.flag(false);
                            out.text("plan");
                            write_entry(out, {}, start + second, start + hour);
                          }));
       }},
      {"another tab's note", watch_it,
       [](Timer& page) {
         return page.send(area_changed, message([](Writer& out) {
                            out.flag(true);
                            out.text("b_!floor:*");
                            out.flag(true);
                            out.text("1800000000000");
                          }));
       }},
      {"a note that is found before it is announced", watch_it,
       [](Timer& page) {
         const auto flight = begin(page);
         leave_note(start);
         return page.send(is_void, of_number(flight));
       }},
      {"a note that an answer finds", watch_it,
       [](Timer& page) {
         const auto flight = begin(page);
         leave_note(start + second);
         return page.send(set, setting(flight));
       }},
      {"the clock is set back", watch_it,
       [](Timer& page) {
         page.now -= hour;
         return page.send(observe);
       }},
      {"a further fetch fails", fail_it,
       [](Timer& page) {
         const auto flight = begin(page);
         page.now += second;
         return page.send(fail_flight, failing(flight));
       }},
      {"the answer of a superseded flight ends failures", fail_it,
       [](Timer& page) {
         const auto flight = begin(page);
         static_cast<void>(begin(page));
         OpenPage::cache().supersede_flights("plan");
         return page.send(set, setting(flight));
       }},
      {"a removal ends failures", fail_it, [](Timer& page) { return page.send(remove, of_key()); }},
  };
  for (const auto& [name, prepare, act] : cases) {
    INFO(name);
    Timer page;
    prepare(page);
    CHECK(act(page));
  }
}

TEST_CASE("next due: the page does not hear of what leaves it as it is") {
  Timer page;
  fail_it(page);
  for (const auto& [what, bytes] : std::vector<std::pair<Handler, std::string>>{
           {observe, ""}, {sweep, ""}, {maintain, ""}, {statistics, ""}, {take_due, ""}, {outdated, of_key("other")}}) {
    CHECK_FALSE(page.send(what, bytes));
  }
}

TEST_CASE("next due: a page that slept through it hears once that it is overdue") {
  Timer page;
  watch_it(page);
  page.now += hour;
  CHECK(send(observe, "", page.now) == next_due_moved);
  CHECK(send(observe, "", page.now) == 0);
}
