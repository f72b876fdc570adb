// Raw messages to every call of the border. An input is a row of calls: the call's number, how far the clock moves on
// (a signed byte, in minutes), how many parts its message has, then the parts: `n` and a byte for a small number, `d`
// and eight bytes for any, `w` and a byte for a time so many minutes from now, `u` for a number that is not given, `t`
// and a text (its length first), `c` and a byte for a length alone, anything else as it stands.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "border/area.hpp"
#include "border/calls.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace cardcache;
using namespace cardcache::border;
using namespace cardcache::fuzz;

namespace {

using Texts = std::map<std::u16string, std::u16string, std::less<>>;

/// What lies in the one area; it outlives the spaces over it.
Texts stored;

class Area : public StorageArea {
 public:
  std::optional<std::u16string> get(std::u16string_view key) override {
    const auto found = stored.find(key);
    return found == stored.end() ? std::nullopt : std::optional(found->second);
  }
  bool set(std::u16string_view key, std::u16string_view text) override {
    if (stored.size() > 64) return false;
    stored.insert_or_assign(std::u16string(key), std::u16string(text));
    return true;
  }
  bool remove(std::u16string_view key) override {
    const auto found = stored.find(key);
    if (found != stored.end()) stored.erase(found);
    return true;
  }
  std::optional<StoredHead> head(std::u16string_view key, std::size_t) override {
    const auto text = get(key);
    if (!text) return std::nullopt;
    return head_of(std::u16string(key), *text);
  }
  Walk walk(std::u16string_view prefix, std::size_t from, std::size_t count, std::size_t) override {
    Walk walk;
    std::size_t at = 0;
    for (const auto& [name, text] : stored) {
      if (at++ < from) continue;
      if (walk.visited == count) break;
      ++walk.visited;
      if (name.starts_with(prefix)) walk.heads.push_back(head_of(name, text));
    }
    return walk;
  }
  std::vector<std::u16string> keys_with_prefix(std::u16string_view prefix) override {
    std::vector<std::u16string> keys;
    for (const auto& [name, text] : stored) {
      if (name.starts_with(prefix)) keys.push_back(name);
    }
    return keys;
  }

 private:
  static StoredHead head_of(std::u16string name, const std::u16string& text) {
    const bool wide = std::ranges::any_of(text, [](char16_t unit) { return unit > 0xFF; });
    return {.name = std::move(name), .text = text, .units = static_cast<double>(text.size()), .wide = wide};
  }
};

std::uint32_t send(Handler handler, double now, const std::string& bytes) {
  // As long as the message and no longer, so that ASan sees a step beyond.
  const std::vector<char> exact(bytes.begin(), bytes.end());
  Call call(page_of(0), now, {exact.data(), exact.size()});
  handler(call);
  return call.leave();
}

std::string page_message() {
  Writer out;
  out.number(0);
  out.flag(false);
  for (const double one : {1e6, 8.0, 1e6, 0.5, 2.0, 0.5, 7.0}) out.number(one);
  return out.bytes();
}

std::string space_message() {
  Writer out;
  out.text("f_");
  for (const double one : {20'000.0, 1e7, 64.0}) out.number(one);
  out.flag(false);
  return out.bytes();
}

std::string id_message(double id) {
  Writer out;
  out.number(id);
  return out.bytes();
}

std::uint8_t take_byte(std::string_view& input) {
  if (input.empty()) return 0;
  const auto byte = static_cast<std::uint8_t>(input.front());
  input.remove_prefix(1);
  return byte;
}

double minutes(std::uint8_t byte) { return static_cast<std::int8_t>(byte) * 60'000.0; }

/// A message of the parts that the input names.
std::string message_of(std::string_view& input, double now) {
  std::string out;
  auto parts = take_byte(input) % 24;
  Writer writer;
  for (; parts > 0 && !input.empty(); --parts) {
    const auto kind = take_byte(input);
    if (kind == 'n') {
      writer.number(static_cast<std::int8_t>(take_byte(input)));
    } else if (kind == 'w') {
      writer.number(now + minutes(take_byte(input)));
    } else if (kind == 'u') {
      writer.number(std::nan(""));
    } else if (kind == 'd' && input.size() >= sizeof(double)) {
      double value = 0;
      std::memcpy(&value, input.data(), sizeof value);
      input.remove_prefix(sizeof value);
      writer.number(value);
    } else if (kind == 't') {
      const auto length = std::min<std::size_t>(take_byte(input), input.size());
      writer.text(input.substr(0, length));
      input.remove_prefix(length);
    } else if (kind == 'c') {
      writer.count(take_byte(input));
    } else {
      // Whatever a length or a number is not.
      out += writer.bytes();
      writer.clear();
      out.push_back(static_cast<char>(kind));
    }
  }
  return out + writer.bytes();
}

}  // namespace

std::unique_ptr<StorageArea> border::given_area() { return std::make_unique<Area>(); }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = text_of(data, size);
  stored.clear();
  double now = 1.8e12;
  auto known_due = never;
  must_hold(send(open_space, now, space_message()) == 0, "a space opens");
  must_hold(send(open_page, now, page_message()) == 0, "a page opens");
  while (!input.empty()) {
    const auto handler = handler_of(take_byte(input));
    now += minutes(take_byte(input));
    words[noted] = 1;
    words[seen] = now;
    const auto message = message_of(input, now);
    // One space and one page are opened once and closed at the end.
    const bool opens = handler == open_space || handler == open_page;
    const bool closes = handler == close_space || handler == close_page;
    if (!handler || opens || closes) continue;
    const auto entries = page_of(0)->cache.memory().size();
    const auto texts = stored.size();
    const auto bits = send(handler, now, message);
    const bool is_as_before = page_of(0)->cache.memory().size() == entries && stored.size() == texts;
    if (bits & refused) must_hold(is_as_before, "what is refused changes nothing");
    // NOLINTNEXTLINE(performance-no-int-to-ptr): addresses cross the border as numbers.
    Reader news({reinterpret_cast<const char*>(static_cast<std::uintptr_t>(words[news_at])), 2 * sizeof(double)});
    if (bits & deadlines_moved) static_cast<void>(news.number());
    if (bits & next_due_moved) known_due = Millis{news.number()};
    must_hold(known_due == page_of(0)->cache.coordinator().next_due(), "the page knows when the next fetch is due");
  }
  must_hold(send(close_space, now, id_message(0)) == refused, "a space outlives its pages");
  must_hold(send(close_page, now, id_message(0)) == 0, "a page closes");
  must_hold(send(close_space, now, id_message(0)) == 0, "a space closes");
  must_hold(page_of(0) == nullptr, "nothing stays open");
  return 0;
}
