#include "core/cache/statistics_report.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

EndpointNumbers endpoint_of(const StatisticsReport& report, std::string_view name) {
  REQUIRE(std::ranges::count(report.endpoints, name) == 1);
  REQUIRE(report.endpoints.size() == report.endpoint_numbers.size());
  const auto at = std::ranges::find(report.endpoints, name) - report.endpoints.begin();
  return report.endpoint_numbers[static_cast<std::size_t>(at)];
}

}  // namespace

TEST_CASE("statistics report: of a cache that nothing was asked of everything is 0") {
  MapArea area;
  Tab tab(&area, {.budget = 1'000});
  const auto [numbers, endpoints, endpoint_numbers] = report_statistics(tab.cache, start);
  CHECK(numbers.memory.hit_rate == 0);
  CHECK(numbers.memory.entries == 0);
  CHECK(numbers.storage.entries == 0);
  CHECK(numbers.available == 1);
  CHECK(numbers.budget == 1'000);
  CHECK(numbers.bytes == 0);
  CHECK(endpoints.empty());
  CHECK(endpoint_numbers.empty());
}

TEST_CASE("statistics report: entries are counted by tier and by endpoint, those in both tiers once an endpoint") {
  MapArea area;
  Tab(&area).set("plan:sara", "1");
  Tab tab(&area);
  tab.set("plan:tom", "2");
  tab.set("teams", "3", {.reach = Reach::memory});
  tab.invalidate("nowhere");
  const auto report = report_statistics(tab.cache, start);
  CHECK(report.numbers.memory.entries == 2);
  CHECK(report.numbers.storage.entries == 2);
  CHECK(report.numbers.invalidations == 1);
  CHECK(report.numbers.bytes == static_cast<double>(area.bytes()));
  CHECK(report.numbers.plain_bytes == report.numbers.bytes);
  CHECK(report.endpoints.size() == 2);
  CHECK(endpoint_of(report, "plan").entries == 2);
  CHECK(endpoint_of(report, "teams").entries == 1);
}

TEST_CASE("statistics report: in an area that nothing was asked of yet the bytes are those that lie there") {
  MapArea area;
  Tab(&area).set("plan", "1");
  Tab tab(&area);
  const auto report = report_statistics(tab.cache, start);
  CHECK(report.numbers.bytes == static_cast<double>(area.bytes()));
  CHECK(report.numbers.storage.entries == 1);
}

TEST_CASE("statistics report: hits and misses make the rate, and stand by endpoint") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  for (int i = 0; i < 3; ++i) CHECK(tab.get("plan"));
  CHECK_FALSE(tab.get("teams"));
  tab.observe();
  const auto report = report_statistics(tab.cache, start);
  CHECK(report.numbers.memory.hits == 3);
  CHECK(report.numbers.memory.misses == 1);
  CHECK(report.numbers.memory.hit_rate == 0.75);
  CHECK(report.numbers.storage.misses == 1);
  CHECK(report.numbers.storage.hit_rate == 0);
  CHECK(endpoint_of(report, "plan").hits == 3);
  CHECK(endpoint_of(report, "plan").entries == 1);
  CHECK(endpoint_of(report, "teams").misses == 1);
  CHECK(endpoint_of(report, "teams").entries == 0);
}

TEST_CASE("statistics report: one question makes a rate") {
  Tab tab(nullptr);
  tab.set("plan", "1", {.reach = Reach::memory});
  CHECK(tab.get("plan"));
  tab.observe();
  CHECK(report_statistics(tab.cache, start).numbers.memory.hit_rate == 1);
}

TEST_CASE("statistics report: what else was counted is in it") {
  Tab tab(nullptr);
  auto& statistics = tab.cache.statistics();
  tab.cache.note_error(ErrorKind::crypto, "plan");
  statistics.memory.evictions = 4;
  statistics.storage.expired = 5;
  statistics.events_seen = 6;
  statistics.events_concerned = 3;
  const auto numbers = report_statistics(tab.cache, start).numbers;
  CHECK(numbers.available == 0);
  CHECK(numbers.errors[static_cast<std::size_t>(ErrorKind::crypto)] == 1);
  CHECK(numbers.memory.evictions == 4);
  CHECK(numbers.storage.expired == 5);
  CHECK(numbers.events_seen == 6);
  CHECK(numbers.events_concerned == 3);
}
