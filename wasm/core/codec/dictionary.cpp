// Made by wasm/toolchain/make_dictionary.mjs; not to be changed by hand.
// clang-format off
#include "core/codec/dictionary.hpp"

namespace cardcache {
namespace {

constexpr std::string_view first =
    R"(},"user_context":{"timezone":"UTC","daily_reset_time":"05:00:00","current_logical_date":"2026-03-27","daily_task)"
    R"(_cutoff_time":"2{"success":true,"data":{"items":[{"id":413,"name":"Clean bathroom","task_type":"RecurringTask",")"
    R"(assigned_users":["ivan"]},{"id":quires_fair_weather":false,"overdue_severity":1,"is_active":true,"notes":"","tag)"
    R"(s":[],"task_nudges":[],"last_completed":null,"laT12:00:00Z","is_overdue":false,"days_overdue":0},{"energy_cost":)"
    R"(2,"focus_cost":3,"pain_cost":1,"motivation_boost":0,"satisfaction"],"duration_minutes":10,"priority":2,"frequenc)"
    R"(y_value":3,"frequency_unit":"days","recommendation_score":0.61,"completed":false0+01:00","end":"2026-02-14T14:30)"
    R"(:00+01:00","summary":"Training","description":"","location":""},{"start":"2026-02-15T14:00:00+01_cost":0,"motiva)"
    R"(tion_boost":1,"satisfaction":3,"impact":3,"suitable_after_hours":"yes","allowed_days":[0,1,2,3,4,5,6],"requires_)"
    R"(ement","unit_of_measurement":"°C","device_class":"temperature","friendly_name":"living room temperature"},"last_)"
    R"(changed":"2027-03","type":"story","status":"in_progress","priority":"medium","points":5,"assignee":null,"labels")"
    R"(:[],"created_at":"2026-01-14T19:leted":"2028-07-12T17:23:19.267Z","last_completion_notes":null,"id":223,"task_ty)"
    R"(pe":"AdHocTask","name":"Take out recycling","assd":null,"user_id":null}},{"entity_id":"light.kitchen","state":"o)"
    R"(n","attributes":{"supported_color_modes":["brightness"],"color_m{"encouragement":"Only two tasks to go today. Yo)"
    R"(u can do this!","generation":3},"user_context":{"timezone":"Europe/London","dailinutes":30},{"id":832,"task_id":)"
    R"(12,"task_type":"SelfCareTask","task_name":"Buy groceries","completed_by":"hanako","completed_at":3,"motivation":)"
    R"(3,"focus":3,"pain":1,"mood":0,"free_time":3,"is_sick":false},"user_context":{"timezone":"America/New_York","dail)"
    R"(ion_minutes":5,"priority":1,"level":1,"required_occurrences":1,"windows":[{"label":"Morning","start":"07:00","en)"
    R"(d":"10:00","comped":false,"due_date":"2028-03-25T12:00:00Z","next_due":"2028-03-25T12:00:00Z","is_overdue":true,)"
    R"("days_overdue":3}],"count":3},"u)";

}  // namespace

std::optional<std::string_view> dictionary(std::uint8_t number) {
  if (number > newest_dictionary) return std::nullopt;
  return number == 0 ? std::string_view() : first;
}

}  // namespace cardcache
