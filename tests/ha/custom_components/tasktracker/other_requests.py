"""What pages ask of the rest of Home Assistant, counted by the server: commands of the websocket and requests over HTTP."""

from collections import Counter
import logging
from typing import Any

import voluptuous as vol

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback

# Home Assistant says here, before it answers, which path it serves.
SERVING = logging.getLogger("homeassistant.helpers.http")


class _Served(logging.Handler):
    def __init__(self, counts: Counter[str]) -> None:
        super().__init__(logging.DEBUG)
        self._counts = counts

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.args, tuple) and str(record.msg).startswith("Serving"):
            self._counts[f"GET {record.args[0]}"] += 1


class OtherRequests:
    """Counts from the first time on that anybody wants to know."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._watched: set[str] = set()

    def watch(self, hass: HomeAssistant, commands: list[str]) -> None:
        if not self._watched:
            SERVING.addHandler(_Served(self.counts))
            SERVING.setLevel(logging.DEBUG)
        handlers = hass.data[websocket_api.DOMAIN]
        for command in set(commands) - self._watched:
            handler, schema = handlers[command]
            handlers[command] = (self._counting(command, handler), schema)
        self._watched.update(commands)
        self.counts.clear()

    def _counting(self, command: str, handler: Any) -> Any:
        def count(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
            self.counts[command] += 1
            handler(hass, connection, msg)

        return count


REQUESTS = OtherRequests()


@websocket_api.websocket_command(
    {vol.Required("type"): "tasktracker_test/count_requests", vol.Required("commands"): [str]}
)
@websocket_api.require_admin
@callback
def count_requests(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """From zero on: these commands, and whatever comes by HTTP."""
    REQUESTS.watch(hass, msg["commands"])
    connection.send_result(msg["id"])


@websocket_api.websocket_command({vol.Required("type"): "tasktracker_test/requests"})
@websocket_api.require_admin
@callback
def requests(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """`{"ws/type" or "GET /path": count}`."""
    connection.send_result(msg["id"], dict(REQUESTS.counts))
