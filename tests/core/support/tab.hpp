#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cache/two_tier_cache.hpp"
#include "core/storage/storage_space.hpp"
#include "map_area.hpp"

namespace cardcache::testing {

/// The moment at which tests begin.
inline constexpr Millis start{1'764'000'000'000};
inline constexpr Millis second{1'000};
inline constexpr Millis minute{60'000};
inline constexpr Millis hour{3'600'000};
inline constexpr Millis day{86'400'000};

// NOLINTBEGIN(readability-redundant-member-init): without them GCC asks for every field that a test leaves out.
struct TabOptions {
  std::string name_space = "cardcache_";
  std::optional<std::string> user{};
  MemoryLimits memory{};
  double budget = 2'097'152;
  Millis storage_ttl = default_storage_ttl;
  double compress_above = RecordForm{}.compress_above;
  bool foreign = false;
  AlertLimits alerts{};
  std::uint32_t seed = 1;
  Millis now = start;
};

struct SetOptions {
  std::optional<Millis> ttl{};
  Millis expires_at = never;
  std::vector<std::string> tags{};
  std::string version{};
  double cost = 1;
  double bytes = 0;
  bool exempt_from_events = false;
  Millis grace{0};
  Reach reach = Reach::storage;
  std::optional<FlightId> flight{};
};
// NOLINTEND(readability-redundant-member-init)

/// A whole sweep of storage, in small slices.
inline void sweep(StorageSpace& space, Millis now, std::size_t steps = 8) {
  space.begin_sweep();
  while (space.maintain(now, steps)) continue;
}

inline LookupRequest asking_for(std::string_view key) {
  LookupRequest request;
  request.key = key;
  return request;
}

/// One page's half of the cache: it holds the values, here their JSON, and does with the core what the shim in js/
/// does. Its clock stands still until a test moves it.
class Tab {
 public:
  explicit Tab(StorageArea* area, const TabOptions& options = {})
      : now(options.now),
        space(area, options.name_space, options.budget, {options.storage_ttl, options.compress_above, options.foreign}),
        cache(options.memory, space.tier_of(options.user), options.alerts, options.seed) {
    observe();
  }

  bool observe() {
    cache.drain_hits(std::exchange(ring_, {}));
    cache.saw(std::exchange(seen_, long_ago));
    const bool went_back = cache.observe(now);
    let_go();
    return went_back;
  }

  SetResult set(std::string_view key, std::string_view json, const SetOptions& options = {}) {
    observe();
    const SetRequest request{.key = key,
                             .reach = options.reach,
                             .json = options.reach == Reach::storage ? std::optional(json) : std::nullopt,
                             .ttl = options.ttl,
                             .facts = {.timestamp = {},
                                       .expires_at = options.expires_at,
                                       .tags = options.tags,
                                       .version = options.version,
                                       .cost = options.cost,
                                       .bytes = options.bytes,
                                       .exempt_from_events = options.exempt_from_events,
                                       .grace = options.grace},
                             .flight = options.flight};
    auto result = cache.set(request, now);
    let_go();
    if (result.slot) hold(*result.slot, key, json);
    return result;
  }

  /// A hit is decided as in a page: from the tables alone.
  [[nodiscard]] std::optional<std::string> get(std::string_view key) {
    if (const auto known = slots_.find(key); known != slots_.end() && now >= std::max(cache.believed_from(), seen_)) {
      const auto slot = known->second;
      if (now.value < cache.memory().deadlines()[slot]) {
        ring_.push_back(slot);
        seen_ = now;
        return values_[slot];
      }
    }
    return ask(asking_for(key));
  }

  [[nodiscard]] std::optional<std::string> ask(const LookupRequest& request) {
    observe();
    const auto found = cache.look_up(request, now);
    let_go();
    if (found.where == Lookup::Where::nowhere) return std::nullopt;
    if (found.where == Lookup::Where::memory) return values_[static_cast<std::uint32_t>(found.slot)];
    auto json = found.json;
    if (!request.peek) {
      if (const auto slot = cache.admit(request.key, found.facts, now)) {
        let_go();
        hold(*slot, request.key, json);
      }
    }
    return json;
  }

  [[nodiscard]] Lookup::Where where(std::string_view key) {
    observe();
    auto request = asking_for(key);
    request.peek = true;
    return cache.look_up(request, now).where;
  }

  std::size_t invalidate(std::string_view selector) { return invalidate(parse_selector(selector).value()); }

  std::size_t invalidate(const Selector& selector) {
    observe();
    const auto count = cache.invalidate(selector, now);
    let_go();
    return count;
  }

  FlightId fetch(std::string_view key, std::vector<std::string> tags = {}, bool exempt_from_events = false) {
    observe();
    return cache.begin_flight(key, std::move(tags), exempt_from_events, now);
  }

  /// The fetch ends with this answer; true where it was kept.
  bool land(FlightId flight, std::string_view key, std::string_view json, SetOptions options = {}) {
    options.flight = flight;
    const auto kept = set(key, json, options).kept;
    cache.end_flight(flight);
    return kept;
  }

  /// Another tab brings an answer; true where it was taken.
  bool adopt(std::string_view key, std::string_view json, const EntryFacts& facts) {
    observe();
    const auto result = cache.adopt(key, facts, now);
    let_go();
    if (result.slot) hold(*result.slot, key, json);
    return result.kept;
  }

  /// Hears of a change that another tab made to one key of the area.
  void hear(const MapArea& area, std::u16string_view area_key) {
    observe();
    const auto found = area.texts().find(area_key);
    cache.on_area_change(to_wtf8(area_key), found == area.texts().end() ? std::nullopt : std::optional(found->second),
                         now);
    let_go();
  }

  /// With all the idle time that it takes.
  void sweep() {
    observe();
    cache.sweep(now);
    while (cache.maintain(now)) let_go();
    let_go();
  }

  /// Those of the slots that the core said to be empty, over all calls so far.
  [[nodiscard]] const std::vector<std::pair<std::string, MemoryTier::Dropped>>& dropped() const { return dropped_; }
  [[nodiscard]] std::size_t held() const { return values_.size(); }

  Millis now;
  StorageSpace space;
  TwoTierCache cache;

 private:
  void hold(SlotId slot, std::string_view key, std::string_view json) {
    const auto number = static_cast<std::uint32_t>(slot);
    slots_.insert_or_assign(std::string(key), number);
    names_[number] = key;
    values_[number] = json;
  }

  void let_go() {
    for (const auto& one : std::exchange(cache.memory().dropped(), {})) {
      const auto number = static_cast<std::uint32_t>(one.slot);
      dropped_.emplace_back(names_[number], one);
      slots_.erase(names_[number]);
      names_.erase(number);
      values_.erase(number);
    }
  }

  std::map<std::string, std::uint32_t, std::less<>> slots_;
  std::map<std::uint32_t, std::string> names_, values_;
  std::vector<std::uint32_t> ring_;
  Millis seen_ = long_ago;
  std::vector<std::pair<std::string, MemoryTier::Dropped>> dropped_;
};

}  // namespace cardcache::testing
