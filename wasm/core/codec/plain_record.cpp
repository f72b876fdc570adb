#include "core/codec/plain_record.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/base/text.hpp"
#include "core/codec/json_scanner.hpp"

namespace cardcache {
namespace {

void append_ascii(std::u16string& out, std::string_view text) { out.append(text.begin(), text.end()); }

void append_integer(std::u16string& out, double value) {
  append_ascii(out, whole_number(std::trunc(std::clamp(value, -most_millis, most_millis))));
}

/// A point in time, or a span: null where it is as good as never.
void append_time(std::u16string& out, Millis time) {
  if (time.value > most_millis) {
    append_ascii(out, "null");
  } else {
    append_integer(out, time.value);
  }
}

std::optional<Millis> time_of(std::u16string_view value) {
  const auto time = value == u"null" ? never.value : read_number(value);
  return time ? std::optional(Millis{*time}) : std::nullopt;
}

void append_cost(std::u16string& out, double cost) {
  // Three decimals are more than a weight needs, and keep printf's float code out of the module.
  const auto thousandths = thousandths_of(cost);
  const auto whole = std::floor(thousandths / 1'000);
  append_integer(out, whole);
  if (thousandths == whole * 1'000) return;
  const auto digits = whole_number(1'000 + thousandths - whole * 1'000);
  out.push_back(u'.');
  append_ascii(out, std::string_view(digits).substr(1));
}

void append_string(std::u16string& out, std::string_view text) {
  out.push_back(u'"');
  for (const char16_t unit : to_utf16(text)) {
    const bool surrogate = unit >= 0xD800 && unit < 0xE000;
    if (unit < 0x20 || surrogate) {
      append_ascii(out, json_escape(unit));
    } else {
      if (unit == u'"' || unit == u'\\') out.push_back(u'\\');
      out.push_back(unit);
    }
  }
  out.push_back(u'"');
}

void append_field(std::u16string& out, std::string_view name) {
  append_ascii(out, ",\"");
  append_ascii(out, name);
  append_ascii(out, "\":");
}

unsigned hex_digit(char16_t unit) { return unit <= u'9' ? unit - u'0' : (unit | 0x20U) - u'a' + 10; }

/// `text` came out of JsonScanner, so its escapes are whole.
std::string unescape(std::u16string_view text) {
  std::u16string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != u'\\') {
      out.push_back(text[i]);
      continue;
    }
    switch (const auto escaped = text[++i]) {
      case u'b':
        out.push_back(u'\b');
        break;
      case u'f':
        out.push_back(u'\f');
        break;
      case u'n':
        out.push_back(u'\n');
        break;
      case u'r':
        out.push_back(u'\r');
        break;
      case u't':
        out.push_back(u'\t');
        break;
      case u'u': {
        unsigned unit = 0;
        for (int digit = 0; digit < 4; ++digit) unit = unit * 16 + hex_digit(text[++i]);
        out.push_back(static_cast<char16_t>(unit));
        break;
      }
      default:
        out.push_back(escaped);
    }
  }
  return to_wtf8(out);
}

std::optional<std::string> string_of(std::u16string_view value) {
  JsonScanner scanner(value);
  const auto inner = scanner.string();
  return inner ? std::optional(unescape(*inner)) : std::nullopt;
}

std::optional<std::vector<std::string>> strings_of(std::u16string_view value) {
  JsonScanner scanner(value);
  std::vector<std::string> out;
  if (!scanner.take(u'[')) return std::nullopt;
  if (scanner.take(u']')) return out;
  do {
    const auto inner = scanner.string();
    if (!inner) return std::nullopt;
    out.push_back(unescape(*inner));
  } while (scanner.take(u','));
  return out;
}

}  // namespace

double thousandths_of(double cost) { return std::floor(std::clamp(cost, 0.0, most_millis / 1'000) * 1'000 + 0.5); }

std::u16string write_plain_record(std::string_view data, const EntryFacts& facts, Millis default_life) {
  std::u16string out;
  out.reserve(data.size() + 48);
  append_ascii(out, "{\"data\":");
  out += to_utf16(data);
  append_field(out, "timestamp");
  append_integer(out, facts.timestamp.value);
  if (facts.expires_at != facts.timestamp + default_life) {
    append_field(out, "expires");
    append_time(out, facts.expires_at);
  }
  if (!facts.version.empty()) {
    append_field(out, "version");
    append_string(out, facts.version);
  }
  if (!facts.tags.empty()) {
    append_field(out, "tags");
    char16_t before = u'[';
    for (const auto& tag : facts.tags) {
      out.push_back(before);
      append_string(out, tag);
      before = u',';
    }
    out.push_back(u']');
  }
  if (facts.cost != 1) {
    append_field(out, "cost");
    append_cost(out, facts.cost);
  }
  if (facts.exempt_from_events) {
    append_field(out, "onEvent");
    append_ascii(out, "\"keep\"");
  }
  if (facts.grace >= Millis{1}) {
    append_field(out, "grace");
    append_time(out, facts.grace);
  }
  out.push_back(u'}');
  return out;
}

std::optional<PlainRecord> read_plain_record(std::u16string_view text, Millis default_life) {
  JsonScanner scanner(text);
  if (!scanner.take(u'{')) return std::nullopt;
  std::optional<std::u16string_view> data;
  std::optional<double> timestamp;
  std::optional<Millis> expires;
  PlainRecord record;
  do {
    const auto name = scanner.string();
    if (!name || !scanner.take(u':')) return std::nullopt;
    const auto value = scanner.value();
    if (!value) return std::nullopt;
    if (*name == u"data") {
      data = value;
    } else if (*name == u"timestamp") {
      timestamp = read_number(*value);
    } else if (*name == u"expires") {
      expires = time_of(*value);
      if (!expires) return std::nullopt;
    } else if (*name == u"version") {
      auto version = string_of(*value);
      if (!version) return std::nullopt;
      record.facts.version = std::move(*version);
    } else if (*name == u"tags") {
      auto tags = strings_of(*value);
      if (!tags) return std::nullopt;
      record.facts.tags = std::move(*tags);
    } else if (*name == u"cost") {
      const auto cost = read_number(*value);
      // Records are compared by it: NaN would break their order.
      if (cost && *cost >= 0 && std::isfinite(*cost)) record.facts.cost = *cost;
    } else if (*name == u"onEvent") {
      record.facts.exempt_from_events = *value == u"\"keep\"";
    } else if (*name == u"grace") {
      record.facts.grace = std::max(time_of(*value).value_or(Millis{0}), Millis{0});
    }
  } while (scanner.take(u','));
  if (!scanner.take(u'}') || !scanner.at_end() || !data || !timestamp) return std::nullopt;
  record.data = *data;
  record.facts.timestamp = Millis{*timestamp};
  record.facts.expires_at = expires.value_or(record.facts.timestamp + default_life);
  record.facts.bytes = static_cast<double>(stored_bytes(*data));
  return record;
}

}  // namespace cardcache
