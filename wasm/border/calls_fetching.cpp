// Flights, and the schedule of watched keys.
#include <cmath>
#include <utility>

#include "border/calls.hpp"

namespace cardcache::border {

/// Key, tags, flag: exempt from events, longest back-off, flag: begin despite a back-off. Supersedes earlier flights of
/// the key. Replies with the flight (0: none begins) and the rest of the back-off; −1 if the key's last fetch failed.
void begin_flight(Call& call) {
  auto& in = call.message;
  const auto key = in.text();
  auto tags = in.texts();
  const bool exempt_from_events = in.flag();
  const Millis longest{in.real()};
  const bool is_forced = in.flag();
  auto* cache = call.enter();
  if (!cache) return;
  const auto wait = is_forced ? Millis{0} : cache->back_off(key, longest, call.now);
  const bool waits = wait > Millis{0};
  const bool has_failed = !is_forced && cache->failures().has(key);
  std::uint32_t flight = 0;
  if (!waits) {
    cache->supersede_flights(key);
    flight = static_cast<std::uint32_t>(cache->begin_flight(key, std::move(tags), exempt_from_events, call.now));
  }
  call.reply.number(flight);
  call.reply.number(!waits && has_failed ? -1 : wait.value);
}

/// Flight. Replies whether it was superseded.
void is_void(Call& call) {
  const FlightId flight{call.message.whole()};
  if (auto* cache = call.enter()) call.reply.flag(cache->is_superseded(flight));
}

/// Flight.
void end_flight(Call& call) {
  const FlightId flight{call.message.whole()};
  if (auto* cache = call.enter()) cache->end_flight(flight);
}

/// Flight, longest back-off (0: none), how long the server asks to be left alone, flag: retrying is useless, a random
/// number in [0, 1). The fetch has failed and ends.
void fail_flight(Call& call) {
  auto& in = call.message;
  const FlightId flight{in.whole()};
  const Millis longest{in.real()};
  const Millis told{in.real()};
  const bool lasting = in.flag();
  const auto random = in.real();
  auto* cache = call.enter();
  if (!cache) return;
  cache->fail_flight(flight, {longest, told, lasting}, random, call.now);
  cache->end_flight(flight);
}

/// Number of the failed attempt (from 1), shortest and longest delay, a random number in [0, 1). Replies with the
/// delay.
void retry_after(Call& call) {
  auto& in = call.message;
  const auto attempt = in.whole(std::uint64_t{1} << 31);
  const Millis base{in.real()};
  const Millis most{in.real()};
  const auto random = in.real();
  if (call.enter()) call.reply.number(retry_delay(static_cast<int>(attempt), base, most, random).value);
}

/// Key, interval, debounce, flag: fetch while the page is hidden, OnEvent, OnLoad, longest back-off, timestamp of the
/// shown answer (NaN: none), expected version if any, tags. Replies with the watch.
void watch(Call& call) {
  auto& in = call.message;
  const auto key = in.text();
  WatchTimes times;
  times.interval = Millis{in.number(times.interval.value)};
  times.debounce = Millis{in.number(times.debounce.value)};
  times.while_hidden = in.flag();
  times.on_event = static_cast<OnEvent>(in.whole(3));
  times.on_load = static_cast<OnLoad>(in.whole(3));
  times.longest_wait = Millis{in.real()};
  const auto timestamp = in.number();
  times.version = in.maybe_text();
  times.tags = in.texts();
  auto* cache = call.enter();
  if (!cache) return;
  const auto shown = std::isnan(timestamp) ? std::nullopt : std::optional(Millis{timestamp});
  call.reply.number(static_cast<std::uint32_t>(cache->watch(key, times, shown)));
}

/// Watch.
void unwatch(Call& call) {
  const WatchId id{call.message.whole()};
  if (auto* cache = call.enter()) cache->coordinator().remove(id, call.now);
}

/// Key. Its shown answer is not fresh.
void outdated(Call& call) {
  const auto key = call.message.text();
  if (auto* cache = call.enter()) cache->coordinator().outdated(key);
}

void set_visible(Call& call) {
  const bool visible = call.message.flag();
  if (auto* cache = call.enter()) cache->coordinator().set_visible(visible);
}

/// Time before which events may have been missed.
void catch_up(Call& call) {
  const Millis since{call.message.real()};
  if (auto* cache = call.enter()) cache->coordinator().catch_up(since, call.now);
}

/// Time before which events may have been missed, types of these events.
void catch_up_after_load(Call& call) {
  const Millis since{call.message.real()};
  const auto types = call.message.texts();
  if (auto* cache = call.enter()) cache->catch_up_after_load(types, since);
}

void retry_failed(Call& call) {
  if (auto* cache = call.enter()) cache->retry_failed(call.now);
}

/// Key. Its fetch begins, but did not come from take_due.
void begin_refresh(Call& call) {
  const auto key = call.message.text();
  if (auto* cache = call.enter()) cache->coordinator().started(key);
}

/// Key, RefreshEnd, timestamp of the answer.
void end_refresh(Call& call) {
  /// js/border/names.ts has the same list.
  enum RefreshEnd : std::uint8_t { succeeded, failed, discarded, refresh_ends };
  const auto key = call.message.text();
  const auto end = call.message.whole(refresh_ends);
  const Millis timestamp{call.message.number()};
  auto* cache = call.enter();
  if (!cache) return;
  auto& coordinator = cache->coordinator();
  if (end == succeeded) coordinator.succeeded(key, timestamp);
  if (end == failed) coordinator.failed(key, call.now);
  if (end == discarded) coordinator.discarded(key);
}

/// Replies with the keys that are due, and counts their fetches as begun.
void take_due(Call& call) {
  if (auto* cache = call.enter()) call.reply.texts(cache->take_due(call.now));
}

/// Key. Replies whether it is watched, whether its last fetch succeeded, the timestamp of its answer (NaN: none), when
/// it is fetched next, and the number of its watchers.
void watch_status(Call& call) {
  const auto key = call.message.text();
  auto* cache = call.enter();
  if (!cache) return;
  const auto status = cache->coordinator().status(key);
  call.reply.flag(status.has_value());
  if (!status) return;
  call.reply.flag(status->last_success);
  call.reply.number(status->last_update ? status->last_update->value : std::nan(""));
  call.reply.number(status->next.value);
  call.reply.number(static_cast<double>(status->watchers));
}

namespace {

constexpr std::array all{begin_flight,  is_void,     end_flight,  fail_flight, retry_after,         watch,
                         unwatch,       outdated,    set_visible, catch_up,    catch_up_after_load, retry_failed,
                         begin_refresh, end_refresh, take_due,    watch_status};

}  // namespace

const Calls fetching_calls{all};

}  // namespace cardcache::border
