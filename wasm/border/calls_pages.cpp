// Opening and closing spaces and pages. A space is a namespace in an area, a page one user's cache in it.
#include <memory>
#include <utility>

#include "border/area.hpp"
#include "border/calls.hpp"

namespace cardcache::border {
namespace {

constexpr double default_budget = 2 * 1024 * 1024;

struct Space {
  Space(std::unique_ptr<StorageArea> its_area, std::string_view name, double budget, const RecordForm& form)
      : area(std::move(its_area)), space(area.get(), std::string(name), budget, form) {}

  std::unique_ptr<StorageArea> area;
  StorageSpace space;
  /// Open pages; the space cannot close before them.
  std::uint32_t pages = 0;
};

std::vector<std::unique_ptr<Space>> spaces;
std::vector<std::unique_ptr<Page>> pages;

/// Reuses the numbers of closed ones.
template <typename Kept>
std::uint32_t keep(std::vector<std::unique_ptr<Kept>>& all, std::unique_ptr<Kept> one) {
  std::uint32_t id = 0;
  while (id < all.size() && all[id]) ++id;
  if (id == all.size()) all.emplace_back();
  all[id] = std::move(one);
  return id;
}

Space* space_of(std::uint32_t id) { return id < spaces.size() ? spaces[id].get() : nullptr; }

template <typename Kept>
std::size_t count_of(const std::vector<std::unique_ptr<Kept>>& all) {
  std::size_t count = 0;
  for (const auto& one : all) count += one ? 1 : 0;
  return count;
}

}  // namespace

Page* page_of(std::uint32_t id) { return id < pages.size() ? pages[id].get() : nullptr; }

/// Name, budget, ttl, length in UTF-16 units above which JSON is compressed, flag: another program owns the namespace.
/// The area is the module's property `area`. Replies with the space's number.
void open_space(Call& call) {
  auto& in = call.message;
  const auto name = in.text();
  const auto budget = in.number(default_budget);
  RecordForm form;
  form.default_life = Millis{in.number(form.default_life.value)};
  form.compress_above = in.number(form.compress_above);
  form.foreign = in.flag();
  if (!call.is_whole()) return;
  call.reply.number(keep(spaces, std::make_unique<Space>(given_area(), name, budget, form)));
}

/// Space.
void close_space(Call& call) {
  const auto id = call.message.whole();
  auto* space = space_of(id);
  if (!space || space->pages > 0) call.refuse();
  if (call.is_whole()) spaces[id].reset();
}

/// Space, user if any, ttl in memory, most entries, most bytes, limits of the three alerts, seed. Replies with the
/// page's number and the address of its ring.
void open_page(Call& call) {
  auto& in = call.message;
  const auto space_id = in.whole();
  const auto user = in.maybe_text();
  MemoryLimits limits;
  limits.ttl = Millis{in.number(limits.ttl.value)};
  // Also for Infinity.
  constexpr double most_slots = 0xFFFF'FFFF;
  limits.max_entries = static_cast<std::uint32_t>(std::clamp(in.number(limits.max_entries), 0.0, most_slots));
  limits.max_bytes = in.number(limits.max_bytes);
  AlertLimits alerts;
  alerts.hit_rate_below = in.number(alerts.hit_rate_below);
  alerts.errors_above = in.number(alerts.errors_above);
  alerts.storage_above = in.number(alerts.storage_above);
  const auto seed = in.whole();
  auto* space = space_of(space_id);
  if (!space) call.refuse();
  if (!call.is_whole()) return;
  ++space->pages;
  auto& tier = space->space.tier_of(user);
  const auto id = keep(pages, std::make_unique<Page>(limits, tier, alerts, seed, space_id));
  call.reply.number(id);
  call.reply.number(address_of(pages[id]->ring.data()));
}

/// Page.
void close_page(Call& call) {
  const auto id = call.message.whole();
  const auto* page = page_of(id);
  if (!page) call.refuse();
  if (!call.is_whole()) return;
  --spaces[page->space]->pages;
  pages[id].reset();
}

/// Replies with the number of open spaces and pages: a test counts them back to zero.
void open_count(Call& call) {
  if (call.is_whole()) call.reply.number(static_cast<double>(count_of(spaces) + count_of(pages)));
}

namespace {

constexpr std::array all{open_space, close_space, open_page, close_page, open_count};

}  // namespace

const Calls pages_calls{all};

}  // namespace cardcache::border
