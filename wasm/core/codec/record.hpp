#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/entry_facts.hpp"
#include "core/base/millis.hpp"

namespace cardcache {

/// How records of one namespace are written.
struct RecordForm {
  /// What is written is an end other than timestamp + this.
  Millis default_life = default_storage_ttl;
  /// JSON of more UTF-16 units than this is packed; never::value: none is.
  double compress_above = 256;
  /// Another program reads and writes them too: nothing but the bare plain form.
  bool foreign = false;
};

/// One stored answer.
struct Record {
  /// `bytes` is what the value's JSON takes as text.
  EntryFacts facts;
  /// `data` is opaque, encrypted by the page.
  bool encrypted = false;
  /// The value's JSON in UTF-8. A lone surrogate in it is escaped.
  std::string data;
};

/// What a record says of itself before its data.
struct RecordHead {
  EntryFacts facts;
  bool encrypted = false;
  bool packed = false;
  /// What the plain form would take of a packed record, as stored_bytes() counts; 0 of others, encrypted ones have
  /// none.
  double plain_bytes = 0;
};

/// `version`: written by a core whose format, or dictionary, is unknown here.
enum class RecordFault : std::uint8_t { none, corrupt, version };

/// The text that lies under `area_key`; bound to it: read under another key it is corrupt. JSON comes as
/// JSON.stringify writes it, in UTF-8. Encrypted data always take the packed form; there are none in a foreign
/// namespace.
[[nodiscard]] std::u16string write_record(std::u16string_view area_key, std::string_view data, const EntryFacts& facts,
                                          bool encrypted, const RecordForm& form);

/// Every change of a record that we wrote is found by its checksum. A plain record without one is read as it stands:
/// others write those. `into` is unspecified where there is a fault.
[[nodiscard]] RecordFault read_record(std::u16string_view area_key, std::u16string_view text, const RecordForm& form,
                                      Record& into);

/// So many units of a record nearly always hold its head.
inline constexpr std::size_t record_head_units = 64;

/// What it says of itself, for counting and sweeping: a hint, since nothing is checked. nullopt where `text` is no
/// record, or a beginning that ends too early: then all of it may tell.
[[nodiscard]] std::optional<RecordHead> read_record_head(std::u16string_view text, const RecordForm& form);

/// What this record takes in the plain form, or as it is where it has no other.
[[nodiscard]] double plain_form_bytes(std::u16string_view text, const RecordForm& form);

}  // namespace cardcache
