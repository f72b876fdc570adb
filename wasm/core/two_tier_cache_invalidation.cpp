// What makes answers void: invalidations and the floors they leave, mutation events.
#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "core/two_tier_cache.hpp"

namespace cardcache {
namespace {

constexpr std::string_view mark_note = "!floors";

std::string name_of_note(const Floor& floor) { return std::string(floor_note) + floor.to_text(); }

std::optional<Floor> read_floor(std::string_view note, std::u16string_view text) {
  return Floor::from_note(note.substr(floor_note.size()), text);
}

bool stands(const Floors& floors, std::string_view note) {
  return std::ranges::any_of(floors.all(), [&](const Floor& floor) { return name_of_note(floor) == note; });
}

/// What events of that rule void: without one, everything.
std::vector<Selector> selectors_of(const EventRule* rule) {
  std::vector<Selector> selectors(rule ? rule->endpoints.size() : 0);
  for (std::size_t i = 0; i < selectors.size(); ++i) selectors[i].endpoint = rule->endpoints[i];
  if (selectors.empty()) selectors.emplace_back();
  return selectors;
}

}  // namespace

// ---- invalidating

std::size_t TwoTierCache::drop_selected(const Floor& floor, Millis now) {
  const auto& [selector, at, spares_kept, by_write] = floor;
  std::size_t count = 0;
  // Where a floor is left nothing has to be read: what is not known here is void by it.
  const bool foreign = storage_.space().foreign();
  const bool everything = selector == Selector{} && !spares_kept && !foreign;
  // Storage first: an entry in both tiers is recognised by its slot and counted once.
  const auto& stored = foreign ? storage_.index_for(selector) : storage_.index();
  std::vector<std::string> keys;
  for (const auto id : stored.select(selector)) {
    if (spares_kept && storage_.facts(id).kept_on_event) continue;
    keys.push_back(stored.key(id));
    const auto slot = memory_.find(keys.back());
    const bool counted_in_memory = slot && memory_.is_fresh(*slot, now);
    if (!counted_in_memory && is_stored_fresh(id, now)) ++count;
  }
  if (!everything || !storage_.clear(at)) storage_.remove_all(keys);
  for (const auto id : memory_.select(selector)) {
    const SlotId slot{id};
    if (spares_kept && memory_.facts(slot).kept_on_event) continue;
    if (memory_.is_fresh(slot, now)) ++count;
    memory_.remove(slot);
  }
  return count;
}

std::size_t TwoTierCache::invalidate_with(Floor floor, Millis now) {
  // At or after whatever this tab has stamped so far, so that a flight of the very same millisecond is void too.
  last_floor_ = std::max(now, last_stamp_);
  floor.at = last_floor_;
  const auto count = drop_selected(floor, now);
  flights_.void_selected(floor.selector, floor.at, floor.spares_kept);
  failures_.end_waits(floor.selector, floor.spares_kept);
  coordinator_.moved();
  raise(floor);
  return count;
}

std::size_t TwoTierCache::invalidate(const Selector& selector, Millis now) {
  const auto count = invalidate_with({.selector = selector, .at = now}, now);
  request_selected(selector, false, now);
  return count;
}

std::size_t TwoTierCache::invalidate_after_write(const Selector& selector, Millis now) {
  const auto count = invalidate_with({.selector = selector, .at = now, .spares_kept = true, .by_write = true}, now);
  request_selected(selector, true, now);
  return count;
}

void TwoTierCache::request_selected(const Selector& selector, bool spares_kept, Millis now) {
  for (const auto& key : coordinator_.known_keys()) {
    if (spares_kept && coordinator_.on_event(key) != OnEvent::refresh) continue;
    if (!coordinator_.is_selected(key, selector)) continue;
    failures_.end_wait(key);
    coordinator_.request(key, now);
  }
}

std::size_t TwoTierCache::clear(Millis now) {
  const auto count = invalidate({}, now);
  statistics_ = {};
  return count;
}

void TwoTierCache::raise(const Floor& floor) {
  if (storage_.space().foreign()) {
    floors_.raise(floor);
    return;
  }
  // Our mark takes the place of another tab's, by which its floors would be noticed.
  learn_newest_floors();
  const auto before = floors_.size();
  if (!floors_.raise(floor)) return;
  const bool merged = floors_.size() < before || !stands(floors_, name_of_note(floor));
  if (merged || floors_unsaved_ || !storage_.write_note(name_of_note(floor), whole_number(floor.at.value))) {
    save_floors();
    // Before they go it stands in their place, unless there is no room for both.
    if (merged) remove_merged_notes();
    if (merged && floors_unsaved_) save_floors();
    if (floors_unsaved_) note_error(ErrorKind::quota, name_of_note(floor));
  }
  const auto mark = tab_ + "." + whole_number(++marks_);
  floors_unsaved_ = !storage_.write_note(mark_note, mark) || floors_unsaved_;
  floors_mark_ = to_utf16(mark);
}

void TwoTierCache::save_floors() {
  floors_unsaved_ = false;
  for (const auto& one : floors_.all()) {
    const bool saved = storage_.write_note(name_of_note(one), whole_number(one.at.value));
    floors_unsaved_ = floors_unsaved_ || !saved;
  }
}

void TwoTierCache::remove_merged_notes() {
  for (const auto& note : storage_.notes_with_prefix(floor_note)) {
    const auto floor = read_floor(note, storage_.read_note(note).value_or(u""));
    if (!floor || stands(floors_, note)) continue;
    // Another tab's newest may not be known yet.
    if (floors_.cover(*floor))
      storage_.remove_note(note);
    else
      absorb(*floor, latest_);
  }
}

void TwoTierCache::learn_floors() {
  // What a purge has not come to yet was left by another time.
  if (storage_.space().foreign() || storage_.space().purging()) return;
  floors_mark_ = storage_.read_note(mark_note).value_or(u"");
  for (const auto& note : storage_.notes_with_prefix(floor_note)) {
    const auto text = storage_.read_note(note);
    if (!text) continue;
    if (const auto floor = read_floor(note, *text)) absorb(*floor, latest_);
  }
}

void TwoTierCache::learn_newest_floors() {
  // Another tab's invalidation may not have been announced here yet, but its mark already lies in the area.
  if (!storage_.space().foreign() && storage_.read_note(mark_note).value_or(u"") != floors_mark_) learn_floors();
}

bool TwoTierCache::absorb_note(std::string_view note, const std::optional<std::u16string>& text, Millis now) {
  if (!note.starts_with(floor_note)) return false;
  if (text) {
    if (const auto floor = read_floor(note, *text)) absorb(*floor, now);
  }
  return true;
}

void TwoTierCache::absorb(const Floor& floor, Millis now) {
  // It says what time its tab saw. One that lies ahead shows a clock that was wrong, as the clock's own note does: with
  // the next call everything begins anew, where it would void all that is stamped until then.
  latest_ = std::max(latest_, floor.at);
  storage_.space().saw(floor.at);
  if (!floors_.raise(floor)) return;
  flights_.void_selected(floor.selector, floor.at, floor.spares_kept);
  failures_.end_waits(floor.selector, floor.spares_kept);
  coordinator_.moved();
  for (const auto id : memory_.select(floor.selector)) {
    const auto& facts = memory_.facts(SlotId{id});
    if (facts.timestamp <= floor.at && !(floor.spares_kept && facts.kept_on_event)) memory_.remove(SlotId{id});
  }
  // An event's floor asks nobody to refetch: every tab hears the event itself and decides for its own users.
  if (!floor.spares_kept || floor.by_write) request_selected(floor.selector, floor.spares_kept, now);
}

// ---- events

EventOutcome TwoTierCache::apply_event(std::string_view type, const EventFacts& facts, std::span<const Party> parties,
                                       bool first_is_me, Millis now) {
  EventOutcome outcome;
  const auto* rule = filter_.rule_for(type);
  const auto concerned = [&](std::string_view user) {
    for (std::size_t i = 0; i < parties.size(); ++i) {
      if (parties[i].user == user) return EventFilter::concerns(outcome.reasons[i]);
    }
    return !first_is_me;
  };
  for (const auto& party : parties) {
    outcome.reasons.push_back(EventFilter::judge(facts, rule, party.user, party.evidence));
  }
  ++statistics_.events_seen;
  const bool mine = !first_is_me || EventFilter::concerns(outcome.reasons.front());
  if (mine) ++statistics_.events_concerned;

  const auto selectors = selectors_of(rule);
  for (const auto& selector : selectors) {
    outcome.invalidated += invalidate_with({.selector = selector, .at = now, .spares_kept = true}, now);
  }

  for (const auto& key : coordinator_.known_keys()) {
    if (coordinator_.on_event(key) != OnEvent::refresh) continue;
    const auto selected = std::ranges::any_of(selectors, [&](const Selector& s) { return s.selects(key, {}); });
    if (!selected) continue;
    const auto parts = split_key(key);
    if (parts.shared ? mine : concerned(parts.user)) {
      coordinator_.request(key, now);
      if (coordinator_.is_watched(key)) outcome.refreshed.push_back(key);
    }
  }
  return outcome;
}

// ---- events that were missed

void TwoTierCache::catch_up_after_load(std::span<const std::string> types, Millis since) {
  missed_before_ = since;
  missed_ = filter_.named();
  for (const auto& type : types) {
    for (auto& selector : selectors_of(filter_.rule_for(type))) missed_.push_back(std::move(selector));
  }
  for (const auto& key : coordinator_.known_keys()) catch_up_after_load(key);
}

void TwoTierCache::catch_up_after_load(std::string_view key) {
  const auto selects = [key](const Selector& selector) { return selector.selects(key, {}); };
  if (std::ranges::any_of(missed_, selects)) coordinator_.catch_up_after_load(key, missed_before_);
}

}  // namespace cardcache
