"""A small TaskTracker of cardcache's own, shaped like the real integration: for tests, with real state."""

import asyncio

import voluptuous as vol

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.helpers.typing import ConfigType

from . import other_requests, past, subscriptions, test_commands
from .answers import Answers
from .api import Api
from .bench import BENCH, Bench
from .const import DOMAIN
from .household import Household
from .ledger import Ledger
from .reads import register_reads
from .writes import register_writes

# Seconds until a change is written; what is not yet written when Home Assistant stops is written then.
SAVE_DELAY = 1

CONFIG_SCHEMA = vol.Schema(
    {
        DOMAIN: vol.Schema(
            # A slow start, in seconds: pages reconnect before the websocket command exists.
            {vol.Optional("start_delay", default=0): vol.All(vol.Coerce(float), vol.Range(min=0, max=30))}
        )
    },
    extra=vol.ALLOW_EXTRA,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    await asyncio.sleep(config[DOMAIN]["start_delay"])
    store: Store[dict] = Store(hass, 1, DOMAIN)

    @callback
    def save_soon() -> None:
        store.async_delay_save(household.stored, SAVE_DELAY)

    household = Household(save_soon)
    api = Api(household, hass.config.time_zone)
    stored = await store.async_load()
    if stored is None:
        household.seed(api.today())
    else:
        household.restore(stored)
    hass.data[BENCH] = Bench(api, Answers(api), Ledger())
    register_reads(hass)
    register_writes(hass)
    websocket_api.async_register_command(hass, subscriptions.subscribe_events)
    for command in (
        test_commands.calls,
        test_commands.reset,
        test_commands.weather,
        test_commands.change_task,
        other_requests.count_requests,
        other_requests.requests,
        past.remember,
    ):
        websocket_api.async_register_command(hass, command)
    return True
