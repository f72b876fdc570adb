#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/entry_facts.hpp"
#include "core/base/millis.hpp"
#include "core/keys/key_index.hpp"

namespace cardcache {

/// What is remembered of a record that lies in the area: a hint, since other tabs write there too. Whatever is answered
/// is read from the area itself.
struct StoredFacts {
  double bytes = 0;        // with its name, as the strictest engine counts
  double plain_bytes = 0;  // in the plain form
  double units = 0;        // as the other engines count
  Millis timestamp = long_ago;
  Millis expires_at = long_ago;
  double cost = 1;
  Millis last_use = long_ago;
  /// How long past its end somebody here may ask for it, whatever it says itself.
  Millis grace{0};
  bool exempt_from_events = false;
  /// The last walk over the area that met it.
  std::uint32_t walk = 0;

  /// Takes over what the record says of itself.
  void take(const EntryFacts& facts) {
    timestamp = facts.timestamp;
    expires_at = facts.expires_at;
    cost = facts.cost;
    exempt_from_events = facts.exempt_from_events;
  }
};

/// What is remembered of one user's records, without asking the area. A record that must not be answered and still lies
/// there is *invalidated*: the area refused to remove it, or there were too many to remove at once.
class RecordIndex {
 public:
  /// All of the user's keys in the area begin with `prefix`.
  explicit RecordIndex(std::string prefix) : prefix_(std::move(prefix)) {}

  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] std::u16string area_key(std::string_view key) const;
  [[nodiscard]] const KeyIndex& keys() const { return live_.keys; }
  [[nodiscard]] const StoredFacts& facts(KeyIndex::Id id) const { return live_.facts[id]; }
  /// Null where nothing is remembered.
  [[nodiscard]] const StoredFacts* find(std::string_view key) const;
  /// What they take in the area, invalidated ones included.
  [[nodiscard]] double bytes() const { return bytes_; }
  [[nodiscard]] double plain_bytes() const { return plain_bytes_; }
  /// What each endpoint takes, by its number.
  [[nodiscard]] std::vector<double> endpoint_bytes() const;

  void remember(std::string_view key, const StoredFacts& facts, const std::vector<std::string>& tags);
  void forget(std::string_view key) { remove(live_, key); }
  void note_use(std::string_view key, Millis now);
  void extend_grace(std::string_view key, Millis grace);

  [[nodiscard]] bool is_invalidated(std::string_view key) const { return invalidated_.keys.find(key).has_value(); }
  [[nodiscard]] bool has_invalidated() const { return invalidated_.keys.size() > 0; }
  /// Whatever lies under it is answered no more, until it is overwritten or gone.
  void invalidate(std::string_view key);
  /// It was overwritten, or is gone.
  void end_invalidated(std::string_view key) { remove(invalidated_, key); }
  /// Invalidates all that is remembered, however much, in a call of a millisecond. What is not remembered and was true
  /// at `until` or before is invalid as well: walks remove it. False where something is invalidated already: then
  /// nothing was done.
  bool clear(Millis until);
  [[nodiscard]] Millis cleared_until() const { return cleared_until_; }

  /// All that is invalidated is to be tried, once.
  void begin_removals() { removals_left_ = invalidated_.keys.capacity(); }
  [[nodiscard]] bool has_removals() const { return has_invalidated() && removals_left_ > 0; }
  /// An invalidated key to remove from the area now; end_invalidated() follows where that succeeds.
  [[nodiscard]] std::optional<std::string> take_removal();

  void forget_everything() { *this = RecordIndex(std::move(prefix_)); }

 private:
  struct Records {
    KeyIndex keys;
    std::vector<StoredFacts> facts;
  };

  StoredFacts& put(Records& records, std::string_view key, const StoredFacts& facts);
  void remove(Records& records, std::string_view key);

  std::string prefix_;
  Records live_, invalidated_;
  double bytes_ = 0, plain_bytes_ = 0;
  std::size_t removals_left_ = 0;  // ids below it
  Millis cleared_until_ = long_ago;
};

}  // namespace cardcache
