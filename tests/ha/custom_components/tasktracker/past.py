"""States that an entity is to have had before Home Assistant was started, for cards that draw history."""

from typing import Any

import voluptuous as vol

from homeassistant.components import websocket_api
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.db_schema import States, StatesMeta
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import HomeAssistant


@websocket_api.websocket_command(
    {
        vol.Required("type"): "tasktracker_test/remember",
        vol.Required("entity_id"): str,
        vol.Required("states"): [{vol.Required("at"): vol.Coerce(float), vol.Required("state"): str}],
    }
)
@websocket_api.require_admin
@websocket_api.async_response
async def remember(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """`at` in seconds since 1970."""

    def write() -> None:
        with session_scope(hass=hass) as session:
            found = session.query(StatesMeta.metadata_id).filter(StatesMeta.entity_id == msg["entity_id"])
            metadata_id = found.scalar()
            for state in msg["states"]:
                session.add(States(metadata_id=metadata_id, state=state["state"], last_updated_ts=state["at"]))

    await get_instance(hass).async_add_executor_job(write)
    connection.send_result(msg["id"])
