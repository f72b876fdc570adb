// The whole cache against the simplest thing that could be right: a list of what was said, asked anew every time.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/random.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

/// What was set, until when it is fresh, and nothing else: no tiers, no invalidations, no limits.
class Model {
 public:
  struct Answer {
    std::string json;
    Millis expires_at;
    std::vector<std::string> tags;
    bool exempt_from_events;
  };

  void set(const std::string& key, Answer answer) { answers_.insert_or_assign(key, std::move(answer)); }
  bool remove(const std::string& key, Millis now) {
    const bool fresh = get(key, now).has_value();
    answers_.erase(key);
    return fresh;
  }
  [[nodiscard]] std::optional<std::string> get(const std::string& key, Millis now) const {
    const auto found = answers_.find(key);
    return found == answers_.end() || now >= found->second.expires_at ? std::nullopt
                                                                      : std::optional(found->second.json);
  }
  std::size_t drop(const Selector& selector, bool skips_exempt, Millis now) {
    std::size_t count = 0;
    std::erase_if(answers_, [&](const auto& one) {
      const auto& [key, answer] = one;
      if (!selector.selects(key, answer.tags) || (skips_exempt && answer.exempt_from_events)) return false;
      count += now < answer.expires_at ? 1 : 0;
      return true;
    });
    return count;
  }
  [[nodiscard]] std::map<std::string, std::string> fresh(const Selector& selector, Millis now) const {
    std::map<std::string, std::string> out;
    for (const auto& [key, answer] : answers_) {
      if (now < answer.expires_at && selector.selects(key, answer.tags)) out.emplace(key, answer.json);
    }
    return out;
  }

 private:
  std::map<std::string, Answer> answers_;
};

constexpr std::array<std::string_view, 10> keys{"plan:sara",      "plan:sarah", "plan:tom",     "tasks:sara:30",
                                                "tasks:sara:300", "tasks:None", "tasks:tom:30", "teams",
                                                "team_7",         "paid:sara"};
constexpr std::array<std::string_view, 9> selectors{":sara", ":None",   "plan",     "tasks:sara:30", "tasks:*:30",
                                                    "*",     "nowhere", "paid:tom", ":tom"};
constexpr std::array<std::string_view, 2> tags{"red", "blue"};

}  // namespace

TEST_CASE("model: over hits, ends, reloads, invalidations and events the cache says what the model says") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 20; ++round) {
    MapArea area;
    REQUIRE(area.set(u"homeassistant", u"not ours"));
    Model model;
    auto tab = std::make_unique<Tab>(&area);
    // Some answers are on their way while other things happen: key, value, void by now.
    struct Flying {
      FlightId id;
      std::string key;
      Millis timestamp;
      bool is_superseded;
      bool exempt_from_events;
    };
    std::vector<Flying> flying;
    int value = 0;
    const auto life = [&] { return Millis{static_cast<double>(random.below(4 * 3'600'000))}; };
    const auto drop = [&](const Selector& selector, bool skips_exempt) {
      for (auto& one : flying) {
        if (selector.selects(one.key, {}) && !(skips_exempt && one.exempt_from_events)) one.is_superseded = true;
      }
      return model.drop(selector, skips_exempt, tab->now);
    };

    for (int step = 0; step < 600; ++step) {
      if (!random.chance(4)) tab->now = tab->now + Millis{static_cast<double>(random.below(600'000))};
      const std::string key(random.one_of(keys));
      INFO("round " << round << ", step " << step << ", " << key);
      switch (random.below(12)) {
        case 0:
        case 1:
        case 2: {
          const auto json = std::to_string(++value);
          SetOptions options{.ttl = life(), .reach = random.chance(4) ? Reach::memory : Reach::storage};
          if (random.chance(3)) options.tags.emplace_back(random.one_of(tags));
          options.exempt_from_events = key.starts_with("paid");
          for (auto& one : flying) one.is_superseded = one.is_superseded || one.key == key;
          const auto result = tab->set(key, json, options);
          REQUIRE(result.kept);
          REQUIRE(result.timestamp >= tab->now);
          if (options.reach == Reach::memory) {
            model.remove(key, tab->now);
            REQUIRE(tab->get(key) == (options.ttl->value > 0 ? std::optional(json) : std::nullopt));
            REQUIRE_FALSE(area.holds(u"cardcache_" + to_utf16(key)));
            tab->cache.drop_resident(key);
            tab->observe();
          } else {
            model.set(key, {json, result.timestamp + *options.ttl, options.tags, options.exempt_from_events});
          }
          break;
        }
        case 3: {
          for (auto& one : flying) one.is_superseded = one.is_superseded || one.key == key;
          tab->observe();
          const bool expected = model.remove(key, tab->now);
          REQUIRE(tab->cache.remove(key, tab->now) == expected);
          tab->observe();
          break;
        }
        case 4: {
          const auto selector =
              random.chance(4) ? by_tag(std::string(random.one_of(tags))) : by_text(random.one_of(selectors));
          // Which tags a flight's answer will have is not known here: those by tag are asked with none on their way.
          if (selector.tag && !flying.empty()) break;
          const auto expected = drop(selector, false);
          REQUIRE(tab->invalidate(selector) == expected);
          break;
        }
        case 5: {
          tab->observe();
          const auto expected = drop({}, true);
          const std::vector<Party> parties{{"sara", {}}};
          REQUIRE(tab->cache.apply_event("event", {}, parties, true, tab->now).invalidated == expected);
          tab->observe();
          break;
        }
        case 6: {
          const bool kept = key.starts_with("paid");
          // As the page does: what is not joined fills nothing.
          for (auto& one : flying) one.is_superseded = one.is_superseded || one.key == key;
          tab->cache.supersede_flights(key);
          const auto flight = tab->fetch(key, {}, kept);
          flying.push_back({flight, key, tab->now, false, kept});
          break;
        }
        case 7: {
          if (flying.empty()) break;
          const auto one = flying.back();
          flying.pop_back();
          const auto json = std::to_string(++value);
          const auto ttl = life();
          REQUIRE(tab->cache.is_superseded(one.id) == one.is_superseded);
          SetOptions options{.ttl = ttl};
          options.exempt_from_events = one.exempt_from_events;
          REQUIRE(tab->land(one.id, one.key, json, options) == !one.is_superseded);
          if (one.is_superseded) break;
          model.set(one.key, {json, one.timestamp + ttl, {}, one.exempt_from_events});
          break;
        }
        case 8:
          tab->sweep();
          break;
        case 9: {
          if (!random.chance(4)) break;
          // A reload: what was on its way is lost with the page.
          tab = std::make_unique<Tab>(&area, TabOptions{.seed = random.below(1'000), .now = tab->now});
          flying.clear();
          break;
        }
        default:
          REQUIRE(tab->get(key) == model.get(key, tab->now));
      }
      const auto selector = by_text(random.one_of(selectors));
      const auto expected = model.fresh(selector, tab->now);
      tab->observe();
      const auto found = tab->cache.keys(selector, tab->now);
      REQUIRE(found.size() == expected.size());
      for (const auto& one : found) {
        REQUIRE(expected.contains(one));
        REQUIRE(tab->get(one) == expected.at(one));
      }
      REQUIRE(tab->space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
      REQUIRE(area.holds(u"homeassistant"));
    }
  }
}

TEST_CASE("model: whatever the area refuses or throws away, nothing is answered that was not said last") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 20; ++round) {
    MapArea area;
    REQUIRE(area.set(u"homeassistant", std::u16string(500, u'h')));
    area.quota = 3'000;
    Tab here(&area, {.memory = {.ttl = hour, .max_entries = 4}, .budget = 2'500, .seed = 1});
    std::map<std::string, std::string> last;
    for (int step = 0; step < 400; ++step) {
      const std::string key(random.one_of(keys));
      INFO("round " << round << ", step " << step << ", " << key);
      here.now = here.now + Millis{static_cast<double>(random.below(60'000))};
      switch (random.below(8)) {
        case 0:
        case 1: {
          const auto json = "\"" + std::to_string(step) + std::string(random.below(900), 'x') + "\"";
          here.set(key, json);
          last[key] = json;
          break;
        }
        case 2: {
          const auto selector = by_text(random.one_of(selectors));
          here.invalidate(selector);
          std::erase_if(last, [&](const auto& one) { return selector.selects(one.first, {}); });
          break;
        }
        case 3:
          area.refuses = random.chance(2);
          break;
        case 4:
          if (random.chance(10)) {
            area.throw_away();
            REQUIRE(area.set(u"homeassistant", std::u16string(500, u'h')) != area.refuses);
            here.cache.on_area_change(std::nullopt, std::nullopt, here.now);
          }
          break;
        default:
          // It may have been evicted; it is never another than the last.
          if (const auto found = here.get(key)) REQUIRE(*found == last[key]);
      }
      REQUIRE(area.bytes() <= area.quota);
      REQUIRE(here.space.bytes() == static_cast<double>(area.bytes_under(u"cardcache_")));
    }
  }
}
