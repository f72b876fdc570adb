#include "core/invalidation/invalidation_log.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "support/selectors.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr Millis start{1'764'000'000'000};

class MapNotes final : public NoteStore {
 public:
  [[nodiscard]] std::optional<std::u16string> read_note(std::string_view name) override {
    const auto found = notes.find(std::string(name));
    return found == notes.end() ? std::nullopt : std::optional(found->second);
  }
  bool write_note(std::string_view name, std::string_view text) override {
    if (is_full) return false;
    notes[std::string(name)] = to_utf16(text);
    return true;
  }
  void remove_note(std::string_view name) override { notes.erase(std::string(name)); }
  [[nodiscard]] std::vector<std::string> notes_with_prefix(std::string_view name) override {
    std::vector<std::string> names;
    for (const auto& [one, text] : notes) {
      if (one.starts_with(name)) names.push_back(one);
    }
    return names;
  }
  [[nodiscard]] bool notes_are_outdated() const override { return is_outdated; }

  std::map<std::string, std::u16string> notes;
  bool is_full = false, is_outdated = false;
};

/// One tab's log over notes that others share.
struct LogOfTab {
  explicit LogOfTab(NoteStore* notes, std::uint32_t seed = 1) : log(known, notes, seed) {}

  Invalidations known;
  InvalidationLog log;
};

Invalidation of(std::string_view selector, Millis at) { return {.selector = by_text(selector), .at = at}; }

}  // namespace

TEST_CASE("invalidation log: what one tab adds another reads once, as soon as it asks") {
  MapNotes notes;
  LogOfTab here(&notes, 1);
  LogOfTab there(&notes, 2);
  CHECK(there.log.read_new_notes().empty());
  CHECK_FALSE(here.log.add(of("plan", start)).is_unsaved);
  CHECK(notes.notes.at("!floor:" + of("plan", start).to_text()) == u"1764000000000");
  const auto heard = there.log.read_new_notes();
  REQUIRE(heard.size() == 1);
  CHECK(heard.front().is_new);
  CHECK(there.log.latest_for("plan:sara", {}, false) == start);
  CHECK(there.log.read_new_notes().empty());
}

TEST_CASE("invalidation log: adding one reads what another tab has left, which its own mark would hide") {
  MapNotes notes;
  LogOfTab here(&notes, 1);
  LogOfTab there(&notes, 2);
  (void)here.log.add(of("plan", start));
  const auto added = there.log.add(of("teams", start));
  REQUIRE(added.heard.size() == 1);
  CHECK(added.heard.front().invalidation.selector == by_text("plan"));
  CHECK(there.known.size() == 2);
}

TEST_CASE("invalidation log: a note that says nothing new is heard as such, and other notes are not heard") {
  MapNotes notes;
  LogOfTab tab(&notes);
  const auto name = of("plan", start).note_name();
  const auto first = tab.log.hear(name, u"1764000000000");
  REQUIRE(first);
  CHECK(first->is_new);
  const auto second = tab.log.hear(name, u"1764000000000");
  REQUIRE(second);
  CHECK_FALSE(second->is_new);
  CHECK_FALSE(tab.log.hear(name, u"soon"));
  CHECK_FALSE(tab.log.hear("!clock", u"1764000000000"));
}

TEST_CASE("invalidation log: a timestamp is younger than what invalidates its key, unless that lies far ahead") {
  MapNotes notes;
  LogOfTab tab(&notes);
  CHECK(tab.log.stamp("plan", {}, false, start) == start);
  (void)tab.log.merge(of("plan", start));
  CHECK(tab.log.stamp("plan", {}, false, start) == start + Millis{1});
  CHECK(tab.log.stamp("teams", {}, false, start) == start);
  CHECK(tab.log.stamp("teams", {}, false, start, start + Millis{5}) == start + Millis{6});
  (void)tab.log.merge(of("teams", start + clock_tolerance + Millis{1}));
  CHECK(tab.log.stamp("teams", {}, false, start) == start);
}

TEST_CASE("invalidation log: an invalidation begins no earlier than the last timestamp, until all begins anew") {
  MapNotes notes;
  LogOfTab tab(&notes);
  const auto stamped = tab.log.stamp("plan", {}, false, start, start + Millis{9});
  CHECK(tab.log.begin(start) == stamped);
  CHECK(tab.log.last() == stamped);
  tab.log.start_anew();
  CHECK(tab.log.begin(start) == start);
}

TEST_CASE("invalidation log: what found no capacity is said so, holds, and is saved later") {
  MapNotes notes;
  LogOfTab tab(&notes);
  notes.is_full = true;
  CHECK(tab.log.add(of("plan", start)).is_unsaved);
  CHECK(tab.log.latest_for("plan", {}, false) == start);
  tab.log.save_unsaved();
  CHECK(notes.notes.empty());
  notes.is_full = false;
  tab.log.save_unsaved();
  CHECK(notes.notes.contains(of("plan", start).note_name()));
}

TEST_CASE("invalidation log: many become one note over everything, and another tab's newest is not lost by that") {
  MapNotes notes;
  LogOfTab tab(&notes);
  for (std::size_t i = 0; i < Invalidations::most; ++i) (void)tab.log.add(of("endpoint_" + std::to_string(i), start));
  REQUIRE(notes.notes.size() == Invalidations::most + 1);
  // Its mark is not there yet.
  notes.notes[of("team", start + Millis{50}).note_name()] = to_utf16(of("team", start + Millis{50}).note_text());
  const auto added = tab.log.add(of("one_more", start));
  REQUIRE(added.heard.size() == 1);
  CHECK(added.heard.front().is_new);
  CHECK(tab.log.latest_for("anything", {}, false) == start);
  CHECK(tab.log.latest_for("team", {}, false) == start + Millis{50});
  CHECK(notes.notes.size() == 3);
}

TEST_CASE("invalidation log: notes of another time are not read, and without notes nothing is shared") {
  MapNotes notes;
  (void)LogOfTab(&notes, 1).log.add(of("plan", start));
  notes.is_outdated = true;
  LogOfTab tab(&notes, 2);
  CHECK(tab.log.read_new_notes().empty());
  CHECK(tab.known.size() == 0);
  LogOfTab alone(nullptr);
  CHECK_FALSE(alone.log.add(of("plan", start)).is_unsaved);
  CHECK(alone.log.read_notes().empty());
  CHECK(alone.log.read_new_notes().empty());
  CHECK(alone.log.latest_for("plan", {}, false) == start);
}
