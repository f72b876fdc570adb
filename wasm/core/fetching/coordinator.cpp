#include "core/fetching/coordinator.hpp"

#include <algorithm>
#include <utility>

namespace cardcache {
Coordinator::State* Coordinator::find(std::string_view key) {
  const auto* position = positions_.find(key);
  moved_ = moved_ || position;
  return position ? &states_[*position] : nullptr;
}

const Coordinator::State* Coordinator::find(std::string_view key) const {
  const auto* position = positions_.find(key);
  return position ? &states_[*position] : nullptr;
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
    // And who shows nothing is to hear why.
    if (!timestamp) state->failed_at.reset();
  } else if (timestamp) {
    state->updated = std::max(state->updated.value_or(long_ago), *timestamp);
  }
  state->abandoned = never;
  state->newest = times;
  moved_ = true;
  const WatchId id{next_watch_++};
  state->watchers.push_back({id, times});
  if (timestamp) catch_up_after_load(*state);
  return id;
}

void Coordinator::remove(WatchId id, Millis now) {
  moved_ = true;
  for (auto& state : states_) {
    const auto gone = std::erase_if(state.watchers, [id](const Watcher& watcher) { return watcher.id == id; });
    if (gone == 0) continue;
    if (state.watchers.empty()) {
      state.abandoned = now;
    } else {
      state.newest = state.watchers.back().times;
    }
  }
}

void Coordinator::request(std::string_view key, Millis now) {
  if (auto* state = find(key)) state->requested = now;
}

void Coordinator::outdated(std::string_view key) {
  if (auto* state = find(key)) mark_outdated(*state);
}

void Coordinator::mark_outdated(State& state) {
  if (state.requested) return;
  state.wanted = long_ago;
  state.wanted_since = state.updated.value_or(long_ago);
}

void Coordinator::catch_up(Millis since, Millis now) {
  moved_ = true;
  for (auto& state : states_) {
    if (state.newest.on_event != OnEvent::refresh || !state.updated || *state.updated >= since) continue;
    state.wanted = std::min(state.wanted, now);
    state.wanted_since = std::max(state.wanted_since, since);
  }
}

void Coordinator::catch_up_after_load(std::vector<Selector> missed, Millis since) {
  moved_ = true;
  missed_ = std::move(missed);
  missed_before_ = since;
  for (auto& state : states_) catch_up_after_load(state);
}

void Coordinator::catch_up_after_load(State& state) {
  if (state.newest.on_event != OnEvent::refresh || state.newest.on_load == OnLoad::stale) return;
  if (!state.updated || *state.updated >= missed_before_) return;
  const auto selects = [&](const Selector& selector) { return selector.selects(state.key, {}); };
  if (std::ranges::any_of(missed_, selects)) mark_outdated(state);
}

void Coordinator::retry_failed(Millis now) {
  moved_ = true;
  for (auto& state : states_) {
    if (!state.failed_at) continue;
    state.wanted = now;
    state.wanted_since = *state.failed_at;
  }
}

void Coordinator::started(std::string_view key) {
  auto* state = find(key);
  if (!state) return;
  state->fetching = true;
  if (state->requested) state->serving = std::exchange(state->requested, std::nullopt);
  state->wanted = never;
}

void Coordinator::failed(std::string_view key, Millis now) {
  auto* state = find(key);
  if (!state) return;
  state->fetching = false;
  state->wanted = never;
  state->failed_at = now;
}

void Coordinator::succeeded(std::string_view key, Millis timestamp) {
  auto* state = find(key);
  if (!state) return;
  state->fetching = false;
  state->serving.reset();
  state->failed_at.reset();
  state->wanted = never;
  state->updated = timestamp;
}

void Coordinator::discarded(std::string_view key) {
  auto* state = find(key);
  if (!state) return;
  state->fetching = false;
  // The request that it served is still open.
  if (!state->requested) state->requested = state->serving;
  state->serving.reset();
  // The server did answer.
  state->failed_at.reset();
}

void Coordinator::renewed(std::string_view key, Millis timestamp, std::span<const std::string> tags) {
  auto* state = find(key);
  if (!state) return;
  state->updated = timestamp;
  state->tags.assign(tags.begin(), tags.end());
  // Younger than what was asked for: a second fetch would bring the same.
  if (state->requested && timestamp > *state->requested) state->requested.reset();
  if (state->serving && timestamp > *state->serving) state->serving.reset();
  if (timestamp > state->wanted_since) state->wanted = never;
  if (state->failed_at && timestamp > *state->failed_at) state->failed_at.reset();
}

void Coordinator::tagged(std::string_view key, std::span<const std::string> tags) {
  if (auto* state = find(key)) state->tags.assign(tags.begin(), tags.end());
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
  auto due = state.wanted;
  if (state.failed_at) {
    const auto longest = state.newest.longest_wait;
    due = std::min(std::max(due, failures_.asked_from(state.key, longest)),
                   failures_.polled_from(state.key, *state.failed_at, interval, longest));
  } else {
    due = std::min(due, state.updated ? *state.updated + interval : long_ago);
  }
  if (state.requested) due = std::min(due, *state.requested + debounce);
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
  return Status{!state->failed_at, state->updated, due(*state), state->watchers.size()};
}

bool Coordinator::is_watched(std::string_view key) const {
  const auto* state = find(key);
  return state && !state->watchers.empty();
}

bool Coordinator::is_failing(std::string_view key) const {
  const auto* state = find(key);
  return state && state->failed_at;
}

bool Coordinator::is_selected(std::string_view key, const Selector& selector) const {
  const auto* state = find(key);
  if (!state) return false;
  const auto selects = [&](const std::vector<std::string>& tags) { return selector.selects(key, tags); };
  const auto wanted = [&](const Watcher& watcher) { return selects(watcher.times.tags); };
  return selects(state->tags) || selects(state->newest.tags) || std::ranges::any_of(state->watchers, wanted);
}

OnEvent Coordinator::on_event(std::string_view key) const {
  const auto* state = find(key);
  return state ? state->newest.on_event : OnEvent::refresh;
}

bool Coordinator::understands(std::string_view key, std::string_view version) const {
  const auto* state = find(key);
  return !state || !state->newest.version || *state->newest.version == version;
}

std::vector<std::string> Coordinator::known_keys() const {
  std::vector<std::string> keys;
  keys.reserve(states_.size());
  for (const auto& state : states_) keys.push_back(state.key);
  return keys;
}

void Coordinator::start_anew() {
  moved_ = true;
  for (auto& state : states_) {
    state.updated.reset();
    state.requested.reset();
    state.serving.reset();
    state.wanted = never;
    state.failed_at.reset();
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
