"""Names that several files of the integration share."""

DOMAIN = "tasktracker"

RECURRING = "RecurringTask"
ADHOC = "AdHocTask"
SELF_CARE = "SelfCareTask"
LEFTOVER = "Leftover"
TASK_TYPES = (RECURRING, ADHOC, SELF_CARE)

# Two of them, task_deleted and daily_plan, can be subscribed to although no service of ours fires them.
EVENT_TYPES = tuple(
    f"{DOMAIN}_{name}"
    for name in (
        "task_completed",
        "task_created",
        "task_updated",
        "task_deleted",
        "leftover_created",
        "leftover_disposed",
        "completion_updated",
        "completion_deleted",
        "daily_state_set",
        "daily_plan",
        "goal_created",
        "goal_updated",
        "goal_deleted",
    )
)
