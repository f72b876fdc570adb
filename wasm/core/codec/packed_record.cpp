#include "core/codec/packed_record.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/base/byte_reader.hpp"
#include "core/base/checksum.hpp"
#include "core/codec/base32768.hpp"
#include "core/codec/plain_record.hpp"

namespace cardcache {
namespace {

enum Flag : std::uint8_t {
  sealed_flag = 1,
  wide_flag = 2,
  end_flag = 4,
  never_flag = 8,
  version_flag = 16,
  tags_flag = 32,
  cost_flag = 64,
  kept_flag = 128,
};

constexpr std::size_t checksum_size = sizeof(std::uint32_t);

/// The sign lies in the lowest bit, so that small numbers stay short either way.
void append_time(std::string& out, double value) {
  const auto whole = std::trunc(std::clamp(value, -most_millis, most_millis));
  append_varint(out, static_cast<std::uint64_t>(std::abs(whole)) * 2 + (whole < 0 ? 1 : 0));
}

void append_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}

constexpr char field_mark = '\0';
constexpr char grace_field = 'g';

/// Reads one of tags_and_fields(). Other letters are a later core's.
void take_tag_or_field(EntryFacts& facts, std::string text) {
  if (text.empty() || text[0] != field_mark) {
    facts.tags.push_back(std::move(text));
  } else if (text.size() > 1 && text[1] == field_mark) {
    facts.tags.push_back(text.substr(1));
  } else if (text.size() > 1 && text[1] == grace_field) {
    const auto grace = read_whole_number(to_utf16(std::string_view(text).substr(2)));
    facts.grace = text.size() == 2 ? never : Millis{grace.value_or(0)};
    if (facts.grace.value > most_millis) facts.grace = never;
  }
}

double take_time(ByteReader& reader) {
  const auto value = reader.varint();
  const auto size = static_cast<double>(value >> 1);
  return value % 2 == 0 ? size : -size;
}

}  // namespace

std::vector<std::string> tags_and_fields(const EntryFacts& facts) {
  auto texts = facts.tags;
  for (auto& tag : texts) {
    if (tag.starts_with(field_mark)) tag.insert(tag.begin(), field_mark);
  }
  if (facts.grace >= Millis{1}) {
    const bool has_end = facts.grace.value <= most_millis;
    texts.push_back(std::string{field_mark, grace_field} + (has_end ? whole_number(facts.grace.value) : ""));
  }
  return texts;
}

std::u16string write_packed_record(const PackedHead& head, std::string_view data, Millis default_life,
                                   std::uint32_t seed) {
  const auto& facts = head.facts;
  const auto span = facts.expires_at - facts.timestamp;
  const bool never_ends = facts.expires_at.value > most_millis;
  const auto texts = tags_and_fields(facts);
  unsigned flags = 0;
  if (head.encrypted) flags |= sealed_flag;
  if (head.size.wide) flags |= wide_flag;
  if (never_ends) {
    flags |= never_flag;
  } else if (span != default_life) {
    flags |= end_flag;
  }
  if (!facts.version.empty()) flags |= version_flag;
  if (!texts.empty()) flags |= tags_flag;
  if (facts.cost != 1) flags |= cost_flag;
  if (facts.exempt_from_events) flags |= kept_flag;

  std::string bytes(checksum_size, '\0');
  bytes.reserve(data.size() + 64);
  bytes.push_back(static_cast<char>(flags));
  if (!head.encrypted) append_varint(bytes, head.size.units);
  append_time(bytes, facts.timestamp.value);
  if (flags & end_flag) append_time(bytes, span.value);
  if (flags & version_flag) append_text(bytes, facts.version);
  if (flags & tags_flag) {
    append_varint(bytes, texts.size());
    for (const auto& text : texts) append_text(bytes, text);
  }
  if (flags & cost_flag) append_varint(bytes, static_cast<std::uint64_t>(thousandths_of(facts.cost)));
  bytes += data;
  const auto sum = checksum(std::string_view(bytes).substr(checksum_size), seed);
  std::memcpy(bytes.data(), &sum, sizeof sum);

  std::u16string text(1, packed_mark);
  append_base32768(text, bytes);
  return text;
}

std::optional<std::string> open_packed_record(std::u16string_view text, std::uint32_t seed) {
  auto bytes = read_base32768(text.substr(1));
  if (!bytes || bytes->size() < checksum_size) return std::nullopt;
  std::uint32_t sum = 0;
  std::memcpy(&sum, bytes->data(), sizeof sum);
  if (sum != checksum(std::string_view(*bytes).substr(checksum_size), seed)) return std::nullopt;
  return bytes;
}

std::optional<PackedHead> read_packed_head(std::string_view bytes, Millis default_life, std::string_view& rest) {
  if (bytes.size() < checksum_size) return std::nullopt;
  ByteReader reader(bytes.substr(checksum_size));
  PackedHead head;
  const unsigned flags = reader.byte();
  head.encrypted = flags & sealed_flag;
  head.size.wide = flags & wide_flag;
  if (!head.encrypted) head.size.units = static_cast<std::size_t>(reader.varint());
  auto& facts = head.facts;
  facts.bytes = static_cast<double>(head.size.units) * (head.size.wide ? 2 : 1);
  facts.timestamp = Millis{take_time(reader)};
  facts.expires_at = facts.timestamp + default_life;
  if (flags & end_flag) facts.expires_at = facts.timestamp + Millis{take_time(reader)};
  if (flags & never_flag) facts.expires_at = never;
  if (flags & version_flag) facts.version = reader.text();
  if (flags & tags_flag) {
    for (auto count = reader.varint(); count > 0 && !reader.ended(); --count) take_tag_or_field(facts, reader.text());
  }
  if (flags & cost_flag) facts.cost = static_cast<double>(reader.varint()) / 1'000;
  facts.exempt_from_events = flags & kept_flag;
  if (reader.ended()) return std::nullopt;
  rest = reader.rest();
  return head;
}

}  // namespace cardcache
