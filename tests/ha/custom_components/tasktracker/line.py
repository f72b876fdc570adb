"""The line to the tests' own process, which keeps the household."""

import asyncio
from itertools import count
from typing import Any

import aiohttp
import voluptuous as vol

from homeassistant.core import ServiceCall


class ApiError(Exception):
    """A request failed. No HomeAssistantError, so callers see `unknown_error`, as with the real integration."""


class Line:
    """Calls go out in order; each waits for its own reply."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def listen(self) -> None:
        async for message in self._socket:
            reply = message.json()
            self._waiting.pop(reply["id"]).set_result(reply)

    async def call(self, call: ServiceCall) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The answer, and the event that tells of it. Refusals are raised as Home Assistant would raise them."""
        number = next(self._ids)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(
            {"id": number, "service": call.service, "data": dict(call.data), "user_id": call.context.user_id}
        )
        reply = await waiting
        if error := reply.get("error"):
            raise (vol.Invalid if error["code"] == "invalid_format" else ApiError)(error["message"])
        return reply["answer"], reply.get("event")
