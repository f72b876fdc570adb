// The one file of the core that includes nlohmann_json: each further one costs kilobytes of templates.
#include "core/events/json_documents.hpp"

#include <cstring>
#include <nlohmann/json.hpp>

#include "core/keys/keys.hpp"

namespace {

// A type of its own, so that what is taken out of the reader below is taken out of this one alone.
using Json = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t, std::uint64_t, float>;
using Input = nlohmann::detail::iterator_input_adapter<const char*>;
using Lexer = nlohmann::detail::lexer<Json, Input>;
using Parser = nlohmann::detail::parser<Json, Input>;

}  // namespace

// What nobody asks of it is most of what the reader costs: why a text is no JSON (with it comes snprintf), and what a
// number with a fraction is worth (with it comes strtof, in long double).
template <>
std::string Lexer::get_token_string() const {
  return {};
}
template <>
std::string Parser::exception_message(Lexer::token_type, const std::string&) {
  return {};
}
template <>
[[gnu::nonnull]] void Lexer::strtof(float& value, const char* text, char** end) noexcept {
  value = 0;
  *end = const_cast<char*>(text) + std::strlen(text);
}

namespace cardcache {
namespace {

std::string digits_of(std::uint64_t value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + value % 10));
    value /= 10;
  } while (value > 0);
  return digits;
}

/// Hears an event member by member and keeps what it says about people; nothing is built of the rest.
class EventReader {
 public:
  explicit EventReader(EventFacts& facts) : facts_(facts) {}

  /// Of two members of one name the later one counts, as for JSON.parse.
  bool key(const std::string& name) {
    if (depth_ == 1) {
      member_ = name == "event_type" ? Member::event_type : name == "type" ? Member::type : Member::other;
      if (member_ == Member::event_type) event_type_.reset();
      if (member_ == Member::type) type_.reset();
      has_data_ = name == "data";
      if (!has_data_) return true;
      facts_ = {};
    }
    if (depth_ != 2 || !in_data_) return true;
    member_ = Member::other;
    if (name == "username") {
      member_ = Member::username;
      facts_.username.reset();
    } else if (name == "assigned_users") {
      member_ = Member::assigned_users;
      facts_.assigned_users.clear();
    } else if (name == "task_id") {
      member_ = Member::task;
      facts_.task.reset();
    }
    return true;
  }
  bool string(const std::string& text) {
    if (depth_ == 1 && member_ == Member::event_type) event_type_ = text;
    if (depth_ == 1 && member_ == Member::type) type_ = text;
    if (depth_ == 3 && in_list_) facts_.assigned_users.push_back(escape_user(text));
    if (depth_ != 2 || !in_data_) return true;
    if (member_ == Member::username) facts_.username = escape_user(text);
    if (member_ == Member::task) facts_.task = text;
    return true;
  }
  bool number(std::string text) {
    if (depth_ == 2 && in_data_ && member_ == Member::task) facts_.task = std::move(text);
    return true;
  }
  bool start_object(std::size_t) {
    if (++depth_ == 2) in_data_ = has_data_;
    if (depth_ == 3) in_list_ = false;
    return true;
  }
  bool start_array(std::size_t) {
    if (++depth_ == 2) in_data_ = false;
    if (depth_ == 3) in_list_ = in_data_ && member_ == Member::assigned_users;
    return true;
  }
  bool end_object() { return --depth_, true; }
  bool end_array() { return --depth_, true; }

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(std::int64_t value) { return number("-" + digits_of(-static_cast<std::uint64_t>(value))); }
  bool number_unsigned(std::uint64_t value) { return number(digits_of(value)); }
  /// As it is written, which is as the page writes it.
  bool number_float(float, const std::string& text) { return number(text); }
  bool binary(const Json::binary_t&) { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

  [[nodiscard]] std::string type() const { return event_type_ ? *event_type_ : type_.value_or(""); }

 private:
  enum class Member : std::uint8_t { other, event_type, type, username, assigned_users, task };

  EventFacts& facts_;
  std::optional<std::string> event_type_, type_;
  std::size_t depth_ = 0;
  Member member_ = Member::other;
  /// Whether what comes next is `data`, and whether this is inside it.
  bool has_data_ = false, in_data_ = false;
  bool in_list_ = false;
};

}  // namespace

EventFacts read_event(std::string_view json) {
  EventFacts facts;
  EventReader reader(facts);
  // What is no object has no members.
  if (!Json::sax_parse(json.data(), json.data() + json.size(), &reader)) return {};
  facts.type = reader.type();
  return facts;
}

}  // namespace cardcache
