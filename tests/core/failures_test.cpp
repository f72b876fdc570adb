#include "core/fetching/failures.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/random.hpp"
#include "support/selectors.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr Millis start{1'000'000};
constexpr Millis longest{300'000};
constexpr Millis year{31'536'000'000};

Millis after(double milliseconds) { return start + Millis{milliseconds}; }

void fail(Failures& failures, const std::string& key, Millis now, double random = 0, Millis told = Millis{0}) {
  failures.add({.key = key, .tags = {}, .longest = longest, .told = told}, now, random);
}

bool nobody(std::string_view) { return false; }

}  // namespace

TEST_CASE("failures: a first one holds up nobody, further ones ever longer") {
  Failures failures;
  CHECK(failures.asked_from("plan", longest) == long_ago);
  fail(failures, "plan", start);
  CHECK(failures.has("plan"));
  CHECK(failures.asked_from("plan", longest) == long_ago);
  for (const double wait : {5'000, 10'000, 20'000, 40'000, 80'000, 150'000, 150'000}) {
    fail(failures, "plan", start);
    CHECK(failures.asked_from("plan", longest) == after(wait));
  }
  CHECK(failures.asked_from("teams", longest) == long_ago);
}

TEST_CASE("failures: half of a wait is left to chance") {
  Failures failures;
  fail(failures, "plan", start);
  fail(failures, "plan", start, 0.999);
  CHECK(failures.asked_from("plan", longest) > after(9'990));
  CHECK(failures.asked_from("plan", longest) < after(10'000));
}

TEST_CASE("failures: whoever asks waits no longer than its own policy allows") {
  Failures failures;
  for (int row = 0; row < 9; ++row) fail(failures, "plan", start);
  CHECK(failures.asked_from("plan", Millis{20'000}) == after(10'000));
  CHECK(failures.asked_from("plan", Millis{0}) == long_ago);
}

TEST_CASE("failures: what is not to be remembered is not") {
  Failures failures;
  for (int row = 0; row < 3; ++row)
    failures.add({.key = "plan", .tags = {}, .longest = Millis{0}, .told = longest}, start, 0);
  CHECK_FALSE(failures.has("plan"));
}

TEST_CASE("failures: what the server asks for is heeded from the first on, for an hour at most") {
  Failures failures;
  fail(failures, "plan", start, 0, Millis{42'000});
  CHECK(failures.asked_from("plan", longest) == after(42'000));
  CHECK(failures.polled_from("plan", start, Millis{10'000}, longest) == after(42'000));
  fail(failures, "plan", after(42'000), 0, Millis{1'000});
  CHECK(failures.asked_from("plan", longest) == after(47'000));
  fail(failures, "teams", start, 0, year);
  CHECK(failures.asked_from("teams", longest) == after(3'600'000));
  failures.add({.key = "goals", .tags = {}, .longest = Millis{86'400'000}, .told = year}, start, 0);
  CHECK(failures.asked_from("goals", Millis{86'400'000}) == after(86'400'000));
}

TEST_CASE("failures: an answer ends the row, an older one does not") {
  Failures failures;
  for (int row = 0; row < 2; ++row) fail(failures, "plan", start);
  failures.forget_before("plan", start);
  CHECK(failures.has("plan"));
  failures.forget_before("teams", after(1));
  CHECK(failures.has("plan"));
  failures.forget_before("plan", after(1));
  CHECK_FALSE(failures.has("plan"));
  fail(failures, "plan", start);
  failures.forget("teams");
  CHECK(failures.has("plan"));
  failures.forget("plan");
  CHECK_FALSE(failures.has("plan"));
}

TEST_CASE("failures: an invalidation that selects the key ends the waiting, and a further failure waits longer still") {
  Failures failures;
  const auto fail_tagged = [&] {
    failures.add({.key = "plan:sara", .tags = {"daily"}, .exempt_from_events = true, .longest = longest}, start, 0);
  };
  const auto waits = [&] { return failures.asked_from("plan:sara", longest) != long_ago; };
  for (int row = 0; row < 2; ++row) fail_tagged();
  for (const auto& selector : {by_text("teams"), by_text(":tom"), by_tag("weekly"), by_keys({"plan"})}) {
    failures.end_waits(selector, false);
    CHECK(waits());
  }
  for (const auto& selector :
       {by_text("plan"), by_text(":sara"), by_text("*"), by_tag("daily"), by_keys({"plan:sara"})}) {
    failures.end_waits(selector, true);
    CHECK(waits());
    failures.end_waits(selector, false);
    CHECK_FALSE(waits());
    fail_tagged();
    CHECK(waits());
  }
  CHECK(failures.asked_from("plan:sara", longest) == after(150'000));
  failures.end_wait("teams");
  CHECK(waits());
  failures.end_wait("plan:sara");
  CHECK_FALSE(waits());
  fail_tagged();
  failures.end_waits();
  CHECK_FALSE(waits());
}

TEST_CASE("failures: where trying again is in vain no poll is a quick one") {
  Failures failures;
  failures.add({.key = "plan", .tags = {}, .longest = longest, .lasting = true}, start, 0);
  CHECK(failures.polled_from("plan", start, Millis{180'000}, longest) == after(180'000));
  CHECK(failures.asked_from("plan", longest) == long_ago);
}

TEST_CASE("failures: a poll whose failure says nothing of the server waits as a healthy one does") {
  Failures failures;
  fail(failures, "plan", start);
  CHECK(failures.polled_from("plan", after(60'000), Millis{180'000}, longest) == after(240'000));
  CHECK(failures.polled_from("plan", after(60'000), never, longest) == after(360'000));
}

TEST_CASE("failures: a row that nobody goes on with is forgotten in time, one that is polled is not") {
  Failures failures;
  for (int row = 0; row < 2; ++row) fail(failures, "plan", start, 0.999);
  failures.sweep(after(309'999), nobody);
  CHECK(failures.has("plan"));
  failures.sweep(after(310'000), [](std::string_view key) { return key == "plan"; });
  CHECK(failures.has("plan"));
  failures.sweep(after(310'000), nobody);
  CHECK_FALSE(failures.has("plan"));
  fail(failures, "plan", start, 0, Millis{600'000});
  failures.sweep(after(1'199'999), nobody);
  CHECK(failures.has("plan"));
}

TEST_CASE("failures: of too many keys the one that failed longest ago is forgotten") {
  Failures failures;
  for (std::size_t key = 0; key <= Failures::most_keys; ++key)
    fail(failures, "key_" + std::to_string(key), after(key == 7 ? -1.0 : static_cast<double>(key)));
  CHECK(failures.size() == Failures::most_keys);
  CHECK_FALSE(failures.has("key_7"));
  CHECK(failures.has("key_0"));
  CHECK(failures.has("key_256"));
  failures.clear();
  CHECK(failures.size() == 0);
}

TEST_CASE("retry delay: a random share of the doubled base, at most the longest") {
  CHECK(retry_delay(0, Millis{500}, Millis{30'000}, 0.5) == Millis{250});
  CHECK(retry_delay(1, Millis{500}, Millis{30'000}, 0) == Millis{0});
  CHECK(retry_delay(1, Millis{500}, Millis{30'000}, 0.5) == Millis{250});
  CHECK(retry_delay(3, Millis{500}, Millis{30'000}, 0.5) == Millis{1'000});
  CHECK(retry_delay(10, Millis{500}, Millis{30'000}, 0.5) == Millis{15'000});
  CHECK(retry_delay(10'000, Millis{500}, Millis{30'000}, 0.5) == Millis{15'000});
  Random random;
  for (int attempt = 1; attempt < 100; ++attempt) {
    const auto delay = retry_delay(attempt, Millis{500}, Millis{30'000}, random.below(1'000) / 1'000.0);
    CHECK(delay >= Millis{0});
    CHECK(delay < Millis{30'000});
  }
}
