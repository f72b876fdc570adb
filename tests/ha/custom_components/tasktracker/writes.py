"""The services that change something. Each renews the kept plans first and fires its event then, as the real one does:
so `assigned_users` of a completed task is looked up when the task has already left the plans.
"""

import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv

from .answers import Answer
from .const import TASK_TYPES
from .seed import USERS
from .service_call import NOT_MAPPED, Request, register

TASK_TYPE = vol.In(TASK_TYPES)
USER_LIST = vol.All(cv.ensure_list, [cv.string])
WHOLE = vol.All(vol.Coerce(int), vol.Range(min=0))
UPDATABLE = {
    "name": cv.string,
    "assigned_users": USER_LIST,
    "next_due": cv.string,
    "due_date": cv.string,
    "duration_minutes": WHOLE,
    "priority": WHOLE,
    "notes": cv.string,
    "is_active": cv.boolean,
}


async def complete_task(request: Request) -> Answer:
    username = request.get("completed_by") or request.caller
    if username is None:
        return NOT_MAPPED
    task_id, task_type = request.call.data["task_id"], request.call.data["task_type"]
    notes, at = request.get("notes"), request.get("completed_at")
    answer = await request.bench.api.ask(
        "complete_task",
        username,
        lambda household, today: household.complete(today, task_id, task_type, username, notes, at),
        spoken=lambda data: f"Completed {data['task']['name']}",
    )
    if answer["success"]:
        await request.bench.answers.renew()
        request.fire(
            "task_completed",
            {
                "task_id": task_id,
                "username": username,
                "notes": notes,
                "completion_data": answer["data"],
                "assigned_users": request.bench.answers.assigned_users(task_id=task_id),
            },
        )
    return answer


async def complete_task_by_name(request: Request) -> Answer:
    username = request.get("completed_by") or request.caller
    if username is None:
        return NOT_MAPPED
    name, notes, at = request.call.data["name"], request.get("notes"), request.get("completed_at")
    leftover = request.get("event_type") == "leftover_disposed"
    answer = await request.bench.api.ask(
        "complete_task_by_name",
        username,
        lambda household, today: household.complete_by_name(today, name, username, notes, at, leftover),
        spoken=lambda data: f"Completed {data['matched_name']}",
    )
    if answer["success"]:
        await request.bench.answers.renew()
        assigned = request.bench.answers.assigned_users(name=name)
        whose = {"username": username, "notes": notes}
        if leftover:
            request.fire(
                "leftover_disposed",
                {"leftover_name": name, **whose, "disposal_data": answer["data"], "assigned_users": assigned},
            )
        else:
            request.fire(
                "task_completed",
                {"task_name": name, **whose, "completion_data": answer["data"], "assigned_users": assigned},
            )
    return answer


async def create_adhoc_task(request: Request) -> Answer:
    users = request.get("assigned_users") or ([request.caller] if request.caller is not None else None)
    if users is None:
        return NOT_MAPPED
    name, minutes, priority = request.call.data["name"], request.get("duration_minutes"), request.get("priority")
    answer = await request.bench.api.ask(
        "create_adhoc_task",
        None,
        lambda household, today: household.create_adhoc(today, name, users, minutes, priority),
        spoken=lambda data: f"Created {data['task']['name']}",
    )
    if answer["success"]:
        await request.bench.answers.renew()
        request.fire(
            "task_created",
            {
                "task_name": name,
                "assigned_users": users,
                "duration_minutes": minutes,
                "priority": priority,
                "creation_data": answer["data"],
            },
        )
    return answer


async def update_task(request: Request) -> Answer:
    """The id is text here, and stays text in the event."""
    task_id: str = request.call.data["task_id"]
    task_type: str = request.call.data["task_type"]
    updates = request.given(*UPDATABLE)
    answer = await request.bench.api.ask(
        "update_task",
        None,
        lambda household, today: household.update_task(today, task_type, int(task_id), updates),
        spoken=lambda data: "Saved",
    )
    if answer["success"]:
        await request.bench.answers.renew()
        request.fire("task_updated", {"task_id": task_id, "updates": updates, "update_data": answer["data"]})
    return answer


async def update_completion(request: Request) -> Answer:
    completion_id: int = request.call.data["completion_id"]
    updates = request.given("notes", "completed_by", "completed_at", "duration_minutes")
    answer = await request.bench.api.ask(
        "update_completion",
        None,
        lambda household, today: household.update_completion(completion_id, updates),
        spoken=lambda data: "Saved",
    )
    if answer["success"]:
        await request.bench.answers.renew()
        request.fire(
            "completion_updated",
            {"completion_id": completion_id, "updates": updates, "update_data": answer["data"]},
        )
    return answer


async def delete_completion(request: Request) -> Answer:
    completion_id: int = request.call.data["completion_id"]
    answer = await request.bench.api.ask(
        "delete_completion",
        None,
        lambda household, today: household.delete_completion(completion_id),
        spoken=lambda data: "Undone",
    )
    if answer["success"]:
        await request.bench.answers.renew()
        request.fire("completion_deleted", {"completion_id": completion_id, "deletion_data": answer["data"]})
    return answer


async def create_leftover(request: Request) -> Answer:
    """Only the plans of those it is assigned to are renewed; the event carries null when nobody was named."""
    name, users = request.call.data["name"], request.get("assigned_users")
    shelf_life, days_ago = request.get("shelf_life_days"), request.get("days_ago")
    answer = await request.bench.api.ask(
        "create_leftover",
        None,
        lambda household, today: household.create_leftover(today, name, users or [], shelf_life, days_ago),
        spoken=lambda data: f"Added {data['leftover']['name']}",
    )
    if answer["success"]:
        await request.bench.answers.renew(users or ())
        request.fire(
            "leftover_created",
            {
                "leftover_name": name,
                "assigned_users": users,
                "shelf_life_days": shelf_life,
                "days_ago": days_ago,
                "creation_data": answer["data"],
            },
        )
    return answer


async def set_daily_state(request: Request) -> Answer:
    username = request.get("username") or request.caller
    if username is None:
        return NOT_MAPPED
    values = request.given("energy", "motivation", "focus", "pain", "free_time", "mood", "is_sick")
    answer = await request.bench.api.ask(
        "set_daily_state",
        username,
        lambda household, today: household.set_daily_state(today, username, values),
        spoken=lambda data: "Daily state saved",
    )
    if answer["success"]:
        await request.bench.answers.renew((username,))
        request.fire("daily_state_set", {"username": username, "state_data": answer["data"]})
    return answer


async def invalidate_cache(request: Request) -> Answer:
    """The one real refresh; it fires no event."""
    await request.bench.answers.renew(USERS)
    return {"success": True, "message": "All caches invalidated and coordinators refreshed"}


def register_writes(hass: HomeAssistant) -> None:
    about_completion = {
        vol.Optional("completed_by"): cv.string,
        vol.Optional("notes"): cv.string,
        vol.Optional("completed_at"): cv.string,
    }
    register(
        hass,
        "complete_task",
        {vol.Required("task_id"): vol.Coerce(int), vol.Required("task_type"): TASK_TYPE, **about_completion},
        complete_task,
    )
    register(
        hass,
        "complete_task_by_name",
        {
            vol.Required("name"): cv.string,
            **about_completion,
            vol.Optional("event_type"): vol.In(("task_completed", "leftover_disposed")),
        },
        complete_task_by_name,
    )
    register(
        hass,
        "create_adhoc_task",
        {
            vol.Required("name"): cv.string,
            vol.Optional("assigned_users"): USER_LIST,
            vol.Optional("duration_minutes"): WHOLE,
            vol.Optional("priority"): WHOLE,
        },
        create_adhoc_task,
    )
    register(
        hass,
        "update_task",
        {
            vol.Required("task_id"): cv.string,
            vol.Required("task_type"): TASK_TYPE,
            **{vol.Optional(name): check for name, check in UPDATABLE.items()},
        },
        update_task,
    )
    register(
        hass,
        "update_completion",
        {
            vol.Required("completion_id"): vol.Coerce(int),
            **about_completion,
            vol.Optional("duration_minutes"): WHOLE,
        },
        update_completion,
    )
    register(hass, "delete_completion", {vol.Required("completion_id"): vol.Coerce(int)}, delete_completion)
    register(
        hass,
        "create_leftover",
        {
            vol.Required("name"): cv.string,
            vol.Optional("assigned_users"): USER_LIST,
            vol.Optional("shelf_life_days"): WHOLE,
            vol.Optional("days_ago"): WHOLE,
        },
        create_leftover,
    )
    scale = vol.All(vol.Coerce(int), vol.Range(min=1, max=5))
    register(
        hass,
        "set_daily_state",
        {
            vol.Optional("username"): cv.string,
            **{vol.Optional(name): scale for name in ("energy", "motivation", "focus", "pain", "free_time")},
            vol.Optional("mood"): vol.All(vol.Coerce(int), vol.Range(min=-2, max=2)),
            vol.Optional("is_sick"): cv.boolean,
        },
        set_daily_state,
    )
    register(hass, "invalidate_cache", {}, invalidate_cache)
