"""The household that a fresh bench starts with.

Ids meet across types on purpose (recurring 2, 3 and 4 against self-care 2, 3 and 4), and there are tasks of one user
alone, of two, and of a third user whom neither of the others' plans ever names.
"""

from datetime import timedelta
from typing import Any

from .const import ADHOC, LEFTOVER, RECURRING, SELF_CARE
from .logical_day import Today, stamp
from .tasks import Task

USERS = ("gabriel", "sara", "tom")


def seed_tasks(today: Today) -> list[Task]:
    def day(offset: int) -> str:
        return (today.date + timedelta(days=offset)).isoformat()

    def window(label: str, start: str, end: str) -> dict[str, str]:
        return {"label": label, "start": start, "end": end}

    both = ["gabriel", "sara"]
    return [
        Task(1, RECURRING, "Empty the dishwasher", both, 10, 1, 0.9, day(0), frequency_days=1),
        Task(2, RECURRING, "Descale the kettle", both, 25, 2, 0.8, day(-2)),
        Task(3, RECURRING, "Feed the sourdough", ["sara"], 10, 3, 0.7, day(0), frequency_days=3),
        Task(
            4,
            RECURRING,
            "Rake the leaves",
            ["gabriel"],
            60,
            3,
            0.2,
            day(0),
            requires_fair_weather=True,
            last_completion_notes="The rake has a loose tooth",
        ),
        Task(5, RECURRING, "File the receipts", ["gabriel"], 15, 1, 0.95, day(-1), frequency_days=30),
        Task(6, RECURRING, "Sweep the stairs", ["sara"], 30, 2, 0.6, day(5)),
        Task(7, RECURRING, "Air the bedding", ["sara"], 20, 2, 0.65, day(0)),
        Task(8, RECURRING, "Oil the bike chain", ["tom"], 20, 2, 0.7, day(0), frequency_days=14),
        Task(101, ADHOC, "Replace the hallway bulb", ["gabriel"], 30, 2, 0.75, day(0)),
        Task(102, ADHOC, "Return the library books", ["sara"], 5, 2, 0.7, day(0)),
        Task(103, ADHOC, "Order train tickets", ["tom"], 10, 1, 0.8, day(0)),
        Task(
            1,
            SELF_CARE,
            "Floss",
            ["gabriel"],
            3,
            1,
            0.9,
            windows=[window("Morning", "06:00", "10:00"), window("Evening", "20:00", "23:30")],
            required_occurrences=2,
        ),
        Task(
            2,
            SELF_CARE,
            "A glass of water",
            ["gabriel"],
            1,
            2,
            0.8,
            windows=[
                window("Morning", "07:00", "11:00"),
                window("Afternoon", "12:00", "17:00"),
                window("Evening", "18:00", "22:00"),
            ],
            required_occurrences=3,
        ),
        Task(
            3,
            SELF_CARE,
            "Vitamins",
            ["sara"],
            2,
            1,
            0.95,
            windows=[window("Morning", "07:00", "09:00"), window("Evening", "19:00", "21:00")],
            required_occurrences=2,
        ),
        Task(4, SELF_CARE, "Loosen the shoulders", both, 10, 3, 0.6, level=2),
    ]


def seed_leftovers(today: Today) -> list[dict[str, Any]]:
    def leftover(number: int, name: str, users: list[str], shelf_life: int, age: int) -> dict[str, Any]:
        return {
            "id": number,
            "name": name,
            "assigned_users": users,
            "shelf_life_days": shelf_life,
            "created_at": stamp(today.now - timedelta(days=age)),
            "task_type": LEFTOVER,
        }

    return [
        leftover(201, "Vegetable stew", ["gabriel", "sara"], 4, 1),
        leftover(202, "Potato salad", ["sara"], 4, 6),
        leftover(203, "Flatbread", [], 3, 0),
    ]


def seed_completions(today: Today) -> list[dict[str, Any]]:
    def completion(number: int, task: tuple[int, str], by: str, age: int, notes: str, minutes: int) -> dict[str, Any]:
        return {
            "id": number,
            "task_id": task[0],
            "task_type": RECURRING,
            "task_name": task[1],
            "completed_by": by,
            "completed_at": stamp(today.now - timedelta(days=age)),
            "notes": notes,
            "duration_minutes": minutes,
        }

    return [
        completion(501, (6, "Sweep the stairs"), "sara", 2, "", 30),
        completion(502, (1, "Empty the dishwasher"), "gabriel", 3, "The lower rack sticks", 10),
    ]
