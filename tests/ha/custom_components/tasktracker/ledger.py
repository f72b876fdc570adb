"""What the tests ask the server about itself: who called which service when, and who has subscribed to what."""

from collections import Counter
from typing import Any

from homeassistant.util import dt as dt_util


class Ledger:
    """Counts since the last reset; live subscriptions are a state, so a reset leaves them."""

    def __init__(self) -> None:
        self.live: Counter[str] = Counter()
        self.reset()

    def reset(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.subscribe_messages: Counter[str] = Counter()
        self.refused_subscriptions: Counter[str] = Counter()

    def called(self, service: str, caller: str | None, data: dict[str, Any]) -> None:
        self.calls.append(
            {"at": dt_util.utcnow().timestamp() * 1000, "service": service, "caller": caller, "data": dict(data)}
        )

    def per_service(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for call in self.calls:
            by_caller = counts.setdefault(call["service"], {})
            caller = str(call["caller"])
            by_caller[caller] = by_caller.get(caller, 0) + 1
        return counts
