"""What a week is for, told on its first day."""

from datetime import datetime, tzinfo

from store.weekly.calendar import week_of_day
from workers.alerts.judgement import Judgement
from workers.alerts.rules.review import Weeks

SETTLED_SECONDS = 600.0
"""Goals that were written a moment ago are known to who wrote them, and may change yet."""


def first_day_of(now: float, zone: tzinfo | None, start: str) -> str | None:
    """The week whose first day it is where ``zone`` is, None on another day."""
    today = datetime.fromtimestamp(now, zone).date()
    week = week_of_day(today, start)
    return str(week) if week.days(start)[0] == today else None


def judge_goals(now: float, zone: tzinfo | None, weeks: Weeks) -> list[Judgement]:
    """The open goals of the week that begins today, as a moment of that week; None where it has none."""
    week = first_day_of(now, zone, weeks.start())
    goals = weeks.goals(week) if week is not None else []
    if week is None or not goals or any(now - changed < SETTLED_SECONDS for _, changed in goals):
        return []
    facts = {"week": week, "goals": [text for text, _ in goals]}
    return [Judgement("goals", True, facts, occasion=week)]
