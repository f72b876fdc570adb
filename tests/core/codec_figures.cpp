// Figures for wasm/README.md, and no test: what the codec and LZ4's own compressors make of the answers that
// `node tests/bench/write_answers.mjs build/answers` wrote. `build/native-release/core_tests "[figures]"`.
#include <lz4.h>
#include <lz4hc.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "core/base/text.hpp"
#include "core/codec/compressed_json.hpp"
#include "core/codec/dictionary.hpp"
#include "core/codec/lz4_block.hpp"
#include "core/codec/record.hpp"

using namespace cardcache;

namespace {

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The shortest of many runs, in µs: others use the machine too.
template <typename Work>
double time_of(Work work) {
  double least = 1e9;
  for (int run = 0; run < 200; ++run) {
    const auto start = std::chrono::steady_clock::now();
    work();
    least =
        std::min(least, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  return least;
}

int as_int(std::size_t size) { return static_cast<int>(size); }

std::size_t fast_size(std::string_view text, std::string_view known, std::string& room) {
  LZ4_stream_t stream;
  LZ4_initStream(&stream, sizeof stream);
  LZ4_loadDict(&stream, known.data(), as_int(known.size()));
  return static_cast<std::size_t>(
      LZ4_compress_fast_continue(&stream, text.data(), room.data(), as_int(text.size()), as_int(room.size()), 1));
}

std::size_t high_size(LZ4_streamHC_t& stream, std::string_view text, std::string_view known, std::string& room) {
  LZ4_resetStreamHC_fast(&stream, 9);
  LZ4_loadDictHC(&stream, known.data(), as_int(known.size()));
  return static_cast<std::size_t>(
      LZ4_compress_HC_continue(&stream, text.data(), room.data(), as_int(text.size()), as_int(room.size())));
}

}  // namespace

TEST_CASE("figures of the codec", "[.figures]") {
  std::set<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator("build/answers")) paths.insert(entry.path());
  const auto known = *dictionary(newest_dictionary);
  EntryFacts facts;
  facts.timestamp = Millis{1'764'000'000'000};
  facts.expires_at = facts.timestamp + default_storage_ttl;
  std::printf("%-26s %6s | %11s %11s %11s %11s | %7s %6s %6s %6s\n", "blocks in bytes (us)", "", "ours",
              "no dictionary", "LZ4 fast", "LZ4 HC 9", "record", "ratio", "write", "read");
  for (const auto& path : paths) {
    const auto json = contents(path);
    std::string room(static_cast<std::size_t>(LZ4_compressBound(as_int(json.size()))), '\0');
    std::string block;
    const auto ours = [&] {
      block.clear();
      append_lz4_block(block, json, known);
      return block.size();
    };
    LZ4_streamHC_t high;
    LZ4_initStreamHC(&high, sizeof high);
    std::string bare;
    append_lz4_block(bare, json, "");
    std::u16string text;
    Record record;
    const auto write = [&] { text = write_record(u"cardcache_plan", json, facts, false, {}); };
    const auto read = [&] { REQUIRE(read_record(u"cardcache_plan", text, {}, record) == RecordFault::none); };
    write();
    std::printf("%-26s %6zu | %5zu %5.0f %11zu %5zu %5.0f %5zu %5.0f | %7zu %6.2f %6.0f %6.0f\n",
                path.stem().string().c_str(), json.size(), ours(), time_of(ours), bare.size(),
                fast_size(json, known, room), time_of([&] { fast_size(json, known, room); }),
                high_size(high, json, known, room), time_of([&] { high_size(high, json, known, room); }), text.size(),
                static_cast<double>(utf16_size(json).units) / static_cast<double>(text.size()), time_of(write),
                time_of(read));
    REQUIRE(record.data == json);
  }
}
