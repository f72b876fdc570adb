#include "core/codec/lz4_block.hpp"

#include <lz4.h>
#include <lz4hc.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "core/codec/dictionary.hpp"
#include "support/exact.hpp"
#include "support/random.hpp"

using namespace cardcache;
using namespace cardcache::testing;

namespace {

std::string compressed(std::string_view text, std::string_view dictionary) {
  std::string block = "before";
  append_lz4_block(block, text, dictionary);
  return block.substr(6);
}

std::optional<std::string> expanded(std::string_view block, std::string_view dictionary, std::size_t size) {
  const Exact exact_block(block);
  const Exact exact_dictionary(dictionary);
  std::string text(size, '?');
  return read_lz4_block(exact_block.view(), exact_dictionary.view(), text) ? std::optional(text) : std::nullopt;
}

int as_int(std::size_t size) { return static_cast<int>(size); }

std::optional<std::string> expanded_by_library(std::string_view block, std::string_view dictionary, std::size_t size) {
  std::string text(size, '?');
  const auto length = LZ4_decompress_safe_usingDict(block.data(), text.data(), as_int(block.size()), as_int(size),
                                                    dictionary.data(), as_int(dictionary.size()));
  return length == as_int(size) ? std::optional(text) : std::nullopt;
}

std::string compressed_by_library(std::string_view text, std::string_view dictionary, int level) {
  std::string block(static_cast<std::size_t>(LZ4_compressBound(as_int(text.size()))), '\0');
  int length = 0;
  if (level == 0) {
    auto* stream = LZ4_createStream();
    LZ4_loadDict(stream, dictionary.data(), as_int(dictionary.size()));
    length =
        LZ4_compress_fast_continue(stream, text.data(), block.data(), as_int(text.size()), as_int(block.size()), 1);
    LZ4_freeStream(stream);
  } else {
    auto* stream = LZ4_createStreamHC();
    LZ4_resetStreamHC_fast(stream, level);
    LZ4_loadDictHC(stream, dictionary.data(), as_int(dictionary.size()));
    length = LZ4_compress_HC_continue(stream, text.data(), block.data(), as_int(text.size()), as_int(block.size()));
    LZ4_freeStreamHC(stream);
  }
  block.resize(static_cast<std::size_t>(length));
  return block;
}

/// How far before the end of the text the last match begins; the text's length where there is none.
std::size_t last_match_before_end(std::string_view block, std::size_t size) {
  std::size_t at = 0, done = 0, last = 0;
  const auto byte = [&] { return static_cast<std::size_t>(static_cast<unsigned char>(block[at++])); };
  const auto length_of = [&](std::size_t length) {
    for (std::size_t more = 255; length >= 15 && more == 255; length += more) more = byte();
    return length;
  };
  for (;;) {
    const auto token = byte();
    const auto literals = length_of(token >> 4);
    at += literals;
    done += literals;
    if (at == block.size()) return size - last;
    at += 2;
    last = done;
    done += length_of(token % 16) + 4;
  }
}

/// From what cannot be compressed to one byte over and over, with pieces of what came before and of the dictionary.
std::string random_bytes(Random& random, std::size_t size, std::string_view dictionary) {
  const auto letters = 1 + random.below(random.chance(2) ? 4 : 256);
  std::string text;
  while (text.size() < size) {
    const auto& source = random.chance(3) && !dictionary.empty() ? std::string(dictionary) : text;
    if (random.chance(3) && !source.empty()) {
      const auto at = random.below(static_cast<std::uint32_t>(source.size()));
      text += source.substr(at, 1 + random.below(random.chance(10) ? 600 : 30));
    } else {
      for (auto count = random.below(random.chance(10) ? 400 : 12); count > 0; --count)
        text.push_back(static_cast<char>(random.below(letters)));
    }
  }
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("lz4 block: whatever is compressed is read again, by the library too") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (std::uint32_t round = 0; round < 1'200; ++round) {
    const std::string dictionary = random_bytes(random, random.chance(3) ? 0 : random.below(300), "");
    const auto text = random_bytes(random, round < 100 ? round : random.below(3'000), dictionary);
    const auto block = compressed(text, dictionary);
    REQUIRE(expanded(block, dictionary, text.size()) == text);
    REQUIRE(expanded_by_library(block, dictionary, text.size()) == text);
    REQUIRE(as_int(block.size()) <= LZ4_compressBound(as_int(text.size())));
    // As the format asks: the library's fast loops rely on it.
    if (text.size() >= 12) REQUIRE(last_match_before_end(block, text.size()) >= 12);
  }
}

TEST_CASE("lz4 block: what lies further back than 65,535 bytes is not referred to") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (const std::size_t between : {65'400U, 65'520U, 65'535U, 65'536U, 65'600U, 200'000U}) {
    const auto repeated = random_bytes(random, 100, "");
    std::string noise(between, '\0');
    for (auto& byte : noise) byte = static_cast<char>(random.below(256));
    auto text = repeated;
    text += noise;
    text += repeated;
    text += noise.substr(0, 1'000);
    const auto block = compressed(text, repeated);
    REQUIRE(expanded(block, repeated, text.size()) == text);
    REQUIRE(expanded_by_library(block, repeated, text.size()) == text);
  }
}

TEST_CASE("lz4 block: what lies 65,535 bytes back is referred to, and a byte further no more") {
  // mt19937 gives the same everywhere; the seed of the run does not count.
  Random random(1);
  std::string repeated(200, '\0');
  for (auto& byte : repeated) byte = static_cast<char>(random.below(256));
  const auto size_at = [&](std::size_t distance) {
    auto text = repeated;
    text.append(distance - repeated.size(), 'x').append(repeated);
    const auto block = compressed(text, "");
    CHECK(expanded_by_library(block, "", text.size()) == text);
    return block.size();
  };
  CHECK(size_at(65'535) < 500);
  CHECK(size_at(65'536) > 600);
}

TEST_CASE("lz4 block: a short text over a short dictionary is written and read whatever the two lengths") {
  for (std::size_t known = 0; known <= 20; ++known) {
    for (std::size_t size = 0; size <= 30; ++size) {
      const std::string dictionary(known, 'a');
      const std::string text(size, 'a');
      INFO(known << " and " << size);
      CHECK(expanded(compressed(text, dictionary), dictionary, size) == text);
    }
  }
}

TEST_CASE("lz4 block: what the library writes is read") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 200; ++round) {
    const std::string dictionary = random_bytes(random, random.below(300), "");
    const auto text = random_bytes(random, 1 + random.below(3'000), dictionary);
    for (const int level : {0, 4, 9, 12}) {
      REQUIRE(expanded(compressed_by_library(text, dictionary, level), dictionary, text.size()) == text);
    }
  }
}

TEST_CASE("lz4 block: a long run takes next to nothing") {
  for (const std::size_t size : {19U, 270U, 271U, 5'000U, 1'000'000U}) {
    const std::string text(size, 'x');
    const auto block = compressed(text, "");
    CHECK(expanded(block, "", size) == text);
    CHECK(block.size() <= 16 + size / 255);
  }
}

TEST_CASE("lz4 block: it stores less than the library's fast way, of JSON like that of the dictionary and of other") {
  std::string like, other;
  for (int i = 0; i < 60; ++i) {
    const auto number = std::to_string(i * 7'919 % 1'000);
    like += R"({"energy_cost":2,"focus_cost":2,"is_active":true,"notes":"","tags":[],"last_completed":null,"id":)";
    like.append(number).append(R"(,"task_type":"RecurringTask","name":"Mop floor )").append(number);
    like += R"(","priority":1},)";
    other.append(R"({"isbn":)").append(number).append(R"(,"shelf":"north wall","lent":false,"weight":)");
    other.append(number).append(".5},");
  }
  const auto known = *dictionary(newest_dictionary);
  for (const auto& text : {like, other, like.substr(0, 400)}) {
    const auto ours = compressed(text, known).size();
    INFO(text.substr(0, 20) << " " << text.size());
    CHECK(ours < compressed_by_library(text, known, 0).size());
    CHECK(ours < compressed(text, "").size());
  }
}

TEST_CASE("lz4 block: one that is cut off, changed or of another length is refused or gives other text, and no more") {
  Random random;
  INFO("--rng-seed " << random.seed());
  for (int round = 0; round < 300; ++round) {
    const std::string dictionary = random_bytes(random, random.below(100), "");
    const auto text = random_bytes(random, 1 + random.below(500), dictionary);
    auto block = compressed(text, dictionary);
    REQUIRE_FALSE(expanded(block, dictionary, text.size() + 1));
    REQUIRE_FALSE(expanded(block, dictionary, text.size() - 1));
    REQUIRE_FALSE(expanded(std::string_view(block).substr(0, block.size() - 1), dictionary, text.size()));
    for (int change = 0; change < 30; ++change) {
      auto changed = block;
      changed[random.below(static_cast<std::uint32_t>(changed.size()))] = static_cast<char>(random.below(256));
      if (random.chance(3)) changed.resize(random.below(static_cast<std::uint32_t>(changed.size())));
      const auto ours = expanded(changed, dictionary, text.size());
      const auto library = expanded_by_library(changed, dictionary, text.size());
      // Each is stricter somewhere: it asks that the last bytes are literals, we that an offset is not 0.
      if (ours && library) REQUIRE(ours == library);
    }
  }
}

TEST_CASE("lz4 block: lengths that say more than there is are refused at once") {
  const auto refused = [](std::string_view block) { return !expanded(block, "dictionary", 20); };
  CHECK(refused(""));
  CHECK(refused(std::string_view("\xF0", 1)));     // a length that goes on, and does not
  CHECK(refused(std::string(1'000'000, '\xFF')));  // one without end
  CHECK(
      refused(std::string_view("\x10"
                               "a\x00\x00",
                               4)));  // an offset of nothing
  CHECK(
      refused(std::string_view("\x10"
                               "a\x0C\x00\x50"
                               "abcde",
                               10)));  // from before the dictionary
  CHECK(
      refused(std::string_view("\x10"
                               "a\x01",
                               3)));  // half an offset
  CHECK(expanded(std::string_view("\x1A"
                                  "a\x0B\x00\x50"
                                  "vwxyz",
                                  10),
                 "dictionary", 20) == "adictionaryadicvwxyz");
}

TEST_CASE("lz4 block: what refers to nothing is refused, though its literals alone would fill the text") {
  const std::string literals = std::string("\xF0\x04", 2) + std::string(19, 'x');
  const auto with_match = [&](std::string_view token, std::string_view offset) {
    return expanded(std::string(token) + "a" + std::string(offset) + literals, "dictionary", 20);
  };
  CHECK_FALSE(with_match("\x10", std::string_view("\x00\x00", 2)));
  CHECK_FALSE(with_match("\x10", std::string_view("\x0C\x00", 2)));
  CHECK_FALSE(with_match("\x1F", std::string_view("\x01\x00\xFF\xFF\x01", 5)));
}

TEST_CASE("lz4 block: forty texts, always the same, take so many bytes; whoever changes how it looks says so here") {
  // mt19937 gives the same everywhere; the seed of the run does not count.
  Random random(1);
  const auto known = *dictionary(newest_dictionary);
  std::size_t sum = 0;
  for (std::uint32_t round = 0; round < 40; ++round) {
    auto text = random_bytes(random, round % 2 == 0 ? 30 * round : 4'000, known);
    for (std::uint32_t item = 0; round % 4 != 1 && item < round; ++item) {
      const auto number = std::to_string(random.below(1'000));
      text.append(R"({"task_id":)").append(number).append(R"(,"name":"Mop floor )").append(number);
      text += R"(","assigned_to":"sara","weight":2.5},)";
    }
    sum += compressed(text, known).size();
  }
  CHECK(sum == 53'455);
}
