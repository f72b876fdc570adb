#include "bindings/page.hpp"

#include <emscripten/bind.h>

#include <memory>
#include <utility>

#include "bindings/js_text.hpp"
#include "bindings/local_storage.hpp"
#include "core/base/text.hpp"

namespace cardcache::bindings {
namespace {

struct Space {
  Space(emscripten::val js_area, std::string name, double budget, const RecordForm& form)
      : area(js_area.isNull() ? nullptr : std::make_unique<LocalStorage>(std::move(js_area))),
        space(area.get(), std::move(name), budget, form) {}

  std::unique_ptr<LocalStorage> area;
  StorageSpace space;
};

std::vector<std::unique_ptr<Space>> spaces;
std::vector<std::unique_ptr<Page>> pages;

template <typename Kept>
std::uint32_t keep(std::vector<std::unique_ptr<Kept>>& all, std::unique_ptr<Kept> one) {
  for (std::uint32_t id = 0; id < all.size(); ++id) {
    if (all[id]) continue;
    all[id] = std::move(one);
    return id;
  }
  all.push_back(std::move(one));
  return static_cast<std::uint32_t>(all.size() - 1);
}

std::uint32_t open_space(emscripten::val area, double budget, double ttl, double compress_above, bool foreign) {
  StagedReader staged;
  const RecordForm form{Millis{ttl}, compress_above, foreign};
  return keep(spaces, std::make_unique<Space>(std::move(area), staged.string(), budget, form));
}

std::uint32_t dropped_code(const MemoryTier::Dropped& dropped) {
  return dropped.evicted ? static_cast<std::uint32_t>(dropped.why) + 1 : 0;
}

}  // namespace

[[clang::export_name("closeSpace")]] void close_space(std::uint32_t id) { spaces[id].reset(); }

[[clang::export_name("openPage")]] std::uint32_t open_page(std::uint32_t space, bool has_user, double ttl,
                                                           std::uint32_t max_entries, double max_bytes,
                                                           double hit_rate_below, double errors_above,
                                                           double storage_above, std::uint32_t seed) {
  StagedReader staged;
  const auto user = staged.text();
  auto& tier = spaces[space]->space.tier_of(has_user ? std::optional(user) : std::nullopt);
  return keep(pages, std::make_unique<Page>(MemoryLimits{Millis{ttl}, max_entries, max_bytes}, tier,
                                            AlertLimits{hit_rate_below, errors_above, storage_above}, seed));
}

[[clang::export_name("closePage")]] void close_page(std::uint32_t id) { pages[id].reset(); }

[[clang::export_name("ringAddress")]] std::uint32_t ring_address(std::uint32_t id) {
  return reinterpret_cast<std::uint32_t>(pages[id]->ring.data());
}

/// Spaces and pages that stand open: a test counts them back to zero.
[[clang::export_name("openCount")]] std::uint32_t open_count() {
  std::uint32_t count = 0;
  for (const auto& one : spaces) count += one ? 1 : 0;
  for (const auto& one : pages) count += one ? 1 : 0;
  return count;
}

Page& page_of(std::uint32_t id) { return *pages[id]; }

Call::Call(std::uint32_t id, double time) : page(page_of(id)), cache(page.cache), now{time} {
  const auto noted = static_cast<std::size_t>(words[ring_count]);
  words[ring_count] = 0;
  page.dropped.clear();
  cache.drain_hits(std::span(page.ring).first(noted));
  cache.saw(Millis{words[seen]});
  words[went_back] = cache.observe(now) ? 1 : 0;
}

Call::~Call() {
  for (const auto& one : cache.memory().dropped()) {
    page.dropped.push_back(static_cast<std::uint32_t>(one.slot));
    page.dropped.push_back(dropped_code(one));
    if (!one.evicted) continue;
    ++(one.why == RemovalCause::expired ? cache.statistics().memory.expired : cache.statistics().memory.evictions);
  }
  cache.memory().dropped().clear();
  const auto* deadlines = cache.memory().deadlines().data();
  const auto memory = __builtin_wasm_memory_size(0);
  const bool moved = std::exchange(page.told_table, deadlines) != deadlines;
  const bool grown = std::exchange(page.told_memory, memory) != memory;
  words[table] = address_of(deadlines);
  words[dropped_count] = static_cast<double>(page.dropped.size() / 2);
  words[dropped_at] = address_of(page.dropped.data());
  words[notice_count] = static_cast<double>(cache.notices().size());
  words[believed_from] = cache.believed_from().value;
  words[upkeep] = cache.storage().space().needs_maintenance() ? 1 : 0;
  const bool has_news = moved || grown || !page.dropped.empty() || !cache.notices().empty() || words[went_back] != 0 ||
                        words[upkeep] != 0;
  words[answered] = has_news ? 2 : 1;
}

double slot_word(const std::optional<SlotId>& slot) {
  return slot ? static_cast<double>(static_cast<std::uint32_t>(*slot)) : -1;
}

emscripten::val to_js(const std::vector<std::string>& texts) {
  auto out = emscripten::val::array();
  for (unsigned i = 0; i < texts.size(); ++i) out.set(i, js_text(to_utf16(texts[i])));
  return out;
}

EMSCRIPTEN_BINDINGS(page) { emscripten::function("openSpace", &open_space); }

}  // namespace cardcache::bindings
