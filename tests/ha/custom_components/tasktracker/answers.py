"""What the integration keeps of the API's answers inside Home Assistant.

The habits that a cache on the page meets are made here: a plan never ages by time, other answers live 300 s, concurrent
cold requests are joined by nobody, and a request in flight during a mutation leaves its outdated answer behind.
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from .api import Api
from .refusals import ApiError
from .seed import USERS

TIMED_SECONDS = 300
Answer = dict[str, Any]


@dataclass
class PlanSlot:
    """One a user: a request with another filter takes its place."""

    filters: dict[str, Any]
    day: date
    answer: Answer


class Answers:
    """Kept answers, and the one way to renew them: a mutation."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._plans: dict[str, PlanSlot] = {}
        self._timed: dict[tuple[Any, ...], tuple[float, Answer]] = {}

    async def plan(self, username: str, filters: dict[str, Any]) -> Answer:
        slot = self._plans.get(username)
        if slot is not None and slot.filters == filters and slot.day == self._api.today().date:
            return slot.answer
        answer = await self._api.ask(
            "daily_plan", username, lambda household, today: household.plan(today, username, **filters)
        )
        if answer["success"]:
            self._plans[username] = PlanSlot(filters, self._api.today().date, answer)
        return answer

    async def timed(self, key: tuple[Any, ...], ask: Callable[[], Awaitable[Answer]], force: bool = False) -> Answer:
        kept = self._timed.get(key)
        if kept is not None and not force and time.monotonic() < kept[0]:
            return kept[1]
        answer = await ask()
        if answer["success"]:
            self._timed[key] = (time.monotonic() + TIMED_SECONDS, answer)
        return answer

    async def renew(self, usernames: Iterable[str] = USERS) -> None:
        """After a mutation. A plan that cannot be fetched now is fetched when somebody asks for it."""
        self._timed.clear()
        for username in usernames:
            self._plans.pop(username, None)
            try:
                await self.plan(username, {})
            except ApiError:
                continue

    def forget(self) -> None:
        self._plans.clear()
        self._timed.clear()

    def assigned_users(self, task_id: int | None = None, name: str | None = None) -> list[str]:
        """Whose task it is, read from the plans kept now: a task that has left them belongs to nobody.

        The real integration looks at neither self-care nor the type, so an id can find another task.
        """
        for slot in self._plans.values():
            for task in slot.answer["data"]["tasks"]:
                if task["id"] == task_id or (name is not None and task["name"] == name):
                    return task["assigned_users"]
        return []
