"""TaskTracker for tests: registers its services and its command, and passes every call on to the tests' own process."""

import asyncio
from pathlib import Path

import voluptuous as vol

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.yaml import load_yaml

from . import other_requests, past, subscriptions
from .line import Line

DOMAIN = "tasktracker"

CONFIG_SCHEMA = vol.Schema(
    {
        DOMAIN: vol.Schema(
            {
                # Where tests/ha/tasktracker/line.mjs listens.
                vol.Required("line"): str,
                # A slow start, in seconds: pages reconnect before the websocket command exists.
                vol.Optional("start_delay", default=0): vol.All(vol.Coerce(float), vol.Range(min=0, max=30)),
            }
        )
    },
    extra=vol.ALLOW_EXTRA,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    await asyncio.sleep(config[DOMAIN]["start_delay"])
    line = Line(await async_get_clientsession(hass).ws_connect(config[DOMAIN]["line"]))
    hass.async_create_background_task(line.listen(), "tasktracker line")

    async def serve(call: ServiceCall) -> dict:
        answer, event = await line.call(call)
        if event is not None:
            hass.bus.async_fire(event["event_type"], event["data"], context=call.context)
        return answer

    services = await hass.async_add_executor_job(load_yaml, str(Path(__file__).with_name("services.yaml")))
    for name in services:
        # They answer only with `return_response`, writes too.
        hass.services.async_register(DOMAIN, name, serve, supports_response=SupportsResponse.ONLY)
    for command in (
        subscriptions.subscribe_events,
        subscriptions.subscriptions,
        other_requests.count_requests,
        other_requests.requests,
        past.remember,
    ):
        websocket_api.async_register_command(hass, command)
    return True
