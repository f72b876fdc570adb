#include "core/codec/lz4_block.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/base/uninitialized_buffer.hpp"

namespace cardcache {
namespace {

// From LZ4's description of its block format.
constexpr std::uint32_t shortest_match = 4;
constexpr std::uint32_t last_match_before_end = 12;
constexpr std::uint32_t last_literals = 5;
constexpr std::uint32_t farthest = 65'535;
/// Lengths from here on go on behind the token.
constexpr std::uint32_t token_limit = 15;

// Measured on tests/bench/answers.mjs: two thirds of the places cost 1 % of the ratio, a third more bring 1 %.
constexpr int places_tried = 12;
/// A match of that length is good enough: nothing longer is looked for.
constexpr std::uint32_t good_match = 64;
/// Inside a match every so many places are remembered, of texts up to such a length: all of them bring 1 % and take
/// twice the time. In longer ones every fourth brings 1 % as well, and takes a quarter of it.
constexpr std::uint32_t remembered_step = 4;
constexpr std::uint32_t remembered_up_to = 32'768;
/// With every 2⁶ places more without a match than bytes with one, one more is passed over at a time: what does not
/// compress takes no time.
constexpr unsigned patience_bits = 6;
constexpr unsigned hash_bits = 12;
/// Copying may read and write so many bytes beyond an end.
constexpr std::size_t beyond = sizeof(std::uint64_t);

std::uint32_t word_at(const char* at) {
  std::uint32_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

std::uint64_t eight_at(const char* at) {
  std::uint64_t eight = 0;
  std::memcpy(&eight, at, sizeof eight);
  return eight;
}

/// Eight bytes at a time, up to seven beyond the end: most pieces are that short, and wasm's memory.copy takes some 20
/// ns to begin.
void copy_eights(const char* from, char* to, std::size_t length) {
  for (auto* const end = to + length; to < end; to += beyond, from += beyond) std::memcpy(to, from, beyond);
}

struct Match {
  std::uint32_t at = 0;
  std::uint32_t length = shortest_match - 1;
};

/// Plain pointers in here: strings that check their room with every byte take three times as long.
class Compressor {
 public:
  Compressor(std::string_view text, std::string_view dictionary)
      : size_(static_cast<std::uint32_t>(dictionary.size() + text.size())),
        bytes_(size_ + beyond),
        from_(bytes_.data()),
        anchor_(static_cast<std::uint32_t>(dictionary.size())),
        heads_(1U << hash_bits),
        steps_(std::min(size_, farthest + 1)),
        // What does not compress at all grows by a byte in 255.
        block_(text.size() + text.size() / 255 + 16 + beyond),
        to_(block_.data()) {
    dictionary.copy(bytes_.data(), dictionary.size());
    text.copy(bytes_.data() + dictionary.size(), text.size());
  }

  std::string_view run() {
    auto at = anchor_;
    const auto limit = size_ - anchor_ > last_match_before_end ? size_ - last_match_before_end : 0;
    if (limit > 0) remember(1, at);
    for (std::uint32_t misses = 0; at < limit;) {
      auto match = longest(at, {});
      remember(at, at + 1);
      if (match.length < shortest_match) {
        at += 1 + (misses++ >> patience_bits);
        continue;
      }
      // One step ahead there may stand a longer one.
      while (match.length < good_match && at + 1 < limit) {
        const auto next = longest(at + 1, match);
        if (next.length == match.length) break;
        match = next;
        ++at;
        remember(at, at + 1);
      }
      const auto end = at + match.length;
      misses -= std::min(misses, match.length);
      while (at > anchor_ && match.at > 0 && from_[at - 1] == from_[match.at - 1]) {
        --at;
        --match.at;
      }
      put(at, at - match.at, end - at);
      if (size_ <= remembered_up_to) remember(at + 1, std::min(end, limit), remembered_step);
      at = anchor_ = end;
    }
    put(size_, 0, 0);
    return {block_.data(), static_cast<std::size_t>(to_ - block_.data())};
  }

 private:
  std::uint32_t& head_of(std::uint32_t at) {
    return heads_[(word_at(from_ + at) * 2'654'435'761U) >> (32 - hash_bits)];
  }

  /// Place 0 is none.
  void remember(std::uint32_t at, std::uint32_t end, std::uint32_t step = 1) {
    for (; at < end; at += step) {
      auto& head = head_of(at);
      steps_.data()[at & farthest] = static_cast<std::uint16_t>(std::min(at - head, farthest));
      head = at;
    }
  }

  [[nodiscard]] std::uint32_t common_length(std::uint32_t earlier, std::uint32_t at) const {
    const auto* const start = from_ + at;
    const auto* const end = from_ + size_ - last_literals;
    const auto* one = from_ + earlier;
    const auto* other = start;
    for (; end - other >= 8; one += 8, other += 8) {
      const auto difference = eight_at(one) ^ eight_at(other);
      if (difference == 0) continue;
      // Little-endian: the lowest byte is the first.
      other += std::countr_zero(difference) / 8;
      return static_cast<std::uint32_t>(other - start);
    }
    for (; other < end && *one == *other; ++one) ++other;
    return static_cast<std::uint32_t>(other - start);
  }

  /// `best`, or what is longer.
  Match longest(std::uint32_t at, Match best) {
    auto earlier = head_of(at);
    for (int tried = 0; tried < places_tried && earlier > 0 && at - earlier <= farthest; ++tried) {
      // What is longer is equal in these four at the least.
      const auto last = best.length - 3;
      if (word_at(from_ + earlier + last) == word_at(from_ + at + last)) {
        const auto length = common_length(earlier, at);
        if (length > best.length) best = {earlier, length};
        if (length >= good_match) break;
      }
      const std::uint32_t step = steps_.data()[earlier & farthest];
      if (step == farthest || step >= earlier) break;
      earlier -= step;
    }
    return best;
  }

  void put_byte(std::uint32_t byte) { *to_++ = static_cast<char>(byte); }

  void put_rest(std::uint32_t length) {
    for (length -= token_limit; length >= 255; length -= 255) put_byte(255);
    put_byte(length);
  }

  /// The literals up to `at`, then `length` bytes from `offset` before them; 0: none, the end.
  void put(std::uint32_t at, std::uint32_t offset, std::uint32_t length) {
    const auto literals = at - anchor_;
    const auto more = length == 0 ? 0 : length - shortest_match;
    put_byte(std::min(literals, token_limit) << 4 | std::min(more, token_limit));
    if (literals >= token_limit) put_rest(literals);
    copy_eights(from_ + anchor_, to_, literals);
    to_ += literals;
    if (length == 0) return;
    put_byte(offset);
    put_byte(offset >> 8);
    if (more >= token_limit) put_rest(more);
  }

  const std::uint32_t size_;
  const UninitializedBuffer<char> bytes_;  // dictionary and text
  const char* const from_;
  std::uint32_t anchor_;                            // up to here all is written
  std::vector<std::uint32_t> heads_;                // the latest place of each hash
  const UninitializedBuffer<std::uint16_t> steps_;  // from each place that is remembered back to the one before it
  const UninitializedBuffer<char> block_;
  char* to_;
};

/// Reads a block; every step answers false where it does not fit.
class Expander {
 public:
  Expander(std::string_view block, std::string_view dictionary, std::span<char> text)
      : block_(block), dictionary_(dictionary), to_(text.data()), size_(text.size()) {}

  bool run() {
    while (!block_.empty()) {
      const auto token = take_byte();
      std::size_t literals = token >> 4;
      if (!take_rest(literals) || literals > block_.size() || literals > size_ - done_) return false;
      if (literals + beyond <= std::min(block_.size(), size_ - done_)) {
        copy_eights(block_.data(), to_ + done_, literals);
      } else {
        std::copy_n(block_.data(), literals, to_ + done_);
      }
      block_.remove_prefix(literals);
      done_ += literals;
      if (block_.empty()) return done_ == size_;
      if (block_.size() < 2) return false;
      std::size_t offset = take_byte();
      offset |= static_cast<std::size_t>(take_byte()) << 8;
      std::size_t length = token % 16;
      if (!take_rest(length) || !copy_match(offset, length + shortest_match)) return false;
    }
    return false;
  }

 private:
  std::uint8_t take_byte() {
    const auto byte = static_cast<std::uint8_t>(block_.front());
    block_.remove_prefix(1);
    return byte;
  }

  bool take_rest(std::size_t& length) {
    if (length < token_limit) return true;
    while (!block_.empty() && length <= size_) {
      const auto more = take_byte();
      length += more;
      if (more < 255) return true;
    }
    return false;
  }

  bool copy_match(std::size_t offset, std::size_t length) {
    if (offset == 0 || offset > done_ + dictionary_.size() || length > size_ - done_) return false;
    for (; length > 0 && offset > done_; --length, ++done_) {
      to_[done_] = dictionary_[dictionary_.size() - (offset - done_)];
    }
    const auto* from = to_ + done_ - offset;
    if (offset >= beyond && length + beyond <= size_ - done_) {
      copy_eights(from, to_ + done_, length);
      done_ += length;
      return true;
    }
    // Byte by byte, since it may overlap itself: so a run of one byte is written.
    for (auto* to = to_ + done_; length > 0; --length, ++done_) *to++ = *from++;
    return true;
  }

  std::string_view block_;
  std::string_view dictionary_;
  char* to_;
  std::size_t size_;
  std::size_t done_ = 0;
};

}  // namespace

void append_lz4_block(std::string& out, std::string_view text, std::string_view dictionary) {
  out += Compressor(text, dictionary).run();
}

bool read_lz4_block(std::string_view block, std::string_view dictionary, std::span<char> text) {
  return Expander(block, dictionary, text).run();
}

}  // namespace cardcache
