#pragma once

#include <string_view>

#include "core/events/event_filter.hpp"

namespace cardcache {

/// Reads what an event's data (JSON) say about people. Anything that is no object tells nothing, and so do fields of
/// other types than expected. Never fails: what cannot be read is an event of which nothing is known.
[[nodiscard]] EventFacts read_event_facts(std::string_view json);

}  // namespace cardcache
