#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace cardcache {

/// What is remembered of entries that fell out, so that one that comes back is known: its hash, how often it was used
/// and from which queue it fell, 4 bytes together. Entries stand in groups of four by their hash, the newest first; one
/// more pushes the group's oldest out, so nothing is linked and nothing is searched. Two keys of one hash are taken for
/// one another: that costs a worse guess and nothing else.
class Ghosts {
 public:
  static constexpr std::uint8_t most_uses = 15;

  struct Ghost {
    std::uint8_t uses;
    bool from_trial;
  };

  /// Makes room for at least `count`; what was remembered is gone where that needs another size.
  void fit(std::size_t count);
  void put(std::uint32_t hash, Ghost ghost);
  /// Whom `hash` stands for; it is a ghost no longer.
  std::optional<Ghost> take(std::uint32_t hash);
  /// Halves all uses.
  void age();

 private:
  [[nodiscard]] std::uint32_t* group_of(std::uint32_t hash);

  std::vector<std::uint32_t> cells_;  // the upper 27 bits of the hash, one bit for the queue, four for the uses
};

}  // namespace cardcache
