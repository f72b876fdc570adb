#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/millis.hpp"
#include "core/storage/storage_space.hpp"

namespace cardcache {

/// The time as one page has seen it. When the clock goes back, storage begins anew once for all users of a page: a
/// cache that notices it later must leave what was written since.
class PageClock {
 public:
  /// `space` must outlive this.
  explicit PageClock(StorageSpace& space)
      : space_(space), latest_(space.latest_time_seen()), beginning_(space.beginnings()) {}

  /// True where the clock went back by more than a minute.
  bool observe(Millis now) {
    opened_ = std::min(opened_, now);
    const bool went_back = space_.observe(now) || now + clock_tolerance < latest_;
    latest_ = went_back ? now : std::max(latest_, now);
    beginning_ = space_.beginnings();
    return went_back;
  }
  /// A time that was seen since the last observe().
  void saw(Millis time) {
    latest_ = std::max(latest_, time);
    // Where all has begun anew since, that was another time.
    if (beginning_ == space_.beginnings()) space_.saw(time);
  }
  /// A time that another tab has seen.
  void heard(Millis time) {
    latest_ = std::max(latest_, time);
    space_.saw(time);
  }

  [[nodiscard]] Millis latest() const { return latest_; }
  /// The first time that was observed.
  [[nodiscard]] Millis opened() const { return opened_; }

 private:
  StorageSpace& space_;
  Millis opened_ = never;
  Millis latest_;
  /// Of the space, when the time was last observed.
  std::uint32_t beginning_;
};

}  // namespace cardcache
