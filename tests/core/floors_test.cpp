#include "core/floors.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "support/selectors.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

Floor floor_of(std::string_view selector, double at, bool spares = false) {
  return {by_text(selector), Millis{at}, spares};
}

}  // namespace

TEST_CASE("floors: where none selects a key everything is young enough") {
  Floors floors;
  CHECK(floors.above("teams", {}, false) == long_ago);
  CHECK(floors.raise(floor_of(":sara", 100)));
  CHECK(floors.above("teams", {}, false) == long_ago);
  CHECK(floors.above("daily_plan:sarah", {}, false) == long_ago);
}

TEST_CASE("floors: the youngest of those that select a key counts") {
  Floors floors;
  CHECK(floors.raise(floor_of(":sara", 100)));
  CHECK(floors.raise(floor_of("daily_plan", 200)));
  CHECK(floors.raise(floor_of("*", 50)));
  CHECK(floors.above("daily_plan:sara", {}, false) == Millis{200});
  CHECK(floors.above("teams:sara", {}, false) == Millis{100});
  CHECK(floors.above("teams", {}, false) == Millis{50});
}

TEST_CASE("floors: a floor by tag holds for what has the tag") {
  Floors floors;
  const std::vector<std::string> tags{"metrics"};
  CHECK(floors.raise({by_tag("metrics"), Millis{100}, false}));
  CHECK(floors.above("team_7_metrics", tags, false) == Millis{100});
  CHECK(floors.above("team_7_metrics", {}, false) == long_ago);
}

TEST_CASE("floors: an event's floor leaves alone what is kept on events") {
  Floors floors;
  CHECK(floors.raise(floor_of("*", 100, true)));
  CHECK(floors.above("encouragement:sara", {}, true) == long_ago);
  CHECK(floors.above("encouragement:sara", {}, false) == Millis{100});
  CHECK(floors.raise(floor_of("*", 50, false)));
  CHECK(floors.above("encouragement:sara", {}, true) == Millis{50});
}

TEST_CASE("floors: of two equal selectors the younger stands, and going back changes nothing") {
  Floors floors;
  CHECK(floors.raise(floor_of(":sara", 100)));
  CHECK(floors.raise(floor_of(":sara", 200)));
  CHECK_FALSE(floors.raise(floor_of(":sara", 200)));
  CHECK_FALSE(floors.raise(floor_of(":sara", 150)));
  CHECK(floors.size() == 1);
  CHECK(floors.above("daily_plan:sara", {}, false) == Millis{200});
}

TEST_CASE("floors: what an event left, a write and an invalidation of one selector stand side by side") {
  Floors floors;
  CHECK(floors.raise({by_text(":sara"), Millis{300}, true, false}));
  CHECK(floors.raise({by_text(":sara"), Millis{200}, true, true}));
  CHECK(floors.raise({by_text(":sara"), Millis{100}, false, false}));
  CHECK(floors.size() == 3);
  CHECK(floors.above("plan:sara", {}, true) == Millis{100});
  CHECK_FALSE(floors.raise({by_text(":sara"), Millis{200}, true, true}));
  CHECK(floors.raise({by_text(":sara"), Millis{201}, true, true}));
  CHECK(floors.size() == 3);
}

TEST_CASE(
    "floors: merged with one that spares nothing, the first of them, they spare nothing, and none was a write's") {
  for (const bool first_spares : {true, false}) {
    Floors floors;
    CHECK(floors.raise(floor_of("one", 50, first_spares)));
    for (std::size_t i = 0; i < Floors::most; ++i) {
      CHECK(floors.raise(floor_of("endpoint_" + std::to_string(i), 100, true)));
    }
    REQUIRE(floors.size() == 1);
    CHECK(floors.all().front().spares_kept == first_spares);
    CHECK_FALSE(floors.all().front().by_write);
  }
}

TEST_CASE("floors: merged, a write's still tells that it is one, unless events' words no longer count") {
  for (const bool all_spare : {true, false}) {
    Floors floors;
    for (std::size_t i = 0; i < Floors::most; ++i) {
      CHECK(floors.raise({by_text("endpoint_" + std::to_string(i)), Millis{100}, true, i == 7}));
    }
    CHECK(floors.raise(floor_of("one_more", 50, all_spare)));
    REQUIRE(floors.size() == 1);
    CHECK(floors.all().front().by_write == all_spare);
  }
}

TEST_CASE("floors: too many are merged into one over everything, coarser but never lower") {
  Floors floors;
  for (std::size_t i = 0; i < Floors::most; ++i) {
    CHECK(floors.raise(floor_of("endpoint_" + std::to_string(i), 100 + static_cast<double>(i), true)));
  }
  CHECK(floors.size() == Floors::most);
  CHECK(floors.raise(floor_of("one_more", 50, true)));
  CHECK(floors.size() == 1);
  CHECK(floors.above("endpoint_0", {}, false) == Millis{227});
  CHECK(floors.above("elsewhere", {}, false) == Millis{227});
  // All were left by events: what events leave alone is still left alone.
  CHECK(floors.above("elsewhere", {}, true) == long_ago);
}

TEST_CASE("floors: merged with one that spares nothing they spare nothing") {
  Floors floors;
  for (std::size_t i = 0; i < Floors::most; ++i) {
    CHECK(floors.raise(floor_of("endpoint_" + std::to_string(i), 100, true)));
  }
  CHECK(floors.raise(floor_of("one_more", 50, false)));
  CHECK(floors.above("elsewhere", {}, true) == Millis{100});
}

TEST_CASE("floors: what no record can be older than is forgotten") {
  Floors floors;
  CHECK(floors.raise(floor_of("old", 100)));
  CHECK(floors.raise(floor_of("young", 200)));
  CHECK(floors.raise(floor_of("older", 50)));
  floors.expire(Millis{150}, floors);
  CHECK(floors.size() == 1);
  CHECK(floors.above("young", {}, false) == Millis{200});
  CHECK(floors.above("old", {}, false) == long_ago);
  floors.expire(Millis{200}, floors);
  CHECK(floors.size() == 1);
}

TEST_CASE("floors: a floor's text reads back") {
  for (const bool spares : {false, true}) {
    const auto floor = floor_of("recommended_tasks:*:30", 100, spares);
    const auto read = Floor::from_text(floor.to_text(), floor.at);
    REQUIRE(read);
    CHECK(read->selector == floor.selector);
    CHECK(read->spares_kept == spares);
    CHECK(read->at == floor.at);
  }
  const Floor write{by_text(":sara"), Millis{100}, true, true};
  const auto read = Floor::from_text(write.to_text(), write.at);
  REQUIRE(read);
  CHECK((read->spares_kept && read->by_write));
  CHECK(read->selector == write.selector);
  CHECK_FALSE(Floor::from_text("", Millis{1}));
  CHECK_FALSE(Floor::from_text("^", Millis{1}));
  CHECK_FALSE(Floor::from_text("~", Millis{1}));
  CHECK_FALSE(Floor::from_text("x", Millis{1}));
}
