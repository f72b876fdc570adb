// Two tabs over one area, through every weather a page may have: clocks that are set, reloads, quotas that shrink, an
// area that refuses. Beside them the simplest model that can be right: what was said last about each key.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/random.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr std::array<std::string_view, 10> keys{"plan:sara",      "plan:sarah", "plan:tom",     "tasks:sara:30",
                                                "tasks:sara:300", "tasks:None", "tasks:tom:30", "teams",
                                                "team_7",         "paid:sara"};
constexpr std::array<std::string_view, 8> selectors{":sara", ":None", "plan",       "tasks:sara:30",
                                                    "*",     ":tom",  "tasks:*:30", "nowhere"};
constexpr std::array<std::string_view, 2> tags{"red", "blue"};
constexpr std::u16string_view prefix = u"cardcache_";
constexpr std::size_t plenty = 100'000;

struct Said {
  std::string json;
  Millis timestamp, expires_at;
  std::vector<std::string> tags;
  bool exempt_from_events = false;
  /// Who said it: while that page stands it must know it, whatever becomes of storage.
  std::size_t by = 0;
  bool in_memory_alone = false;
  /// The record as it was written; empty where it was not.
  std::u16string record;
};

class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {
    area_.quota = plenty;
    REQUIRE(area_.set(foreign_key, foreign_text));
    for (std::size_t tab = 0; tab < tabs_.size(); ++tab) load(tab);
  }

  World(const World&) = delete;
  World& operator=(const World&) = delete;
  /// A failure says what led to it.
  ~World() {
    if (std::uncaught_exceptions() > 0) WARN(trail());
  }

  void step() {
    const auto tab = weather_ == Weather::fair ? random_.below(2) : 0;
    const std::string key(random_.one_of(keys));
    pass_time();
    switch (random_.below(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        say(tab, key);
        break;
      case 4:
        forget(tab, key);
        break;
      case 5:
        invalidate(tab,
                   random_.chance(4) ? by_tag(std::string(random_.one_of(tags))) : by_text(random_.one_of(selectors)));
        break;
      case 6:
        mutation_event(tab);
        break;
      case 7:
        if (weather_ == Weather::fair && random_.chance(4)) load(tab);
        break;
      case 8:
        tabs_[tab]->sweep();
        break;
      case 9:
        turn_weather();
        break;
      case 10:
        if (weather_ == Weather::fair && random_.chance(20)) set_clock_back();
        break;
      default:
        ask(tab, key);
    }
    tell_others(tab);
    if (random_.chance(64)) look_over(tab);
    REQUIRE(area_.get(foreign_key) == foreign_text);
    REQUIRE(area_.bytes() <= std::max(area_.quota, filled_));
  }

 private:
  enum class Weather : std::uint8_t { fair, full, refusing, clinging };
  using Texts = std::map<std::u16string, std::u16string, std::less<>>;

  static constexpr std::u16string_view foreign_key = u"homeassistant";
  static constexpr std::u16string_view foreign_text = u"not ours";

  // ---- what happens

  void note(std::string what) {
    trail_.push_back(whole_number((now_ - start).value) + " " + std::move(what));
    if (trail_.size() > 40) trail_.pop_front();
  }

  [[nodiscard]] std::string trail() const {
    std::string out;
    for (const auto& one : trail_) out += one + "\n";
    return out;
  }

  void pass_time() {
    // Up to ten minutes mostly, now and then ten days, and no two things in one millisecond.
    const double most = random_.chance(500) ? 864'000'000 : 600'000;
    now_ = now_ + Millis{1 + std::floor(most * random_.below(1'000) / 1'000)};
    for (auto& tab : tabs_) tab->now = now_;
  }

  void say(std::size_t tab, const std::string& key) {
    SetOptions options{.ttl = Millis{static_cast<double>(random_.below(8 * 3'600'000))}};
    if (random_.chance(6)) options.reach = Reach::memory;
    if (random_.chance(3)) options.tags.emplace_back(random_.one_of(tags));
    options.exempt_from_events = key.starts_with("paid");
    auto json = "\"" + std::to_string(++said_count_) + "\"";
    if (random_.chance(4)) json.insert(1, random_.below(900), 'x');
    const auto result = tabs_[tab]->set(key, json, options);
    REQUIRE(result.kept);
    REQUIRE(result.timestamp >= now_);
    const auto name = area_key(key);
    Said said{
        json, result.timestamp, result.timestamp + *options.ttl, options.tags, options.exempt_from_events, tab, false,
        {}};
    said.in_memory_alone = options.reach == Reach::memory;
    if (!said.in_memory_alone && area_.holds(name) && area_.texts().find(name)->second != before_[name]) {
      said.record = area_.texts().find(name)->second;
    }
    note("tab " + std::to_string(tab) + " says " + key + " " + json.substr(json.size() < 8 ? 0 : json.size() - 8) +
         (said.in_memory_alone  ? " in memory"
          : said.record.empty() ? " (not stored)"
                                : "") +
         " until " + whole_number((said.expires_at - start).value));
    supersede(tab, key, false);
    last_.insert_or_assign(key, std::move(said));
  }

  void forget(std::size_t tab, const std::string& key) {
    const auto must = is_sure(tab, key);
    const auto may = may_answer(tab, key);
    tabs_[tab]->observe();
    const bool existed = tabs_[tab]->cache.remove(key, now_);
    note("tab " + std::to_string(tab) + " forgets " + key);
    REQUIRE((existed || !must));
    REQUIRE((!existed || may));
    tabs_[tab]->observe();
    supersede(tab, key, false);
    last_.erase(key);
  }

  void invalidate(std::size_t tab, const Selector& selector) {
    drop(tab, selector, false, [&] { return tabs_[tab]->invalidate(selector); });
  }

  void mutation_event(std::size_t tab) {
    drop(tab, {}, true, [&] {
      tabs_[tab]->observe();
      const std::vector<Party> parties{{"sara", {}}};
      const auto count = tabs_[tab]->cache.apply_event("event", {}, parties, true, now_).invalidated;
      tabs_[tab]->observe();
      return count;
    });
  }

  template <typename Action>
  void drop(std::size_t tab, const Selector& selector, bool skips_exempt, Action&& act) {
    note("tab " + std::to_string(tab) + " drops " + selector.to_text() + (skips_exempt ? " but paid" : ""));
    const auto selects = [&](std::string_view key, const Said& said) {
      return selector.selects(key, said.tags) && !(skips_exempt && said.exempt_from_events);
    };
    std::size_t least = 0;
    std::size_t most = 0;
    std::vector<std::string> gone;
    for (const auto key : keys) {
      const auto last = last_.find(key);
      const auto older = older_[tab].find(key);
      const bool is_selected = last != last_.end() && selects(key, last->second);
      least += is_selected && is_sure(tab, key) ? 1 : 0;
      most += is_selected || (older != older_[tab].end() && selects(key, older->second)) ? 1 : 0;
      if (is_selected) gone.emplace_back(key);
    }
    const auto older = older_;
    const std::size_t count = act();
    REQUIRE(count >= least);
    REQUIRE(count <= most);
    for (const auto& key : gone) {
      // Its invalidation reaches all, unless there is no room for it.
      supersede(tab, key, weather_ == Weather::fair);
      last_.erase(key);
    }
    for (std::size_t i = 0; i < older.size(); ++i) {
      for (const auto& [key, said] : older[i]) {
        if (!selects(key, said)) {
          older_[i].try_emplace(key, said);
        } else if (i == tab || weather_ == Weather::fair) {
          older_[i].erase(key);
        }
      }
    }
  }

  /// A page is decrypted, or decrypted anew.
  void load(std::size_t tab) {
    note("tab " + std::to_string(tab) + " is loaded");
    tabs_[tab] =
        std::make_unique<Tab>(&area_, TabOptions{.budget = 6'000, .seed = random_.below(1'000'000), .now = now_});
    for (auto& [key, said] : last_) {
      // What never reached storage went with the page.
      if (said.by == tab && said.record.empty()) said.expires_at = long_ago;
      if (said.by == tab) said.by = tabs_.size();
    }
    older_[tab].clear();
  }

  void turn_weather() {
    if (weather_ != Weather::fair) {
      clear_up();
      return;
    }
    if (!random_.chance(4)) return;
    weather_ = static_cast<Weather>(1 + random_.below(3));
    filled_ = area_.bytes();
    note("weather " + std::to_string(static_cast<int>(weather_)));
    area_.quota = weather_ == Weather::full ? filled_ + random_.below(400) : plenty;
    area_.refuses = weather_ == Weather::refusing || weather_ == Weather::clinging;
    area_.clings = weather_ == Weather::clinging;
  }

  /// What could not be done in storage is done with the next idle time; the other tab hears of it then.
  void clear_up() {
    note("fair weather");
    weather_ = Weather::fair;
    area_.quota = plenty;
    area_.refuses = area_.clings = false;
    filled_ = 0;
    // The first takes out what clung, the second counts what is left.
    tabs_[0]->sweep();
    tabs_[0]->sweep();
    REQUIRE(tabs_[0]->space.bytes() == static_cast<double>(area_.bytes_under(prefix)));
  }

  void set_clock_back() {
    // Both have seen the time from which it goes back.
    for (auto& tab : tabs_) tab->observe();
    now_ = now_ - Millis{static_cast<double>(60'001 + random_.below(864'000'000))};
    note("the clock is set back");
    for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
      tabs_[tab]->now = now_;
      REQUIRE(tabs_[tab]->observe());
      tell_others(tab);
    }
    last_.clear();
    for (auto& older : older_) older.clear();
    REQUIRE(area_.bytes_under(prefix) <= 60);
  }

  /// Other tabs hear of every key that changed, if late.
  void tell_others(std::size_t from) {
    note_changes();
    if (weather_ != Weather::fair) return;
    if (untold_.empty()) return;
    for (const auto& name : std::exchange(untold_, {})) {
      for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
        if (tab != from) tabs_[tab]->hear(area_, name);
      }
    }
    // Hearing may itself remove what it finds void.
    before_ = area_.texts();
  }

  void note_changes() {
    bool is_changed = false;
    const auto note_one = [&](const std::u16string& name) {
      untold_.insert(name);
      is_changed = true;
    };
    for (const auto& [name, text] : area_.texts()) {
      const auto known = before_.find(name);
      if (known == before_.end() || known->second != text) note_one(name);
    }
    for (const auto& [name, text] : before_) {
      if (!area_.holds(name)) note_one(name);
    }
    if (is_changed) before_ = area_.texts();
  }

  // ---- what must be

  void ask(std::size_t tab, std::string_view key) {
    const auto found = tabs_[tab]->get(key);
    INFO("tab " << tab << " at " << now_.value);
    if (!found) {
      REQUIRE_FALSE(is_sure(tab, key));
      return;
    }
    INFO("answered " << *found);
    REQUIRE(may_answer(tab, key, found));
  }

  void look_over(std::size_t tab) {
    tabs_[tab]->observe();
    const auto found = tabs_[tab]->cache.keys({}, now_);
    for (const auto& key : found) {
      INFO("tab " << tab << " lists " << key);
      REQUIRE(may_answer(tab, key));
    }
    for (const auto key : keys) {
      INFO("tab " << tab << " asks for " << key);
      const bool listed = std::ranges::find(found, key) != found.end();
      REQUIRE((listed || !is_sure(tab, key)));
      ask(tab, key);
    }
  }

  /// Nothing that happened can have taken it from this tab.
  [[nodiscard]] bool is_sure(std::size_t tab, std::string_view key) const {
    const auto found = last_.find(key);
    if (found == last_.end() || now_ >= found->second.expires_at) return false;
    const auto& said = found->second;
    // What lies in no storage nobody else can take away; of a record that goes nobody can tell whether it was evicted.
    if (said.record.empty()) return said.by == tab && now_ < said.timestamp + default_memory_ttl;
    // What was to make room and would not go is void.
    if (weather_ == Weather::clinging) return false;
    const auto record = area_.texts().find(area_key(key));
    return record != area_.texts().end() && record->second == said.record;
  }

  [[nodiscard]] bool may_answer(std::size_t tab, std::string_view key, std::optional<std::string> with = {}) const {
    const auto fits = [&](const Said& said) { return now_ < said.expires_at && (!with || *with == said.json); };
    const auto found = last_.find(key);
    if (found != last_.end() && fits(found->second) && (!found->second.in_memory_alone || found->second.by == tab))
      return true;
    // Nobody could tell this tab that its own is no longer the last.
    const auto older = older_[tab].find(key);
    return older != older_[tab].end() && fits(older->second);
  }

  /// What was said about the key counts no more. Others hear of that by what changes in the area; where nothing of it
  /// lay there any more they may go on with what they have in memory.
  void supersede(std::size_t by, const std::string& key, bool is_told) {
    const auto found = last_.find(key);
    const auto name = area_key(key);
    const auto before = before_.find(name);
    const auto after = area_.texts().find(name);
    const bool had = before != before_.end();
    const bool has = after != area_.texts().end();
    is_told = is_told || had != has || (had && before->second != after->second);
    for (std::size_t tab = 0; tab < tabs_.size(); ++tab) {
      if (tab == by || is_told) {
        older_[tab].erase(key);
      } else if (found != last_.end() && (found->second.by == tab || !found->second.record.empty())) {
        older_[tab].insert_or_assign(key, found->second);
      }
    }
  }

  static std::u16string area_key(std::string_view key) { return std::u16string(prefix) + to_utf16(key); }

  Random random_;
  MapArea area_;
  Millis now_ = start;
  Weather weather_ = Weather::fair;
  std::size_t filled_ = 0;
  std::array<std::unique_ptr<Tab>, 2> tabs_;
  /// What lay in the area before this step, and which of its keys the other tab has yet to hear of.
  Texts before_;
  std::set<std::u16string> untold_;
  std::map<std::string, Said, std::less<>> last_;
  std::array<std::map<std::string, Said, std::less<>>, 2> older_;
  int said_count_ = 0;
  std::deque<std::string> trail_;
};

}  // namespace

TEST_CASE("model: under every fault of the area two tabs answer what was said last, or what they lost in it") {
  const auto first = Catch::getSeed();
  for (std::uint32_t round = 0; round < tries(20); ++round) {
    INFO("--rng-seed " << first << ", round " << round);
    World world(first + round);
    for (int step = 0; step < 10'000; ++step) {
      INFO("step " << step);
      world.step();
    }
  }
}
