// The one file of the core that includes nlohmann_json: each further one costs kilobytes of templates.
#include "core/events/json_documents.hpp"

#include <cstring>
#include <nlohmann/json.hpp>

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

/// Hears the event's data member by member and keeps what they say about people; nothing is built of the rest.
class PeopleReader {
 public:
  explicit PeopleReader(EventFacts& facts) : facts_(facts) {}

  bool key(const std::string& name) {
    if (depth_ != 1) return true;
    // Of two members of one name the later one counts, as for JSON.parse.
    member_ = Member::other;
    if (name == "username") {
      member_ = Member::username;
      facts_.username.reset();
    } else if (name == "assigned_users") {
      member_ = Member::assigned_users;
      facts_.assigned_users.clear();
    }
    return true;
  }
  bool string(const std::string& text) {
    if (depth_ == 1 && member_ == Member::username) facts_.username = text;
    if (depth_ == 2 && in_list_) facts_.assigned_users.push_back(text);
    return true;
  }
  bool start_object(std::size_t) {
    if (++depth_ == 2) in_list_ = false;
    return true;
  }
  bool start_array(std::size_t) {
    if (++depth_ == 2) in_list_ = member_ == Member::assigned_users;
    return true;
  }
  bool end_object() { return --depth_, true; }
  bool end_array() { return --depth_, true; }

  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(std::int64_t) { return true; }
  bool number_unsigned(std::uint64_t) { return true; }
  bool number_float(float, const std::string&) { return true; }
  bool binary(const Json::binary_t&) { return true; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

 private:
  enum class Member : std::uint8_t { other, username, assigned_users };

  EventFacts& facts_;
  std::size_t depth_ = 0;
  Member member_ = Member::other;
  bool in_list_ = false;
};

}  // namespace

EventFacts read_event_facts(std::string_view json) {
  EventFacts facts;
  PeopleReader reader(facts);
  if (!Json::sax_parse(json.data(), json.data() + json.size(), &reader)) return {};
  return facts;
}

}  // namespace cardcache
