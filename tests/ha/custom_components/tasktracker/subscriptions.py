"""The websocket command that lets users who are no admins hear mutation events: one subscription an event type."""

from typing import Any

import voluptuous as vol

from homeassistant.components import websocket_api
from homeassistant.core import Event, HomeAssistant, callback

from .bench import bench_of
from .const import EVENT_TYPES
from .users import username_of


@websocket_api.websocket_command(
    {vol.Required("type"): "tasktracker/subscribe_events", vol.Optional("event_type"): str}
)
@callback
def subscribe_events(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]
) -> None:
    ledger = bench_of(hass).ledger
    subscriber = str(username_of(connection.user))
    event_type = msg.get("event_type")
    if event_type not in EVENT_TYPES:
        ledger.refused_subscriptions[subscriber] += 1
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
        ledger.live[subscriber] -= 1
        stop_listening()

    ledger.subscribe_messages[subscriber] += 1
    ledger.live[subscriber] += 1
    connection.subscriptions[msg["id"]] = unsubscribe
    connection.send_result(msg["id"])
