#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cardcache::bindings {

/// Numbers that the page reads through a view after every call instead of asking for them. js/border/linearMemory.ts has the
/// same list.
enum Word : std::uint32_t {
  ring_count,     // in: how many slots the page has noted in the cache's ring
  table,          // out: address of the deadlines (f64 a slot)
  dropped_count,  // out: how many pairs (slot, code) lie at `dropped_at`
  dropped_at,     // out: address of those pairs (u32)
  notice_count,   // out: how many notices wait to be taken
  believed_from,  // out: a clock below this must be observed before the next hit
  went_back,      // out: 1 where this call found the clock set back
  slot,           // out of look_up, admit, set: −1 for none
  timestamp,      // out of look_up, set; of an invalidation: when it took effect; in for adopt, adopt_remote
  end,            // out of look_up, set; in for adopt
  serial,         // out of look_up: names the pending record
  report_at,      // out of statistics: address of StatisticsNumbers
  json_at,        // out of look_up: address of the pending record's JSON (UTF-8)
  json_size,      // out of look_up: its bytes
  endpoints_at,   // out of statistics: address of the endpoints' EndpointNumbers
  sealing,        // out of set: names the sealing that it waits for, 0 for none
  box_at,         // out of find_encrypted, prepare_encryption: address of what is decrypted or encrypted
  box_size,       // its bytes
  binding_at,     // address of what that is bound to
  binding_size,   // its bytes
  upkeep,         // out: 1 where storage has something to do in idle time
  cost,           // in for adopt
  bytes,          // in for adopt
  answered,       // out: after a Call 2, or 1 where no word before `slot` nor `upkeep` says anything new but
                  // `believed_from`; 0: what they say is an earlier one's, maybe of another cache
  remaining,      // out of set: how long it has yet to live
  grace,          // in for adopt
  seen,           // in: the latest time that a hit has seen since the last call
  word_count,
};

extern std::array<double, word_count> words;

[[nodiscard]] inline double address_of(const void* thing) {
  return static_cast<double>(reinterpret_cast<std::uintptr_t>(thing));
}

/// Text crosses the border as bytes: the page writes each as a length (u32, native order) and its bytes, in the order
/// in which they are read here. Views point into the staging buffer: they hold until the next reserve().
class StagedReader {
 public:
  StagedReader();
  [[nodiscard]] std::string_view text();
  [[nodiscard]] std::string string() { return std::string(text()); }
  [[nodiscard]] std::uint32_t number();
  [[nodiscard]] std::vector<std::string> strings();

 private:
  std::size_t at_ = 0;
};

}  // namespace cardcache::bindings
