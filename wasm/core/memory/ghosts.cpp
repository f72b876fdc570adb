#include "core/memory/ghosts.hpp"

#include <algorithm>
#include <bit>

namespace cardcache {
namespace {

constexpr std::size_t group_size = 8;
constexpr std::uint32_t trial_bit = Ghosts::most_uses + 1;
constexpr std::uint32_t facts_mask = 2 * trial_bit - 1;

}  // namespace

void Ghosts::fit(std::size_t count) {
  if (cells_.size() < count) cells_ = std::vector<std::uint32_t>(std::bit_ceil(std::max(count, group_size)));
}

std::uint32_t* Ghosts::group_of(std::uint32_t hash) {
  return cells_.data() + (hash * group_size & (cells_.size() - 1));
}

void Ghosts::put(std::uint32_t hash, Ghost ghost) {
  auto* group = group_of(hash);
  std::copy_backward(group, group + group_size - 1, group + group_size);
  *group = (hash & ~facts_mask) | (ghost.from_trial ? trial_bit : 0) | ghost.uses;
}

std::optional<Ghosts::Ghost> Ghosts::take(std::uint32_t hash) {
  if (cells_.empty()) return std::nullopt;
  auto* group = group_of(hash);
  auto* end = group + group_size;
  auto* found = std::find_if(group, end, [&](std::uint32_t cell) { return ((cell ^ hash) & ~facts_mask) == 0; });
  if (found == end) return std::nullopt;
  const auto facts = *found & facts_mask;
  std::copy(found + 1, end, found);
  end[-1] = 0;
  return Ghost{static_cast<std::uint8_t>(facts & most_uses), (facts & trial_bit) != 0};
}

void Ghosts::age() {
  for (auto& cell : cells_) cell = (cell & ~std::uint32_t{most_uses}) | (cell & most_uses) / 2;
}

}  // namespace cardcache
