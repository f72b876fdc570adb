// Calls on all entries that a selector selects.
#include <utility>

#include "border/calls.hpp"

namespace cardcache::border {
namespace {

/// Which fields of a selector follow. js/border/names.ts has the same bits.
enum Field : std::uint8_t { as_text = 1, endpoint = 2, user = 4, shared = 8, tag = 16, keys_listed = 32 };

/// Flags, then the selector's string, or each flagged field. nullopt if the string is no selector.
std::optional<Selector> read_selector(Reader& in) {
  const auto fields = in.whole(64);
  if (fields & as_text) return parse_selector(in.text());
  Selector selector;
  if (fields & endpoint) {
    const auto name = in.text();
    if (name != "*") selector.endpoint = escape_segment(name);
  }
  if (fields & user) selector.user = std::string(in.text());
  selector.shared = (fields & shared) != 0;
  if (fields & tag) selector.tag = std::string(in.text());
  if (fields & keys_listed) selector.keys = in.texts();
  return selector;
}

/// The number of invalidated entries, −1 for an invalid selector; then the time: answers that are not younger are
/// invalidated.
void write(Writer& reply, double count, Millis at) {
  reply.number(count);
  reply.number(at.value);
}

}  // namespace

/// Selector. Replies whether it is valid, and with the keys of fresh entries.
void keys(Call& call) {
  const auto selector = read_selector(call.message);
  auto* cache = call.enter();
  if (!cache) return;
  call.reply.flag(selector.has_value());
  if (selector) call.reply.texts(cache->keys(*selector, call.now));
}

/// Selector, flag: invalidate what a write may have changed.
void invalidate(Call& call) {
  const auto selector = read_selector(call.message);
  const bool after_write = call.message.flag();
  auto* cache = call.enter();
  if (!cache) return;
  if (!selector) return write(call.reply, -1, {});
  const auto count =
      after_write ? cache->invalidate_after_write(*selector, call.now) : cache->invalidate(*selector, call.now);
  write(call.reply, static_cast<double>(count), cache->last_invalidation());
}

/// An invalidation, or a removal, by another process: selector, time, flag: skip entries that are exempt from events,
/// flag: caused by a write.
void learn_invalidation(Call& call) {
  auto& in = call.message;
  auto selector = read_selector(in);
  const Millis at{in.real()};
  const bool spares_exempt = in.flag();
  const bool by_write = in.flag();
  auto* cache = call.enter();
  if (cache && selector) cache->learn_invalidation({std::move(*selector), at, spares_exempt, by_write}, call.now);
}

void clear(Call& call) {
  auto* cache = call.enter();
  if (!cache) return;
  const auto count = cache->clear(call.now);
  write(call.reply, static_cast<double>(count), cache->last_invalidation());
}

namespace {

constexpr std::array all{keys, invalidate, learn_invalidation, clear};

}  // namespace

const Calls selectors_calls{all};

}  // namespace cardcache::border
