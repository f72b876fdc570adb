#include "core/cache/statistics.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace cardcache;

TEST_CASE("statistics: endpoints are counted apart") {
  Statistics statistics;
  ++statistics.counts_of("teams").hits;
  ++statistics.counts_of("teams").misses;
  ++statistics.counts_of("plan").hits;
  const auto of = [&](std::string_view name) { return statistics.endpoint(*statistics.endpoint_numbers().find(name)); };
  CHECK(of("teams").hits == 1);
  CHECK(of("teams").misses == 1);
  CHECK(of("plan").hits == 1);
  CHECK(of("plan").misses == 0);
}

TEST_CASE("statistics: keys made of ids do not make them grow for ever, and no count is lost") {
  Statistics statistics;
  for (int i = 0; i < 10'000; ++i) {
    auto& counts = statistics.counts_of("team_" + std::to_string(i));
    counts.hits += 1;
    counts.misses += 2;
  }
  CHECK(statistics.endpoint_numbers().size() == Statistics::most_endpoints + 1);
  double hits = 0;
  double misses = 0;
  statistics.endpoint_numbers().for_each([&](std::string_view, std::uint32_t number) {
    hits += statistics.endpoint(number).hits;
    misses += statistics.endpoint(number).misses;
  });
  CHECK(hits == 10'000);
  CHECK(misses == 20'000);
  // Who was there before goes on being counted by name.
  ++statistics.counts_of("team_7").hits;
  CHECK(statistics.endpoint(*statistics.endpoint_numbers().find("team_7")).hits == 2);
  const auto* rest = statistics.endpoint_numbers().find("…");
  REQUIRE(rest);
  CHECK(statistics.endpoint(*rest).hits == 10'000 - static_cast<double>(Statistics::most_endpoints));
}

TEST_CASE("statistics: every kind is counted apart") {
  Statistics statistics;
  statistics.count(ErrorKind::version);
  statistics.count(ErrorKind::quota);
  statistics.count(ErrorKind::quota);
  CHECK(statistics.errors[static_cast<std::size_t>(ErrorKind::version)] == 1);
  CHECK(statistics.errors[static_cast<std::size_t>(ErrorKind::quota)] == 2);
  CHECK(statistics.errors[static_cast<std::size_t>(ErrorKind::corrupt)] == 0);
}
