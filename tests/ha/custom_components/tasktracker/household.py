"""The household: tasks, completions, leftovers, daily states, and what the requests do with them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from homeassistant.util import dt as dt_util

from .const import ADHOC, LEFTOVER, SELF_CARE
from .logical_day import Today, logical_date, noon, stamp
from .refusals import Refusal
from .seed import USERS, seed_completions, seed_leftovers, seed_tasks
from .tasks import Task

RECOMMENDED_SCORE = 0.5
USUAL_STATE = {"energy": 3, "motivation": 3, "focus": 3, "pain": 1, "mood": 0, "free_time": 3, "is_sick": False}


class Household:
    """Everything that TaskTracker's server would keep. Changes call `changed`, so that they outlive a restart."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.tasks: list[Task] = []
        self.completions: list[dict[str, Any]] = []
        self.leftovers: list[dict[str, Any]] = []
        self.states: dict[str, dict[str, Any]] = {}
        self.generations = 0

    def seed(self, today: Today) -> None:
        self.tasks = seed_tasks(today)
        self.completions = seed_completions(today)
        self.leftovers = seed_leftovers(today)
        self.states = {}
        self.generations = 0
        self._changed()

    def stored(self) -> dict[str, Any]:
        return {
            "tasks": [task.stored() for task in self.tasks],
            "completions": self.completions,
            "leftovers": self.leftovers,
            "states": self.states,
            "generations": self.generations,
        }

    def restore(self, stored: dict[str, Any]) -> None:
        self.tasks = [Task(**task) for task in stored["tasks"]]
        self.completions = stored["completions"]
        self.leftovers = stored["leftovers"]
        self.states = stored["states"]
        self.generations = stored["generations"]

    # Reading

    def plan(
        self, today: Today, username: str, select_recommended: bool = False, fair_weather: bool | None = None
    ) -> dict[str, Any]:
        mine = [task for task in self._due(today) if username in task.assigned_users]
        if fair_weather is False:
            mine = [task for task in mine if not task.requires_fair_weather]
        if select_recommended:
            mine = [task for task in mine if task.recommendation_score >= RECOMMENDED_SCORE]
        shown = [self._view(task, today) for task in mine]
        return {
            "self_care": [task for task in shown if task["task_type"] == SELF_CARE],
            "tasks": [task for task in shown if task["task_type"] != SELF_CARE],
            "using_defaults": False,
        }

    def encouragement(self, today: Today, username: str) -> dict[str, Any]:
        """Each call stands for one paid generation; its text tells what the plan looked like then."""
        self.generations += 1
        self._changed()
        tasks = self.plan(today, username)["tasks"]
        if not tasks:
            text = f"Nothing is left for today, {username.capitalize()}. Enjoy the quiet."
        else:
            shortest = min(tasks, key=lambda task: task["duration_minutes"])
            text = (
                f"{len(tasks)} to go, {username.capitalize()}. "
                f"{shortest['name']} takes only {shortest['duration_minutes']} minutes: a good start."
            )
        return {"encouragement": f"{text} (generation {self.generations})", "generation": self.generations}

    def recommended(self, today: Today, username: str, available_minutes: int) -> list[dict[str, Any]]:
        tasks = self.plan(today, username)["tasks"]
        return [task for task in tasks if task["duration_minutes"] <= available_minutes]

    def available(
        self, today: Today, username: str | None, available_minutes: int | None, upcoming_days: int
    ) -> list[dict[str, Any]]:
        return [
            self._view(task, today)
            for task in self._due(today, upcoming_days)
            if task.task_type != SELF_CARE
            and (username is None or username in task.assigned_users)
            and (available_minutes is None or task.duration_minutes <= available_minutes)
        ]

    def all_tasks(self, today: Today, username: str | None, thin: bool) -> list[dict[str, Any]]:
        tasks = [task for task in self.tasks if username is None or username in task.assigned_users]
        if not thin:
            return [self._view(task, today) for task in tasks]
        fields = ("id", "name", "task_type", "assigned_users")
        return [{name: getattr(task, name) for name in fields} for task in tasks]

    def recent(self, today: Today, username: str | None, days: int, limit: int) -> list[dict[str, Any]]:
        earliest = stamp(today.now - timedelta(days=days))
        found = [
            self._completion_view(completion)
            for completion in self.completions
            if completion["completed_at"] >= earliest and username in (None, completion["completed_by"])
        ]
        return sorted(found, key=lambda completion: completion["completed_at"], reverse=True)[:limit]

    def list_leftovers(self, today: Today, username: str | None) -> list[dict[str, Any]]:
        return [
            self._leftover_view(leftover, today)
            for leftover in self.leftovers
            if username is None or username in leftover["assigned_users"]
        ]

    def daily_state(self, today: Today, username: str) -> dict[str, Any]:
        return {"date": today.date.isoformat()} | USUAL_STATE | self.states.get(f"{today.date} {username}", {})

    # Writing

    def complete(
        self, today: Today, task_id: int, task_type: str, by: str, notes: str | None, completed_at: str | None
    ) -> dict[str, Any]:
        self.require_user(by)
        task = self._task(task_type, task_id)
        moment = completed_at or stamp(today.now)
        before = {name: getattr(task, name) for name in ("due", "completed", "last_completed", "last_completion_notes")}
        task.complete(moment, notes, today)
        completion = self._add_completion(task.id, task.task_type, task.name, by, moment, notes, task.duration_minutes)
        completion["before"] = before
        self._changed()
        return {"completion": self._completion_view(completion), "task": self._view(task, today)}

    def complete_by_name(
        self, today: Today, name: str, by: str, notes: str | None, completed_at: str | None, leftover: bool
    ) -> dict[str, Any]:
        self.require_user(by)
        wanted = name.casefold()
        if leftover:
            found = next((each for each in self.leftovers if each["name"].casefold() == wanted), None)
            if found is None:
                raise Refusal(404, "No such leftover")
            self.leftovers.remove(found)
            moment = completed_at or stamp(today.now)
            completion = self._add_completion(found["id"], LEFTOVER, found["name"], by, moment, notes, 0)
            completion["before"] = found
            self._changed()
            return {"completion": self._completion_view(completion), "matched_name": found["name"]}
        task = next((each for each in self._due(today, 3650) if each.name.casefold() == wanted), None)
        if task is None:
            raise Refusal(404, "No such task")
        done = self.complete(today, task.id, task.task_type, by, notes, completed_at)
        return {"completion": done["completion"], "matched_name": task.name}

    def create_adhoc(
        self, today: Today, name: str, users: list[str], duration_minutes: int | None, priority: int | None
    ) -> dict[str, Any]:
        for username in users:
            self.require_user(username)
        number = 1 + max((task.id for task in self.tasks if task.task_type == ADHOC), default=100)
        task = Task(number, ADHOC, name, users, duration_minutes or 15, priority or 2, 0.85, today.date.isoformat())
        self.tasks.append(task)
        self._changed()
        return {"task": self._view(task, today)}

    def update_task(self, today: Today, task_type: str, task_id: int, updates: dict[str, Any]) -> dict[str, Any]:
        task = self._task(task_type, task_id)
        for name, value in updates.items():
            if name in ("next_due", "due_date"):
                task.due = value[:10]
            else:
                setattr(task, name, value)
        self._changed()
        return {"task": self._view(task, today)}

    def update_completion(self, completion_id: int, updates: dict[str, Any]) -> dict[str, Any]:
        completion = self._completion(completion_id)
        completion.update(updates)
        self._changed()
        return {"completion": self._completion_view(completion)}

    def delete_completion(self, completion_id: int) -> dict[str, Any]:
        """Undoes it: the task, or the leftover, is what it was before."""
        completion = self._completion(completion_id)
        self.completions.remove(completion)
        before = completion.get("before")
        if completion["task_type"] == LEFTOVER:
            self.leftovers.append(before)
        elif before is not None:
            task = self._task(completion["task_type"], completion["task_id"])
            for name, value in before.items():
                setattr(task, name, value)
        self._changed()
        return {"completion_id": completion_id, "task_name": completion["task_name"]}

    def create_leftover(
        self, today: Today, name: str, users: list[str], shelf_life_days: int | None, days_ago: int | None
    ) -> dict[str, Any]:
        leftover = {
            "id": 1 + max((each["id"] for each in self.leftovers), default=200),
            "name": name,
            "assigned_users": users,
            "created_at": stamp(today.now - timedelta(days=days_ago or 0)),
            "shelf_life_days": shelf_life_days or 4,
            "task_type": LEFTOVER,
        }
        self.leftovers.append(leftover)
        self._changed()
        return {"leftover": self._leftover_view(leftover, today)}

    def set_daily_state(self, today: Today, username: str, values: dict[str, Any]) -> dict[str, Any]:
        slot = f"{today.date} {username}"
        self.states[slot] = self.states.get(slot, {}) | values
        self._changed()
        return self.daily_state(today, username)

    def require_user(self, username: str) -> None:
        if username not in USERS:
            raise Refusal(404, "Unknown user")

    # Parts

    def _due(self, today: Today, within_days: int = 0) -> list[Task]:
        """Active tasks that are due by then, the best recommendation first."""
        due = [
            task
            for task in self.tasks
            if task.is_active
            and not task.completed
            and task.due_in_days(today) <= within_days
            and not (task.task_type == SELF_CARE and self._view(task, today)["completed"])
        ]
        return sorted(due, key=lambda task: -task.recommendation_score)

    def _view(self, task: Task, today: Today) -> dict[str, Any]:
        done = sum(
            completion["task_type"] == task.task_type
            and completion["task_id"] == task.id
            and logical_date(dt_util.parse_datetime(completion["completed_at"], raise_on_error=True)) == today.date
            for completion in self.completions
        )
        return task.view(today, done)

    def _leftover_view(self, leftover: dict[str, Any], today: Today) -> dict[str, Any]:
        created = logical_date(dt_util.parse_datetime(leftover["created_at"], raise_on_error=True))
        due: date = created + timedelta(days=leftover["shelf_life_days"])
        days_overdue = max(0, (today.date - due).days)
        return leftover | {"due_date": noon(due), "is_overdue": days_overdue > 0, "days_overdue": days_overdue}

    def _completion_view(self, completion: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in completion.items() if name != "before"}

    def _add_completion(
        self, task_id: int, task_type: str, name: str, by: str, moment: str, notes: str | None, minutes: int
    ) -> dict[str, Any]:
        completion = {
            "id": 1 + max((each["id"] for each in self.completions), default=500),
            "task_id": task_id,
            "task_type": task_type,
            "task_name": name,
            "completed_by": by,
            "completed_at": moment,
            "notes": notes or "",
            "duration_minutes": minutes,
        }
        self.completions.append(completion)
        return completion

    def _task(self, task_type: str, task_id: int) -> Task:
        for task in self.tasks:
            if task.task_type == task_type and task.id == task_id:
                return task
        raise Refusal(404, "No such task")

    def _completion(self, completion_id: int) -> dict[str, Any]:
        for completion in self.completions:
            if completion["id"] == completion_id:
                return completion
        raise Refusal(404, "No such completion")
