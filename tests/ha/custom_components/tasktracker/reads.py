"""The services that read."""

import asyncio
from typing import Any

import voluptuous as vol

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv

from .answers import Answer
from .service_call import NOT_MAPPED, Request, register
from .users import available_users

USERNAME = {vol.Optional("username"): cv.string}


async def get_daily_plan(request: Request) -> Answer:
    """`delay` (seconds) is the bench's own: the answer is made first and sent later, for races."""
    username = request.get("username") or request.caller
    if username is None:
        return NOT_MAPPED
    answer = await request.bench.answers.plan(username, request.given("select_recommended", "fair_weather"))
    await asyncio.sleep(request.get("delay") or 0)
    return answer


async def get_daily_plan_encouragement(request: Request) -> Answer:
    username = request.get("username") or request.caller
    if username is None:
        return NOT_MAPPED
    return await request.bench.answers.timed(
        ("encouragement", username),
        lambda: request.bench.api.ask(
            "encouragement",
            username,
            lambda household, today: household.encouragement(today, username),
            spoken=lambda data: data["encouragement"],
        ),
        force=bool(request.get("force_refresh")),
    )


async def get_recommended_tasks(request: Request) -> Answer:
    username = request.get("username") or request.caller
    if username is None:
        return NOT_MAPPED
    minutes: int = request.call.data["available_minutes"]
    return await request.bench.answers.timed(
        ("recommended_tasks", username, minutes),
        lambda: request.bench.api.ask(
            "recommended_tasks",
            username,
            lambda household, today: household.recommended(today, username, minutes),
            spoken=lambda data: f"{data['count']} tasks fit into {minutes} minutes",
        ),
    )


async def get_daily_state(request: Request) -> Answer:
    username = request.get("username") or request.caller
    if username is None:
        return NOT_MAPPED
    return await request.bench.answers.timed(
        ("daily_state", username),
        lambda: request.bench.api.ask(
            "daily_state", username, lambda household, today: household.daily_state(today, username)
        ),
    )


async def get_available_tasks(request: Request) -> Answer:
    username, minutes = request.get("username"), request.get("available_minutes")
    upcoming: int = request.get("upcoming_days") or 0
    return await request.bench.answers.timed(
        ("available_tasks", username, minutes, upcoming),
        lambda: request.bench.api.ask(
            "available_tasks",
            username,
            lambda household, today: household.available(today, username, minutes, upcoming),
        ),
    )


async def get_recent_completions(request: Request) -> Answer:
    username: str | None = request.get("username")
    days: int = request.call.data["days"]
    limit: int = request.call.data["limit"]
    return await request.bench.answers.timed(
        ("recent_completions", username, days, limit),
        lambda: request.bench.api.ask(
            "recent_completions", username, lambda household, today: household.recent(today, username, days, limit)
        ),
    )


async def list_leftovers(request: Request) -> Answer:
    username = request.get("username")
    return await request.bench.answers.timed(
        ("leftovers", username),
        lambda: request.bench.api.ask(
            "leftovers", username, lambda household, today: household.list_leftovers(today, username)
        ),
    )


async def get_all_tasks(request: Request) -> Answer:
    username, thin = request.get("username"), bool(request.get("thin"))
    return await request.bench.answers.timed(
        ("all_tasks", username, thin),
        lambda: request.bench.api.ask(
            "all_tasks", username, lambda household, today: household.all_tasks(today, username, thin)
        ),
    )


async def get_available_users(request: Request) -> Answer:
    data: dict[str, Any] = await available_users(request.hass)
    return {"success": True, "spoken_response": f"Available users: {', '.join(data['users'])}", "data": data}


def register_reads(hass: HomeAssistant) -> None:
    minutes = vol.All(vol.Coerce(int), vol.Range(min=1))
    register(
        hass,
        "get_daily_plan",
        {
            **USERNAME,
            vol.Optional("select_recommended"): cv.boolean,
            vol.Optional("fair_weather"): cv.boolean,
            vol.Optional("delay"): vol.All(vol.Coerce(float), vol.Range(min=0, max=60)),
        },
        get_daily_plan,
    )
    register(
        hass,
        "get_daily_plan_encouragement",
        {**USERNAME, vol.Optional("force_refresh"): cv.boolean},
        get_daily_plan_encouragement,
    )
    register(
        hass, "get_recommended_tasks", {vol.Required("available_minutes"): minutes, **USERNAME}, get_recommended_tasks
    )
    register(hass, "get_daily_state", USERNAME, get_daily_state)
    register(
        hass,
        "get_available_tasks",
        {
            **USERNAME,
            vol.Optional("available_minutes"): minutes,
            vol.Optional("upcoming_days"): vol.All(vol.Coerce(int), vol.Range(min=0)),
        },
        get_available_tasks,
    )
    register(
        hass,
        "get_recent_completions",
        {
            **USERNAME,
            vol.Optional("days", default=7): vol.All(vol.Coerce(int), vol.Range(min=1)),
            vol.Optional("limit", default=50): vol.All(vol.Coerce(int), vol.Range(min=1)),
        },
        get_recent_completions,
    )
    register(hass, "list_leftovers", USERNAME, list_leftovers)
    register(hass, "get_all_tasks", {**USERNAME, vol.Optional("thin"): cv.boolean}, get_all_tasks)
    register(hass, "get_available_users", {}, get_available_users)
