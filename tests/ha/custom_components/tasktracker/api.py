"""The way to TaskTracker's server: envelopes, its latency, its failures, and a count of every request."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .household import Household
from .logical_day import Today
from .refusals import ApiError, Refusal


@dataclass
class Weather:
    """How one endpoint behaves until a test says otherwise; `failure` is 'error', 'hang_up' or 'unsuccessful'."""

    delay: float = 0.0
    failure: str | None = None
    message: str = "Failure ordered by a test"


class Api:
    """Requests are answered from the household as it is when they begin; the delay comes after, as on a real wire."""

    def __init__(self, household: Household, timezone: str) -> None:
        self.household = household
        self.requests: Counter[str] = Counter()
        self.weather: dict[str, Weather] = {}
        self._timezone = timezone

    def today(self) -> Today:
        return Today.read(self._timezone)

    async def ask(
        self,
        endpoint: str,
        username: str | None,
        work: Callable[[Household, Today], Any],
        spoken: Callable[[Any], str] | None = None,
    ) -> dict[str, Any]:
        """One request; lists are wrapped as `{items, count}`."""
        self.requests[f"{endpoint} {username}"] += 1
        today = self.today()
        weather = self.weather.get(endpoint, Weather())
        answer = self._answer(weather, username, work, today)
        if weather.delay:
            await asyncio.sleep(weather.delay)
        if isinstance(answer, ApiError):
            raise answer
        if spoken is not None and answer["success"]:
            data = answer["data"]
            return {"success": True, "spoken_response": spoken(data), **answer}
        return answer

    def _answer(
        self, weather: Weather, username: str | None, work: Callable[[Household, Today], Any], today: Today
    ) -> dict[str, Any] | ApiError:
        if weather.failure == "hang_up":
            return ApiError("Network error: Server disconnected")
        if weather.failure == "error":
            return _failed(500, {"success": False, "message": weather.message})
        if weather.failure == "unsuccessful":
            return {"success": False, "message": weather.message}
        try:
            if username is not None:
                self.household.require_user(username)
            data = work(self.household, today)
        except Refusal as refusal:
            body = {"success": False, "message": refusal.message, "user_context": today.user_context()}
            return _failed(refusal.status, body)
        if isinstance(data, list):
            data = {"items": data, "count": len(data)}
        return {"success": True, "data": data, "user_context": today.user_context()}


def _failed(status: int, body: dict[str, Any]) -> ApiError:
    return ApiError(f"API request failed with status {status}: {body}")
