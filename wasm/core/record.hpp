#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/memory_tier.hpp"
#include "core/millis.hpp"

namespace cardcache {

/// One stored answer in the plain form, `{"data":…,"timestamp":<ms>}`: the form that AgileTrack reads and writes. What
/// differs from the defaults follows in further fields (`expires`, `version`, `tags`, `cost`, `onEvent`), which
/// AgileTrack's reader ignores.
struct Record {
  /// The value's JSON as it was written.
  std::u16string data;
  /// `bytes` is what `data` takes.
  EntryFacts facts;
};

/// `data` is UTF-8 JSON. `expires` is written where the end is not timestamp + `default_life`.
[[nodiscard]] std::u16string write_plain_record(std::string_view data, const EntryFacts& facts, Millis default_life);

/// Reads a plain record with any further fields. nullopt for whatever is not one: cut off, of other shapes, a timestamp
/// that is no number. The data are checked to be one JSON value.
[[nodiscard]] std::optional<Record> read_plain_record(std::u16string_view text, Millis default_life);

}  // namespace cardcache
