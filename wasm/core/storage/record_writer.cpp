#include "core/storage/record_writer.hpp"

#include <utility>

#include "core/base/text.hpp"

namespace cardcache {
namespace {

/// After an eviction this share of the budget is free, so that not every write has to sort all records again.
constexpr double slack = 0.05;

}  // namespace

WriteResult RecordWriter::write(RecordWrite record, Millis now) {
  auto& user = *record.user;
  records_.deferred().abandon(user, record.key);
  const bool may_fit = record.facts.bytes <= records_.index().budget();
  const auto written = may_fit ? attempt(record, now, {most_at_once, false}) : WriteResult::quota;
  if (written == WriteResult::stored) return written;
  records_.remove(user, record.key);
  if (written != WriteResult::deferred) return written;
  // It can be read, deleted and invalidated like any other entry. Its bytes count once they lie there.
  auto facts = record.facts;
  facts.bytes = facts.plain_bytes = facts.units = 0;
  records_.remember(user, record.key, facts, record.tags);
  records_.deferred().add(std::move(record));
  return written;
}

WriteResult RecordWriter::attempt(RecordWrite& record, Millis now, Effort effort) {
  auto& user = *record.user;
  const auto& index = records_.index();
  // What was cleared and still lies there goes first.
  if (index.excess() + record.facts.bytes > 0) effort.steps -= records_.remove_pending(effort.steps);
  for (bool looked_again = false;;) {
    const auto* older = user.records.find(record.key);
    const auto replaced = older ? *older : StoredFacts{};
    if (!record.origin_full) record.need.bytes = index.excess() + record.facts.bytes - replaced.bytes;
    const double spare = record.origin_full ? 0 : index.budget() * slack;
    const double most_lost = retention_value(record.facts, now) * most_displaced;
    switch (make_capacity(record.need, spare, most_lost, {&user, record.key}, now, effort)) {
      case Capacity::later:
        return WriteResult::deferred;
      case Capacity::none:
        // What was remembered was not what lies there, and by now it is.
        if (!std::exchange(was_mistaken_, false) || std::exchange(looked_again, true)) return WriteResult::quota;
        continue;
      case Capacity::there:
        break;
    }
    if (records_.area()->set(record.name, record.text)) {
      records_.remember(user, record.key, record.facts, record.tags);
      return WriteResult::stored;
    }
    if (!records_.area()->is_full()) return WriteResult::refused;
    if (record.retries-- == 0) return WriteResult::quota;
    // The origin's own quota is shared with the whole page: it can be full long before our budget is. The area
    // does not say how much it lacks. What the record takes is enough; where we have less than that, nothing is
    // evicted.
    record.need = {record.facts.bytes, record.facts.units};
    if (!std::exchange(record.origin_full, true)) {
      records_.remove(user, record.key);
      record.need.bytes -= replaced.bytes;
      record.need.units -= replaced.units;
    }
  }
}

RecordWriter::Capacity RecordWriter::make_capacity(Need& need, double spare, double most_lost,
                                                   const EvictionPlan::Excluded& excluded, Millis now, Effort effort) {
  if (need.is_met()) return Capacity::there;
  EvictionPlan plan(records_.index(), excluded, now);
  const auto count = plan.count_for(need, most_lost, now);
  if (!count) return Capacity::none;
  if (!effort.is_idle && *count > effort.steps) return Capacity::later;
  for (std::size_t step = 0; step < effort.steps; ++step) {
    if (need.bytes <= -spare && need.units <= 0) break;
    const auto* next = plan.take();
    if (!next) break;
    const auto freed = evict(*next->user, next->id, now);
    need.bytes -= freed.bytes;
    need.units -= freed.units;
  }
  if (need.is_met()) return Capacity::there;
  return plan.empty() ? Capacity::none : Capacity::later;
}

Need RecordWriter::evict(UserRecords& user, KeyIndex::Id id, Millis now) {
  const auto key = user.records.keys().key(id);
  const auto known = user.records.facts(id);
  const auto name = user.records.area_key(key);
  auto head = records_.area()->head(name, record_head_units);
  if (!head) {
    was_mistaken_ = true;
    user.records.forget(key);
    return {};
  }
  const auto record = records_.read_head(*head);
  const auto facts = StoredRecords::facts_of(*head, record);
  const bool is_newer = facts.timestamp > known.timestamp && is_believed(facts.timestamp, now);
  if (is_newer || (!record && records_.form().foreign)) {
    was_mistaken_ = true;
    records_.take_change(to_wtf8(name), records_.area()->get(name));
    return {};
  }
  if (!records_.remove(user, key)) return {};
  const bool expired = known.expires_at <= now || !is_believed(known.timestamp, now);
  records_.evicted().push_back({&user, key, expired ? RemovalCause::expired : RemovalCause::quota});
  return {facts.bytes, facts.units};
}

bool RecordWriter::write_note(const std::u16string& name, const std::u16string& text, Millis now) {
  auto& area = *records_.area();
  const Need whole{static_cast<double>(stored_bytes(name) + stored_bytes(text)),
                   static_cast<double>(name.size() + text.size())};
  bool written = area.set(name, text);
  for (int retries = 2; !written && area.is_full() && retries > 0; --retries) {
    auto need = whole;
    if (make_capacity(need, now, {most_at_once, false}) != Capacity::there) break;
    written = area.set(name, text);
  }
  if (!written) return false;
  records_.index().count_note(to_wtf8(name), whole.bytes);
  if (!records_.needs_trim()) trim(now, most_at_once);
  return true;
}

std::size_t RecordWriter::write_deferred(Millis now, std::size_t steps) {
  auto& deferred = records_.deferred();
  std::size_t done = 0;
  while (done < steps && !deferred.empty()) {
    auto record = deferred.take();
    auto& user = *record.user;
    if (record.facts.timestamp <=
        user.invalidations.latest_for(record.key, record.tags, record.facts.exempt_from_events)) {
      user.records.forget(record.key);
      ++done;
      continue;
    }
    const auto before = records_.evicted().size();
    const auto written = attempt(record, now, {steps - done, true});
    if (written == WriteResult::deferred) {
      deferred.put_back(std::move(record));
      return steps;
    }
    done += 1 + records_.evicted().size() - before;
    if (written == WriteResult::stored) continue;
    records_.remove(user, record.key);
    given_up_.emplace_back(&user, record.key);
  }
  return done;
}

void RecordWriter::trim(Millis now, std::size_t steps) {
  Need over{records_.index().excess(), 0};
  records_.set_needs_trim(make_capacity(over, now, {steps, true}) == Capacity::later);
}

}  // namespace cardcache
