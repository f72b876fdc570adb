#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "border/message.hpp"
#include "core/cache/two_tier_cache.hpp"

namespace cardcache::border {

/// Numbers at a fixed place, for what is too frequent to be written into messages. js/border/message.ts has the same
/// list.
enum Word : std::uint32_t {
  noted,          // in: how many slots the page has noted in the cache's ring
  seen,           // in: the latest time that a hit has seen since the last call
  believed_from,  // out: a clock below this must be observed before the next hit
  reply_at,       // out: address of the reply
  news_at,        // out: address of what the news say more of
  word_count,
};

/// What has moved besides the answer: the bits that a call returns. js/border/names.ts has the same list. What a bit
/// says more stands in a message of its own, in this order.
enum News : std::uint32_t {
  refused = 1,  // the message was none that the call understands; nothing was done
  clock_set_back = 2,
  upkeep_waits = 4,
  deadlines_moved = 8,       // address of the deadlines (f64 a slot)
  next_due_moved = 16,       // when the next watched key is due; also where that time has come
  slots_let_go = 32,         // list: slot; 0, or 1 more than the number of why it was evicted
  notices = 64,              // list: key; −1 or why it was evicted; what went wrong
  flights_superseded = 128,  // list: flight
  changed_elsewhere = 256,   // keys whose watchers are to be told
};

/// One open cache and what the page and it hand each other.
struct Page {
  /// How many hits the page notes before it has to call. js/border/message.ts has the same number.
  static constexpr std::size_t ring_size = 256;

  Page(MemoryLimits limits, StorageTier& tier, AlertLimits alerts, std::uint32_t seed, std::uint32_t in_space)
      : cache(limits, tier, alerts, seed), space(in_space) {}

  TwoTierCache cache;
  std::uint32_t space;
  std::array<std::uint32_t, ring_size> ring{};
  /// What the page was told last.
  const double* told_deadlines = nullptr;
  Millis told_due = never;
  bool told_overdue = false;
  /// Another tab has changed the area, whether or not a watched key was touched.
  bool was_changed_elsewhere = false;
  /// Room for a key that is set again.
  std::string key;
  /// The record that was looked up last and waits to be admitted or rejected.
  std::string pending_key;
  EntryFacts pending;
  std::uint32_t pending_serial = 0;
};

/// One call of the page: a message in, a reply out, and what else has moved.
class Call {
 public:
  Call(Page* page, double time, std::string_view bytes) : message(bytes), now{time}, page_(page) { reply.clear(); }

  /// Gives the cache once the whole message has been read, after the hits that were noted and the time. Null where
  /// there is more of the message, or less, or no such page: then nothing was touched and the call is refused.
  [[nodiscard]] TwoTierCache* enter();
  /// The same for calls that need no page.
  [[nodiscard]] bool is_whole();
  void refuse() { refused_ = true; }
  /// Valid where enter() gave a cache.
  [[nodiscard]] Page& page() { return *page_; }
  /// Bits of News.
  [[nodiscard]] std::uint32_t leave();

  Reader message;
  /// Lies there until the next call.
  static Writer reply;
  const Millis now;

 private:
  [[nodiscard]] std::uint32_t tell_slots(Writer& told);
  [[nodiscard]] std::uint32_t tell_notices(Writer& told);

  Page* page_;
  bool entered_ = false, went_back_ = false, refused_ = false;
};

extern std::array<double, word_count> words;

[[nodiscard]] inline double address_of(const void* thing) {
  return static_cast<double>(reinterpret_cast<std::uintptr_t>(thing));
}
/// −1 for none.
[[nodiscard]] double slot_number(const std::optional<SlotId>& slot);

/// Room for a message of `size` bytes; answers its address. It never shrinks: the largest answer so far is likely to
/// come again.
char* reserve(std::uint32_t size);
/// Answers the message of `size` bytes that lies there, with the call of that number (calls.hpp).
std::uint32_t answer(std::uint32_t what, std::uint32_t page, double now, std::uint32_t size);
/// Null where none of that number is open.
[[nodiscard]] Page* page_of(std::uint32_t id);

}  // namespace cardcache::border
