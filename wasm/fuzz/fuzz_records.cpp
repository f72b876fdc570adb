// The record reader. The first byte of an input says how it is meant (bits: 1 foreign namespace, 2 the text is UTF-16,
// low byte first, and else UTF-8); the rest is what lies in the area.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "core/base/checksum.hpp"
#include "core/base/text.hpp"
#include "core/codec/base32768.hpp"
#include "core/codec/packed_record.hpp"
#include "core/codec/record.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace cardcache;
using namespace cardcache::fuzz;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

constexpr std::u16string_view area_key = u"cardcache_plan";
constexpr std::size_t checksum_bytes = 4;
constexpr unsigned foreign_bit = 1;
constexpr unsigned units_bit = 2;

std::u16string units_of(std::string_view bytes) {
  std::u16string text(bytes.size() / 2, u'\0');
  std::memcpy(text.data(), bytes.data(), text.size() * 2);
  return text;
}

bool is_packed(std::u16string_view text) { return !text.empty() && text.front() == packed_mark; }

void must_be_same(const EntryFacts& a, const EntryFacts& b, const char* what) {
  must_hold(a.timestamp == b.timestamp && a.expires_at == b.expires_at && a.tags == b.tags && a.version == b.version &&
                a.cost == b.cost && a.exempt_from_events == b.exempt_from_events && a.grace == b.grace,
            what);
}

/// Far beyond any date and any weight numbers are rounded anew by each sum.
bool is_sane(const EntryFacts& facts) {
  const auto near = [](double value) { return std::abs(value) < 4e15; };
  return near(facts.timestamp.value) && (near(facts.expires_at.value) || facts.expires_at == never) &&
         facts.cost < 1e12 && (near(facts.grace.value) || facts.grace == never);
}

Record read_again(const Record& record, const RecordForm& form) {
  const auto text = write_record(area_key, record.data, record.facts, record.encrypted, form);
  Record again;
  must_hold(read_record(area_key, text, form, again) == RecordFault::none, "what was read can be written and read");
  return again;
}

void check_read(const Record& record, std::u16string_view text, RecordForm form) {
  // What came packed is written packed: its data may be no JSON, which only the plain form minds.
  form.compress_above = is_packed(text) ? -1 : never.value;
  const auto once = read_again(record, form);
  must_hold(once.data == record.data && once.encrypted == record.encrypted, "the data come back");
  must_hold(once.facts.tags == record.facts.tags && once.facts.version == record.facts.version &&
                once.facts.exempt_from_events == record.facts.exempt_from_events,
            "tags, version and word come back");
  // Fractions of a millisecond and of a thousandth of a weight are lost once, not again and again.
  if (is_sane(once.facts)) must_be_same(read_again(once, form).facts, once.facts, "facts settle");
}

void check_head(const Record& record, std::u16string_view text, const RecordForm& form) {
  const auto head = read_record_head(text, form);
  must_hold(head.has_value(), "a record has a head");
  if (!head) return;
  must_hold(head->encrypted == record.encrypted && head->packed == is_packed(text), "the head says how it lies there");
  must_be_same(head->facts, record.facts, "the head says what the record says");
  const auto early = read_record_head(text.substr(0, record_head_units), form);
  if (early && head->packed) must_be_same(early->facts, head->facts, "a beginning says the same or nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned meant = data[0];
  const auto bytes = text_of(data + 1, size - 1);
  const auto text = meant & units_bit ? units_of(bytes) : to_utf16(bytes);
  const RecordForm form{.foreign = (meant & foreign_bit) != 0};
  must_hold(plain_form_bytes(text, form) >= 0, "a size is a size");
  (void)read_record_head(std::u16string_view(text).substr(0, record_head_units), form);
  Record record;
  if (read_record(area_key, text, form, record) != RecordFault::none) return 0;
  check_read(record, text, form);
  check_head(record, text, form);
  if (is_packed(text)) {
    Record other;
    must_hold(read_record(u"cardcache_other", text, form, other) == RecordFault::corrupt,
              "a record is bound to its key");
  }
  return 0;
}

/// Chance never finds a checksum: in packed records the bytes behind it are changed and it is made right again.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned int seed) {
  if (size == 0 || seed % 8 == 0 || !(data[0] & units_bit)) return LLVMFuzzerMutate(data, size, most);
  const auto text = units_of(text_of(data + 1, size - 1));
  auto bytes = is_packed(text) ? read_base32768(std::u16string_view(text).substr(1)) : std::nullopt;
  if (!bytes || bytes->size() < checksum_bytes) return LLVMFuzzerMutate(data, size, most);

  std::string body = bytes->substr(checksum_bytes);
  // 15 bits a unit of two bytes, and what stands before them.
  const auto longest = most < 16 ? 0 : (most - 8) / 16 * 15 - checksum_bytes;
  if (longest == 0) return LLVMFuzzerMutate(data, size, most);
  const auto length = std::min(body.size(), longest);
  body.resize(longest);
  body.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(body.data()), length, longest));
  const auto sum = checksum(body, checksum(bytes_of(area_key), 0));
  const auto whole = std::string(reinterpret_cast<const char*>(&sum), sizeof sum) + body;
  std::u16string packed(1, packed_mark);
  append_base32768(packed, whole);
  if (1 + packed.size() * 2 > most) return LLVMFuzzerMutate(data, size, most);
  const auto written = bytes_of(packed);
  std::ranges::copy(written, data + 1);
  return 1 + written.size();
}
