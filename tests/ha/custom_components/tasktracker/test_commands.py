"""Websocket commands for the tests alone: the server's own counts, a fresh household, bad weather, silent changes."""

from typing import Any

import voluptuous as vol

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback

from .api import Weather
from .bench import bench_of
from .const import TASK_TYPES


@websocket_api.websocket_command({vol.Required("type"): "tasktracker_test/calls"})
@websocket_api.require_admin
@callback
def calls(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    bench = bench_of(hass)
    ledger = bench.ledger
    connection.send_result(
        msg["id"],
        {
            "services": ledger.per_service(),
            "calls": ledger.calls,
            "requests": dict(bench.api.requests),
            "generations": bench.api.household.generations,
            "live_subscriptions": dict(+ledger.live),
            "subscribe_messages": dict(ledger.subscribe_messages),
            "refused_subscriptions": dict(ledger.refused_subscriptions),
        },
    )


@websocket_api.websocket_command(
    {vol.Required("type"): "tasktracker_test/reset", vol.Optional("household", default=False): bool}
)
@websocket_api.require_admin
@callback
def reset(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Counts start at zero and the weather clears; with `household` its state is the first day's again, too."""
    bench = bench_of(hass)
    bench.ledger.reset()
    bench.api.requests.clear()
    bench.api.weather.clear()
    if msg["household"]:
        bench.api.household.seed(bench.api.today())
        bench.answers.forget()
    connection.send_result(msg["id"])


@websocket_api.websocket_command(
    {
        vol.Required("type"): "tasktracker_test/weather",
        vol.Required("endpoint"): str,
        vol.Optional("delay", default=0): vol.All(vol.Coerce(float), vol.Range(min=0, max=60)),
        vol.Optional("failure"): vol.In(("error", "hang_up", "unsuccessful")),
        vol.Optional("message", default=Weather.message): str,
    }
)
@websocket_api.require_admin
@callback
def weather(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """How one endpoint of the API behaves from now on, until the next reset."""
    bench_of(hass).api.weather[msg["endpoint"]] = Weather(msg["delay"], msg.get("failure"), msg["message"])
    connection.send_result(msg["id"])


@websocket_api.websocket_command(
    {
        vol.Required("type"): "tasktracker_test/change_task",
        vol.Required("task_type"): vol.In(TASK_TYPES),
        vol.Required("task_id"): int,
        vol.Required("changes"): dict,
    }
)
@websocket_api.require_admin
@callback
def change_task(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """As if changed in TaskTracker's own pages: the server knows, Home Assistant does not, and no event tells."""
    api = bench_of(hass).api
    data = api.household.update_task(api.today(), msg["task_type"], msg["task_id"], msg["changes"])
    connection.send_result(msg["id"], data)
