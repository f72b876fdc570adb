#include "core/coordinator.hpp"

#include <algorithm>
#include <utility>

namespace cardcache {
namespace {

constexpr Millis first_retry{5'000};

Millis backed_off(int attempt, Millis base, Millis most) {
  return Millis{std::min(base.value * static_cast<double>(1U << (std::clamp(attempt, 1, 30) - 1)), most.value)};
}

}  // namespace

Millis retry_delay(int attempt, Millis base, Millis most, double random) {
  return Millis{backed_off(attempt, base, most).value * random};
}

Coordinator::State* Coordinator::find(std::string_view key) {
  const auto* position = positions_.find(key);
  return position ? &states_[*position] : nullptr;
}

const Coordinator::State* Coordinator::find(std::string_view key) const {
  return const_cast<Coordinator*>(this)->find(key);
}

WatchId Coordinator::add(std::string_view key, const WatchTimes& times, std::optional<Millis> timestamp) {
  auto* state = find(key);
  if (!state) {
    positions_.put(key, static_cast<std::uint32_t>(states_.size()));
    states_.push_back({});
    state = &states_.back();
    state->key = key;
  }
  if (state->watchers.empty()) {
    // What an earlier watcher showed may be gone by now: only what this one shows counts.
    state->updated = timestamp;
  } else if (timestamp) {
    state->updated = std::max(state->updated.value_or(long_ago), *timestamp);
  }
  state->abandoned = never;
  state->on_event = times.on_event;
  state->version = times.version;
  const WatchId id{next_watch_++};
  state->watchers.push_back({id, times});
  return id;
}

void Coordinator::remove(WatchId id, Millis now) {
  for (auto& state : states_) {
    const auto gone = std::erase_if(state.watchers, [id](const Watcher& watcher) { return watcher.id == id; });
    if (gone == 0) continue;
    if (state.watchers.empty()) {
      state.abandoned = now;
    } else {
      state.on_event = state.watchers.back().times.on_event;
      state.version = state.watchers.back().times.version;
    }
  }
}

void Coordinator::request(std::string_view key, Millis now) {
  if (auto* state = find(key)) state->requested = now;
}

void Coordinator::catch_up(Millis since, Millis now) {
  for (auto& state : states_) {
    if (state.on_event != OnEvent::refresh || !state.updated || *state.updated >= since) continue;
    state.retry_at = std::min(state.retry_at, now);
    state.retry_since = std::max(state.retry_since, since);
  }
}

void Coordinator::retry_failed(Millis now) {
  for (auto& state : states_) {
    if (state.failures > 0) state.retry_at = now;
  }
}

void Coordinator::started(std::string_view key) {
  auto* state = find(key);
  if (!state) return;
  state->fetching = true;
  if (state->requested) state->serving = std::exchange(state->requested, std::nullopt);
  state->retry_at = never;
}

void Coordinator::failed(std::string_view key, Millis now, double random) {
  auto* state = find(key);
  if (!state) return;
  state->fetching = false;
  ++state->failures;
  state->retry_since = now;
  auto longest = Millis{180'000};
  for (const auto& watcher : state->watchers) longest = std::min(longest, watcher.times.interval);
  // Equal jitter: half of it is certain, so that a failing server is never asked in a tight row.
  const auto delay = backed_off(state->failures, first_retry, longest);
  state->retry_at = now + Millis{delay.value * (0.5 + random / 2)};
}

void Coordinator::succeeded(std::string_view key, Millis timestamp) {
  auto* state = find(key);
  if (!state) return;
  state->fetching = false;
  state->serving.reset();
  state->failures = 0;
  state->retry_at = never;
  state->updated = timestamp;
}

void Coordinator::discarded(std::string_view key) {
  auto* state = find(key);
  if (!state) return;
  state->fetching = false;
  // Whoever asked for it still waits.
  if (!state->requested) state->requested = state->serving;
  state->serving.reset();
  // The server did answer: without this a key that had failed before would never be due again.
  state->failures = 0;
}

void Coordinator::renewed(std::string_view key, Millis timestamp) {
  auto* state = find(key);
  if (!state) return;
  state->updated = timestamp;
  // Younger than what was asked for: a second fetch would bring the same.
  if (state->requested && timestamp > *state->requested) state->requested.reset();
  if (state->serving && timestamp > *state->serving) state->serving.reset();
  if (timestamp <= state->retry_since) return;
  state->failures = 0;
  state->retry_at = never;
}

Millis Coordinator::due(const State& state) const {
  auto interval = never;
  auto debounce = never;
  for (const auto& watcher : state.watchers) {
    if (!visible_ && !watcher.times.while_hidden) continue;
    interval = std::min(interval, watcher.times.interval);
    debounce = std::min(debounce, watcher.times.debounce);
  }
  const bool active = debounce != never;
  if (!active || state.fetching) return never;
  auto due = state.retry_at;
  if (state.requested) due = std::min(due, *state.requested + debounce);
  if (state.failures == 0) due = std::min(due, state.updated ? *state.updated + interval : long_ago);
  return due;
}

Millis Coordinator::next_due() const {
  auto next = never;
  for (const auto& state : states_) next = std::min(next, due(state));
  return next;
}

std::vector<std::string> Coordinator::due_keys(Millis now) const {
  std::vector<std::string> keys;
  for (const auto& state : states_) {
    if (due(state) <= now) keys.push_back(state.key);
  }
  return keys;
}

std::vector<std::string> Coordinator::take_due(Millis now) {
  auto keys = due_keys(now);
  for (const auto& key : keys) started(key);
  return keys;
}

std::optional<Coordinator::Status> Coordinator::status(std::string_view key) const {
  const auto* state = find(key);
  if (!state) return std::nullopt;
  return Status{state->failures == 0, state->updated, due(*state), state->watchers.size()};
}

bool Coordinator::is_watched(std::string_view key) const {
  const auto* state = find(key);
  return state && !state->watchers.empty();
}

OnEvent Coordinator::on_event(std::string_view key) const {
  const auto* state = find(key);
  return state ? state->on_event : OnEvent::refresh;
}

bool Coordinator::understands(std::string_view key, std::string_view version) const {
  const auto* state = find(key);
  return !state || !state->version || *state->version == version;
}

std::vector<std::string> Coordinator::known_keys() const {
  std::vector<std::string> keys;
  keys.reserve(states_.size());
  for (const auto& state : states_) keys.push_back(state.key);
  return keys;
}

void Coordinator::start_anew() {
  for (auto& state : states_) {
    state.updated.reset();
    state.requested.reset();
    state.serving.reset();
    state.retry_at = never;
    state.failures = 0;
  }
}

void Coordinator::sweep(Millis now) {
  const auto gone =
      std::erase_if(states_, [now](const State& state) { return !state.fetching && state.abandoned + linger <= now; });
  if (gone == 0) return;
  positions_.clear();
  for (std::uint32_t i = 0; i < states_.size(); ++i) positions_.put(states_[i].key, i);
}

}  // namespace cardcache
