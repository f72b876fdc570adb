// What the cache tells about itself.
#include <emscripten/bind.h>

#include "bindings/js_text.hpp"
#include "bindings/page.hpp"
#include "core/base/text.hpp"

namespace cardcache::bindings {
namespace {

/// Answers the endpoints' names; the numbers lie where the words say, three an endpoint.
emscripten::val statistics(std::uint32_t id, double now) {
  Call call(id, now);
  auto& report = call.page.report;
  report = report_statistics(call.cache, call.now);
  words[report_at] = address_of(&report.numbers);
  words[endpoints_at] = address_of(report.endpoint_numbers.data());
  return to_js(report.endpoints);
}

/// `{key, tier (0 memory, 1 storage, 2 both), timestamp, expires, bytes, storedBytes, hits, tags}` each.
emscripten::val inspect(std::uint32_t id, double now) {
  Call call(id, now);
  auto out = emscripten::val::array();
  unsigned count = 0;
  for (const auto& entry : call.cache.inspect(call.now)) {
    auto one = emscripten::val::object();
    one.set("key", js_text(to_utf16(entry.key)));
    one.set("tier", entry.in_both ? 2 : entry.first == Lookup::Where::memory ? 0 : 1);
    one.set("timestamp", entry.timestamp.value);
    one.set("expires", entry.expires_at.value);
    one.set("bytes", entry.bytes);
    one.set("storedBytes", entry.stored_bytes);
    one.set("hits", entry.hits);
    one.set("tags", to_js(entry.tags));
    out.set(count++, one);
  }
  return out;
}

/// `{key, why}` for evictions, `{key, error}` for errors; both as numbers of RemovalCause and ErrorKind.
emscripten::val take_notices(std::uint32_t id) {
  auto out = emscripten::val::array();
  unsigned count = 0;
  for (const auto& notice : page_of(id).cache.take_notices()) {
    auto one = emscripten::val::object();
    one.set("key", js_text(to_utf16(notice.key)));
    if (notice.kind == Notice::Kind::evicted) {
      one.set("why", static_cast<int>(notice.why));
    } else {
      one.set("error", static_cast<int>(notice.error));
    }
    out.set(count++, one);
  }
  return out;
}

/// `{what, value, limit}` each; `what` as a number of AlertKind.
emscripten::val take_alerts(std::uint32_t id) {
  auto out = emscripten::val::array();
  unsigned count = 0;
  for (const auto& alert : page_of(id).cache.take_alerts()) {
    auto one = emscripten::val::object();
    one.set("what", static_cast<int>(alert.kind));
    one.set("value", alert.value);
    one.set("limit", alert.limit);
    out.set(count++, one);
  }
  return out;
}

}  // namespace

/// Staged: key.
[[clang::export_name("noteError")]] void note_error(std::uint32_t id, int kind) {
  page_of(id).cache.note_error(static_cast<ErrorKind>(kind), StagedReader().text());
}

[[clang::export_name("countFetch")]] void count_fetch(std::uint32_t id, int what) {
  page_of(id).cache.statistics().count(static_cast<FetchCount>(what));
}

[[clang::export_name("addLatency")]] void add_latency(std::uint32_t id, int of, double duration) {
  page_of(id).cache.statistics().latencies[static_cast<std::size_t>(of)].add(duration);
}

EMSCRIPTEN_BINDINGS(statistics) {
  emscripten::function("statistics", &statistics);
  emscripten::function("inspect", &inspect);
  emscripten::function("takeNotices", &take_notices);
  emscripten::function("takeAlerts", &take_alerts);
}

}  // namespace cardcache::bindings
