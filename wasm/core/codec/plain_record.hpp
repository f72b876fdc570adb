#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/entry_facts.hpp"
#include "core/base/millis.hpp"

namespace cardcache {

/// The plain form, `{"data":…,"timestamp":<ms>}`: the one that AgileTrack reads and writes. What differs from the
/// defaults follows in further fields (`expires`, `version`, `tags`, `cost`, `onEvent`,
/// `grace`), which AgileTrack's reader
/// ignores.
struct PlainRecord {
  /// The value's JSON as it was written; a view into the text.
  std::u16string_view data;
  EntryFacts facts;
};

/// `data` is UTF-8 JSON. `expires` is written where the end is not timestamp + `default_life`.
[[nodiscard]] std::u16string write_plain_record(std::string_view data, const EntryFacts& facts, Millis default_life);

/// Reads a plain record with any further fields. nullopt for whatever is not one: cut off, of other shapes, a timestamp
/// that is no number. The data are checked to be one JSON value.
[[nodiscard]] std::optional<PlainRecord> read_plain_record(std::u16string_view text, Millis default_life);

/// Times beyond it either way are as good as never; up to here a double counts every whole number.
inline constexpr double most_millis = 9'007'199'254'740'991;

/// A weight in thousandths, as records keep it.
[[nodiscard]] double thousandths_of(double cost);

}  // namespace cardcache
