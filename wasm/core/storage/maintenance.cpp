#include "core/storage/maintenance.hpp"

#include <algorithm>
#include <limits>

#include "core/base/text.hpp"
#include "core/keys/keys.hpp"

namespace cardcache {
namespace {

/// An area that never says where it ends is left here; five million units hold no more keys that are ours.
constexpr std::size_t most_keys = std::size_t{1} << 20U;

}  // namespace

Maintenance::Maintenance(StoredRecords& records, RecordWriter& writer)
    : records_(records),
      writer_(writer),
      index_(records.index()),
      area_(records.area()),
      is_walking_(area_ != nullptr) {}

bool Maintenance::has_work() const {
  const auto has_removals = [](const auto& user) { return user->records.has_removals(); };
  return is_walking_ || !unseen_.empty() || !records_.deferred().empty() || records_.needs_trim() ||
         std::ranges::any_of(index_.users(), has_removals);
}

void Maintenance::begin_sweep() {
  if (!area_) return;
  for (const auto& user : index_.users()) user->records.begin_removals();
  if (!is_walking_ && unseen_.empty()) restart_walk();
}

void Maintenance::recount() {
  if (!area_) return;
  unseen_.clear();
  is_counted_ = false;
  restart_walk();
}

void Maintenance::restart_walk() {
  is_walking_ = true;
  is_sweeping_ = false;
  at_ = 0;
  records_.begin_walk();
}

void Maintenance::ensure_counted() {
  constexpr auto all = std::numeric_limits<std::size_t>::max();
  if (is_counted_ || records_.is_purging()) return;
  while (is_walking_) walk_some(std::nullopt, 256);
  check_unseen(std::nullopt, all);
}

bool Maintenance::run(Millis now, std::size_t steps) {
  if (!area_) return false;
  auto done = records_.remove_pending(steps);
  if (done < steps) done += writer_.write_deferred(now, steps - done);
  // Visiting a record costs less than half of removing one.
  if (done < steps && is_walking_) {
    done += walk_some(now, records_.is_purging() ? steps - done : 2 * (steps - done)) / 2 + 1;
  }
  if (done < steps && !is_walking_) done += check_unseen(now, steps - done);
  if (is_sweeping_ && !is_walking_ && unseen_.empty()) forget_invalidations(now);
  if (done < steps && is_counted_ && records_.needs_trim()) writer_.trim(now, steps - done);
  return has_work();
}

void Maintenance::purge() {
  if (!area_) return;
  records_.begin_purge();
  recount();
  walk_some(std::nullopt, most_at_once);
}

// ---- the walk

std::size_t Maintenance::walk_some(std::optional<Millis> now, std::size_t steps) {
  if (now && at_ == 0) begin_sweeping(*now);
  if (!now) is_sweeping_ = false;
  auto walk = area_->walk(to_utf16(index_.name()), at_, steps, record_head_units);
  std::size_t removed = 0;
  for (auto& head : walk.heads) removed += visit(head, now) ? 0 : 1;
  // What follows has moved up by as many.
  at_ += walk.visited - std::min(walk.visited, removed);
  if (walk.visited < steps || at_ > most_keys) end_walk(now);
  return std::max<std::size_t>(walk.visited, 1);
}

/// False where it was removed.
bool Maintenance::visit(StoredHead& head, std::optional<Millis> now) {
  const auto area_key = to_wtf8(head.name);
  std::string_view key;
  auto& user = index_.owner_of(area_key, key);
  auto& known = user.records;
  const auto& form = records_.form();
  if (key.starts_with('!')) return form.foreign || visit_note(head, now);
  if (!is_valid_key(key)) return true;
  const auto record = records_.read_head(head);
  if (!record && form.foreign) return true;
  if (records_.is_purging() && !known.find(key)) return !records_.remove(user, key);
  if (known.is_invalidated(key)) return true;
  const auto facts = StoredRecords::facts_of(head, record);
  bool invalidated = false;
  bool gone = false;
  if (now && record) {
    const auto& tags = record->facts.tags;
    invalidated = facts.timestamp <= known.cleared_until() ||
                  facts.timestamp <= user.swept.latest_for(key, tags, record->facts.exempt_from_events);
    const auto* before = known.find(key);
    const auto grace = index_.grace_of(key, std::max(record->facts.grace, before ? before->grace : Millis{0}));
    gone = invalidated || facts.expires_at + grace <= *now || !is_believed(facts.timestamp, *now);
  } else if (Record whole; now) {
    // What another core's format says is that core's business: here it is the first to go when capacity is short.
    gone = read_record(head.name, head.text, form, whole) != RecordFault::version;
    // Nobody here can tell what invalidates it.
    if (!gone) user.walk_of_unread = records_.walk();
  }
  records_.remember(user, key, facts, record ? record->facts.tags : std::vector<std::string>{});
  if (!gone) return true;
  const std::string name(key);
  if (!records_.remove(user, name)) return true;
  if (!invalidated) records_.evicted().push_back({&user, name, RemovalCause::expired});
  return false;
}

bool Maintenance::visit_note(const StoredHead& head, std::optional<Millis> now) {
  const auto area_key = to_wtf8(head.name);
  const auto note = std::string_view(area_key).substr(area_key.find('!'));
  // The clock's note goes last of all: a purge that is cut short must be taken up again after a reload.
  bool gone = records_.is_purging() && note != clock_note && !index_.notes().find(area_key);
  if (now && note.starts_with(invalidation_note)) {
    // Those that say something go when nothing is left that they concern: forget_invalidations().
    const auto at = read_whole_number(head.text);
    const bool old = !at || Millis{*at} < *now - shortest_invalidation_life;
    gone = gone || (old && !Invalidation::from_note(note, head.text));
  }
  if (gone && area_->remove(head.name)) {
    index_.count_note(area_key, 0);
    return false;
  }
  index_.count_note(area_key, static_cast<double>(stored_bytes(head.name)) + (head.wide ? head.units * 2 : head.units));
  return true;
}

void Maintenance::end_walk(std::optional<Millis> now) {
  is_walking_ = false;
  at_ = 0;
  is_counted_ = true;
  for (const auto& user : index_.users()) {
    const auto& known = user->records;
    known.keys().for_each([&](KeyIndex::Id id) {
      const auto& facts = known.facts(id);
      if (facts.walk != records_.walk() && facts.bytes > 0) unseen_.emplace_back(user.get(), known.keys().key(id));
    });
  }
  check_notes();
  records_.set_needs_trim(index_.excess() > 0);
  if (now && is_sweeping_) list_unmet(*now);
  records_.end_purge();
}

std::size_t Maintenance::check_unseen(std::optional<Millis> now, std::size_t steps) {
  std::size_t done = 0;
  for (; done < steps && !unseen_.empty(); ++done) {
    const auto [user, key] = std::move(unseen_.back());
    unseen_.pop_back();
    const auto name = user->records.area_key(key);
    if (user->records.find(key)) records_.take_change(to_wtf8(name), area_->get(name));
    if (!now) is_sweeping_ = false;
    if (auto head = now ? area_->head(name, record_head_units) : std::nullopt) visit(*head, now);
  }
  return done;
}

/// Notes are few: a hundred invalidations a user at most.
void Maintenance::check_notes() {
  std::vector<std::string> gone;
  index_.notes().for_each([&](std::string_view key, std::uint32_t) {
    if (!area_->get(to_utf16(key))) gone.emplace_back(key);
  });
  for (const auto& key : gone) index_.count_note(key, 0);
}

// ---- invalidations of which nothing is left

/// All that lie in the area as notes: `visit(area_key, user, invalidation)`.
template <typename Visitor>
void Maintenance::for_each_invalidation(const Visitor& visit) {
  index_.notes().for_each([&](std::string_view area_key, std::uint32_t) {
    std::string_view note;
    auto& user = index_.owner_of(area_key, note);
    if (!note.starts_with(invalidation_note)) return;
    const auto text = area_->get(to_utf16(area_key));
    if (auto one = Invalidation::from_note(note, text.value_or(u""))) visit(area_key, user, std::move(*one));
  });
}

void Maintenance::begin_sweeping(Millis now) {
  is_sweeping_ = true;
  for (const auto& user : index_.users()) user->swept = user->invalidations;
  for_each_invalidation([&](std::string_view, UserRecords& user, Invalidation one) {
    // One that lies ahead shows that a clock was wrong: whoever opens its user's cache begins anew.
    if (is_believed(one.at, now)) user.swept.add(std::move(one));
  });
}

/// The area's order may change under a walk, and what was never met is not missed: before an invalidation is forgotten,
/// every name is asked for.
void Maintenance::list_unmet(Millis now) {
  const auto old = now - shortest_invalidation_life;
  bool met_late = false;
  for_each_invalidation([&](std::string_view, const UserRecords& user, const Invalidation& one) {
    met_late = met_late || (one.at < old && !user.swept.cover(one));
  });
  const auto may_forget = [old](const auto& user) { return user->swept.has_older(old); };
  is_sweeping_ = !met_late && std::ranges::any_of(index_.users(), may_forget);
  if (met_late) {
    // Another walk, which knows of them from its beginning on.
    is_walking_ = true;
    records_.begin_walk();
  }
  if (!is_sweeping_) return;
  for (const auto& name : area_->keys_with_prefix(to_utf16(index_.name()))) {
    const auto area_key = to_wtf8(name);
    std::string_view key;
    auto& user = index_.owner_of(area_key, key);
    const auto* known = user.records.find(key);
    if (is_valid_key(key) && !(known && known->walk == records_.walk())) unseen_.emplace_back(&user, key);
  }
}

void Maintenance::forget_invalidations(Millis now) {
  is_sweeping_ = false;
  const auto old = now - shortest_invalidation_life;
  const auto is_clean = [&](const UserRecords& user) {
    return !user.records.has_invalidated() && user.walk_of_unread != records_.walk();
  };
  std::vector<std::u16string> gone;
  for_each_invalidation([&](std::string_view area_key, const UserRecords& user, const Invalidation& one) {
    if (one.at < old && is_clean(user) && user.swept.cover(one)) gone.push_back(to_utf16(area_key));
  });
  for (const auto& name : gone) records_.remove_note(name);
  for (const auto& user : index_.users()) {
    if (is_clean(*user) && !user->keeps_invalidations) user->invalidations.expire(old, user->swept);
  }
}

}  // namespace cardcache
