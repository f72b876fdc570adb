// The one file of the core that includes nlohmann_json: each further one costs kilobytes of templates.
#include "core/json_documents.hpp"

#include <nlohmann/json.hpp>

namespace cardcache {
namespace {

using Json = nlohmann::json;

Json tier_document(const TierCounts& counts, std::size_t entries) {
  const double asked = counts.hits + counts.misses;
  return {{"entries", entries},
          {"hits", counts.hits},
          {"misses", counts.misses},
          {"evictions", counts.evictions},
          {"expired", counts.expired},
          {"hitRate", asked > 0 ? counts.hits / asked : 0}};
}

template <typename Names, typename Counts>
Json named_counts(const Names& names, const Counts& counts) {
  Json document = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) document[std::string(names[i])] = counts[i];
  return document;
}

}  // namespace

EventFacts read_event_facts(std::string_view json) {
  EventFacts facts;
  const auto data = Json::parse(json, nullptr, false);
  if (!data.is_object()) return facts;
  if (const auto name = data.find("username"); name != data.end() && name->is_string()) {
    facts.username = name->get_ref<const std::string&>();
  }
  if (const auto users = data.find("assigned_users"); users != data.end() && users->is_array()) {
    for (const auto& user : *users) {
      if (user.is_string()) facts.assigned_users.push_back(user.get_ref<const std::string&>());
    }
  }
  return facts;
}

std::string write_statistics(TwoTierCache& cache, Millis now) {
  const auto& statistics = cache.statistics();
  auto& space = cache.storage().space();
  std::size_t in_memory = 0;
  std::size_t in_storage = 0;
  Json endpoints = Json::object();
  const auto endpoint_document = [&](std::string_view name) -> Json& {
    auto& document = endpoints[std::string(name)];
    if (document.is_null()) document = {{"hits", 0}, {"misses", 0}, {"entries", 0}};
    return document;
  };
  for (const auto& [name, number] : statistics.endpoint_numbers()) {
    auto& document = endpoint_document(name);
    document["hits"] = statistics.endpoint(number).hits;
    document["misses"] = statistics.endpoint(number).misses;
  }
  for (const auto& entry : cache.inspect(now)) {
    if (entry.first == Lookup::Where::memory) ++in_memory;
    if (entry.first == Lookup::Where::storage || entry.in_both) ++in_storage;
    auto& count = endpoint_document(split_key(entry.key).endpoint)["entries"];
    count = count.get<int>() + 1;
  }
  auto storage = tier_document(statistics.storage, in_storage);
  storage["available"] = space.available();
  storage["bytes"] = space.bytes();
  storage["plainBytes"] = space.bytes();
  storage["budget"] = space.budget();
  storage["floors"] = cache.floors().size();

  Json latency = Json::object();
  for (std::size_t i = 0; i < latency_names.size(); ++i) {
    const auto& of = statistics.latencies[i];
    latency[std::string(latency_names[i])] = {
        {"count", of.count()}, {"p50", of.quantile(0.5)}, {"p95", of.quantile(0.95)}, {"max", of.longest()}};
  }
  const Json document = {{"memory", tier_document(statistics.memory, in_memory)},
                         {"storage", std::move(storage)},
                         {"fetch", named_counts(fetch_names, statistics.fetches)},
                         {"events", {{"seen", statistics.events_seen}, {"concerned", statistics.events_concerned}}},
                         {"errors", named_counts(error_names, statistics.errors)},
                         {"latency", std::move(latency)},
                         {"endpoints", std::move(endpoints)}};
  // Keys may hold lone surrogates, which are no UTF-8: an endpoint's name is then shown with U+FFFD.
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace cardcache
