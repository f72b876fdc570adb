#pragma once

#include <string_view>

#include "core/events/event_filter.hpp"

namespace cardcache {

/// Reads a mutation event as it came, as JSON: its `event_type`, or else its `type`; and of its `data` `username`,
/// `assigned_users` and `task_id`. Anything that is no object tells nothing, and so do fields of other types than
/// expected. Never fails: what cannot be read is an event of which nothing is known.
[[nodiscard]] EventFacts read_event(std::string_view json);

}  // namespace cardcache
