#include "core/keys/selector.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "support/exact.hpp"
#include "support/random.hpp"
#include "support/selectors.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

bool selects(std::string_view selector, std::string_view key) {
  const auto parsed = parse_selector(selector);
  REQUIRE(parsed);
  return parsed->selects(key, {});
}

}  // namespace

TEST_CASE("selector: a user's name is compared whole") {
  CHECK(selects(":sara", "daily_plan:sara"));
  CHECK(selects(":sara", "recommended_tasks:sara:30"));
  CHECK_FALSE(selects(":sara", "daily_plan:sarah"));
  CHECK_FALSE(selects(":sarah", "daily_plan:sara"));
  CHECK_FALSE(selects(":sara", "daily_plan:Sara"));
  CHECK_FALSE(selects(":sara", "sara"));
  CHECK_FALSE(selects(":sara", "daily_plan:tom:sara"));
}

TEST_CASE("selector: an endpoint's name is compared whole") {
  CHECK(selects("daily_plan", "daily_plan"));
  CHECK(selects("daily_plan", "daily_plan:sara:1"));
  CHECK(selects("daily_plan:", "daily_plan:sara"));
  CHECK_FALSE(selects("daily_plan", "daily_plan_encouragement:sara"));
  CHECK_FALSE(selects("daily_plan_encouragement", "daily_plan:sara"));
}

TEST_CASE("selector: a key selects itself and longer ones") {
  CHECK(selects("recommended_tasks:sara:30", "recommended_tasks:sara:30"));
  CHECK(selects("recommended_tasks:sara:30", "recommended_tasks:sara:30:indoors"));
  CHECK_FALSE(selects("recommended_tasks:sara:30", "recommended_tasks:sara:300"));
  CHECK_FALSE(selects("recommended_tasks:sara:30", "recommended_tasks:sara"));
}

TEST_CASE("selector: a star stands for one whole segment") {
  CHECK(selects("*:sara", "daily_plan:sara"));
  CHECK(selects("daily_plan:*", "daily_plan:sara"));
  CHECK(selects("daily_plan:*", "daily_plan:None"));
  CHECK_FALSE(selects("daily_plan:*", "daily_plan"));
  CHECK(selects("a:*:x", "a:sara:x"));
  CHECK_FALSE(selects("a:*:x", "a:x"));
  CHECK(selects("a:sara:*:x", "a:sara:1:x"));
  CHECK_FALSE(selects("a:sara:*:x", "a:sara:x"));
  CHECK(selects("a:sara:*", "a:sara:1"));
  CHECK_FALSE(selects("a:sara:*", "a:sara"));
  CHECK_FALSE(selects("team_*", "team_7_metrics"));
}

TEST_CASE("selector: None selects what is shared, with and without the word") {
  CHECK(selects(":None", "teams"));
  CHECK(selects(":None", "available_tasks:None:7"));
  CHECK_FALSE(selects(":None", "daily_plan:sara"));
  CHECK(selects("teams:None", "teams"));
  CHECK_FALSE(selects("teams:None", "tasks"));
  CHECK(selects("history:None:week", "history:None:week"));
  CHECK_FALSE(selects("history:None:week", "history:sara:week"));
}

TEST_CASE("selector: a user without a name has nothing, what is shared least of all") {
  Selector selector;
  selector.user = "";
  for (const auto* key : {"teams", "teams:None", "teams::7", "teams:sara"}) CHECK_FALSE(selector.selects(key, {}));
}

TEST_CASE("selector: a star alone selects everything") {
  CHECK(selects("*", "teams"));
  CHECK(selects("*", "daily_plan:sara:1"));
  CHECK(selects("*", "odd::key:"));
  CHECK(parse_selector("*") == Selector{});
}

TEST_CASE("selector: nothing and empty segments are wrong use") {
  for (const auto* text : {"", ":", "::", "a::b", ":sara::", "::sara"}) {
    INFO("'" << text << "'");
    CHECK_FALSE(parse_selector(text));
  }
}

TEST_CASE("selector: a tag is had or not") {
  const auto selector = by_tag("metrics");
  const std::vector<std::string> tags{"eight", "metrics"};
  const std::vector<std::string> others{"metric"};
  CHECK(selector.selects("team_8_metrics", tags));
  CHECK_FALSE(selector.selects("team_8_metrics", others));
  CHECK_FALSE(selector.selects("metrics", {}));
}

TEST_CASE("selector: fields are joined by and") {
  const std::vector<std::string> tags{"metrics"};
  auto selector = by_text("daily_plan:sara");
  selector.tag = "metrics";
  CHECK(selector.selects("daily_plan:sara", tags));
  CHECK_FALSE(selector.selects("daily_plan:sara", {}));
  CHECK_FALSE(selector.selects("daily_plan:tom", tags));
  CHECK_FALSE(selector.selects("teams:sara", tags));
}

TEST_CASE("selector: a list of keys selects these alone, an empty list nothing") {
  const auto listed = by_keys({"teams", "daily_plan:sara"});
  CHECK(listed.selects("teams", {}));
  CHECK_FALSE(listed.selects("teams:None", {}));
  CHECK_FALSE(listed.selects("daily_plan:sara:1", {}));
  const auto none = by_keys({});
  CHECK_FALSE(none.selects("teams", {}));
}

TEST_CASE("selector: a star in a raw key is reached by keys only as itself") {
  const auto listed = by_keys({"a:*"});
  CHECK(listed.selects("a:*", {}));
  CHECK_FALSE(listed.selects("a:sara", {}));
}

TEST_CASE("selector: its text reads back to the same selector") {
  const std::vector<Selector> selectors{
      {},
      by_text("daily_plan"),
      by_text(":sara"),
      by_text(":None"),
      by_text("a:*:30:*"),
      by_text("a.b3:4.x:e5.daily"),
      by_text("nine_char"),
      by_keys({}),
      by_keys({"teams", "", "k3.abc", "*"}),
      by_tag("e5.daily"),
      by_tag(""),
      by_tag(std::string("\0\xED\xA0\xBD", 4)),
  };
  for (const auto& selector : selectors) {
    INFO(selector.to_text());
    CHECK(Selector::from_text(selector.to_text()) == selector);
  }
}

TEST_CASE("selector: any selector's text reads back to it") {
  Random random;
  INFO("--rng-seed " << random.seed());
  const auto text = [&] { return to_wtf8(random_text(random, 6)); };
  for (int round = 0; round < 1'000; ++round) {
    Selector selector;
    if (random.chance(2)) selector.endpoint = text();
    if (random.chance(2)) selector.user = text();
    selector.shared = random.chance(2);
    selector.has_user_segment = random.chance(2);
    for (auto count = random.below(3); count > 0; --count) selector.params.push_back(text());
    if (random.chance(2)) selector.tag = text();
    if (random.chance(2)) {
      selector.keys.emplace();
      for (auto count = random.below(3); count > 0; --count) selector.keys->push_back(text());
    }
    REQUIRE(Selector::from_text(selector.to_text()) == selector);
  }
}

TEST_CASE("selector: texts that no selector wrote are refused") {
  for (const auto* text : {"x1.a", "e", "e5", "e.a", "e-1.a", "e9.abc", "e1.ab", "k1.a", "e99999999999999999999.a",
                           "**", "e.", "e1:a", "e:.0123456789"}) {
    INFO("'" << text << "'");
    CHECK_FALSE(Selector::from_text(text));
  }
}

TEST_CASE("selector: a spoiled text is refused or is another selector, and never read beyond") {
  Random random;
  INFO("--rng-seed " << random.seed());
  auto selector = by_text("daily_plan:sara:30");
  selector.tag = "paid";
  for (int round = 0; round < 3'000; ++round) {
    auto text = selector.to_text();
    text[random.below(static_cast<std::uint32_t>(text.size()))] = static_cast<char>(random.below(256));
    text.resize(random.below(static_cast<std::uint32_t>(text.size() + 1)));
    const Exact exact(std::string_view{text});
    if (const auto read = Selector::from_text(exact.view())) REQUIRE(Selector::from_text(read->to_text()) == read);
  }
}

TEST_CASE("selector: a length beyond every number is none") {
  // 2^64 + 1 and 2^32 + 1.
  CHECK_FALSE(Selector::from_text("e18446744073709551617.x"));
  CHECK_FALSE(Selector::from_text("e4294967297.x"));
  CHECK(Selector::from_text("e1.x"));
}
