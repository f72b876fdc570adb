// Flights, and when what is watched is fetched next.
#include <emscripten/bind.h>

#include <cmath>

#include "bindings/page.hpp"

namespace cardcache::bindings {
namespace {

emscripten::val take_due(std::uint32_t id, double now) {
  Call call(id, now);
  return to_js(call.cache.take_due(call.now));
}

/// Staged: key. `{success, updated, next, watchers}`, or undefined where nobody watches it.
emscripten::val watch_status(std::uint32_t id) {
  const auto status = page_of(id).cache.coordinator().status(StagedReader().text());
  if (!status) return emscripten::val::undefined();
  auto out = emscripten::val::object();
  out.set("success", status->last_success);
  out.set("updated", status->last_update ? status->last_update->value : std::nan(""));
  out.set("next", status->next.value);
  out.set("watchers", static_cast<unsigned>(status->watchers));
  return out;
}

}  // namespace

/// Staged: key, tags.
[[clang::export_name("beginFlight")]] std::uint32_t begin_flight(std::uint32_t id, double now,
                                                                 bool exempt_from_events) {
  Call call(id, now);
  StagedReader staged;
  const auto key = staged.text();
  return static_cast<std::uint32_t>(call.cache.begin_flight(key, staged.strings(), exempt_from_events, call.now));
}

[[clang::export_name("isVoid")]] bool is_superseded(std::uint32_t id, double now, std::uint32_t flight) {
  Call call(id, now);
  return call.cache.is_superseded(FlightId{flight});
}

[[clang::export_name("endFlight")]] void end_flight(std::uint32_t id, std::uint32_t flight) {
  page_of(id).cache.end_flight(FlightId{flight});
}

/// Staged: key.
[[clang::export_name("voidFlights")]] void supersede_flights(std::uint32_t id) {
  page_of(id).cache.supersede_flights(StagedReader().text());
}

[[clang::export_name("retryAfter")]] double retry_after(int attempt, double base, double most, double random) {
  return retry_delay(attempt, Millis{base}, Millis{most}, random).value;
}

/// The fetch has failed for good. `longest` 0: that is not remembered; `told`: how long the server wants to be left
/// alone.
[[clang::export_name("failFlight")]] void fail_flight(std::uint32_t id, double now, std::uint32_t flight,
                                                      double longest, double told, bool lasting, double random) {
  Call call(id, now);
  call.cache.fail_flight(FlightId{flight}, {Millis{longest}, Millis{told}, lasting}, random, call.now);
}

/// Staged: key. How long it is left alone after failures in a row; 0: it may be fetched, −1: so it may, and its last
/// fetch failed.
[[clang::export_name("backOff")]] double back_off(std::uint32_t id, double now, double longest) {
  Call call(id, now);
  const auto key = StagedReader().text();
  const auto wait = call.cache.back_off(key, Millis{longest}, call.now);
  return wait > Millis{0} || !call.cache.failures().has(key) ? wait.value : -1;
}

/// Staged: key, version, tags. `timestamp` NaN: the watcher has nothing to show yet.
[[clang::export_name("watch")]] std::uint32_t watch(std::uint32_t id, double interval, double debounce,
                                                    bool while_hidden, int on_event, bool has_version, int on_load,
                                                    double longest_wait, double timestamp) {
  StagedReader staged;
  const auto key = staged.text();
  WatchTimes times;
  times.interval = Millis{interval};
  times.debounce = Millis{debounce};
  times.while_hidden = while_hidden;
  times.on_event = static_cast<OnEvent>(on_event);
  times.on_load = static_cast<OnLoad>(on_load);
  times.longest_wait = Millis{longest_wait};
  auto version = staged.string();
  if (has_version) times.version = std::move(version);
  times.tags = staged.strings();
  const auto known = std::isnan(timestamp) ? std::nullopt : std::optional(Millis{timestamp});
  return static_cast<std::uint32_t>(page_of(id).cache.watch(key, times, known));
}

/// Staged: key. What is shown of it is not fresh.
[[clang::export_name("outdated")]] void outdated(std::uint32_t id) {
  page_of(id).cache.coordinator().outdated(StagedReader().text());
}

[[clang::export_name("unwatch")]] void unwatch(std::uint32_t id, double now, std::uint32_t watch_id) {
  page_of(id).cache.coordinator().remove(WatchId{watch_id}, Millis{now});
}

[[clang::export_name("setVisible")]] void set_visible(std::uint32_t id, bool visible) {
  page_of(id).cache.coordinator().set_visible(visible);
}

[[clang::export_name("catchUp")]] void catch_up(std::uint32_t id, double since, double now) {
  page_of(id).cache.coordinator().catch_up(Millis{since}, Millis{now});
}

/// Staged: types of events that may have been missed before `since`, while no page heard them.
[[clang::export_name("catchUpAfterLoad")]] void catch_up_after_load(std::uint32_t id, double since) {
  page_of(id).cache.catch_up_after_load(StagedReader().strings(), Millis{since});
}

[[clang::export_name("retryFailed")]] void retry_failed(std::uint32_t id, double now) {
  page_of(id).cache.retry_failed(Millis{now});
}

/// Staged: key.
[[clang::export_name("refreshStarted")]] void refresh_started(std::uint32_t id) {
  page_of(id).cache.coordinator().started(StagedReader().text());
}

/// Staged: key.
[[clang::export_name("refreshFailed")]] void refresh_failed(std::uint32_t id, double now) {
  page_of(id).cache.coordinator().failed(StagedReader().text(), Millis{now});
}

/// Staged: key.
[[clang::export_name("refreshDiscarded")]] void refresh_discarded(std::uint32_t id) {
  page_of(id).cache.coordinator().discarded(StagedReader().text());
}

/// Staged: key.
[[clang::export_name("refreshSucceeded")]] void refresh_succeeded(std::uint32_t id, double timestamp) {
  page_of(id).cache.coordinator().succeeded(StagedReader().text(), Millis{timestamp});
}

[[clang::export_name("nextDue")]] double next_due(std::uint32_t id) {
  return page_of(id).cache.coordinator().next_due().value;
}

EMSCRIPTEN_BINDINGS(fetching) {
  emscripten::function("takeDue", &take_due);
  emscripten::function("watchStatus", &watch_status);
}

}  // namespace cardcache::bindings
