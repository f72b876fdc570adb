// What other processes did: answers in the store that they share, and what they invalidated.
#include <algorithm>
#include <utility>

#include "core/two_tier_cache.hpp"

namespace cardcache {

SetResult TwoTierCache::adopt_remote(const SetRequest& request, Millis timestamp, Millis now) {
  storage_.keep_floors();
  return adopt(request.key, facts_of(request, timestamp), now);
}

void TwoTierCache::learn_floor(Floor floor, Millis now) {
  storage_.keep_floors();
  // Further ahead it would push answers of now to where they are not believed.
  floor.at = std::min(floor.at, now + clock_tolerance - Millis{1});
  absorb(floor, now);
}

}  // namespace cardcache
