// What other processes did: answers in the store that they share, and what they invalidated.
#include <algorithm>
#include <utility>

#include "core/two_tier_cache.hpp"

namespace cardcache {

SetResult TwoTierCache::adopt_remote(const SetRequest& request, Millis timestamp, Millis now) {
  storage_.keep_invalidations();
  return adopt(request.key, facts_of(request, timestamp), now);
}

void TwoTierCache::learn_floor(Invalidation invalidation, Millis now) {
  storage_.keep_invalidations();
  // Further ahead it would push answers of now to where they are not believed.
  invalidation.at = std::min(invalidation.at, now + clock_tolerance - Millis{1});
  const InvalidationLog::Heard heard{invalidation, invalidations_.merge(invalidation)};
  apply_heard({&heard, 1}, now);
}

}  // namespace cardcache
