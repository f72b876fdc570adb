// Three tabs that fetch, write and invalidate the same keys, while what they tell each other comes late, twice or in
// the wrong order. Beside them the plainest model there is: when each answer was asked for, and what was invalidated
// since.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "core/cache/two_tier_cache.hpp"
#include "support/late_area.hpp"
#include "support/map_area.hpp"
#include "support/random.hpp"
#include "support/selectors.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr std::uint32_t interleavings = tries(10'000);
constexpr int steps = 30;
constexpr std::size_t tab_count = 3;

struct Key {
  std::string_view name;
  std::string_view tag;
  bool exempt_from_events = false;
  bool in_memory_alone = false;

  [[nodiscard]] std::vector<std::string> tags() const {
    return tag.empty() ? std::vector<std::string>{} : std::vector{std::string(tag)};
  }
};

constexpr std::array<Key, 5> keys{{{"plan:sara", "", false, false},
                                   {"plan:tom", "red", false, false},
                                   {"tasks:sara:30", "red", false, true},
                                   {"teams", "", false, false},
                                   {"paid:sara", "", true, false}}};
constexpr std::array<std::string_view, 5> selectors{":sara", "plan", "plan:sara", "*", ":None"};

/// What some tab got from the server, or set.
struct Answer {
  std::size_t key = 0;
  /// The step, and the time, at which it was asked for.
  std::size_t begun = 0;
  Millis at;
  std::size_t by = 0;
  bool is_optimistic = false;
};

struct Invalidation {
  std::size_t step = 0;
  Millis at;
  std::size_t by = 0;
  Selector selector;
  bool skips_exempt = false;
  /// How many changes of the area had been made when it ended.
  std::size_t changes = 0;
};

struct FlightOf {
  FlightId id;
  std::size_t key = 0, answer = 0;
};

struct Told {
  std::size_t to = 0, answer = 0;
  EntryFacts facts;
};

struct Page {
  std::unique_ptr<LateArea> area;
  std::unique_ptr<Tab> tab;
  std::vector<FlightOf> flights;
  /// Changes by others that have yet to arrive in this tab's view, oldest first, and those it has yet to hear of.
  std::vector<std::size_t> coming, unheard;
  /// What it got last for each key.
  std::map<std::size_t, std::size_t> got;
};

class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed), is_one_area_(random_.chance(2)) {
    note(is_one_area_ ? "one area" : "an area that each tab has its own view of");
    for (std::size_t tab = 0; tab < tab_count; ++tab) {
      pages_[tab].area = std::make_unique<LateArea>(tab, &views_[is_one_area_ ? 0 : tab], &log_);
      load(tab);
    }
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  /// A failure says what led to it.
  ~World() {
    if (std::uncaught_exceptions() > 0) WARN(trail_);
  }

  void step() {
    ++step_;
    const auto key = random_.below(keys.size());
    // A tab that does several things in one millisecond stamps some of them ahead of its clock; in which order they and
    // what others do in that moment happened nobody can tell, and it is not judged here.
    const auto tab = actor_ = random_.chance(2) ? random_.below(tab_count) : actor_;
    now_ = now_ + Millis{static_cast<double>(1 + random_.below(random_.chance(4) ? 5'000 : 3))};
    for (auto& page : pages_) page.tab->now = now_;
    switch (random_.below(20)) {
      case 0:
      case 1:
      case 2:
      case 3:
        fetch(tab, key);
        break;
      case 4:
      case 5:
      case 6:
        if (!pages_[tab].flights.empty())
          land(tab, random_.below(static_cast<std::uint32_t>(pages_[tab].flights.size())));
        break;
      case 7:
        if (!pages_[tab].flights.empty()) give_up(tab);
        break;
      case 8:
        set(tab, key);
        break;
      case 9:
        remove(tab, key);
        break;
      case 10:
      case 11:
        invalidate(tab);
        break;
      case 12:
        show_optimistic(tab, key);
        break;
      case 13:
        if (random_.chance(3)) load(tab);
        break;
      case 14:
      case 15:
        bring_told();
        break;
      default:
        bring_change(tab);
    }
    spread();
    ask(random_.below(tab_count), key);
  }

  /// Everything that is under way arrives; then nothing void may be left, all tabs must agree on what was kept last.
  void end() {
    for (auto& page : pages_) {
      while (!page.flights.empty()) {
        page.tab->cache.end_flight(page.flights.back().id);
        page.flights.pop_back();
      }
    }
    while (!told_.empty()) bring_told();
    for (std::size_t round = 0; round < 3; ++round) {
      for (std::size_t tab = 0; tab < tab_count; ++tab) {
        while (!pages_[tab].coming.empty() || !pages_[tab].unheard.empty()) bring_change(tab);
      }
      spread();
    }
    note("the end");
    for (std::size_t key = 0; key < keys.size(); ++key) {
      INFO("key " << keys[key].name);
      if (keys[key].in_memory_alone) continue;
      // A removal leaves no floor: an answer that is on its way to one of the tabs may come back there.
      const auto last = last_.find(key);
      if (removed_[key] > (last == last_.end() ? 0 : answers_[last->second].begun)) continue;
      const auto first = ask(0, key);
      const auto told = [](std::optional<std::size_t> answer) { return answer ? json(*answer) : "nothing"; };
      for (std::size_t tab = 1; tab < tab_count; ++tab) {
        INFO("tab " << tab);
        const auto other = ask(tab, key);
        // Where views differ, who writes before another tab's write has arrived overwrites it.
        if (is_one_area_) REQUIRE(told(other) == told(first));
      }
      if (const auto stands = must_answer(key)) REQUIRE(told(first) == told(stands));
      found += first ? 1 : 0;
    }
  }

  static inline std::size_t found = 0, landed = 0, adopted = 0, discarded = 0;

 private:
  // ---- what happens

  void note(const std::string& what) {
    trail_ += std::to_string(step_) + " @" + whole_number((now_ - start).value) + " " + what + "\n";
  }
  void note(std::size_t tab, const std::string& what) { note("tab " + std::to_string(tab) + " " + what); }

  std::size_t asked(std::size_t tab, std::size_t key, bool is_optimistic = false) {
    answers_.push_back({key, step_, now_, tab, is_optimistic});
    return answers_.size() - 1;
  }

  void fetch(std::size_t tab, std::size_t key) {
    auto& page = pages_[tab];
    const auto answer = asked(tab, key);
    note(tab, "asks the server for " + std::string(keys[key].name) + " #" + std::to_string(answer));
    // As the shim does: one that was not joined would land after this one with an older answer.
    page.tab->cache.supersede_flights(keys[key].name);
    page.flights.push_back(
        {page.tab->fetch(keys[key].name, keys[key].tags(), keys[key].exempt_from_events), key, answer});
  }

  void land(std::size_t tab, std::size_t which) {
    auto& page = pages_[tab];
    const auto [id, key, answer] = page.flights[which];
    page.flights.erase(page.flights.begin() + static_cast<std::ptrdiff_t>(which));
    const auto result = store(tab, key, answer, id);
    page.tab->cache.end_flight(id);
    note(tab, "is answered #" + std::to_string(answer) + (result.kept ? "" : ", which is void"));
    ++(result.kept ? landed : discarded);
    if (!result.kept) return;
    check_fill(tab, answer, "fills with");
    tell(tab, answer, result);
  }

  SetResult store(std::size_t tab, std::size_t key, std::size_t answer, std::optional<FlightId> flight) {
    const auto result = pages_[tab].tab->set(keys[key].name, json(answer), options(key, flight));
    if (result.kept) {
      REQUIRE(pages_[tab].tab->get(keys[key].name) == json(answer));
      if (!keys[key].in_memory_alone) last_.insert_or_assign(key, answer);
    }
    return result;
  }

  static SetOptions options(std::size_t key, std::optional<FlightId> flight) {
    return {.tags = keys[key].tags(),
            .exempt_from_events = keys[key].exempt_from_events,
            .reach = keys[key].in_memory_alone ? Reach::memory : Reach::storage,
            .flight = flight};
  }

  void tell(std::size_t tab, std::size_t answer, const SetResult& result) {
    const auto& key = keys[answers_[answer].key];
    EntryFacts facts;
    facts.timestamp = result.timestamp;
    facts.expires_at = result.expires_at;
    facts.tags = key.tags();
    facts.exempt_from_events = key.exempt_from_events;
    facts.is_stored = !key.in_memory_alone;
    for (std::size_t to = 0; to < tab_count; ++to) {
      if (to != tab) told_.push_back({to, answer, facts});
    }
  }

  void give_up(std::size_t tab) {
    auto& page = pages_[tab];
    note(tab, "gives up #" + std::to_string(page.flights.back().answer));
    page.tab->cache.end_flight(page.flights.back().id);
    page.flights.pop_back();
  }

  void set(std::size_t tab, std::size_t key) {
    const auto answer = asked(tab, key);
    note(tab, "sets " + std::string(keys[key].name) + " #" + std::to_string(answer));
    const auto result = store(tab, key, answer, std::nullopt);
    REQUIRE(result.kept);
    overtake(tab, key);
    tell(tab, answer, result);
  }

  void remove(std::size_t tab, std::size_t key) {
    note(tab, "removes " + std::string(keys[key].name));
    pages_[tab].tab->cache.remove(keys[key].name, now_);
    pages_[tab].tab->observe();
    REQUIRE_FALSE(pages_[tab].tab->get(keys[key].name));
    overtake(tab, key);
    removed_[key] = step_;
  }

  /// What this tab has under way for the key fills nothing any more.
  void overtake(std::size_t tab, std::size_t key) { overtaken_[{tab, key}] = step_; }

  void invalidate(std::size_t tab) {
    auto& page = pages_[tab];
    const auto selector = random_.chance(4) ? by_tag("red") : by_text(random_.one_of(selectors));
    const bool is_event = random_.chance(3);
    note(tab, (is_event ? "hears an event" : "invalidates " + selector.to_text()));
    page.tab->observe();
    if (is_event) {
      const std::vector<Party> parties{{"sara", {}}};
      (void)page.tab->cache.apply_event("event", {}, parties, true, now_);
    } else {
      page.tab->cache.invalidate(selector, now_);
    }
    page.tab->observe();
    invalidations_.push_back({step_, now_, tab, is_event ? Selector{} : selector, is_event, log_.size()});
  }

  /// A value that may be taken back; then it is, and what lies there answers again.
  void show_optimistic(std::size_t tab, std::size_t key) {
    auto& page = pages_[tab];
    const auto answer = asked(tab, key, true);
    note(tab, "shows " + std::string(keys[key].name) + " #" + std::to_string(answer) + " for a moment");
    auto how = options(key, std::nullopt);
    how.reach = Reach::resident;
    page.tab->set(keys[key].name, json(answer), how);
    overtake(tab, key);
    REQUIRE(page.tab->get(keys[key].name) == json(answer));
    page.tab->cache.drop_resident(keys[key].name);
    page.tab->observe();
    // What lay in memory alone has gone with it; until this tab fetches, an older answer of another's is better than
    // none.
    if (keys[key].in_memory_alone) page.got.erase(key);
  }

  void load(std::size_t tab) {
    auto& page = pages_[tab];
    note(tab, "is loaded");
    page.flights.clear();
    page.unheard.clear();
    page.got.clear();
    page.tab = std::make_unique<Tab>(page.area.get(),
                                     TabOptions{.budget = 100'000, .seed = random_.below(1'000'000), .now = now_});
    std::erase_if(told_, [tab](const Told& one) { return one.to == tab; });
  }

  // ---- what tabs learn of each other

  /// What was written in this step is on its way to the others.
  void spread() {
    for (; spread_ < log_.size(); ++spread_) {
      for (std::size_t tab = 0; tab < tab_count; ++tab) {
        if (log_[spread_].by == tab) continue;
        (is_one_area_ ? pages_[tab].unheard : pages_[tab].coming).push_back(spread_);
      }
    }
  }

  /// Views change in the order of the writes, what is told of them comes in any, and at times twice.
  void bring_change(std::size_t tab) {
    auto& page = pages_[tab];
    if (!page.coming.empty() && (page.unheard.empty() || random_.chance(2))) {
      const auto number = page.coming.front();
      page.coming.erase(page.coming.begin());
      page.area->take(log_[number]);
      page.unheard.push_back(number);
      return;
    }
    if (page.unheard.empty()) return;
    const auto which = random_.chance(3) ? random_.below(static_cast<std::uint32_t>(page.unheard.size())) : 0;
    const auto number = page.unheard[which];
    if (!random_.chance(8) || pages_[tab].unheard.size() > 20)
      page.unheard.erase(page.unheard.begin() + static_cast<std::ptrdiff_t>(which));
    note(tab, "hears of " + to_wtf8(log_[number].name) + (log_[number].text ? "" : " gone"));
    page.tab->observe();
    page.tab->cache.on_area_change(to_wtf8(log_[number].name), log_[number].text, now_);
    page.tab->observe();
  }

  void bring_told() {
    if (told_.empty()) return;
    const auto which = random_.below(static_cast<std::uint32_t>(told_.size()));
    const auto [to, answer, facts] = told_[which];
    if (!random_.chance(8) || told_.size() > 20) told_.erase(told_.begin() + static_cast<std::ptrdiff_t>(which));
    auto& page = pages_[to];
    const auto& key = keys[answers_[answer].key];
    const bool kept = page.tab->adopt(key.name, json(answer), facts);
    note(to, std::string(kept ? "takes" : "is told") + " #" + std::to_string(answer));
    if (!kept) return;
    ++adopted;
    check_fill(to, answer, "takes");
  }

  // ---- what must be

  static std::string json(std::size_t answer) { return std::to_string(answer); }

  [[nodiscard]] bool selects(const Invalidation& one, std::size_t key) const {
    return one.selector.selects(keys[key].name, keys[key].tags()) &&
           !(one.skips_exempt && keys[key].exempt_from_events);
  }

  /// Whether nothing of it is still on its way to this tab. Where another's invalidation says as much already it leaves
  /// none.
  [[nodiscard]] bool knows(std::size_t tab, const Invalidation& one) const {
    const auto is_of_it = [&](std::size_t number) { return number < one.changes; };
    const auto& page = pages_[tab];
    return one.by == tab ||
           (std::ranges::none_of(page.coming, is_of_it) && std::ranges::none_of(page.unheard, is_of_it));
  }

  template <typename What>
  static void must(bool holds, What&& what) {
    if (!holds) FAIL(what());
  }

  [[nodiscard]] std::string on(std::size_t tab, std::string_view what, std::size_t answer) const {
    return "tab " + std::to_string(tab) + " " + std::string(what) + " #" + std::to_string(answer);
  }

  /// Whether the answer was asked for before an invalidation that selects it: any, or one that this tab knows of.
  [[nodiscard]] bool is_superseded(std::size_t tab, std::size_t answer, bool by_any) const {
    const auto& [key, begun, at, by, is_optimistic] = answers_[answer];
    return std::ranges::any_of(invalidations_, [&](const Invalidation& one) {
      return one.step > begun && selects(one, key) && (by_any || knows(tab, one));
    });
  }

  /// No answer that was asked for before an invalidation is kept after it.
  void check_fill(std::size_t tab, std::size_t answer, std::string_view how) const {
    const auto& [key, begun, at, by, is_optimistic] = answers_[answer];
    // Where all see one area its invalidation lies there, announced or not.
    must(!is_superseded(tab, answer, is_one_area_), [&] { return on(tab, how, answer) + " after an invalidation"; });
    const auto overtaken = overtaken_.find({tab, key});
    if (by == tab && overtaken != overtaken_.end()) {
      must(overtaken->second <= begun, [&] { return on(tab, how, answer) + " after a write"; });
    }
  }

  std::optional<std::size_t> ask(std::size_t tab, std::size_t key) {
    auto& page = pages_[tab];
    const auto found_json = page.tab->get(keys[key].name);
    if (!found_json) return std::nullopt;
    const auto answer = static_cast<std::size_t>(std::stoul(*found_json));
    must(answer < answers_.size() && answers_[answer].key == key, [&] { return on(tab, "has another key's", answer); });
    must(!answers_[answer].is_optimistic, [&] { return on(tab, "still has", answer) + ", which was taken back"; });
    must(!is_superseded(tab, answer, false), [&] { return on(tab, "has", answer) + " after an invalidation"; });
    const auto before = page.got.find(key);
    // Where views differ two tabs may write at about the same time: what lies there in the end stands, in both.
    if (is_one_area_ && before != page.got.end() && removed_[key] <= answers_[before->second].begun) {
      must(answers_[before->second].at <= answers_[answer].at,
           [&] { return on(tab, "has", answer) + " and had #" + std::to_string(before->second); });
    }
    page.got.insert_or_assign(key, answer);
    return answer;
  }

  /// What was kept last, unless something voided it or may have.
  [[nodiscard]] std::optional<std::size_t> must_answer(std::size_t key) const {
    const auto last = last_.find(key);
    if (last == last_.end() || !is_one_area_) return std::nullopt;
    for (const auto& one : invalidations_) {
      if (selects(one, key) && (one.step > answers_[last->second].begun || one.at >= answers_[last->second].at))
        return std::nullopt;
    }
    return last->second;
  }

  Random random_;
  bool is_one_area_;
  Millis now_ = start;
  std::size_t step_ = 0, spread_ = 0, actor_ = 0;
  std::array<MapArea, tab_count> views_;
  std::vector<AreaChange> log_;
  std::array<Page, tab_count> pages_;
  std::vector<Answer> answers_;
  std::vector<Invalidation> invalidations_;
  std::vector<Told> told_;
  /// The last answer that any tab kept for each key, and the step at which a tab's flights of a key were overtaken.
  std::map<std::size_t, std::size_t> last_;
  std::array<std::size_t, keys.size()> removed_{};
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> overtaken_;
  std::string trail_;
};

}  // namespace

TEST_CASE("model: however fetches, writes, invalidations and messages interleave, nothing outdated is kept or lost") {
  const auto first = Catch::getSeed();
  for (std::uint32_t round = 0; round < interleavings; ++round) {
    INFO("--rng-seed " << first + round << " has it as its first interleaving");
    World world(first + round);
    for (int step = 0; step < steps; ++step) world.step();
    world.end();
  }
  // Something happened in them.
  CHECK(World::found > interleavings / 2);
  CHECK(World::landed > interleavings / 2);
  CHECK(World::adopted > interleavings / 2);
  CHECK(World::discarded > interleavings / 2);
}
