// Changes by other tabs, and answers of other tabs and processes.
#include "border/calls.hpp"
#include "border/entry.hpp"
#include "core/base/text.hpp"

namespace cardcache::border {

/// Flag: the answer comes from the remote tier, key, entry. Replies whether the cache kept it, and with the slot.
void adopt(Call& call) {
  auto& in = call.message;
  const bool is_remote = in.flag();
  const auto key = in.text();
  auto entry = read_entry(in);
  auto* cache = call.enter();
  if (!cache) return;
  const auto timestamp = entry.facts.timestamp;
  const auto result = is_remote
                          ? cache->adopt_remote(request_of(std::move(entry), key, Reach::storage), timestamp, call.now)
                          : cache->adopt(key, entry.facts, call.now);
  call.reply.flag(result.kept);
  call.reply.number(slot_number(result.slot));
}

/// Key, maximum age. Replies with the oldest acceptable timestamp of another tab's or process's answer.
void oldest_to_take(Call& call) {
  const auto key = call.message.text();
  const Millis max_age{call.message.real()};
  if (auto* cache = call.enter()) call.reply.number(cache->oldest_to_take(key, max_age, call.now).value);
}

/// Key and text of another tab's storage event: no key after `clear`, no text after a removal.
void area_changed(Call& call) {
  const auto key = call.message.maybe_text();
  const auto text = call.message.maybe_text();
  auto* cache = call.enter();
  if (!cache) return;
  cache->on_area_change(key, text ? std::optional(to_utf16(*text)) : std::nullopt, call.now);
  call.page().was_changed_elsewhere = true;
}

namespace {

constexpr std::array all{adopt, oldest_to_take, area_changed};

}  // namespace

const Calls others_calls{all};

}  // namespace cardcache::border
