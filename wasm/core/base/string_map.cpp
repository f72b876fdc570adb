#include "core/base/string_map.hpp"

#include <utility>

namespace cardcache {

std::uint32_t hash_of(std::string_view key, std::uint32_t begun) {
  for (const char character : key) begun = (begun ^ static_cast<std::uint8_t>(character)) * 16'777'619;
  return begun;
}

std::size_t StringMap::position_of(std::string_view key) const {
  const auto mask = cells_.size() - 1;
  auto at = hash_of(key) & mask;
  while (cells_[at].used && cells_[at].key != key) at = (at + 1) & mask;
  return at;
}

const std::uint32_t* StringMap::find(std::string_view key) const {
  if (size_ == 0) return nullptr;
  const auto& cell = cells_[position_of(key)];
  return cell.used ? &cell.value : nullptr;
}

std::uint32_t* StringMap::find(std::string_view key) {
  return const_cast<std::uint32_t*>(std::as_const(*this).find(key));
}

void StringMap::put(std::string_view key, std::uint32_t value) {
  if ((size_ + 1) * 4 > cells_.size() * 3) grow();
  auto& cell = cells_[position_of(key)];
  if (!cell.used) {
    cell.key = key;
    cell.used = true;
    ++size_;
  }
  cell.value = value;
}

void StringMap::grow() {
  auto old = std::exchange(cells_, std::vector<Cell>(cells_.empty() ? 8 : cells_.size() * 2));
  for (auto& cell : old) {
    if (cell.used) cells_[position_of(cell.key)] = std::move(cell);
  }
}

void StringMap::erase(std::string_view key) {
  if (!find(key)) return;
  const auto mask = cells_.size() - 1;
  auto gap = position_of(key);
  cells_[gap] = {};
  --size_;
  // What stands behind the gap moves up where it belongs at or before it, so that no search ends there too early.
  for (auto at = (gap + 1) & mask; cells_[at].used; at = (at + 1) & mask) {
    const auto home = hash_of(cells_[at].key) & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    cells_[gap] = std::exchange(cells_[at], {});
    gap = at;
  }
}

void StringMap::clear() {
  cells_.clear();
  size_ = 0;
}

}  // namespace cardcache
