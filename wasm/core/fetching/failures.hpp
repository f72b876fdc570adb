#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/millis.hpp"
#include "core/keys/selector.hpp"

namespace cardcache {

/// Of fetches that failed one after the other, by key: when the server is to be asked again. Whoever asks for a key
/// shares it. An answer ends a key's row of failures; an invalidation that selects the key, or the network's return,
/// ends the waiting alone, so that a further failure waits longer still.
class Failures {
 public:
  /// Beyond this many keys the one that failed longest ago is forgotten.
  static constexpr std::size_t most_keys = 256;
  /// So many failures in a row are followed by a quick poll: a server that restarts is back within half a minute.
  static constexpr int quick_polls = 3;
  /// How long failures in a row are waited out where a policy says nothing.
  static constexpr Millis usual_longest{300'000};
  /// A server that says when to come back is believed for so long.
  static constexpr Millis longest_told{3'600'000};

  struct Failed {
    std::string key;
    std::vector<std::string> tags;
    bool exempt_from_events = false;
    /// What its policy allows; 0: it is not remembered.
    Millis longest;
    /// What the server asked for.
    Millis told{0};
    /// `retry.when` gave false: a quick retry is pointless.
    bool lasting = false;
  };

  /// `random` in [0, 1) spreads the retries of many pages: half of each wait is certain, so that no failing server is
  /// asked in a tight row.
  void add(Failed failed, Millis now, double random);
  /// There is an answer.
  void forget(std::string_view key);
  /// There is one that was true at `timestamp`: it ends a row of older failures.
  void forget_before(std::string_view key, Millis timestamp);
  void end_waits();
  void end_wait(std::string_view key);
  void end_waits(const Selector& selector, bool skips_exempt);
  /// Forgets rows without a new failure for as long again as the last wait, unless `is_polled` says that another
  /// attempt will come.
  template <typename Predicate>
  void sweep(Millis now, const Predicate& is_polled) {
    changes_ += std::erase_if(rows_, [&](const Row& row) { return is_over(row, now) && !is_polled(row.last.key); });
  }
  void clear() {
    rows_.clear();
    ++changes_;
  }
  /// Another number says that asked_from() or polled_from() may give another time.
  [[nodiscard]] std::size_t changes() const { return changes_; }

  /// Whether the last fetch of it failed.
  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// From when on a request may start a fetch; `longest` is what its policy allows. A first failure delays no request,
  /// unless the server said so.
  [[nodiscard]] Millis asked_from(std::string_view key, Millis longest) const;
  /// When a poll of that interval that failed at `at` comes next. After the quick ones never sooner than that of a
  /// healthy server would.
  [[nodiscard]] Millis polled_from(std::string_view key, Millis at, Millis interval, Millis longest) const;
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  struct Row {
    Failed last;
    int count = 0;
    Millis at;
    /// In [0.5, 1).
    double share = 1;
    bool waits = true;
  };

  [[nodiscard]] const Row* find(std::string_view key) const;
  [[nodiscard]] static Millis wait_of(const Row& row, Millis longest);
  [[nodiscard]] static bool is_over(const Row& row, Millis now);

  std::vector<Row> rows_;
  std::size_t changes_ = 0;
};

/// Full jitter: a random share of base · 2^(attempt − 1), at most `most`. `attempt` counts from 1, `random` is in [0,
/// 1).
[[nodiscard]] Millis retry_delay(int attempt, Millis base, Millis most, double random);

}  // namespace cardcache
