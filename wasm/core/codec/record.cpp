#include "core/codec/record.hpp"

#include <algorithm>
#include <array>

#include "core/base/checksum.hpp"
#include "core/base/text.hpp"
#include "core/codec/base32768.hpp"
#include "core/codec/compressed_json.hpp"
#include "core/codec/packed_record.hpp"
#include "core/codec/plain_record.hpp"

namespace cardcache {
namespace {

/// A plain record of ours carries its checksum behind its last brace, two bits a character: every reader of JSON passes
/// over white space there.
constexpr std::u16string_view spaces = u" \t\n\r";
constexpr std::size_t sum_units = 16;
/// A tab near its beginning says so: who has lost its end is not taken for somebody else's, which has no checksum.
constexpr std::u16string_view beginning = u"{\"data\":";
constexpr std::u16string_view marked_beginning = u"{\"data\":\t";
constexpr std::size_t mark_units = marked_beginning.size() - beginning.size();

std::uint32_t seed_of(std::u16string_view area_key) { return checksum(bytes_of(area_key), 0); }

bool is_mark(std::u16string_view text) {
  return !text.empty() && text.front() >= first_mark && text.front() <= last_mark;
}

bool is_packed(std::u16string_view text) { return !text.empty() && text.front() == packed_mark; }

std::u16string sum_of(std::u16string_view text, std::uint32_t seed) {
  std::u16string out;
  auto sum = checksum(bytes_of(text), seed);
  for (std::size_t i = 0; i < sum_units; ++i, sum >>= 2) out.push_back(spaces[sum & 3]);
  return out;
}

/// `text` is a plain record as write_plain_record() gives it.
std::u16string with_sum(std::u16string text, std::uint32_t seed) {
  text.replace(0, beginning.size(), marked_beginning);
  return text + sum_of(text, seed);
}

bool is_plain_intact(std::u16string_view text, std::uint32_t seed) {
  const auto end = text.find_last_not_of(spaces) + 1;
  const auto body = text.substr(0, end);
  const auto tail = text.substr(end);
  // Wherever there is one: the mark may have been moved, parts of a checksum may stand in between, and one bit makes a
  // carriage return of a tab. Neither stands in a string of JSON.
  if (body.find_first_of(u"\t\r") == body.npos) return tail.empty() || tail == u"\n" || tail == u"\r\n";
  return body.starts_with(marked_beginning) && tail == sum_of(body, seed);
}

RecordFault read_plain(std::u16string_view area_key, std::u16string_view text, const RecordForm& form, Record& into) {
  if (!form.foreign && !is_plain_intact(text, seed_of(area_key))) return RecordFault::corrupt;
  auto plain = read_plain_record(text, form.default_life);
  if (!plain) return RecordFault::corrupt;
  into = {std::move(plain->facts), false, to_utf8_json(plain->data)};
  return RecordFault::none;
}

}  // namespace

std::u16string write_record(std::u16string_view area_key, std::string_view data, const EntryFacts& facts,
                            bool encrypted, const RecordForm& form) {
  const auto size = encrypted ? Utf16Size{} : utf16_size(data);
  if (!encrypted && (form.foreign || static_cast<double>(size.units) <= form.compress_above)) {
    auto text = write_plain_record(data, facts, form.default_life);
    return form.foreign ? text : with_sum(std::move(text), seed_of(area_key));
  }
  const PackedHead head{facts, encrypted, size};
  return write_packed_record(head, encrypted ? data : compress_json(data), form.default_life, seed_of(area_key));
}

RecordFault read_record(std::u16string_view area_key, std::u16string_view text, const RecordForm& form, Record& into) {
  if (!is_mark(text)) return read_plain(area_key, text, form, into);
  if (form.foreign) return RecordFault::corrupt;
  if (!is_packed(text)) return RecordFault::version;
  const auto bytes = open_packed_record(text, seed_of(area_key));
  if (!bytes) return RecordFault::corrupt;
  std::string_view data;
  auto head = read_packed_head(*bytes, form.default_life, data);
  if (!head) return RecordFault::corrupt;
  into.facts = std::move(head->facts);
  into.encrypted = head->encrypted;
  if (head->encrypted) {
    into.facts.bytes = static_cast<double>(data.size());
    into.data = data;
    return RecordFault::none;
  }
  if (!is_known_dictionary(data)) return RecordFault::version;
  auto json = decompress_json(data);
  if (!json) return RecordFault::corrupt;
  into.data = std::move(*json);
  return RecordFault::none;
}

std::optional<RecordHead> read_record_head(std::u16string_view text, const RecordForm& form) {
  if (is_packed(text) && !form.foreign) {
    const auto bytes = read_base32768_prefix(text.substr(1));
    std::string_view data;
    auto head = read_packed_head(bytes, form.default_life, data);
    if (!head) return std::nullopt;
    double plain_bytes = 0;
    if (!head->encrypted) {
      const auto around = write_plain_record("", head->facts, form.default_life);
      const bool wide = head->size.wide || stored_bytes(around) > around.size();
      plain_bytes = static_cast<double>((around.size() + head->size.units + mark_units + sum_units) * (wide ? 2 : 1));
    }
    return RecordHead{std::move(head->facts), head->encrypted, true, plain_bytes};
  }
  auto plain = read_plain_record(text, form.default_life);
  if (!plain) return std::nullopt;
  return RecordHead{std::move(plain->facts), false, false, 0};
}

double plain_form_bytes(std::u16string_view text, const RecordForm& form) {
  auto head = is_packed(text) ? read_record_head(text.substr(0, record_head_units), form) : std::nullopt;
  if (!head && is_packed(text)) head = read_record_head(text, form);
  return head && head->plain_bytes > 0 ? head->plain_bytes : static_cast<double>(stored_bytes(text));
}

}  // namespace cardcache
