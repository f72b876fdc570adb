#include "core/fetching/coordinator.hpp"

#include <algorithm>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <string>
#include <vector>

#include "support/random.hpp"
#include "support/selectors.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr Millis start{1'000'000};
using Keys = std::vector<std::string>;

WatchTimes times_of(double interval, double debounce = 300) {
  WatchTimes times;
  times.interval = Millis{interval};
  times.debounce = Millis{debounce};
  return times;
}

Millis after(double milliseconds) { return start + Millis{milliseconds}; }

/// A fetch that the key's watchers asked for.
void fail(Failures& failures, Coordinator& coordinator, std::string_view key, Millis now, double random,
          Millis told = Millis{0}) {
  failures.add({.key = std::string(key), .tags = {}, .longest = Millis{300'000}, .told = told}, now, random);
  coordinator.failed(key, now);
}

}  // namespace

TEST_CASE("coordinator: what has no answer yet is due at once") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, std::nullopt);
  CHECK(coordinator.next_due() <= start);
  CHECK(coordinator.take_due(start) == Keys{"plan"});
}

TEST_CASE("coordinator: what is taken is not due again until its fetch has ended") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, std::nullopt);
  CHECK(coordinator.take_due(start) == Keys{"plan"});
  CHECK(coordinator.next_due() == never);
  CHECK(coordinator.take_due(after(1e9)).empty());
  coordinator.succeeded("plan", start);
  CHECK(coordinator.next_due() == after(180'000));
}

TEST_CASE("coordinator: an answer is fetched anew one interval after it was true") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  CHECK(coordinator.next_due() == after(180'000));
  CHECK(coordinator.take_due(after(179'999)).empty());
  CHECK(coordinator.take_due(after(180'000)) == Keys{"plan"});
}

TEST_CASE("coordinator: the smallest interval of all watchers counts, and no longer when it has gone") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(100'000), start);
  const auto hasty = coordinator.add("plan", times_of(10'000), start);
  CHECK(coordinator.next_due() == after(10'000));
  coordinator.remove(hasty, after(1));
  CHECK(coordinator.next_due() == after(100'000));
}

TEST_CASE("coordinator: nobody watches, nothing is due") {
  const Failures failures;
  Coordinator coordinator(failures);
  const auto watch = coordinator.add("plan", {}, std::nullopt);
  coordinator.request("plan", start);
  coordinator.remove(watch, start);
  CHECK(coordinator.next_due() == never);
  CHECK(coordinator.take_due(after(1e9)).empty());
  CHECK_FALSE(coordinator.is_watched("plan"));
}

TEST_CASE("coordinator: a hidden page asks for nothing, except for those that want it") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, std::nullopt);
  auto steady = times_of(10'000);
  steady.while_hidden = true;
  coordinator.add("alarm", steady, start);
  coordinator.set_visible(false);
  CHECK(coordinator.next_due() == after(10'000));
  CHECK(coordinator.take_due(after(1e9)) == Keys{"alarm"});
  coordinator.set_visible(true);
  CHECK(coordinator.take_due(after(1e9)) == Keys{"plan"});
}

TEST_CASE("coordinator: while hidden only the intervals of those count that want it") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(1'000), start);
  auto steady = times_of(50'000);
  steady.while_hidden = true;
  coordinator.add("plan", steady, start);
  CHECK(coordinator.next_due() == after(1'000));
  coordinator.set_visible(false);
  CHECK(coordinator.next_due() == after(50'000));
}

TEST_CASE("coordinator: requests wait for the end of their burst") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.request("plan", after(1'000));
  CHECK(coordinator.next_due() == after(1'300));
  coordinator.request("plan", after(1'200));
  CHECK(coordinator.next_due() == after(1'500));
  CHECK(coordinator.take_due(after(1'499)).empty());
  CHECK(coordinator.take_due(after(1'500)) == Keys{"plan"});
  coordinator.succeeded("plan", after(1'500));
  CHECK(coordinator.next_due() == after(181'500));
}

TEST_CASE("coordinator: a request that comes while a fetch runs is answered by another") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.started("plan");
  coordinator.request("plan", after(100));
  CHECK(coordinator.next_due() == never);
  coordinator.discarded("plan");
  CHECK(coordinator.next_due() == after(400));
}

TEST_CASE("coordinator: a request never delays what is due earlier") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.request("plan", after(179'900));
  CHECK(coordinator.next_due() == after(180'000));
}

TEST_CASE("coordinator: what failed here is not tried again once another tab has a younger answer") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.started("plan");
  fail(failures, coordinator, "plan", after(1'000), 0);
  coordinator.renewed("plan", after(1'000));
  CHECK_FALSE(coordinator.status("plan")->last_success);
  CHECK(coordinator.next_due() == after(3'500));
  coordinator.renewed("plan", after(1'001));
  CHECK(coordinator.status("plan")->last_success);
  CHECK(coordinator.next_due() == after(181'001));
}

TEST_CASE("coordinator: who catches up takes what another tab fetched since, and nothing older") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.catch_up(after(1'000), after(5'000));
  coordinator.renewed("plan", after(900));
  CHECK(coordinator.next_due() == after(5'000));
  coordinator.renewed("plan", after(1'001));
  CHECK(coordinator.next_due() == after(181'001));
}

TEST_CASE("coordinator: which versions are understood is the newest watcher's to say") {
  const Failures failures;
  Coordinator coordinator(failures);
  WatchTimes times;
  CHECK(coordinator.understands("plan", "1"));
  coordinator.add("plan", times, start);
  CHECK(coordinator.understands("plan", "1"));
  times.version = "2";
  const auto newest = coordinator.add("plan", times, start);
  CHECK_FALSE(coordinator.understands("plan", "1"));
  CHECK(coordinator.understands("plan", "2"));
  coordinator.remove(newest, after(1));
  CHECK(coordinator.understands("plan", "1"));
}

TEST_CASE("coordinator: requests for what nobody knows are passed over") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.request("plan", start);
  coordinator.started("plan");
  fail(failures, coordinator, "plan", start, 0);
  coordinator.succeeded("plan", start);
  coordinator.discarded("plan");
  coordinator.renewed("plan", start);
  coordinator.remove(WatchId{7}, start);
  CHECK(coordinator.next_due() == never);
  CHECK_FALSE(coordinator.status("plan"));
}

TEST_CASE("coordinator: what nothing but requests fetches backs off to five minutes") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(never.value), start);
  for (int attempt = 1; attempt <= 10; ++attempt) fail(failures, coordinator, "plan", start, 0);
  CHECK(coordinator.next_due() == after(150'000));
}

TEST_CASE("coordinator: failures back off, doubling, beyond the interval, never in a tight row") {
  for (const double random : {0.0, 0.5, 0.999}) {
    Failures failures;
    Coordinator coordinator(failures);
    coordinator.add("plan", times_of(10'000), start);
    double longest = 5'000;
    auto now = start;
    for (int attempt = 1; attempt <= 40; ++attempt) {
      coordinator.started("plan");
      fail(failures, coordinator, "plan", now, random);
      const auto wait = coordinator.next_due() - now;
      CHECK(wait.value == Catch::Approx(longest * (0.5 + random / 2)));
      now = coordinator.next_due();
      longest = std::min(longest * 2, 300'000.0);
    }
    CHECK_FALSE(coordinator.status("plan")->last_success);
    CHECK(coordinator.status("plan")->last_update == start);
    coordinator.succeeded("plan", now);
    CHECK(coordinator.status("plan")->last_success);
    CHECK(coordinator.next_due() == now + Millis{10'000});
  }
}

TEST_CASE("coordinator: after three quick polls a failing server is asked no more often than a healthy one") {
  for (const double interval : {1'000.0, 10'000.0, 180'000.0, 600'000.0, 3'600'000.0}) {
    for (const double random : {0.0, 0.5, 0.999}) {
      Failures failures;
      Coordinator coordinator(failures);
      coordinator.add("plan", times_of(interval), start);
      auto now = start;
      for (int attempt = 1; attempt <= 40; ++attempt) {
        fail(failures, coordinator, "plan", now, random);
        failures.sweep(coordinator.next_due(), [&](std::string_view key) { return coordinator.is_failing(key); });
        if (attempt > Failures::quick_polls) CHECK(coordinator.next_due() >= now + Millis{interval});
        now = coordinator.next_due();
      }
    }
  }
}

TEST_CASE("coordinator: what others saw fail is not polled before they may ask again") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(10'000), start);
  for (int attempt = 1; attempt <= 6; ++attempt)
    failures.add({.key = "plan", .tags = {}, .longest = Millis{300'000}}, start, 0);
  // The poll itself is due; that it is refused without asking is a failure as well.
  CHECK(coordinator.take_due(after(10'000)) == Keys{"plan"});
  coordinator.failed("plan", after(10'000));
  CHECK(coordinator.next_due() == after(80'000));
}

TEST_CASE("coordinator: catching up does not break into a back-off, the network's return ends it") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(10'000), start);
  for (int attempt = 1; attempt <= 6; ++attempt) fail(failures, coordinator, "plan", after(10'000), 0);
  coordinator.catch_up(after(20'000), after(20'000));
  coordinator.outdated("plan");
  CHECK(coordinator.next_due() == after(90'000));
  failures.end_waits();
  coordinator.retry_failed(after(30'000));
  CHECK(coordinator.take_due(after(30'000)) == Keys{"plan"});
}

TEST_CASE("coordinator: where failures are not remembered the interval says when to poll again") {
  const Failures failures;
  Coordinator coordinator(failures);
  auto times = times_of(10'000);
  times.longest_wait = Millis{0};
  coordinator.add("plan", times, start);
  auto endless = times_of(never.value);
  endless.longest_wait = Millis{0};
  coordinator.add("teams", endless, start);
  for (const auto* key : {"plan", "teams"}) coordinator.failed(key, after(10'000));
  CHECK(coordinator.take_due(after(20'000)) == Keys{"plan"});
  CHECK(coordinator.next_due() == after(310'000));
}

TEST_CASE("coordinator: what is shown and not fresh is due at once, whatever the interval") {
  const Failures failures;
  Coordinator coordinator(failures);
  for (const auto* key : {"plan", "teams"}) coordinator.add(key, times_of(never.value), start);
  coordinator.outdated("plan");
  CHECK(coordinator.take_due(after(1)) == Keys{"plan"});
  coordinator.succeeded("plan", after(1));
  CHECK(coordinator.next_due() == never);
  // A younger answer of another tab is as good; what was invalidated already waits for the end of its burst.
  coordinator.outdated("plan");
  coordinator.renewed("plan", after(2));
  CHECK(coordinator.next_due() == never);
  coordinator.request("teams", after(10));
  coordinator.outdated("teams");
  CHECK(coordinator.next_due() == after(310));
}

TEST_CASE("coordinator: a key is selected by the tags of its watchers and of its last answer") {
  const Failures failures;
  Coordinator coordinator(failures);
  auto tagged = times_of(1'000);
  tagged.tags = {"watched"};
  const auto watch = coordinator.add("plan", tagged, start);
  coordinator.add("plan", times_of(1'000), start);
  CHECK(coordinator.is_selected("plan", by_tag("watched")));
  const std::vector<std::string> tags{"answered"};
  coordinator.renewed("plan", after(1), tags);
  CHECK(coordinator.is_selected("plan", by_tag("answered")));
  CHECK_FALSE(coordinator.is_selected("plan", by_tag("other")));
  CHECK_FALSE(coordinator.is_selected("teams", by_tag("answered")));
  coordinator.remove(watch, after(2));
  CHECK_FALSE(coordinator.is_selected("plan", by_tag("watched")));
  coordinator.tagged("plan", {});
  CHECK_FALSE(coordinator.is_selected("plan", by_tag("answered")));
}

TEST_CASE("coordinator: after a load what may have missed an event is due, unless its policy says otherwise") {
  const Failures failures;
  Coordinator coordinator(failures);
  auto paid = times_of(180'000);
  paid.on_event = OnEvent::keep;
  auto stale = times_of(180'000);
  stale.on_load = OnLoad::stale;
  coordinator.add("old", {}, start);
  coordinator.add("young", {}, after(5'000));
  coordinator.add("empty", {}, std::nullopt);
  coordinator.add("paid", paid, start);
  coordinator.add("stale", stale, start);
  coordinator.catch_up_after_load({Selector{}}, after(5'000));
  CHECK(coordinator.take_due(after(6'000)) == Keys{"old", "empty"});
}

TEST_CASE("coordinator: a failure of what has no answer yet is not asked again at once") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, std::nullopt);
  CHECK(coordinator.take_due(start) == Keys{"plan"});
  fail(failures, coordinator, "plan", start, 0);
  CHECK(coordinator.next_due() == after(2'500));
}

TEST_CASE("coordinator: when the network is back what failed is tried at once, and nothing else") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.add("teams", {}, start);
  coordinator.started("plan");
  fail(failures, coordinator, "plan", after(10), 0.9);
  coordinator.retry_failed(after(20));
  CHECK(coordinator.take_due(after(20)) == Keys{"plan"});
}

TEST_CASE("coordinator: after a failure an answer that was superseded leaves the key due, not forgotten") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.started("plan");
  fail(failures, coordinator, "plan", after(10), 0);
  CHECK(coordinator.take_due(after(10'000)) == Keys{"plan"});
  coordinator.discarded("plan");
  CHECK(coordinator.next_due() == after(180'000));
}

TEST_CASE("coordinator: who asked for a fetch that failed still waits when the next one is superseded") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(never.value), start);
  coordinator.request("plan", start);
  CHECK(coordinator.take_due(after(300)) == Keys{"plan"});
  fail(failures, coordinator, "plan", after(400), 0);
  CHECK(coordinator.take_due(after(2'900)) == Keys{"plan"});
  coordinator.discarded("plan");
  CHECK(coordinator.next_due() == after(300));
}

TEST_CASE("coordinator: an answer of the millisecond of a request does not serve it, a younger one does") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(never.value), start);
  coordinator.request("plan", start);
  coordinator.renewed("plan", start);
  CHECK(coordinator.take_due(after(300)) == Keys{"plan"});
  coordinator.renewed("plan", start);
  coordinator.discarded("plan");
  CHECK(coordinator.next_due() == after(300));
  coordinator.renewed("plan", after(1));
  CHECK(coordinator.next_due() == never);
}

TEST_CASE("coordinator: whoever asked for a fetch that was overtaken still waits") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(never.value), start);
  coordinator.request("plan", start);
  CHECK(coordinator.take_due(after(300)) == Keys{"plan"});
  coordinator.discarded("plan");
  CHECK(coordinator.next_due() == after(300));
  // It waits no longer once something younger has come another way, or the next one has brought it.
  CHECK(coordinator.take_due(after(301)) == Keys{"plan"});
  coordinator.renewed("plan", after(400));
  coordinator.discarded("plan");
  CHECK(coordinator.next_due() == never);
  coordinator.request("plan", after(500));
  CHECK(coordinator.take_due(after(800)) == Keys{"plan"});
  coordinator.succeeded("plan", after(800));
  coordinator.started("plan");
  coordinator.discarded("plan");
  CHECK(coordinator.next_due() == never);
}

TEST_CASE("coordinator: what may have missed an event is due at once, what is younger is not") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("old", {}, start);
  coordinator.add("young", {}, after(5'000));
  auto paid = times_of(180'000);
  paid.on_event = OnEvent::invalidate;
  coordinator.add("paid", paid, start);
  coordinator.catch_up(after(5'000), after(6'000));
  CHECK(coordinator.take_due(after(6'000)) == Keys{"old"});
}

TEST_CASE("coordinator: what has no answer yet has missed no event, and waits for its retry") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, std::nullopt);
  coordinator.started("plan");
  fail(failures, coordinator, "plan", start, 0);
  coordinator.catch_up(after(100), after(200));
  CHECK(coordinator.next_due() == after(2'500));
}

TEST_CASE("coordinator: an answer that came another way is as good as a fetched one") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.renewed("plan", after(100'000));
  CHECK(coordinator.next_due() == after(280'000));
  CHECK(coordinator.status("plan")->last_update == after(100'000));
}

TEST_CASE("coordinator: a watcher with an older answer does not make the key older") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, after(50'000));
  coordinator.add("plan", {}, start);
  CHECK(coordinator.status("plan")->last_update == after(50'000));
  CHECK(coordinator.status("plan")->watchers == 2);
  coordinator.add("plan", {}, after(60'000));
  CHECK(coordinator.status("plan")->last_update == after(60'000));
}

TEST_CASE("coordinator: a watcher with nothing to show does not take from the key what another shows") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  coordinator.add("plan", {}, std::nullopt);
  CHECK(coordinator.status("plan")->last_update == start);
  CHECK(coordinator.next_due() == after(180'000));
}

TEST_CASE("coordinator: of several watchers the shortest debounce counts") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(180'000, 100), start);
  coordinator.add("plan", times_of(180'000, 500), start);
  coordinator.request("plan", start);
  CHECK(coordinator.next_due() == after(100));
}

TEST_CASE("coordinator: who leaves another key does not lengthen the moment that this one waits") {
  const Failures failures;
  Coordinator coordinator(failures);
  const auto watch = coordinator.add("plan", {}, start);
  const auto other = coordinator.add("teams", {}, start);
  coordinator.remove(watch, start);
  coordinator.remove(other, after(4'000));
  coordinator.sweep(after(5'000));
  CHECK(coordinator.known_keys() == Keys{"teams"});
}

TEST_CASE("coordinator: a key's state outlives its last watcher for a moment, for cards that are moved") {
  const Failures failures;
  Coordinator coordinator(failures);
  const auto watch = coordinator.add("plan", {}, start);
  coordinator.remove(watch, after(1'000));
  coordinator.sweep(after(5'999));
  REQUIRE(coordinator.status("plan"));
  CHECK(coordinator.status("plan")->last_update == start);
  coordinator.add("plan", {}, start);
  coordinator.sweep(after(1e9));
  CHECK(coordinator.status("plan")->watchers == 1);
}

TEST_CASE("coordinator: longer abandoned it is forgotten, though not while its fetch runs") {
  const Failures failures;
  Coordinator coordinator(failures);
  const auto watch = coordinator.add("plan", {}, start);
  coordinator.started("plan");
  coordinator.remove(watch, start);
  coordinator.sweep(after(5'000));
  CHECK(coordinator.status("plan"));
  coordinator.succeeded("plan", start);
  coordinator.sweep(after(5'000));
  CHECK_FALSE(coordinator.status("plan"));
}

TEST_CASE("coordinator: the newest watcher says what an event does") {
  const Failures failures;
  Coordinator coordinator(failures);
  CHECK(coordinator.on_event("plan") == OnEvent::refresh);
  coordinator.add("plan", {}, start);
  auto kept = times_of(1'000);
  kept.on_event = OnEvent::keep;
  const auto watch = coordinator.add("plan", kept, start);
  CHECK(coordinator.on_event("plan") == OnEvent::keep);
  coordinator.remove(watch, start);
  CHECK(coordinator.on_event("plan") == OnEvent::refresh);
}

TEST_CASE("coordinator: the last watcher's word holds while the key waits for it to come back") {
  const Failures failures;
  Coordinator coordinator(failures);
  auto kept = times_of(1'000);
  kept.on_event = OnEvent::keep;
  coordinator.remove(coordinator.add("plan", kept, start), start);
  CHECK(coordinator.on_event("plan") == OnEvent::keep);
}

TEST_CASE("coordinator: it names the keys that are watched, and for a moment those that were") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", {}, start);
  const auto watch = coordinator.add("teams", {}, start);
  coordinator.remove(watch, start);
  CHECK(coordinator.known_keys() == Keys{"plan", "teams"});
  coordinator.sweep(after(4'999));
  CHECK(coordinator.known_keys() == Keys{"plan", "teams"});
  coordinator.sweep(after(5'000));
  CHECK(coordinator.known_keys() == Keys{"plan"});
  CHECK(coordinator.is_watched("plan"));
}

TEST_CASE("coordinator: what an event wanted while nobody watched is due for whoever comes back") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.remove(coordinator.add("plan", {}, start), start);
  coordinator.request("plan", start);
  CHECK(coordinator.next_due() == never);
  coordinator.add("plan", {}, start);
  CHECK(coordinator.next_due() == after(300));
}

TEST_CASE("coordinator: who comes back with nothing to show is due at once") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.remove(coordinator.add("plan", {}, start), start);
  coordinator.add("plan", {}, std::nullopt);
  CHECK(coordinator.take_due(start) == Keys{"plan"});
}

TEST_CASE("coordinator: who comes back with nothing to show hears at once why") {
  Failures failures;
  Coordinator coordinator(failures);
  const auto watch = coordinator.add("plan", {}, std::nullopt);
  for (int attempt = 1; attempt <= 3; ++attempt) fail(failures, coordinator, "plan", start, 0);
  coordinator.add("plan", {}, std::nullopt);
  CHECK(coordinator.take_due(start).empty());
  coordinator.remove(watch, start);
  coordinator.remove(WatchId{2}, start);
  coordinator.add("plan", {}, std::nullopt);
  CHECK(coordinator.take_due(start) == Keys{"plan"});
}

TEST_CASE("coordinator: a clock that was set back leaves no key waiting for a time that is far ahead") {
  Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(1'000), start);
  coordinator.add("teams", times_of(1'000), start);
  coordinator.started("teams");
  fail(failures, coordinator, "teams", start, 0);
  const auto ten_days_ago = after(-864'000'000);
  CHECK(coordinator.take_due(ten_days_ago).empty());
  coordinator.start_anew();
  CHECK(coordinator.take_due(ten_days_ago) == Keys{"plan", "teams"});
}

TEST_CASE("coordinator: after a clock was set back nothing of before comes due again") {
  Failures failures;
  Coordinator coordinator(failures);
  for (const auto* key : {"asked for", "on its way", "failed"}) coordinator.add(key, times_of(never.value), start);
  coordinator.request("on its way", start);
  CHECK(coordinator.take_due(after(300)) == Keys{"on its way"});
  coordinator.request("asked for", start);
  fail(failures, coordinator, "failed", start, 0);
  const auto ten_days_ago = after(-864'000'000);
  coordinator.start_anew();
  coordinator.discarded("on its way");
  for (const auto* key : {"asked for", "on its way", "failed"}) coordinator.renewed(key, ten_days_ago);
  CHECK(coordinator.next_due() == never);
}

TEST_CASE("coordinator: an interval that never ends fetches on request only") {
  const Failures failures;
  Coordinator coordinator(failures);
  coordinator.add("plan", times_of(never.value), start);
  CHECK(coordinator.next_due() == never);
  CHECK(coordinator.take_due(after(1e15)).empty());
  coordinator.request("plan", start);
  CHECK(coordinator.next_due() == after(300));
}

TEST_CASE("coordinator: it tells, once, of every call after which another time may be due") {
  Failures failures;
  Coordinator coordinator(failures);
  const auto nobody = [](std::string_view) { return false; };
  WatchId watch{};
  const auto add_failure = [&] { failures.add({.key = "plan", .tags = {}, .longest = Millis{300'000}}, start, 0); };
  const std::vector<std::function<void()>> calls{
      [&] { watch = coordinator.add("plan", times_of(60'000), start); },
      [&] { coordinator.set_visible(true); },
      [&] { coordinator.request("plan", start); },
      [&] { coordinator.outdated("plan"); },
      [&] { coordinator.catch_up(start, start); },
      [&] { coordinator.catch_up_after_load({}, start); },
      [&] { coordinator.retry_failed(start); },
      [&] { coordinator.started("plan"); },
      [&] { coordinator.failed("plan", start); },
      [&] { coordinator.succeeded("plan", start); },
      [&] { coordinator.discarded("plan"); },
      [&] { coordinator.renewed("plan", start); },
      add_failure,
      [&] { failures.end_waits(); },
      [&] { failures.end_wait("plan"); },
      [&] { failures.end_waits(Selector{}, false); },
      [&] { failures.forget_before("plan", start + Millis{1}); },
      add_failure,
      [&] { failures.forget("plan"); },
      add_failure,
      [&] { failures.sweep(never, nobody); },
      [&] { failures.clear(); },
      [&] { coordinator.start_anew(); },
      [&] { coordinator.remove(watch, start); },
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    INFO(i);
    calls[i]();
    CHECK(coordinator.take_moved());
    CHECK_FALSE(coordinator.take_moved());
  }
  coordinator.outdated("other");
  failures.forget("plan");
  failures.forget_before("plan", never);
  failures.sweep(never, nobody);
  CHECK_FALSE(coordinator.take_moved());
}
