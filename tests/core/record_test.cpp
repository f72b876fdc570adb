#include "core/codec/record.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "core/base/byte_reader.hpp"
#include "core/base/checksum.hpp"
#include "core/base/text.hpp"
#include "core/codec/base32768.hpp"
#include "core/codec/dictionary.hpp"
#include "core/codec/packed_record.hpp"
#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

constexpr std::u16string_view name = u"cardcache_plan";
const RecordForm form{.default_life = Millis{1'000}, .compress_above = 20};
const RecordForm foreign_form{.default_life = Millis{1'000}, .compress_above = 20, .foreign = true};

EntryFacts facts_at(double timestamp) {
  EntryFacts facts;
  facts.timestamp = Millis{timestamp};
  facts.expires_at = facts.timestamp + form.default_life;
  return facts;
}

EntryFacts full_facts() {
  auto facts = facts_at(1'764'000'000'000);
  facts.expires_at = Millis{1'764'000'000'007};
  facts.version = "2";
  facts.tags = {"a", "\xC3\xA4\xED\xA0\xBD"};
  facts.cost = 2.5;
  facts.exempt_from_events = true;
  return facts;
}

std::string json_of_units(std::size_t units) { return "\"" + std::string(units - 2, 'x') + "\""; }

std::u16string written(std::string_view json, const EntryFacts& facts = facts_at(5)) {
  return write_record(name, json, facts, false, form);
}

std::optional<Record> read(std::u16string_view text, std::u16string_view key = name, const RecordForm& as = form) {
  Record record;
  const Exact exact(text);
  if (read_record(key, exact.view(), as, record) != RecordFault::none) return std::nullopt;
  return record;
}

RecordFault fault_of(std::u16string_view text, const RecordForm& as = form) {
  Record record;
  return read_record(name, text, as, record);
}

bool is_plain(std::u16string_view text) { return text.starts_with(u"{\"data\":"); }

void check_same(const EntryFacts& a, const EntryFacts& b) {
  REQUIRE(a.timestamp == b.timestamp);
  REQUIRE(a.expires_at == b.expires_at);
  REQUIRE(a.version == b.version);
  REQUIRE(a.tags == b.tags);
  REQUIRE(a.cost == b.cost);
  REQUIRE(a.exempt_from_events == b.exempt_from_events);
}

}  // namespace

TEST_CASE("record: JSON up to the bound stays plain, longer one is packed") {
  CHECK(is_plain(written(json_of_units(20))));
  CHECK_FALSE(is_plain(written(json_of_units(21))));
  // Units are counted, not bytes: ten of two bytes each, and their quotes.
  CHECK(is_plain(written("\"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\"")));
  CHECK_FALSE(is_plain(write_record(name, "1", facts_at(5), false, {.compress_above = 0})));
  CHECK(is_plain(write_record(name, json_of_units(5'000), facts_at(5), false, {.compress_above = never.value})));
}

TEST_CASE("record: what another program reads is the bare plain form, however long") {
  const auto text = write_record(name, json_of_units(500), facts_at(5), false, foreign_form);
  CHECK(text == u"{\"data\":" + to_utf16(json_of_units(500)) + u",\"timestamp\":5}");
  CHECK(read(text, name, foreign_form)->data == json_of_units(500));
  // There is no other form there, and no checksum either.
  CHECK(fault_of(written(json_of_units(21)), foreign_form) == RecordFault::corrupt);
  CHECK(read(text + u"      ", name, foreign_form));
  CHECK_FALSE(read_record_head(written(json_of_units(21)), foreign_form));
}

TEST_CASE("record: whatever facts are written come back, in either form") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 1'000; ++round) {
    auto facts = facts_at(random.below(1'000'000) * (random.chance(4) ? -1.0 : 1.0));
    if (random.chance(2))
      facts.expires_at = random.chance(4) ? never : Millis{static_cast<double>(random.below(2'000'000))};
    if (random.chance(2)) facts.version = to_wtf8(random_text(random, 5));
    for (auto count = random.below(4); count > 0; --count) facts.tags.push_back(to_wtf8(random_text(random, 5)));
    if (random.chance(2)) facts.cost = random.below(5'000) / 8.0;
    facts.exempt_from_events = random.chance(2);
    const auto json = json_of_units(2 + random.below(40));
    const auto text = written(json, facts);
    REQUIRE(is_plain(text) == (json.size() <= 20));
    const auto back = read(text);
    REQUIRE(back);
    REQUIRE(back->data == json);
    REQUIRE_FALSE(back->encrypted);
    check_same(back->facts, facts);
    REQUIRE(back->facts.bytes == static_cast<double>(json.size()));
    const auto head = read_record_head(text, form);
    REQUIRE(head);
    check_same(head->facts, facts);
    REQUIRE(head->packed == !is_plain(text));
  }
}

TEST_CASE("record: how long past its end it may serve comes back, in either form and from its head") {
  for (const auto grace : {Millis{0}, Millis{1}, Millis{2'592'000'000}, Millis{9'007'199'254'740'991}, never}) {
    for (const auto& tags : {std::vector<std::string>{}, {"a"}, {"", std::string("\0", 1), std::string("\0g7", 3)}}) {
      for (const auto& json : {std::string("1"), json_of_units(200)}) {
        auto facts = facts_at(5);
        facts.grace = grace;
        facts.tags = tags;
        INFO(grace.value << " " << json);
        const auto found = read(written(json, facts));
        REQUIRE(found);
        CHECK(found->facts.grace == grace);
        CHECK(found->facts.tags == tags);
        const auto head = read_record_head(written(json, facts), form);
        REQUIRE(head);
        CHECK(head->facts.grace == grace);
        CHECK(head->facts.tags == tags);
      }
    }
  }
}

TEST_CASE("record: a grace that is none, or of another program, is none, and that is no corruption") {
  for (const auto* grace : {u"-5", u"\"7\"", u"[1]", u"true"}) {
    const auto found = read(u"{\"data\":1,\"timestamp\":5,\"grace\":" + std::u16string(grace) + u"}");
    REQUIRE(found);
    CHECK(found->facts.grace == Millis{0});
  }
  CHECK(read(u"{\"data\":1,\"timestamp\":5,\"grace\":null}")->facts.grace == never);
}

TEST_CASE("record: in a packed one the grace stands where readers that know of none take it for a tag") {
  auto facts = facts_at(5);
  facts.tags = {"a"};
  facts.grace = Millis{3'600'000};
  const auto text = written(json_of_units(200), facts);
  const auto bytes = open_packed_record(text, checksum(bytes_of(name), 0));
  REQUIRE(bytes);
  // Flags, units, timestamp, and then the tags.
  ByteReader reader(std::string_view(*bytes).substr(4));
  CHECK(reader.byte() == 32);
  CHECK(reader.varint() == 200);
  CHECK(reader.varint() == 10);
  CHECK(reader.varint() == 2);
  CHECK(reader.text() == "a");
  CHECK(reader.text() == std::string("\0g3600000", 9));
  CHECK_FALSE(reader.ended());
}

TEST_CASE("record: what a packed one takes as text is told by its head, two bytes a unit where one is wide") {
  for (const std::string& json : {json_of_units(500), "\"\xC4\x80" + std::string(497, 'x') + "\""}) {
    const double bytes = json.size() == 500 ? 500 : 1'000;
    CHECK(read_record_head(written(json), form)->facts.bytes == bytes);
    CHECK(read(written(json))->facts.bytes == bytes);
  }
}

TEST_CASE("record: times beyond all counting are as good as never") {
  auto facts = facts_at(1'764'000'000'000);
  for (const double end : {1e17, 1e300}) {
    facts.expires_at = Millis{end};
    CHECK(read(written(json_of_units(21), facts))->facts.expires_at == never);
  }
  facts.expires_at = Millis{9'007'199'254'740'991};
  CHECK(read(written(json_of_units(21), facts))->facts.expires_at == facts.expires_at);
  facts.expires_at = Millis{-1e300};
  CHECK(read(written(json_of_units(21), facts))->facts.expires_at < Millis{-1e15});
}

TEST_CASE("record: encrypted data are opaque, packed however short, and said to be encrypted") {
  const std::string encrypted("\0\xFF\x80 no JSON", 12);
  for (const auto& data : {encrypted, std::string(), std::string(3'000, '\x07')}) {
    const auto text = write_record(name, data, full_facts(), true, form);
    const auto back = read(text);
    REQUIRE(back);
    CHECK(back->encrypted);
    CHECK(back->data == data);
    CHECK(back->facts.bytes == static_cast<double>(data.size()));
    check_same(back->facts, full_facts());
    CHECK(read_record_head(text, form)->encrypted);
    CHECK(plain_form_bytes(text, form) == static_cast<double>(stored_bytes(text)));
  }
}

TEST_CASE("record: one that lies under another key is corrupt, in either form") {
  for (const auto units : {10U, 40U}) {
    const auto text = written(json_of_units(units));
    CHECK(read(text));
    CHECK_FALSE(read(text, u"cardcache_plam"));
    CHECK_FALSE(read(text, u"cardcache_plan:sara"));
    CHECK_FALSE(read(text, u"cardcache_@sara/plan"));
  }
}

TEST_CASE("record: a plain one that others wrote needs no checksum") {
  const std::u16string bare = u"{\"data\":[1],\"timestamp\":5}";
  CHECK(read(bare)->data == "[1]");
  CHECK(read(bare + u"\n")->data == "[1]");
  CHECK(read(bare + u"\r\n")->data == "[1]");
  for (const auto* tail : {u" ", u"\t", u"\r", u"\r\r", u"\n\n", u"\r\n "})
    CHECK(fault_of(bare + tail) == RecordFault::corrupt);
}

TEST_CASE("record: the checksum of a plain one is white space, which JSON readers pass over") {
  const auto text = written("[1,2]");
  CHECK(text.starts_with(u"{\"data\":\t[1,2],\"timestamp\":5}"));
  CHECK(text.size() == 29 + 16);
  // Two bits each, the low ones first.
  const auto sum = checksum(bytes_of(std::u16string_view(text).substr(0, 29)), checksum(bytes_of(name), 0));
  for (unsigned i = 0; i < 16; ++i) CHECK(text[29 + i] == std::u16string_view(u" \t\n\r")[sum >> 2 * i & 3]);
  CHECK(read_record_head(text, form));
}

TEST_CASE("record: a plain one that lost its end is none, whatever else is left of it") {
  const auto text = written("[1,2]");
  for (std::size_t length = 0; length < text.size(); ++length) CHECK_FALSE(read(text.substr(0, length)));
  // Nor is what somebody put in the place of the data.
  CHECK_FALSE(read(u"{\"data\":\t[3,4],\"timestamp\":5}"));
}

TEST_CASE("record: the mark of a plain one that lost its end is seen wherever white space has moved it") {
  for (const auto* marked : {u" {\"data\":\t[3],\"timestamp\":5}", u"{\n\"data\":\t[3],\"timestamp\":5}",
                             u"{\"data\": \n\t[3],\"timestamp\":5}", u"\t{\"data\":[3],\"timestamp\":5}",
                             u"{\"data\":\r[3],\"timestamp\":5}", u"{\"data\":[3]\t,\"timestamp\":5}",
                             u"{\"data\":[3,\r4],\"timestamp\":5}"}) {
    CHECK(fault_of(marked) == RecordFault::corrupt);
    CHECK(fault_of(marked + written("[3]").substr(27)) == RecordFault::corrupt);
  }
}

TEST_CASE("record: a checksum that is wrong, cut off or too long makes a plain one corrupt") {
  const auto text = written("[1,2]");
  for (std::size_t at = 29; at < text.size(); ++at) {
    auto changed = text;
    changed[at] = changed[at] == u' ' ? u'\t' : u' ';
    CHECK(fault_of(changed) == RecordFault::corrupt);
    CHECK(fault_of(std::u16string_view(text).substr(0, at)) == RecordFault::corrupt);
  }
  CHECK(fault_of(text + u" ") == RecordFault::corrupt);
  for (std::size_t at = 0; at < 29; ++at) {
    auto changed = text;
    changed[at] = static_cast<char16_t>(changed[at] ^ 1);
    CHECK(fault_of(changed) == RecordFault::corrupt);
  }
}

TEST_CASE("record: white space of somebody else's is no checksum") {
  CHECK(read(u"{\"data\": [1], \"timestamp\": 5}")->data == "[1]");
  CHECK(read(u"{\n  \"data\": [1],\n  \"timestamp\": 5\n}\n")->data == "[1]");
}

TEST_CASE("record: one that is cut off anywhere gives no other value") {
  for (const auto units : {10U, 40U, 400U}) {
    const auto text = written(json_of_units(units), full_facts());
    for (std::size_t length = 0; length < text.size(); ++length) {
      INFO(length);
      const auto cut = read(std::u16string_view(text).substr(0, length));
      if (cut) REQUIRE(cut->data == json_of_units(units));
      if (!is_plain(text)) REQUIRE_FALSE(cut);
    }
  }
}

TEST_CASE("record: of a packed one no change goes unseen") {
  Random random;
  INFO("--rng-seed " << random.seed());
  const auto text = written(json_of_units(80), full_facts());
  for (std::size_t at = 1; at < text.size(); ++at) {
    for (int bit = 0; bit < 16; ++bit) {
      auto changed = text;
      changed[at] = static_cast<char16_t>(changed[at] ^ (1 << bit));
      REQUIRE(fault_of(changed) == RecordFault::corrupt);
    }
  }
  for (int round = 0; round < 2'000; ++round) {
    auto changed = text;
    for (auto count = 1 + random.below(3); count > 0; --count) {
      changed[1 + random.below(static_cast<std::uint32_t>(text.size() - 1))] =
          static_cast<char16_t>(0x100 + random.below(0x8000));
    }
    if (changed != text) REQUIRE(fault_of(changed) == RecordFault::corrupt);
  }
}

TEST_CASE("record: one of a format to come is of another version, and not corrupt") {
  auto text = written(json_of_units(80));
  CHECK(text.front() == packed_mark);
  for (const int mark : {0x8100, 0x8102, 0x81FF}) {
    text.front() = static_cast<char16_t>(mark);
    CHECK(fault_of(text) == RecordFault::version);
    CHECK(fault_of(text, foreign_form) == RecordFault::corrupt);
    CHECK_FALSE(read_record_head(text, form));
  }
  for (const int mark : {0x80FF, 0x8200, 0xD800, 0}) {
    text.front() = static_cast<char16_t>(mark);
    CHECK(fault_of(text) == RecordFault::corrupt);
  }
}

TEST_CASE("record: one over a dictionary to come is of another version, and not corrupt") {
  // What write_record() would make of it, were there such a dictionary.
  const auto seed = checksum(bytes_of(name), 0);
  const auto over = [&](char dictionary) {
    const auto block = std::string(1, dictionary) + "\x02[]";
    return write_packed_record({facts_at(5), false, {.units = 2}}, block, form.default_life, seed);
  };
  CHECK(read(over(0))->data == "[]");
  CHECK(fault_of(over(static_cast<char>(newest_dictionary + 1))) == RecordFault::version);
  CHECK(fault_of(over('\xFF')) == RecordFault::version);
  // Its head says what it says all the same.
  CHECK(read_record_head(over('\xFF'), form)->facts.timestamp == Millis{5});
}

TEST_CASE("record: a packed one whose head does not end is corrupt, though its checksum is right") {
  const std::string tags_to_come("\x20\x02\x0A", 3);
  const auto sum = checksum(tags_to_come, checksum(bytes_of(name), 0));
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(sum >> shift));
  std::u16string text(1, packed_mark);
  append_base32768(text, bytes + tags_to_come);
  CHECK(fault_of(text) == RecordFault::corrupt);
  CHECK_FALSE(read_record_head(text, form));
}

TEST_CASE("record: of encrypted data their head says nothing but that they are encrypted") {
  const auto text = write_record(name, "\xC4\x80\xC4\x80", facts_at(5), true, form);
  const auto bytes = open_packed_record(text, checksum(bytes_of(name), 0));
  REQUIRE(bytes);
  CHECK(bytes->at(4) == 1);
}

TEST_CASE("record: a head is read from the beginning alone; where that is too short it says nothing") {
  const auto facts = full_facts();
  const auto text = written(json_of_units(4'000), facts);
  const auto head = read_record_head(std::u16string_view(text).substr(0, record_head_units), form);
  REQUIRE(head);
  check_same(head->facts, facts);
  CHECK(head->facts.bytes == 4'000);
  for (std::size_t length = 0; length < text.size(); ++length) {
    const Exact beginning(std::u16string_view(text).substr(0, length));
    const auto early = read_record_head(beginning.view(), form);
    if (early) check_same(early->facts, facts);
  }
  CHECK_FALSE(read_record_head(std::u16string_view(text).substr(0, 8), form));
}

TEST_CASE("record: it is known what it would take in the plain form") {
  RecordForm plain = form;
  plain.compress_above = never.value;
  for (const auto& json :
       {json_of_units(21), json_of_units(3'000), "\"" + std::string(100, 'x') + "\xC3\xBF\"",
        "\"" + std::string(100, 'x') + "\xC4\x80\"", "\"" + std::string(100, 'x') + "\xF0\x9F\x98\x80\""}) {
    for (const auto& facts : {facts_at(5), full_facts()}) {
      const auto packed = written(json, facts);
      const auto as_plain = write_record(name, json, facts, false, plain);
      CHECK(plain_form_bytes(packed, form) == static_cast<double>(stored_bytes(as_plain)));
      CHECK(plain_form_bytes(as_plain, form) == static_cast<double>(stored_bytes(as_plain)));
    }
  }
}

TEST_CASE("record: text of every kind comes back equal, raw lone surrogates as their escapes") {
  const std::u16string text = u"{\"data\":\"\u00E4\U0001F600" + std::u16string(1, u'\xD83D') + u"x" +
                              std::u16string(1, u'\xDE00') + u"\",\"timestamp\":5}";
  CHECK(read(text)->data == "\"\xC3\xA4\xF0\x9F\x98\x80\\ud83dx\\ude00\"");
}

TEST_CASE("record: a packed one tells what it would take in the plain form, wide words in its facts included") {
  const RecordForm plain{.default_life = form.default_life, .compress_above = 1'000'000};
  for (const auto* version : {"", "2", "\xC4\x80"}) {
    for (const std::string& json : {json_of_units(500), "\"\xC4\x80" + std::string(500, 'x') + "\""}) {
      auto facts = facts_at(1'764'000'000'000);
      facts.version = version;
      // Longer than what is read of a record to know it.
      if (facts.version == "2") facts.tags = {std::string(3'000, 't')};
      const auto in_plain = write_record(name, json, facts, false, plain);
      REQUIRE(is_plain(in_plain));
      const auto packed = written(json, facts);
      REQUIRE_FALSE(is_plain(packed));
      CHECK(plain_form_bytes(packed, form) == static_cast<double>(stored_bytes(in_plain)));
    }
  }
}

TEST_CASE("record: a weight of nothing, and one beyond all counting, come back from either form") {
  for (const auto units : {5U, 500U}) {
    auto facts = facts_at(5);
    facts.cost = 0;
    CHECK(read(written(json_of_units(units), facts))->facts.cost == 0);
    facts.cost = 1e300;
    CHECK(read(written(json_of_units(units), facts))->facts.cost > 9e12);
  }
}

TEST_CASE("record: what goes without saying takes no room in a packed one") {
  const auto json = json_of_units(500);
  const auto usual = written(json);
  const auto bytes = open_packed_record(usual, checksum(bytes_of(name), 0));
  REQUIRE(bytes);
  // No flag is set.
  CHECK(bytes->at(4) == 0);
  auto facts = facts_at(5);
  facts.expires_at = facts.expires_at + Millis{1};
  CHECK(written(json, facts).size() > usual.size());
}
