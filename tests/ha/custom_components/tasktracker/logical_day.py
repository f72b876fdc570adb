"""The household's day, which begins at five in the morning."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from homeassistant.util import dt as dt_util

RESET_HOUR = 5
CUTOFF_HOUR = 20


def logical_date(moment: datetime) -> date:
    """The day that a moment belongs to, in Home Assistant's time zone."""
    return (dt_util.as_local(moment) - timedelta(hours=RESET_HOUR)).date()


def stamp(moment: datetime) -> str:
    """A moment as TaskTracker writes it: UTC, milliseconds, Z."""
    return dt_util.as_utc(moment).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def noon(day: date) -> str:
    """Due dates have no time of their own; TaskTracker puts them at noon."""
    return f"{day.isoformat()}T12:00:00Z"


@dataclass(frozen=True)
class Today:
    """What an answer depends on besides the household: read once for each request."""

    now: datetime
    date: date
    timezone: str

    @classmethod
    def read(cls, timezone: str) -> Today:
        now = dt_util.utcnow()
        return cls(now, logical_date(now), timezone)

    def user_context(self) -> dict[str, str]:
        return {
            "timezone": self.timezone,
            "daily_reset_time": f"{RESET_HOUR:02d}:00:00",
            "current_logical_date": self.date.isoformat(),
            "daily_task_cutoff_time": f"{CUTOFF_HOUR:02d}:00:00",
        }
