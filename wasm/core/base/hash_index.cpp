#include "core/base/hash_index.hpp"

#include <utility>

namespace cardcache {

void HashIndex::place(Cell cell) {
  auto at = home_of(cell.hash);
  while (cells_[at].id != none) at = after(at);
  cells_[at] = cell;
}

void HashIndex::put(std::uint32_t hash, Id id) {
  if ((size_ + 1) * 8 > cells_.size() * 7) {
    const auto old = std::exchange(cells_, std::vector<Cell>(cells_.empty() ? 8 : cells_.size() * 2));
    for (const auto& cell : old) {
      if (cell.id != none) place(cell);
    }
  }
  place({hash, id});
  ++size_;
}

void HashIndex::erase(std::uint32_t hash, Id id) {
  auto gap = home_of(hash);
  while (cells_[gap].id != id) gap = after(gap);
  cells_[gap] = {};
  --size_;
  // What stands behind the gap moves up where it belongs at or before it, so that no search ends there too early.
  const auto mask = cells_.size() - 1;
  for (auto at = after(gap); cells_[at].id != none; at = after(at)) {
    if (((at - home_of(cells_[at].hash)) & mask) < ((at - gap) & mask)) continue;
    cells_[gap] = std::exchange(cells_[at], {});
    gap = at;
  }
}

}  // namespace cardcache
