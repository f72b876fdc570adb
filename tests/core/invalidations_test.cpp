#include "core/invalidation/invalidations.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "support/selectors.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

Invalidation invalidation_of(std::string_view selector, double at, bool spares = false) {
  return {by_text(selector), Millis{at}, spares};
}

}  // namespace

TEST_CASE("invalidations: where none selects a key everything is young enough") {
  Invalidations invalidations;
  CHECK(invalidations.latest_for("teams", {}, false) == long_ago);
  CHECK(invalidations.add(invalidation_of(":sara", 100)));
  CHECK(invalidations.latest_for("teams", {}, false) == long_ago);
  CHECK(invalidations.latest_for("daily_plan:sarah", {}, false) == long_ago);
}

TEST_CASE("invalidations: the youngest of those that select a key counts") {
  Invalidations invalidations;
  CHECK(invalidations.add(invalidation_of(":sara", 100)));
  CHECK(invalidations.add(invalidation_of("daily_plan", 200)));
  CHECK(invalidations.add(invalidation_of("*", 50)));
  CHECK(invalidations.latest_for("daily_plan:sara", {}, false) == Millis{200});
  CHECK(invalidations.latest_for("teams:sara", {}, false) == Millis{100});
  CHECK(invalidations.latest_for("teams", {}, false) == Millis{50});
}

TEST_CASE("invalidations: an invalidation by tag holds for what has the tag") {
  Invalidations invalidations;
  const std::vector<std::string> tags{"metrics"};
  CHECK(invalidations.add({by_tag("metrics"), Millis{100}, false}));
  CHECK(invalidations.latest_for("team_7_metrics", tags, false) == Millis{100});
  CHECK(invalidations.latest_for("team_7_metrics", {}, false) == long_ago);
}

TEST_CASE("invalidations: an event's invalidation leaves alone what is exempt from events") {
  Invalidations invalidations;
  CHECK(invalidations.add(invalidation_of("*", 100, true)));
  CHECK(invalidations.latest_for("encouragement:sara", {}, true) == long_ago);
  CHECK(invalidations.latest_for("encouragement:sara", {}, false) == Millis{100});
  CHECK(invalidations.add(invalidation_of("*", 50, false)));
  CHECK(invalidations.latest_for("encouragement:sara", {}, true) == Millis{50});
}

TEST_CASE("invalidations: of two equal selectors the younger stands, and going back changes nothing") {
  Invalidations invalidations;
  CHECK(invalidations.add(invalidation_of(":sara", 100)));
  CHECK(invalidations.add(invalidation_of(":sara", 200)));
  CHECK_FALSE(invalidations.add(invalidation_of(":sara", 200)));
  CHECK_FALSE(invalidations.add(invalidation_of(":sara", 150)));
  CHECK(invalidations.size() == 1);
  CHECK(invalidations.latest_for("daily_plan:sara", {}, false) == Millis{200});
}

TEST_CASE("invalidations: what an event left, a write and an invalidation of one selector stand side by side") {
  Invalidations invalidations;
  CHECK(invalidations.add({by_text(":sara"), Millis{300}, true, false}));
  CHECK(invalidations.add({by_text(":sara"), Millis{200}, true, true}));
  CHECK(invalidations.add({by_text(":sara"), Millis{100}, false, false}));
  CHECK(invalidations.size() == 3);
  CHECK(invalidations.latest_for("plan:sara", {}, true) == Millis{100});
  CHECK_FALSE(invalidations.add({by_text(":sara"), Millis{200}, true, true}));
  CHECK(invalidations.add({by_text(":sara"), Millis{201}, true, true}));
  CHECK(invalidations.size() == 3);
}

TEST_CASE(
    "invalidations: merged with one that spares nothing, the first of them, they spare nothing, and none was a "
    "write's") {
  for (const bool first_spares : {true, false}) {
    Invalidations invalidations;
    CHECK(invalidations.add(invalidation_of("one", 50, first_spares)));
    for (std::size_t i = 0; i < Invalidations::most; ++i) {
      CHECK(invalidations.add(invalidation_of("endpoint_" + std::to_string(i), 100, true)));
    }
    REQUIRE(invalidations.size() == 1);
    CHECK(invalidations.all().front().skips_exempt == first_spares);
    CHECK_FALSE(invalidations.all().front().by_write);
  }
}

TEST_CASE("invalidations: merged, a write's still tells that it is one, unless events' words no longer count") {
  for (const bool all_spare : {true, false}) {
    Invalidations invalidations;
    for (std::size_t i = 0; i < Invalidations::most; ++i) {
      CHECK(invalidations.add({by_text("endpoint_" + std::to_string(i)), Millis{100}, true, i == 7}));
    }
    CHECK(invalidations.add(invalidation_of("one_more", 50, all_spare)));
    REQUIRE(invalidations.size() == 1);
    CHECK(invalidations.all().front().by_write == all_spare);
  }
}

TEST_CASE("invalidations: too many are merged into one over everything, coarser but never lower") {
  Invalidations invalidations;
  for (std::size_t i = 0; i < Invalidations::most; ++i) {
    CHECK(invalidations.add(invalidation_of("endpoint_" + std::to_string(i), 100 + static_cast<double>(i), true)));
  }
  CHECK(invalidations.size() == Invalidations::most);
  CHECK(invalidations.add(invalidation_of("one_more", 50, true)));
  CHECK(invalidations.size() == 1);
  CHECK(invalidations.latest_for("endpoint_0", {}, false) == Millis{227});
  CHECK(invalidations.latest_for("elsewhere", {}, false) == Millis{227});
  // All were left by events: what events leave alone is still left alone.
  CHECK(invalidations.latest_for("elsewhere", {}, true) == long_ago);
}

TEST_CASE("invalidations: merged with one that spares nothing they spare nothing") {
  Invalidations invalidations;
  for (std::size_t i = 0; i < Invalidations::most; ++i) {
    CHECK(invalidations.add(invalidation_of("endpoint_" + std::to_string(i), 100, true)));
  }
  CHECK(invalidations.add(invalidation_of("one_more", 50, false)));
  CHECK(invalidations.latest_for("elsewhere", {}, true) == Millis{100});
}

TEST_CASE("invalidations: what no record can be older than is forgotten") {
  Invalidations invalidations;
  CHECK(invalidations.add(invalidation_of("old", 100)));
  CHECK(invalidations.add(invalidation_of("young", 200)));
  CHECK(invalidations.add(invalidation_of("older", 50)));
  invalidations.expire(Millis{150}, invalidations);
  CHECK(invalidations.size() == 1);
  CHECK(invalidations.latest_for("young", {}, false) == Millis{200});
  CHECK(invalidations.latest_for("old", {}, false) == long_ago);
  invalidations.expire(Millis{200}, invalidations);
  CHECK(invalidations.size() == 1);
}

TEST_CASE("invalidations: an invalidation's text reads back") {
  for (const bool spares : {false, true}) {
    const auto invalidation = invalidation_of("recommended_tasks:*:30", 100, spares);
    const auto read = Invalidation::from_text(invalidation.to_text(), invalidation.at);
    REQUIRE(read);
    CHECK(read->selector == invalidation.selector);
    CHECK(read->skips_exempt == spares);
    CHECK(read->at == invalidation.at);
  }
  const Invalidation write{by_text(":sara"), Millis{100}, true, true};
  const auto read = Invalidation::from_text(write.to_text(), write.at);
  REQUIRE(read);
  CHECK((read->skips_exempt && read->by_write));
  CHECK(read->selector == write.selector);
  CHECK_FALSE(Invalidation::from_text("", Millis{1}));
  CHECK_FALSE(Invalidation::from_text("^", Millis{1}));
  CHECK_FALSE(Invalidation::from_text("~", Millis{1}));
  CHECK_FALSE(Invalidation::from_text("x", Millis{1}));
}
