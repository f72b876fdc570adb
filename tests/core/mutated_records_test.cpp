// What lies in localStorage may be cut off, mixed up or written over by anybody: it is read as it was written or not at
// all.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.hpp"
#include "core/codec/packed_record.hpp"
#include "core/codec/record.hpp"
#include "support/exact.hpp"
#include "support/random.hpp"
#include "support/random_json.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

const RecordForm form;
constexpr Millis now{1'764'000'000'000};

struct Written {
  std::u16string name;
  std::string data;
  EntryFacts facts;
  bool encrypted;
  std::u16string text;
};

EntryFacts random_facts(Random& random) {
  EntryFacts facts;
  facts.timestamp = now - Millis{static_cast<double>(random.below(400'000'000))};
  facts.expires_at =
      random.chance(3) ? never : facts.timestamp + Millis{static_cast<double>(random.below(400'000'000))};
  if (random.chance(2)) facts.expires_at = facts.timestamp + form.default_life;
  if (random.chance(3)) facts.version = to_wtf8(random_text(random, 4));
  for (auto count = random.below(3); count > 0; --count) facts.tags.push_back(to_wtf8(random_text(random, 6)));
  if (random.chance(3)) facts.cost = random.below(5'000) / 8.0;
  facts.exempt_from_events = random.chance(4);
  if (random.chance(3)) facts.grace = random.chance(4) ? never : Millis{static_cast<double>(random.below(400'000'000))};
  return facts;
}

Written random_record(Random& random) {
  Written one;
  one.name = u"cardcache_key:" + to_utf16(std::to_string(random.below(4)));
  one.facts = random_facts(random);
  one.encrypted = random.chance(5);
  if (one.encrypted) {
    for (auto& byte : one.data = std::string(random.below(200), '\0')) byte = static_cast<char>(random.below(256));
  } else {
    one.data = random_json(random, random.chance(2) ? 3 : 40);
  }
  one.text = write_record(one.name, one.data, one.facts, one.encrypted, form);
  return one;
}

std::uint32_t position(Random& random, std::u16string_view text) {
  return random.below(static_cast<std::uint32_t>(text.size()) + 1);
}

/// One accident: what bits, disks, other programs, other tabs and other versions do.
void spoil(std::u16string& text, const std::vector<Written>& all, Random& random) {
  static constexpr std::array<std::u16string_view, 8> foreign{
      u"",  u"null",     u"undefined", u"[object Object]", u"{\"data\":", u",\"timestamp\":1764000000000}",
      u"}", u"  \t\n\r "};
  const auto at = position(random, text);
  const auto end = at + random.below(static_cast<std::uint32_t>(text.size() - at) + 1);
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      if (at < text.size()) text[at] = static_cast<char16_t>(text[at] ^ (1U << random.below(16)));
      break;
    case 3:
      text.resize(at);
      break;
    case 4:
      text.erase(0, at);
      break;
    case 5:
      text.erase(at, end - at);
      break;
    case 6:
      text.insert(position(random, text), text.substr(at, end - at));
      break;
    case 7: {
      const auto& other = random.one_of(all).text;
      text = text.substr(0, at) +
             other.substr(random.chance(2) ? std::min<std::size_t>(at, other.size()) : position(random, other));
      break;
    }
    case 8:
      if (!text.empty()) text.front() = static_cast<char16_t>(first_mark + random.below(last_mark - first_mark + 1));
      break;
    default:
      text.insert(at, random.one_of(foreign));
  }
}

bool same(const Record& found, const Written& one) {
  return found.data == one.data && found.encrypted == one.encrypted && found.facts.timestamp == one.facts.timestamp &&
         found.facts.expires_at == one.facts.expires_at && found.facts.version == one.facts.version &&
         found.facts.tags == one.facts.tags && std::abs(found.facts.cost - one.facts.cost) < 0.001 &&
         found.facts.exempt_from_events == one.facts.exempt_from_events && found.facts.grace == one.facts.grace;
}

/// Any record that was once written under this name will do: which of them is the last is not for a record to say.
bool was_written(const Record& found, std::u16string_view name, const std::vector<Written>& all) {
  return std::ranges::any_of(all, [&](const Written& one) { return one.name == name && same(found, one); });
}

std::vector<Written> random_records(Random& random, std::size_t count) {
  std::vector<Written> all;
  all.reserve(count);
  for (std::size_t i = 0; i < count; ++i) all.push_back(random_record(random));
  return all;
}

}  // namespace

TEST_CASE("mutated records: of 100,000 spoiled ones each is what was written under its name, or none") {
  Random random;
  INFO("--rng-seed " << random.seed());
  std::vector<Written> all;
  std::uint32_t read = 0;
  std::uint32_t strangers = 0;
  for (std::uint32_t round = 0; round < tries(100'000); ++round) {
    // Few at a time, so that parts of one come to stand in the other; new ones now and then, so that all kinds come.
    if (round % 250 == 0) all = random_records(random, 12);
    const auto& victim = random.one_of(all);
    auto text = victim.text;
    for (auto count = 1 + random.below(3); count > 0; --count) spoil(text, all, random);
    const auto& name = random.chance(20) ? random.one_of(all).name : victim.name;
    INFO("round " << round << ": " << to_wtf8(text));
    const Exact exact{std::u16string_view(text)};
    Record found;
    (void)read_record_head(exact.view(), form);
    if (read_record(name, exact.view(), form, found) != RecordFault::none) continue;
    ++read;
    if (was_written(found, name, all)) continue;
    // What has lost both the mark of its beginning and its end, and is changed besides, looks as another program's
    // record does, which has neither. It takes three accidents of just these kinds.
    if (text.find_first_of(u"\t\r") != text.npos) FAIL("a value that nobody wrote: " << found.data);
    ++strangers;
  }
  CHECK(strangers <= 1);
  // Some accidents undo each other or change nothing: a test that refuses everything would prove little.
  CHECK(read > 0);
  CHECK(read < tries(10'000));
}

TEST_CASE("mutated records: not one bit of a record can turn unseen") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (const auto& one : random_records(random, 40)) {
    auto text = one.text;
    for (auto& unit : text) {
      for (unsigned bit = 0; bit < 16; ++bit) {
        unit = static_cast<char16_t>(unit ^ (1U << bit));
        Record found;
        if (read_record(one.name, text, form, found) == RecordFault::none) REQUIRE(same(found, one));
        unit = static_cast<char16_t>(unit ^ (1U << bit));
      }
    }
  }
}

TEST_CASE("mutated records: cut off anywhere it is what was written, or none") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (const auto& one : random_records(random, 40)) {
    for (std::size_t length = 0; length < one.text.size(); ++length) {
      const Exact cut(std::u16string_view(one.text).substr(0, length));
      Record found;
      if (read_record(one.name, cut.view(), form, found) == RecordFault::none) REQUIRE(same(found, one));
    }
  }
}

TEST_CASE("mutated records: under another's name it is none") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (const auto& one : random_records(random, 200)) {
    Record found;
    REQUIRE(read_record(u"cardcache_" + random_text(random, 8), one.text, form, found) == RecordFault::corrupt);
    REQUIRE(read_record(one.name, one.text, form, found) == RecordFault::none);
    REQUIRE(same(found, one));
  }
}

TEST_CASE("mutated records: JSON of every shape and any text comes back equal from either form") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 2'000; ++round) {
    const auto data = random_json(random, 1 + random.below(60));
    const auto facts = random_facts(random);
    INFO(data);
    for (const double above : {-1.0, never.value}) {
      const RecordForm one{.compress_above = above};
      Record found;
      const auto text = write_record(u"cardcache_a", data, facts, false, one);
      REQUIRE(read_record(u"cardcache_a", text, one, found) == RecordFault::none);
      REQUIRE(found.data == data);
    }
  }
}

TEST_CASE("mutated records: text with lone surrogates that another program wrote as they are comes back equal") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 2'000; ++round) {
    const auto value = random_text(random, 40);
    const auto text = u"{\"data\":" + quoted(value, Surrogates::as_they_are) + u",\"timestamp\":5}";
    for (const bool foreign : {false, true}) {
      const RecordForm one{.foreign = foreign};
      Record found;
      REQUIRE(read_record(u"agiletrack_a", text, one, found) == RecordFault::none);
      REQUIRE(unquoted(to_utf16(found.data)) == value);
      // What is handed on is proper UTF-8: a decoder would put U+FFFD for a lone surrogate.
      REQUIRE(to_wtf8(to_utf16(found.data)) == found.data);
      REQUIRE(found.data.find("\xED\xA0") == std::string::npos);
    }
  }
}
