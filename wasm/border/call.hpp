#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "border/message.hpp"
#include "core/cache/two_tier_cache.hpp"

namespace cardcache::border {

/// Numbers at a fixed address, for what changes too often to be written into messages. js/border/message.ts has the
/// same list.
enum Word : std::uint32_t {
  noted,          // in: how many hits the page has recorded in the ring
  seen,           // in: the latest time of a hit since the last call
  believed_from,  // out: if the clock is below this, the page must call observe before the next hit
  reply_at,       // out: address of the reply
  news_at,        // out: address of the details of the news
  word_count,
};

/// What a call has changed besides its own result: the bits that it returns. js/border/names.ts has the same list. The
/// details of a bit follow in a message of their own, in this order.
enum News : std::uint32_t {
  refused = 1,  // the message does not fit the call; nothing has changed
  clock_set_back = 2,
  upkeep_waits = 4,
  deadlines_moved = 8,       // the address of the deadlines (one f64 per slot)
  next_due_moved = 16,       // the time of the next fetch of a watched key; also sent once it has passed
  slots_let_go = 32,         // list: slot; 0, or 1 + RemovalCause
  notices = 64,              // list: key; RemovalCause, or −1 for an error; ErrorKind
  flights_superseded = 128,  // list: flight
  changed_elsewhere = 256,   // list: watched keys, and resident ones whose record is encrypted now
};

/// One open cache, and the state that it shares with the page.
struct Page {
  /// How many hits the page records before it must call. js/border/message.ts has the same number.
  static constexpr std::size_t ring_size = 256;

  Page(MemoryLimits limits, StorageTier& tier, AlertLimits alerts, std::uint32_t seed, std::uint32_t in_space)
      : cache(limits, tier, alerts, seed), space(in_space) {}

  TwoTierCache cache;
  std::uint32_t space;
  std::array<std::uint32_t, ring_size> ring{};
  /// The values that the page was told last.
  const double* told_deadlines = nullptr;
  Millis told_due = never;
  bool told_overdue = false;
  /// Another tab has changed the area, even if it has changed no watched key.
  bool was_changed_elsewhere = false;
  /// A buffer for the key of a set by slot.
  std::string key;
  /// The record that was looked up last, until it is admitted or rejected.
  std::string pending_key;
  EntryFacts pending;
  std::uint32_t pending_serial = 0;
};

/// One call of the page: a message in, a reply out, and news of what else has changed.
class Call {
 public:
  Call(Page* page, double time, std::string_view bytes) : message(bytes), now{time}, page_(page) { reply.clear(); }

  /// Returns the cache after the whole message was read, and applies the recorded hits and the time. Returns null if
  /// the message is too long or too short, or if there is no such page: then the call has changed nothing and is
  /// refused.
  [[nodiscard]] TwoTierCache* enter();
  /// The same check for calls that need no page.
  [[nodiscard]] bool is_whole();
  void refuse() { refused_ = true; }
  /// Valid after enter() has returned a cache.
  [[nodiscard]] Page& page() { return *page_; }
  /// Returns bits of News.
  [[nodiscard]] std::uint32_t leave();

  Reader message;
  /// Valid until the next call.
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

/// Reserves room for a message of `size` bytes and returns its address. The room never shrinks: the largest answer so
/// far is likely to come again.
char* reserve(std::uint32_t size);
/// Runs call number `what` (calls.hpp) with the message of `size` bytes in the reserved room; returns bits of News.
std::uint32_t answer(std::uint32_t what, std::uint32_t page, double now, std::uint32_t size);
/// Null if no page of this number is open.
[[nodiscard]] Page* page_of(std::uint32_t id);

}  // namespace cardcache::border
