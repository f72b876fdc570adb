#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/millis.hpp"
#include "core/base/string_map.hpp"
#include "core/fetching/failures.hpp"
#include "core/keys/selector.hpp"

namespace cardcache {

enum class WatchId : std::uint32_t {};

/// What a mutation event does to an entry that it selects.
enum class OnEvent : std::uint8_t { refresh, invalidate, keep };

/// What is fetched after a page was loaded: `missed` what an event may have invalidated meanwhile, `stale` nothing that
/// is fresh, `always` whatever the page did not fetch itself.
enum class OnLoad : std::uint8_t { missed, stale, always };

struct WatchTimes {
  Millis interval{180'000};
  Millis debounce{300};
  bool while_hidden = false;
  OnEvent on_event = OnEvent::refresh;
  /// Which answers the watcher understands; nullopt: all.
  std::optional<std::string> version;
  std::vector<std::string> tags;
  /// How long failures in a row are waited out; 0: they are not remembered.
  Millis longest_wait = Failures::usual_longest;
  OnLoad on_load = OnLoad::missed;
};

/// Says when each watched key is to be fetched next. It fetches nothing and starts no timer: the page asks next_due(),
/// waits that long, and takes what is due. Keys that nobody watches, or that only hidden pages watch, are never due.
/// What ends while it is watched is fetched by its interval: how often a server is asked is the watcher's to say.
class Coordinator {
 public:
  /// `failures` must outlive this.
  explicit Coordinator(const Failures& failures) : failures_(failures) {}

  struct Status {
    bool last_success = true;
    std::optional<Millis> last_update;
    Millis next = never;
    std::size_t watchers = 0;
  };

  /// `timestamp` tells how old the answer is that the watcher shows; nullopt where it has none, then the key is due at
  /// once.
  WatchId add(std::string_view key, const WatchTimes& times, std::optional<Millis> timestamp);
  void remove(WatchId id, Millis now);
  void set_visible(bool visible) {
    visible_ = visible;
    moved_ = true;
  }

  /// An invalidation or an event wants these fetched anew: after the debounce, counted from the last of a burst.
  void request(std::string_view key, Millis now);
  /// What is shown is not fresh: it is due at once, unless it is asked for already.
  void outdated(std::string_view key);
  /// Events before `since` may have been missed: what is older is due at once, but for answers that events do not
  /// refetch.
  void catch_up(Millis since, Millis now);
  /// The same after a load, for what these select, whether it is watched already or will be.
  void catch_up_after_load(std::vector<Selector> missed, Millis since);
  /// The network is back: what failed is tried again at once.
  void retry_failed(Millis now);

  void started(std::string_view key);
  void failed(std::string_view key, Millis now);
  void succeeded(std::string_view key, Millis timestamp);
  /// The fetch was superseded: its answer was discarded, and the key is as due as before.
  void discarded(std::string_view key);
  /// The answer is from `timestamp` now, however it came here.
  void renewed(std::string_view key, Millis timestamp, std::span<const std::string> tags = {});
  /// The tags of the answer that is there.
  void tagged(std::string_view key, std::span<const std::string> tags);

  [[nodiscard]] Millis next_due() const;
  /// Whether anything has happened since the last call by which that may be another time.
  [[nodiscard]] bool take_moved() {
    const bool failures_changed = std::exchange(failures_seen_, failures_.changes()) != failures_.changes();
    return std::exchange(moved_, false) || failures_changed;
  }
  [[nodiscard]] std::vector<std::string> due_keys(Millis now) const;
  /// Keys due at `now`; they count as started.
  [[nodiscard]] std::vector<std::string> take_due(Millis now);

  [[nodiscard]] std::optional<Status> status(std::string_view key) const;
  [[nodiscard]] bool is_watched(std::string_view key) const;
  /// Whether its last fetch failed and another one will be due.
  [[nodiscard]] bool is_failing(std::string_view key) const;
  /// By its key, and by the tags of its watchers or of its last answer.
  [[nodiscard]] bool is_selected(std::string_view key, const Selector& selector) const;
  [[nodiscard]] OnEvent on_event(std::string_view key) const;
  /// Whether those who watch it can make use of an answer of that version.
  [[nodiscard]] bool understands(std::string_view key, std::string_view version) const;
  /// Includes keys whose last watcher has just gone: a watcher that comes back must find them due.
  [[nodiscard]] std::vector<std::string> known_keys() const;
  /// The clock was set back: when anything was fetched cannot be told any more, so all that is watched is due.
  void start_anew();
  /// Forgets keys that nobody has watched for `linger`.
  void sweep(Millis now);

  /// A card that is moved or rebuilt comes back within a moment; its key's state waits for it this long.
  static constexpr Millis linger{5'000};

 private:
  struct Watcher {
    WatchId id;
    WatchTimes times;
  };
  struct State {
    std::string key;
    std::vector<Watcher> watchers;
    std::optional<Millis> updated;
    std::optional<Millis> requested;
    /// What the running fetch was asked for by.
    std::optional<Millis> serving;
    /// From when on another answer is wanted, whatever the interval.
    Millis wanted = never;
    /// A younger answer, however it came, is another one.
    Millis wanted_since = long_ago;
    Millis abandoned = never;
    std::optional<Millis> failed_at;
    bool fetching = false;
    /// The newest watcher has said what an answer is worth.
    WatchTimes newest;
    /// Of its last answer.
    std::vector<std::string> tags;
  };

  /// To change it, by which it may be due at another time.
  [[nodiscard]] State* find(std::string_view key);
  [[nodiscard]] const State* find(std::string_view key) const;
  [[nodiscard]] Millis due(const State& state) const;
  void catch_up_after_load(State& state);
  static void mark_outdated(State& state);

  const Failures& failures_;
  std::vector<State> states_;
  StringMap positions_;  // of keys in the list of states
  /// What events may have invalidated before that time, while no page heard them.
  std::vector<Selector> missed_;
  Millis missed_before_ = long_ago;
  std::uint32_t next_watch_ = 1;
  bool visible_ = true, moved_ = false;
  std::size_t failures_seen_ = 0;
};

}  // namespace cardcache
