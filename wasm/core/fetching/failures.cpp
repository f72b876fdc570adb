#include "core/fetching/failures.hpp"

#include <algorithm>
#include <utility>

namespace cardcache {
namespace {

constexpr Millis first_wait{5'000};

Millis backed_off(int attempt, Millis base, Millis most) {
  return Millis{std::min(base.value * static_cast<double>(1U << (std::clamp(attempt, 1, 30) - 1)), most.value)};
}

Millis believed(Millis told, Millis longest) { return std::min(told, std::max(longest, Failures::longest_told)); }

}  // namespace

Millis retry_delay(int attempt, Millis base, Millis most, double random) {
  return Millis{backed_off(attempt, base, most).value * random};
}

const Failures::Row* Failures::find(std::string_view key) const {
  const auto found = std::ranges::find_if(rows_, [key](const Row& row) { return row.last.key == key; });
  return found == rows_.end() ? nullptr : &*found;
}

void Failures::add(Failed failed, Millis now, double random) {
  if (failed.longest <= Millis{0}) return;
  ++changes_;
  auto found = std::ranges::find_if(rows_, [&](const Row& row) { return row.last.key == failed.key; });
  if (found == rows_.end()) {
    if (rows_.size() >= most_keys) rows_.erase(std::ranges::min_element(rows_, {}, &Row::at));
    rows_.emplace_back();
    found = rows_.end() - 1;
  }
  found->last = std::move(failed);
  ++found->count;
  found->at = now;
  found->share = 0.5 + random / 2;
  found->waits = true;
}

void Failures::forget(std::string_view key) {
  changes_ += std::erase_if(rows_, [key](const Row& row) { return row.last.key == key; });
}

void Failures::forget_before(std::string_view key, Millis timestamp) {
  changes_ += std::erase_if(rows_, [&](const Row& row) { return row.at < timestamp && row.last.key == key; });
}

void Failures::end_waits() {
  ++changes_;
  for (auto& row : rows_) row.waits = false;
}

void Failures::end_wait(std::string_view key) {
  ++changes_;
  for (auto& row : rows_) {
    if (row.last.key == key) row.waits = false;
  }
}

void Failures::end_waits(const Selector& selector, bool skips_exempt) {
  ++changes_;
  for (auto& row : rows_) {
    if (skips_exempt && row.last.exempt_from_events) continue;
    if (selector.selects(row.last.key, row.last.tags)) row.waits = false;
  }
}

Millis Failures::wait_of(const Row& row, Millis longest) {
  return Millis{backed_off(row.count, first_wait, longest).value * row.share};
}

bool Failures::is_over(const Row& row, Millis now) {
  const auto& [key, tags, kept, longest, told, lasting] = row.last;
  const auto waited = std::max(backed_off(row.count, first_wait, longest), believed(told, longest));
  return row.at + waited + std::max(longest, waited) <= now;
}

Millis Failures::asked_from(std::string_view key, Millis longest) const {
  const auto* row = find(key);
  if (!row || !row->waits || longest <= Millis{0}) return long_ago;
  const auto told = believed(row->last.told, longest);
  if (row->count > 1) return row->at + std::max(wait_of(*row, longest), told);
  return told > Millis{0} ? row->at + told : long_ago;
}

Millis Failures::polled_from(std::string_view key, Millis at, Millis interval, Millis longest) const {
  const auto healthy = at + (interval == never ? usual_longest : interval);
  const auto* row = longest > Millis{0} ? find(key) : nullptr;
  if (!row) return healthy;
  auto wait = wait_of(*row, longest);
  const bool quick = row->count <= quick_polls && !row->last.lasting;
  if (!quick && interval < never) {
    // The wait is between one and two intervals: on average a failing server is polled less often than a healthy one.
    wait = std::max({wait, interval, std::min(Millis{interval.value * 2 * row->share}, longest)});
  }
  const auto next = row->at + std::max(wait, believed(row->last.told, longest));
  // The failure at `at` may not be in the row (a fetcher that aborted itself): its wait has not begun then.
  return next > at ? next : healthy;
}

}  // namespace cardcache
