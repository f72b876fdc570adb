#include "core/codec/compressed_json.hpp"

#include "core/base/byte_reader.hpp"
#include "core/base/uninitialized_buffer.hpp"
#include "core/codec/dictionary.hpp"
#include "core/codec/lz4_block.hpp"

namespace cardcache {

std::string compress_json(std::string_view json) {
  std::string block(1, static_cast<char>(newest_dictionary));
  append_varint(block, json.size());
  const auto head = block.size();
  append_lz4_block(block, json, dictionary(newest_dictionary).value_or(std::string_view()));
  if (block.size() - head < json.size()) return block;
  block.front() = 0;
  block.replace(head, std::string::npos, json);
  return block;
}

bool is_known_dictionary(std::string_view block) {
  return block.empty() || dictionary(static_cast<std::uint8_t>(block.front()));
}

std::optional<std::string> decompress_json(std::string_view block) {
  ByteReader reader(block);
  const auto number = reader.byte();
  const auto size = reader.varint();
  const auto bytes = reader.rest();
  const auto known = dictionary(number);
  if (reader.ended() || !known || size > most_json_bytes || size > bytes.size() * most_lz4_expansion)
    return std::nullopt;
  if (number == 0) return size == bytes.size() ? std::optional(std::string(bytes)) : std::nullopt;
  const auto length = static_cast<std::size_t>(size);
  const UninitializedBuffer<char> json(length);
  if (!read_lz4_block(bytes, *known, {json.data(), length})) return std::nullopt;
  return std::string(json.data(), length);
}

}  // namespace cardcache
