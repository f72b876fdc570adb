#include "core/keys/keys.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace cardcache;

TEST_CASE("keys: the second segment is the user, what follows are parameters") {
  const auto parts = split_key("recommended_tasks:sara:30:indoors");
  CHECK(parts.endpoint == "recommended_tasks");
  CHECK(parts.user == "sara");
  CHECK_FALSE(parts.shared);
  CHECK(parts.params == "30:indoors");
}

TEST_CASE("keys: no second segment means shared by all") {
  const auto parts = split_key("team_7_metrics");
  CHECK(parts.endpoint == "team_7_metrics");
  CHECK(parts.shared);
  CHECK(parts.user.empty());
  CHECK(parts.params.empty());
}

TEST_CASE("keys: None means shared by all and may have parameters") {
  const auto parts = split_key("available_tasks:None:7");
  CHECK(parts.shared);
  CHECK(parts.user.empty());
  CHECK(parts.params == "7");
}

TEST_CASE("keys: None stands for nobody only as the whole second segment") {
  CHECK_FALSE(split_key("daily_plan:Nonesuch").shared);
  CHECK_FALSE(split_key("daily_plan:sara:None").shared);
  CHECK(split_key("None").endpoint == "None");
  CHECK(split_key("None:sara").user == "sara");
}

TEST_CASE("keys: nothing is unescaped") {
  CHECK(split_key("a%3Ab:c%3Ad").endpoint == "a%3Ab");
  CHECK(split_key("a%3Ab:c%3Ad").user == "c%3Ad");
  CHECK_FALSE(split_key("daily_plan:%4Eone").shared);
}

TEST_CASE("keys: whatever begins with @ or ! is other users' or the cache's own") {
  CHECK(is_valid_key("teams"));
  CHECK(is_valid_key(":"));
  CHECK(is_valid_key("a@b!"));
  CHECK_FALSE(is_valid_key(""));
  CHECK_FALSE(is_valid_key("@sara/daily_plan"));
  CHECK_FALSE(is_valid_key("!floors"));
}

TEST_CASE("keys: what of a name would be read as structure is escaped") {
  CHECK(escape_segment("daily_plan") == "daily_plan");
  CHECK(escape_segment("a:b*c%d") == "a%3Ab%2Ac%25d");
  CHECK(escape_segment("").empty());
}

TEST_CASE("keys: take_segment takes one segment after the other") {
  std::string_view rest = "a::c";
  CHECK(take_segment(rest) == "a");
  CHECK(rest == ":c");
  CHECK(take_segment(rest).empty());
  CHECK(take_segment(rest) == "c");
  CHECK(rest.empty());
  CHECK(take_segment(rest).empty());
}
