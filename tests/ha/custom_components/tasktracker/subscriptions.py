"""The websocket command that lets users who are no admins hear mutation events: one subscription an event type."""

from collections import Counter
from typing import Any

import voluptuous as vol

from homeassistant.components import websocket_api
from homeassistant.core import Event, HomeAssistant, callback

# Two of them, task_deleted and daily_plan, can be subscribed to although no service of ours fires them.
EVENT_TYPES = tuple(
    f"tasktracker_{name}"
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

# By the lower-case name of the user.
LIVE: Counter[str] = Counter()
MESSAGES: Counter[str] = Counter()
REFUSED: Counter[str] = Counter()


@websocket_api.websocket_command(
    {vol.Required("type"): "tasktracker/subscribe_events", vol.Optional("event_type"): str}
)
@callback
def subscribe_events(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]
) -> None:
    subscriber = (connection.user.name or "").lower()
    event_type = msg.get("event_type")
    if event_type not in EVENT_TYPES:
        REFUSED[subscriber] += 1
        if event_type is None:
            connection.send_error(msg["id"], websocket_api.ERR_UNKNOWN_ERROR, "Unknown error")
            return
        text = f"Event type {event_type} is not a valid TaskTracker event"
        connection.send_error(msg["id"], websocket_api.ERR_INVALID_FORMAT, text)
        return

    @callback
    def forward(event: Event) -> None:
        message = {"event_type": event.event_type, "data": event.data}
        connection.send_message(websocket_api.event_message(msg["id"], message))

    stop_listening = hass.bus.async_listen(event_type, forward)

    @callback
    def unsubscribe() -> None:
        LIVE[subscriber] -= 1
        stop_listening()

    MESSAGES[subscriber] += 1
    LIVE[subscriber] += 1
    connection.subscriptions[msg["id"]] = unsubscribe
    connection.send_result(msg["id"])


@websocket_api.websocket_command(
    {vol.Required("type"): "tasktracker_test/subscriptions", vol.Optional("reset", default=False): bool}
)
@websocket_api.require_admin
@callback
def subscriptions(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Counts since the last reset; live subscriptions are a state, so a reset leaves them."""
    if msg["reset"]:
        MESSAGES.clear()
        REFUSED.clear()
    connection.send_result(
        msg["id"],
        {
            "live_subscriptions": dict(+LIVE),
            "subscribe_messages": dict(MESSAGES),
            "refused_subscriptions": dict(REFUSED),
        },
    )
