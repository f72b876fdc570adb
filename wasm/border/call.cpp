#include "border/call.hpp"

#include <algorithm>
#include <utility>

#include "border/calls.hpp"

namespace cardcache::border {

std::array<double, word_count> words{};
Writer Call::reply;

namespace {

std::vector<char> message;
Writer news;

std::uint32_t bit(News one, bool is_set) { return is_set ? std::uint32_t{one} : 0; }

}  // namespace

char* reserve(std::uint32_t size) {
  if (message.size() < size) message.resize(size);
  return message.data();
}

std::uint32_t answer(std::uint32_t what, std::uint32_t page, double now, std::uint32_t size) {
  const auto handler = handler_of(what);
  if (!handler || size > message.size()) return refused;
  Call call(page_of(page), now, {message.data(), size});
  handler(call);
  return call.leave();
}

TwoTierCache* Call::enter() {
  if (!page_) refuse();
  if (!is_whole()) return nullptr;
  auto& cache = page_->cache;
  auto& ring = page_->ring;
  const auto count = std::clamp(words[noted], 0.0, static_cast<double>(ring.size()));
  cache.drain_hits(std::span(ring).first(static_cast<std::size_t>(count)));
  cache.saw(Millis{words[seen]});
  went_back_ = cache.observe(now);
  entered_ = true;
  return &cache;
}

bool Call::is_whole() {
  refused_ = refused_ || !message.ended();
  return !refused_;
}

std::uint32_t Call::leave() {
  words[reply_at] = address_of(reply.bytes().data());
  if (!entered_) return bit(refused, refused_);
  auto& cache = page_->cache;
  words[believed_from] = cache.believed_from().value;
  auto bits = bit(refused, refused_) | bit(clock_set_back, went_back_);
  bits |= bit(upkeep_waits, cache.storage().space().needs_maintenance());
  news.clear();
  const auto* deadlines = cache.memory().deadlines().data();
  if (std::exchange(page_->told_deadlines, deadlines) != deadlines) {
    bits |= deadlines_moved;
    news.number(address_of(deadlines));
  }
  auto& coordinator = cache.coordinator();
  const auto due = coordinator.take_moved() ? coordinator.next_due() : page_->told_due;
  // The page's timers may have stopped, as they do during sleep, so the page is told once that a fetch is overdue.
  const bool overdue = due <= now;
  const bool is_known = std::exchange(page_->told_due, due) == due;
  const bool overdue_is_known = std::exchange(page_->told_overdue, overdue) || !overdue;
  if (!is_known || !overdue_is_known) {
    bits |= next_due_moved;
    news.number(due.value);
  }
  bits |= tell_slots(news);
  bits |= tell_notices(news);
  if (const auto flights = cache.take_superseded(); !flights.empty()) {
    bits |= flights_superseded;
    news.count(flights.size());
    for (const auto flight : flights) news.number(static_cast<std::uint32_t>(flight));
  }
  const auto changed = cache.take_changed_elsewhere();
  if (std::exchange(page_->was_changed_elsewhere, false) || !changed.empty()) {
    bits |= changed_elsewhere;
    news.texts(changed);
  }
  words[news_at] = address_of(news.bytes().data());
  return bits;
}

std::uint32_t Call::tell_slots(Writer& told) {
  auto& cache = page_->cache;
  auto& dropped = cache.memory().dropped();
  if (dropped.empty()) return 0;
  told.count(dropped.size());
  for (const auto& one : dropped) {
    told.number(static_cast<std::uint32_t>(one.slot));
    told.number(one.evicted ? static_cast<std::uint32_t>(one.why) + 1 : 0);
    if (!one.evicted) continue;
    ++(one.why == RemovalCause::expired ? cache.statistics().memory.expired : cache.statistics().memory.evictions);
  }
  dropped.clear();
  return slots_let_go;
}

std::uint32_t Call::tell_notices(Writer& told) {
  if (page_->cache.notices().empty()) return 0;
  const auto taken = page_->cache.take_notices();
  told.count(taken.size());
  for (const auto& notice : taken) {
    told.text(notice.key);
    told.number(notice.kind == Notice::Kind::evicted ? static_cast<int>(notice.why) : -1);
    told.number(static_cast<int>(notice.error));
  }
  return notices;
}

double slot_number(const std::optional<SlotId>& slot) {
  return slot ? static_cast<double>(static_cast<std::uint32_t>(*slot)) : -1;
}

}  // namespace cardcache::border
