// Says for each test how long it took and which mutants it came by, so that a mutant need only meet the tests that can
// notice it. One line a test in the file that CARDCACHE_MUTANTS_REACHED names.
#include <catch2/catch_test_case_info.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "mutation_switch.hpp"

namespace {

class ReachedListener final : public Catch::EventListenerBase {
 public:
  using EventListenerBase::EventListenerBase;

  void testCaseStarting(const Catch::TestCaseInfo& /*info*/) override {
    mutation::reached.assign(mutation::reached.size(), false);
    began_ = std::chrono::steady_clock::now();
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    const auto* path = std::getenv("CARDCACHE_MUTANTS_REACHED");
    if (!path) return;
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began_;
    auto* file = std::fopen(path, "a");
    if (!file) return;
    std::fprintf(file, "%s\t%.3f\t", stats.testInfo->name.c_str(), took.count());
    for (std::size_t id = 0; id < mutation::reached.size(); ++id) {
      if (mutation::reached[id]) std::fprintf(file, "%zu ", id);
    }
    std::fprintf(file, "\n");
    std::fclose(file);
  }

 private:
  std::chrono::steady_clock::time_point began_;
};

}  // namespace

CATCH_REGISTER_LISTENER(ReachedListener)
