// Keys, selectors, the names of invalidations and the texts they are made of. Lines of an input: a selector as authors
// write it, a key, a tag, the text of an invalidation.
#include <string>
#include <vector>

#include "core/base/text.hpp"
#include "core/invalidation/invalidations.hpp"
#include "core/keys/key_index.hpp"
#include "core/keys/keys.hpp"
#include "core/keys/selector.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace cardcache;
using namespace cardcache::fuzz;

namespace {

void check_text(std::string_view bytes) {
  const auto units = to_utf16(bytes);
  must_hold(to_utf16(to_wtf8(units)) == units, "text comes back from WTF-8");
  must_hold(percent_encode(bytes).find_first_of(":*/@! ") == std::string::npos, "a name holds no structure");
  must_hold(escape_segment(bytes).find_first_of(":*") == std::string::npos, "a segment holds no structure");
  if (const auto number = read_whole_number(units); number && *number < 9e15) {
    const auto digits = whole_number(*number);
    must_hold(read_whole_number(to_utf16(digits)) == number, "a whole number comes back");
  }
}

void check_key(std::string_view key) {
  const auto parts = split_key(key);
  must_hold(key.starts_with(parts.endpoint), "a key begins with its endpoint");
  must_hold(parts.shared == (parts.user.empty() || parts.user == shared_user), "who has no user is shared");
  must_hold(key.ends_with(parts.params), "a key ends with its params");
}

void check_selector(const Selector& selector, std::string_view key, const std::vector<std::string>& tags) {
  must_hold(Selector::from_text(selector.to_text()) == selector, "a selector comes back from its text");
  if (!is_valid_key(key)) return;
  KeyIndex index;
  index.insert("another:user", {});
  const auto id = index.insert(std::string(key) + "~", tags);
  index.erase(id);
  if (key != "another:user") index.insert(key, tags);
  bool found = false;
  for (const auto one : index.select(selector)) found = found || index.key(one) == key;
  if (key != "another:user") must_hold(found == selector.selects(key, tags), "the index finds what is selected");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = text_of(data, size);
  const auto written = take_line(text);
  const auto key = take_line(text);
  const std::vector<std::string> tags{std::string(take_line(text))};
  check_text(written);
  check_text(key);
  check_key(key);
  if (const auto selector = parse_selector(written)) {
    check_selector(*selector, key, tags);
    Selector by_tag = *selector;
    by_tag.tag = tags.front();
    check_selector(by_tag, key, tags);
  }
  if (const auto invalidation = Invalidation::from_text(text, Millis{1})) {
    check_selector(invalidation->selector, key, tags);
    const auto again = Invalidation::from_text(invalidation->to_text(), Millis{1});
    must_hold(again && again->selector == invalidation->selector && again->skips_exempt == invalidation->skips_exempt &&
                  again->by_write == invalidation->by_write,
              "an invalidation comes back from its text");
  }
  return 0;
}
