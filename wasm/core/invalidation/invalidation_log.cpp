#include "core/invalidation/invalidation_log.hpp"

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"

namespace cardcache {
namespace {

constexpr std::string_view mark_note = "!floors";

}  // namespace

InvalidationLog::InvalidationLog(Invalidations& known, NoteStore* notes, std::uint32_t seed)
    : known_(known), notes_(notes), tab_(whole_number(seed)) {}

Millis InvalidationLog::stamp(std::string_view key, std::span<const std::string> tags, bool is_exempt, Millis now,
                              Millis older) {
  auto timestamp = now;
  for (const auto at : {latest_for(key, tags, is_exempt), older}) {
    // One that a wrong clock left far ahead must not lend its time to answers.
    if (at <= now + clock_tolerance) timestamp = std::max(timestamp, at + Millis{1});
  }
  last_stamp_ = std::max(last_stamp_, timestamp);
  return timestamp;
}

InvalidationLog::Added InvalidationLog::add(const Invalidation& invalidation) {
  Added added;
  if (!notes_) {
    known_.add(invalidation);
    return added;
  }
  // Our mark takes the place of another tab's, by which its invalidations would be noticed.
  added.heard = read_new_notes();
  const auto before = known_.size();
  if (!known_.add(invalidation)) return added;
  const auto name = invalidation.note_name();
  const bool merged = known_.size() < before || !known_.have_note(name);
  if (merged || is_unsaved_ || !notes_->write_note(name, invalidation.note_text())) {
    save();
    // What was merged is saved before the notes it replaces go, unless there is no capacity for both.
    if (merged) remove_merged_notes(added.heard);
    if (merged) save_unsaved();
    added.is_unsaved = is_unsaved_;
  }
  const auto mark = tab_ + "." + whole_number(++marks_);
  is_unsaved_ = !notes_->write_note(mark_note, mark) || is_unsaved_;
  mark_ = to_utf16(mark);
  return added;
}

void InvalidationLog::save() {
  is_unsaved_ = false;
  for (const auto& one : known_.all()) {
    const bool saved = notes_->write_note(one.note_name(), one.note_text());
    is_unsaved_ = is_unsaved_ || !saved;
  }
}

void InvalidationLog::remove_merged_notes(std::vector<Heard>& heard) {
  for (const auto& name : notes_->notes_with_prefix(invalidation_note)) {
    const auto one = Invalidation::from_note(name, notes_->read_note(name).value_or(u""));
    if (!one || known_.have_note(name)) continue;
    // Another tab's newest may not be known yet.
    if (known_.cover(*one)) {
      notes_->remove_note(name);
    } else {
      heard.push_back({*one, known_.add(*one)});
    }
  }
}

std::optional<InvalidationLog::Heard> InvalidationLog::hear(std::string_view note, std::u16string_view text) {
  const auto one = Invalidation::from_note(note, text);
  return one ? std::optional(Heard{*one, known_.add(*one)}) : std::nullopt;
}

std::vector<InvalidationLog::Heard> InvalidationLog::read_notes() {
  std::vector<Heard> heard;
  if (!notes_ || notes_->notes_are_outdated()) return heard;
  mark_ = notes_->read_note(mark_note).value_or(u"");
  for (const auto& name : notes_->notes_with_prefix(invalidation_note)) {
    if (auto one = hear(name, notes_->read_note(name).value_or(u""))) heard.push_back(std::move(*one));
  }
  return heard;
}

std::vector<InvalidationLog::Heard> InvalidationLog::read_new_notes() {
  if (!notes_ || notes_->read_note(mark_note).value_or(u"") == mark_) return {};
  return read_notes();
}

void InvalidationLog::start_anew() {
  known_.clear();
  last_stamp_ = long_ago;
}

}  // namespace cardcache
