"""Tasks: what is stored of one, and how the API shows it on a given day."""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from .const import ADHOC, RECURRING, SELF_CARE
from .logical_day import Today, noon

EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]


@dataclass
class Task:
    """One task. Ids are unique per type only, as in TaskTracker."""

    id: int
    task_type: str
    name: str
    assigned_users: list[str]
    duration_minutes: int = 15
    priority: int = 2
    recommendation_score: float = 0.5
    due: str = ""  # a day, YYYY-MM-DD; self-care is due every day
    frequency_days: int = 7
    windows: list[dict[str, str]] = field(default_factory=list)
    required_occurrences: int = 1
    level: int = 1
    requires_fair_weather: bool = False
    notes: str = ""
    tags: list[str] = field(default_factory=list)
    is_active: bool = True
    completed: bool = False
    last_completed: str | None = None
    last_completion_notes: str | None = None

    def due_in_days(self, today: Today) -> int:
        if self.task_type == SELF_CARE:
            return 0
        return (date.fromisoformat(self.due) - today.date).days

    def complete(self, moment: str, notes: str | None, today: Today) -> None:
        """Self-care keeps no mark of its own: its occurrences are counted from the day's completions."""
        if self.task_type == SELF_CARE:
            return
        self.last_completed = moment
        self.last_completion_notes = notes
        if self.task_type == ADHOC:
            self.completed = True
        else:
            self.due = (today.date + timedelta(days=self.frequency_days)).isoformat()

    def view(self, today: Today, done_today: int) -> dict[str, Any]:
        """The task as the API shows it; `done_today` counts the occurrences completed on this logical day."""
        days_overdue = max(0, -self.due_in_days(today))
        shown = {
            "energy_cost": 2,
            "focus_cost": 2,
            "pain_cost": 1,
            "motivation_boost": 0,
            "satisfaction": 3,
            "impact": 3,
            "suitable_after_hours": "yes",
            "allowed_days": EVERY_DAY,
            "requires_fair_weather": self.requires_fair_weather,
            "overdue_severity": min(3, 1 + days_overdue),
            "is_active": self.is_active,
            "notes": self.notes,
            "tags": self.tags,
            "task_nudges": [],
            "last_completed": self.last_completed,
            "last_completion_notes": self.last_completion_notes,
            "id": self.id,
            "task_type": self.task_type,
            "name": self.name,
            "assigned_users": self.assigned_users,
            "duration_minutes": self.duration_minutes,
            "priority": self.priority,
            "recommendation_score": self.recommendation_score,
            "completed": self.completed,
            "is_overdue": days_overdue > 0,
            "days_overdue": days_overdue,
        }
        if self.task_type == SELF_CARE:
            outstanding = max(0, self.required_occurrences - done_today)
            shown |= {
                "level": self.level,
                "required_occurrences": self.required_occurrences,
                "outstanding_occurrences": outstanding,
                "windows": [
                    window | {"completed": position < done_today} for position, window in enumerate(self.windows)
                ],
                "completed": outstanding == 0,
                "next_due": f"{today.date.isoformat()}T23:59:00Z",
            }
            return shown
        shown["due_date"] = noon(date.fromisoformat(self.due))
        if self.task_type == RECURRING:
            shown |= {
                "frequency_value": self.frequency_days,
                "frequency_unit": "days",
                "next_due": shown["due_date"],
            }
        return shown

    def stored(self) -> dict[str, Any]:
        return asdict(self)
