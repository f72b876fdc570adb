// Records that the page encrypts: what is written, what is served once it was decrypted, and what is overtaken on the
// way.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/cache/two_tier_cache.hpp"
#include "support/map_area.hpp"
#include "support/tab.hpp"

using namespace cardcache;
using namespace cardcache::testing;

using Keys = std::vector<std::string>;

namespace {

/// What the page makes of what it is given: to the core it is as good as encrypted. Ends as no other ciphertext does.
std::string box_of(const CryptoInput& encrypted) {
  static int boxes = 0;
  std::string tag = std::to_string(++boxes);
  tag.insert(0, 16 - tag.size(), '.');
  return encrypted.bytes + tag;
}

std::string_view tag_of(std::string_view ciphertext) { return ciphertext.substr(ciphertext.size() - 16); }
std::string_view plain_of(std::string_view ciphertext) { return ciphertext.substr(0, ciphertext.size() - 16); }

SetResult begin(Tab& tab, std::string_view key, std::string_view json, SetOptions options = {}) {
  options.reach = Reach::encrypted;
  return tab.set(key, json, options);
}

/// Encrypts and writes what `begin` kept; true where it was still wanted.
bool finish(Tab& tab, EncryptionId id, std::string_view json) {
  tab.observe();
  const auto wanted = tab.cache.prepare_encryption(id, json);
  if (!wanted) return false;
  tab.cache.write_encrypted(id, box_of(*wanted), tab.now);
  return true;
}

void seal(Tab& tab, std::string_view key, std::string_view json, const SetOptions& options = {}) {
  REQUIRE(finish(tab, begin(tab, key, json, options).encryption, json));
}

/// What a page that waits gets of it.
std::optional<std::string> open(Tab& tab, std::string_view key, LookupRequest request = {}) {
  tab.observe();
  const auto found = tab.cache.find_encrypted(key, tab.now);
  if (!found) return std::nullopt;
  request.key = key;
  request.decrypted = Decrypted{plain_of(found->bytes), tag_of(found->bytes)};
  return tab.ask(request);
}

}  // namespace

TEST_CASE("encrypted: a set keeps the value in memory and takes the older record away") {
  MapArea area;
  Tab tab(&area);
  tab.set("plan", "1");
  const auto kept = begin(tab, "plan", "2");
  CHECK(kept.kept);
  CHECK(tab.get("plan") == "2");
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK(tab.cache.memory().facts(*kept.slot).expires_at == start + default_storage_ttl);
}

TEST_CASE("encrypted: of two answers that tabs stored at about the same time the one that lies there stands") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  here.now = start + second;
  const auto slot = begin(here, "plan", "1");
  REQUIRE(finish(here, slot.encryption, "1"));
  CHECK(here.cache.memory().facts(*slot.slot).is_stored);
  // Stamped earlier, and written later.
  area.remove(u"cardcache_plan");
  seal(there, "plan", "2");
  here.hear(area, u"cardcache_plan");
  CHECK_FALSE(here.cache.memory().find("plan"));
}

TEST_CASE("encrypted: a value that was set anew while its record was written is not taken for stored") {
  MapArea area;
  Tab tab(&area);
  const auto first = begin(tab, "plan", "1").encryption;
  const auto wanted = tab.cache.prepare_encryption(first, "1");
  REQUIRE(wanted);
  tab.now = start + second;
  const auto second_set = tab.set("plan", "2", {.reach = Reach::resident});
  tab.cache.write_encrypted(first, box_of(*wanted), tab.now);
  CHECK(area.holds(u"cardcache_plan"));
  CHECK_FALSE(tab.cache.memory().facts(*second_set.slot).is_stored);
}

TEST_CASE("encrypted: what storage refused is not taken for stored") {
  MapArea area;
  Tab tab(&area);
  const auto kept = begin(tab, "plan", "1");
  area.broken = true;
  REQUIRE(finish(tab, kept.encryption, "1"));
  CHECK_FALSE(tab.cache.memory().facts(*kept.slot).is_stored);
}

TEST_CASE("encrypted: an answer that another tab brings overtakes what is being encrypted") {
  MapArea area;
  Tab tab(&area);
  const auto encryption = begin(tab, "plan", "1").encryption;
  EntryFacts facts;
  facts.timestamp = start + second;
  facts.expires_at = facts.timestamp + hour;
  tab.now = start + second;
  REQUIRE(tab.adopt("plan", "2", facts));
  CHECK_FALSE(finish(tab, encryption, "1"));
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("encrypted: where there is no storage it lives as long as what is in memory") {
  Tab tab(nullptr);
  const auto kept = begin(tab, "plan", "1");
  CHECK(tab.cache.memory().facts(*kept.slot).expires_at == start + default_memory_ttl);
  finish(tab, kept.encryption, "1");
  CHECK(tab.get("plan") == "1");
}

TEST_CASE("encrypted: what was decrypted is served with what was known of it") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan", "[1,2]", {.ttl = hour, .tags = {"blue"}, .version = "2", .exempt_from_events = true});
  Tab again(&area, {.now = start + minute});
  CHECK_FALSE(again.get("plan"));
  auto request = asking_for("plan");
  request.version = "2";
  CHECK(open(again, "plan", request) == "[1,2]");
  CHECK(again.get("plan") == "[1,2]");
  const auto slot = *again.cache.memory().find("plan");
  const auto& facts = again.cache.memory().facts(slot);
  CHECK(facts.timestamp == start);
  CHECK(facts.expires_at == start + hour);
  CHECK(again.cache.memory().tags(slot) == Keys{"blue"});
  CHECK(again.cache.memory().version(slot) == "2");
  CHECK(facts.exempt_from_events);
}

TEST_CASE("encrypted: without having been decrypted it is a counted miss, and stays") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan", "1");
  Tab again(&area);
  CHECK_FALSE(again.get("plan"));
  CHECK(again.cache.statistics().storage.misses == 1);
  CHECK(open(again, "plan") == "1");
  CHECK(again.cache.statistics().storage.hits == 1);
  CHECK(again.cache.take_notices().empty());
}

TEST_CASE("encrypted: what was found in one ciphertext does not answer for another") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan", "1");
  Tab again(&area);
  const auto first = again.cache.find_encrypted("plan", start).value();
  seal(tab, "plan", "2");
  auto request = asking_for("plan");
  request.decrypted = Decrypted{plain_of(first.bytes), tag_of(first.bytes)};
  CHECK_FALSE(again.ask(request));
  CHECK(open(again, "plan") == "2");
}

TEST_CASE("encrypted: what was decrypted and is no JSON block goes as a broken record does") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan", "1");
  const auto found = [&] {
    Tab again(&area);
    return again.cache.find_encrypted("plan", start).value();
  }();
  Tab again(&area);
  auto request = asking_for("plan");
  const auto [plain, kind] = GENERATE(std::pair{std::string("\x01\x7f"), ErrorKind::corrupt},
                                      std::pair{std::string("\xfe\x01x"), ErrorKind::version});
  request.decrypted = Decrypted{plain, tag_of(found.bytes)};
  CHECK_FALSE(again.ask(request));
  const auto notices = again.cache.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().error == kind);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("encrypted: a record takes what compressed JSON takes") {
  MapArea area;
  Tab tab(&area);
  std::string json = "[";
  for (int task = 0; task < 100; ++task) json += R"({"title":"the same","done":false},)";
  json.back() = ']';
  seal(tab, "plan", json);
  CHECK(area.texts().at(u"cardcache_plan").size() * 10 < json.size());
  Tab again(&area);
  CHECK(open(again, "plan") == json);
}

TEST_CASE("encrypted: what something has overtaken is not written") {
  MapArea area;
  Tab tab(&area);
  Tab other(&area, {.seed = 2});
  const auto kept = begin(tab, "plan", "1", {.tags = {"blue"}});
  Selector blue;
  blue.tag = "blue";
  const std::vector<std::pair<const char*, std::function<void()>>> ways{
      {"a set that stays in memory", [&] { tab.set("plan", "2", {.reach = Reach::memory}); }},
      {"a delete", [&] { CHECK(tab.cache.remove("plan", tab.now)); }},
      {"an invalidation", [&] { tab.invalidate("plan"); }},
      {"an invalidation by tag", [&] { tab.invalidate(blue); }},
      {"clear", [&] { CHECK(tab.cache.clear(tab.now) == 1); }},
      {"an invalidation in another tab that was not announced", [&] { other.invalidate("plan"); }},
      {"a removal in another tab", [&] { tab.hear(area, u"cardcache_plan"); }},
      {"a clock set back",
       [&] {
         tab.now = start - hour;
         CHECK(tab.observe());
       }},
      {"its own end", [&] { tab.cache.end_encryption(kept.encryption); }},
  };
  const auto way = GENERATE_COPY(range(std::size_t{0}, ways.size()));
  INFO(ways[way].first);
  const auto prepared = tab.cache.prepare_encryption(kept.encryption, "1").value();
  ways[way].second();
  tab.observe();
  tab.cache.write_encrypted(kept.encryption, box_of(prepared), tab.now);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  CHECK_FALSE(tab.cache.prepare_encryption(kept.encryption, "1"));
}

TEST_CASE("encrypted: nothing is encrypted that was invalidated meanwhile") {
  MapArea area;
  Tab tab(&area);
  const auto kept = begin(tab, "plan", "1");
  tab.invalidate("plan");
  CHECK_FALSE(tab.cache.prepare_encryption(kept.encryption, "1"));
}

TEST_CASE("encrypted: a later set's record is the one that is written") {
  MapArea area;
  Tab tab(&area);
  const auto first = begin(tab, "plan", "1");
  const auto prepared = tab.cache.prepare_encryption(first.encryption, "1").value();
  const auto later = begin(tab, "plan", "2");
  CHECK(finish(tab, later.encryption, "2"));
  tab.cache.write_encrypted(first.encryption, box_of(prepared), start);
  Tab again(&area);
  CHECK(open(again, "plan") == "2");
}

TEST_CASE(
    "encrypted: a value that may be taken back, or one that memory let go of, does not keep it from being written") {
  MapArea area;
  Tab tab(&area);
  const auto kept = begin(tab, "plan", "1");
  tab.set("plan", "2", {.reach = Reach::resident});
  tab.cache.drop_resident("plan");
  CHECK(finish(tab, kept.encryption, "1"));
  CHECK(open(tab, "plan") == "1");
}

TEST_CASE("encrypted: another tab's younger answer stays, an older one does not") {
  MapArea area;
  Tab tab(&area);
  Tab other(&area);
  const auto kept = begin(tab, "plan", "1");
  other.now = GENERATE(start + second, start, start - second);
  other.set("plan", "2");
  CHECK(finish(tab, kept.encryption, "1"));
  Tab again(&area, {.now = start + second});
  if (other.now > start) CHECK(again.get("plan") == "2");
  if (other.now <= start) CHECK(open(again, "plan") == "1");
}

TEST_CASE("encrypted: where there is no room the value lives on in memory") {
  MapArea area;
  Tab tab(&area);
  area.refuses = true;
  const auto kept = begin(tab, "plan", "1");
  CHECK(finish(tab, kept.encryption, "1"));
  CHECK(tab.get("plan") == "1");
  const auto notices = tab.cache.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().error == ErrorKind::quota);
}

TEST_CASE("encrypted: it is bound to its place, its times and what it is said to be") {
  MapArea area;
  Tab tab(&area, {.user = "sara"});
  const SetOptions usual{.ttl = hour, .tags = {"blue"}, .version = "1"};
  const auto binding = [](Tab& in, std::string_view key, const SetOptions& options) {
    return in.cache.prepare_encryption(begin(in, key, "1", options).encryption, "1").value().aad;
  };
  const auto expected = binding(tab, "plan", usual);
  CHECK(binding(tab, "plan", usual) == expected);
  CHECK(binding(tab, "list", usual) != expected);
  CHECK(binding(tab, "plan", {.ttl = minute, .tags = {"blue"}, .version = "1"}) != expected);
  CHECK(binding(tab, "plan", {.ttl = hour, .tags = {"red"}, .version = "1"}) != expected);
  CHECK(binding(tab, "plan", {.ttl = hour, .tags = {"blue"}, .version = "2"}) != expected);
  CHECK(binding(tab, "plan", {.ttl = hour, .tags = {"blue"}, .version = "1", .exempt_from_events = true}) != expected);
  Tab tom(&area, {.user = "tom"});
  CHECK(binding(tom, "plan", usual) != expected);
  Tab elsewhere(&area, {.name_space = "other_", .user = "sara"});
  CHECK(binding(elsewhere, "plan", usual) != expected);
  tab.now = start + second;
  CHECK(binding(tab, "plan", usual) != expected);
}

TEST_CASE("encrypted: what it is bound to is the same when it was written down and read") {
  MapArea area;
  Tab tab(&area, {.now = Millis{start.value + 0.7}});
  const SetOptions options = GENERATE(
      SetOptions{}, SetOptions{.ttl = Millis{100.6}}, SetOptions{.grace = Millis{100.6}}, SetOptions{.grace = never},
      SetOptions{.ttl = never}, SetOptions{.tags = {"ü", "\""}, .version = "\\", .cost = 1.0 / 3},
      SetOptions{.expires_at = start + minute, .exempt_from_events = true});
  const auto kept = begin(tab, "plan", "1", options);
  const auto prepared = tab.cache.prepare_encryption(kept.encryption, "1").value();
  tab.cache.write_encrypted(kept.encryption, box_of(prepared), tab.now);
  Tab again(&area, {.now = tab.now});
  const auto found = again.cache.find_encrypted("plan", again.now);
  REQUIRE(found);
  CHECK(found->aad == prepared.aad);
}

TEST_CASE(
    "encrypted: nothing is found where memory answers, nothing lies, or what lies is plain, ended or invalidated") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan", "1");
  CHECK_FALSE(tab.cache.find_encrypted("plan", start));
  CHECK_FALSE(tab.cache.find_encrypted("list", start));
  tab.set("list", "1");
  Tab again(&area);
  CHECK(again.cache.find_encrypted("plan", start));
  CHECK_FALSE(again.cache.find_encrypted("list", start));
  CHECK_FALSE(again.cache.find_encrypted("plan", start + default_storage_ttl));
  again.cache.allow_grace("plan", minute);
  CHECK(again.cache.find_encrypted("plan", start + default_storage_ttl));
  Tab other(&area);
  seal(tab, "goals", "1");
  other.invalidate("goals");
  CHECK_FALSE(other.cache.find_encrypted("goals", start));
}

TEST_CASE("encrypted: a grace outlasts a reload, and is bound as cores read it that know of none") {
  MapArea area;
  Tab tab(&area);
  const auto result = tab.set("plan", "1", {.ttl = minute, .tags = {"a"}, .grace = hour, .reach = Reach::encrypted});
  const auto prepared = tab.cache.prepare_encryption(result.encryption, "1");
  REQUIRE(prepared);
  tab.cache.write_encrypted(result.encryption, prepared->bytes, start);
  Tab later(&area, {.now = start + hour});
  later.sweep();
  CHECK(later.cache.encrypted_keys(later.now) == Keys{"plan"});
  const auto found = later.cache.find_encrypted("plan", later.now);
  REQUIRE(found);
  CHECK(found->aad == prepared->aad);
  CHECK(found->aad.find("\"tags\":[\"a\",\"\\u0000g3600000\"]") != std::string::npos);
  CHECK(found->aad.find("grace") == std::string::npos);
}

TEST_CASE("encrypted: keys leave out what get cannot give, statistics and invalidations do not") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan:sara", "1");
  CHECK(tab.cache.keys({}, start) == Keys{"plan:sara"});
  Tab again(&area);
  CHECK(again.cache.keys({}, start).empty());
  REQUIRE(again.cache.inspect(start).size() == 1);
  CHECK(again.cache.inspect(start).front().stored_bytes > 0);
  CHECK(again.invalidate("plan") == 1);
  CHECK_FALSE(area.holds(u"cardcache_plan:sara"));
}

TEST_CASE("encrypted: a cache that opens finds whose records lie encrypted, its own user's alone") {
  MapArea area;
  const auto seal_as = [&](std::optional<std::string> user, std::string_view key, const SetOptions& options = {}) {
    Tab tab(&area, {.user = std::move(user)});
    seal(tab, key, "1", options);
  };
  seal_as("sara", "plan");
  seal_as("sara", "goals");
  seal_as("sara", "short", {.ttl = second});
  seal_as("tom", "toms");
  seal_as(std::nullopt, "nobodys");
  Tab sara(&area, {.user = "sara"});
  sara.set("clear", "1");
  CHECK(sara.cache.encrypted_keys(start + minute) == Keys{"goals", "plan"});
  Tab nobody(&area);
  CHECK(nobody.cache.encrypted_keys(start) == Keys{"nobodys"});
}

TEST_CASE("encrypted: who has none reads no record to know it") {
  MapArea area;
  Tab tab(&area);
  for (int i = 0; i < 10; ++i) tab.set("list:" + std::to_string(i), "1");
  Tab again(&area);
  area.reads = 0;
  CHECK(again.cache.encrypted_keys(start).empty());
  CHECK(area.reads == 1);
}

TEST_CASE("encrypted: with the last encrypted record goes the mark that there are any") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan", "1");
  CHECK(area.holds(u"cardcache_!sealed"));
  CHECK(tab.cache.remove("plan", start));
  CHECK(tab.cache.encrypted_keys(start).empty());
  CHECK_FALSE(area.holds(u"cardcache_!sealed"));
  seal(tab, "plan", "1");
  REQUIRE(area.set(u"cardcache_broken", u"{"));
  CHECK(tab.cache.encrypted_keys(start) == Keys{"plan"});
  CHECK(tab.cache.encrypted_keys(start) == Keys{"plan"});
}

TEST_CASE("encrypted: what cannot be decrypted goes, and is counted, if it still lies there") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan", "1");
  Tab again(&area);
  const auto first = again.cache.find_encrypted("plan", start).value();
  seal(tab, "plan", "2");
  again.cache.reject_encrypted("plan", first.bytes);
  CHECK(area.holds(u"cardcache_plan"));
  tab.set("list", "1");
  again.cache.reject_encrypted("list", "1");
  CHECK(area.holds(u"cardcache_list"));
  again.cache.reject_encrypted("nowhere", "");
  CHECK(again.cache.take_notices().empty());
  again.cache.reject_encrypted("plan", again.cache.find_encrypted("plan", start).value().bytes);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
  const auto notices = again.cache.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().error == ErrorKind::crypto);
}

TEST_CASE("encrypted: a record that has come to be forbidden is neither answered nor left, but in another program's") {
  MapArea area;
  const bool foreign = GENERATE(false, true);
  Tab tab(&area, {.foreign = foreign});
  tab.set("plan", "1");
  Tab again(&area, {.foreign = foreign});
  auto request = asking_for("plan");
  request.refuses_plain = true;
  CHECK(again.ask(request).has_value() == foreign);
  CHECK(area.holds(u"cardcache_plan") == foreign);
  if (foreign) return;
  seal(tab, "plan", "2");
  CHECK(open(again, "plan", request) == "2");
}

TEST_CASE("encrypted: an endpoint's plain records go, its encrypted ones and other endpoints' stay") {
  MapArea area;
  Tab tab(&area);
  const std::string long_text = '"' + std::string(1'000, 'x') + '"';
  for (const auto* key : {"plan", "plan:sara", "planner", "pla", "list:plan"}) tab.set(key, "1");
  tab.set("plan:long", long_text);
  seal(tab, "plan:encrypted", "1");
  REQUIRE(area.set(u"cardcache_plan:broken", u"{"));
  tab.cache.remove_plain("plan");
  area.remove(u"cardcache_plan:broken");
  Keys left;
  for (const auto& [name, text] : area.texts()) left.push_back(to_wtf8(name).substr(10));
  std::erase_if(left, [](const std::string& name) { return name.starts_with('!'); });
  CHECK(left == Keys{"list:plan", "pla", "plan:encrypted", "planner"});
}

TEST_CASE("encrypted: another tab's is told of where it is watched or was at hand") {
  MapArea area;
  Tab here(&area);
  Tab there(&area);
  seal(there, "plan", "1");
  here.hear(area, u"cardcache_plan");
  CHECK(here.cache.take_changed_elsewhere().empty());
  CHECK(open(here, "plan") == "1");
  there.now = here.now = start + second;
  seal(there, "plan", "2");
  here.hear(area, u"cardcache_plan");
  CHECK(here.cache.take_changed_elsewhere() == Keys{"plan"});
  CHECK_FALSE(here.get("plan"));
  CHECK(here.cache.coordinator().add("list", {}, std::nullopt) != WatchId{});
  seal(there, "list", "1");
  here.hear(area, u"cardcache_list");
  CHECK(here.cache.take_changed_elsewhere() == Keys{"list"});
}

TEST_CASE("encrypted: another tab's that has ended does not keep a later one from being written") {
  MapArea area;
  Tab tab(&area);
  Tab other(&area);
  const auto kept = begin(tab, "plan", "1");
  other.now = start + second;
  other.set("plan", "2", {.ttl = second});
  tab.now = start + second + second;
  CHECK(finish(tab, kept.encryption, "1"));
  CHECK(open(tab, "plan") == std::nullopt);
  Tab again(&area, {.now = tab.now});
  CHECK(open(again, "plan") == "1");
}

TEST_CASE("encrypted: what it is bound to is its place and its times as other cores write them") {
  MapArea area;
  Tab tab(&area);
  tab.now = start + Millis{0.5};
  const auto kept = begin(tab, "plan", "1");
  CHECK(tab.cache.prepare_encryption(kept.encryption, "1").value().aad ==
        R"(cardcache_plan{"data":0,"timestamp":1764000000000})");
}

TEST_CASE("encrypted: a ciphertext is written once, and nothing is told of it") {
  MapArea area;
  Tab tab(&area);
  const auto kept = begin(tab, "plan", "1");
  const auto ciphertext = box_of(tab.cache.prepare_encryption(kept.encryption, "1").value());
  tab.cache.write_encrypted(kept.encryption, ciphertext, start);
  CHECK(tab.cache.take_notices().empty());
  area.remove(u"cardcache_plan");
  tab.cache.write_encrypted(kept.encryption, ciphertext, start);
  CHECK_FALSE(area.holds(u"cardcache_plan"));
}

TEST_CASE("encrypted: an area that refuses for another reason than room is counted as unavailable") {
  MapArea area;
  Tab tab(&area);
  const auto kept = begin(tab, "plan", "1");
  area.broken = true;
  CHECK(finish(tab, kept.encryption, "1"));
  const auto notices = tab.cache.take_notices();
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().error == ErrorKind::unavailable);
}

TEST_CASE("encrypted: what memory keeps no longer is found in storage") {
  MapArea area;
  Tab tab(&area);
  seal(tab, "plan", "1", {.ttl = day});
  CHECK_FALSE(tab.cache.find_encrypted("plan", tab.now));
  tab.now = start + default_memory_ttl;
  CHECK(open(tab, "plan") == "1");
  CHECK(tab.cache.memory().facts(*tab.cache.memory().find("plan")).bytes == 1);
}
