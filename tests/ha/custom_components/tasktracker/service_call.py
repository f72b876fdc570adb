"""One call of a service: who calls, with what, and the bench that answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import voluptuous as vol

from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse

from .answers import Answer
from .bench import Bench, bench_of
from .const import DOMAIN
from .users import caller_of

NOT_MAPPED = {"success": False, "message": "Current user is not mapped to a TaskTracker user"}


@dataclass
class Request:
    """What a handler needs; `caller` is None for a user who is not mapped."""

    hass: HomeAssistant
    bench: Bench
    call: ServiceCall
    caller: str | None

    def get(self, name: str) -> Any:
        return self.call.data.get(name)

    def given(self, *names: str) -> dict[str, Any]:
        """The arguments among these that were sent, whatever their value."""
        return {name: self.call.data[name] for name in names if name in self.call.data}

    def fire(self, event: str, data: dict[str, Any]) -> None:
        self.hass.bus.async_fire(f"{DOMAIN}_{event}", data, context=self.call.context)


Handler = Callable[[Request], Awaitable[Answer]]


def register(hass: HomeAssistant, name: str, schema: dict[Any, Any], handler: Handler) -> None:
    """Services answer only with `return_response`, writes too."""

    async def serve(call: ServiceCall) -> Answer:
        bench = bench_of(hass)
        caller = await caller_of(hass, call.context)
        bench.ledger.called(name, caller, call.data)
        return await handler(Request(hass, bench, call, caller))

    hass.services.async_register(
        DOMAIN, name, serve, schema=vol.Schema(schema), supports_response=SupportsResponse.ONLY
    )
