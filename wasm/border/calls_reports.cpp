// Statistics, the list of entries, and errors that the page counts.
#include "border/calls.hpp"
#include "core/cache/statistics_report.hpp"

namespace cardcache::border {
namespace {

/// For structs that consist of doubles only.
template <typename Numbers>
void write(Writer& reply, const Numbers& numbers) {
  const auto* first = reinterpret_cast<const double*>(&numbers);
  for (std::size_t i = 0; i < sizeof numbers / sizeof(double); ++i) reply.number(first[i]);
}

}  // namespace

/// Replies with StatisticsNumbers, and for each endpoint with its name and EndpointNumbers.
void statistics(Call& call) {
  auto* cache = call.enter();
  if (!cache) return;
  const auto report = report_statistics(*cache, call.now);
  write(call.reply, report.numbers);
  call.reply.count(report.endpoints.size());
  for (std::size_t i = 0; i < report.endpoints.size(); ++i) {
    call.reply.text(report.endpoints[i]);
    write(call.reply, report.endpoint_numbers[i]);
  }
}

/// Replies for each entry: key, tier (0 memory, 1 storage, 2 both), timestamp, end, bytes, bytes in storage, hits,
/// tags.
void inspect(Call& call) {
  auto* cache = call.enter();
  if (!cache) return;
  const auto entries = cache->inspect(call.now);
  call.reply.count(entries.size());
  for (const auto& entry : entries) {
    call.reply.text(entry.key);
    call.reply.number(entry.in_both ? 2 : entry.first == Lookup::Where::memory ? 0 : 1);
    call.reply.number(entry.timestamp.value);
    call.reply.number(entry.expires_at.value);
    call.reply.number(entry.bytes);
    call.reply.number(entry.stored_bytes);
    call.reply.number(entry.hits);
    call.reply.texts(entry.tags);
  }
}

/// ErrorKind, key.
void note_error(Call& call) {
  const auto kind = static_cast<ErrorKind>(call.message.whole(error_kinds));
  const auto key = call.message.text();
  if (auto* cache = call.enter()) cache->note_error(kind, key);
}

namespace {

constexpr std::array all{statistics, inspect, note_error};

}  // namespace

const Calls reports_calls{all};

}  // namespace cardcache::border
