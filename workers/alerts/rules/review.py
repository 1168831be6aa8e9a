"""When the week's review is due: once a week, at a time of the machine's own zone."""

import time
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from typing import Any, Protocol

from store.weekly.calendar import week_of
from workers.alerts.judgement import Judgement
from workers.alerts.sights import MachineSight

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LATE_SECONDS = 2 * 86400.0
"""A review that was due longer ago is not told any more: nothing ran then, and the next one comes."""
HALF_A_WEEK_SECONDS = 3.5 * 86400.0
Figures = Callable[[float, float], Mapping[str, Any]]


class Weeks(Protocol):
    """What is kept of weeks; each is read when it is asked for."""

    def start(self) -> str:
        """The day that a week begins on."""

    def is_closed(self, week: str) -> bool:
        """Whether the review of that week was closed."""

    def goals(self, week: str) -> list[tuple[str, float]]:
        """The open goals of that week, each with when it was written last (epoch seconds)."""


def judge_review(
    sight: MachineSight, when: str, zone: tzinfo | None, figures: Figures, weeks: Weeks
) -> list[Judgement]:
    """The review that became due last, of the week up to then, as a moment of its week: there is one a week, also where
    its time was changed. ``when`` is as ``fri 16:00``, empty for never; ``figures(begin, end)`` tells ``runs``,
    ``finished``, ``crashed``, ``hours`` and ``open``, and is asked only when one is due. None where nothing ran, or
    that week was closed.
    """
    due = last_due(when, sight.now, zone, weeks.start())
    if due is None or weeks.is_closed(due[0]):
        return []
    facts = dict(figures(due[1], due[2]))
    if not any(facts.get(name) for name in ("runs", "finished", "crashed", "hours")):
        return []
    told = {"week": due[0], "begin": due[1], "end": due[2], **facts}
    return [Judgement("review", True, told, occasion=due[0])]


def last_due(when: str, now: float, zone: tzinfo | None, start: str = "mon") -> tuple[str, float, float] | None:
    """The week (``2026-W47``, of those that begin on ``start``) that was due to be reviewed last, and the begin and
    end, in epoch seconds, of what is looked back on; None where none was due in the last two days, or ``when`` names no
    time. What is due in the first half of a week is the review of the week before.

    ``zone`` None is this machine's own. Nothing is read, so this may be asked at every look.
    """
    named = _parse(when)
    if named is None:
        return None
    weekday, at = named
    today = _date(now, zone)
    for ago in range(4):
        day = today - timedelta(days=ago)
        end = _epoch(day, at, zone)
        if day.weekday() == weekday and end <= now:
            if now - end > LATE_SECONDS:
                return None
            return str(week_of(end - HALF_A_WEEK_SECONDS, zone, start)), _epoch(day - timedelta(days=7), at, zone), end
    return None


def _parse(when: str) -> tuple[int, clock_time] | None:
    day, _, at = when.strip().lower().partition(" ")
    hour, _, minute = at.strip().partition(":")
    if day not in DAYS or not (hour.isdecimal() and minute.isdecimal()) or int(hour) > 23 or int(minute) > 59:
        return None
    return DAYS.index(day), clock_time(int(hour), int(minute))


def _date(now: float, zone: tzinfo | None) -> date:
    return datetime.fromtimestamp(now, zone).date()


def _epoch(day: date, at: clock_time, zone: tzinfo | None) -> float:
    """That time of that day; one that the change to summer time leaves out is the one an hour later."""
    if zone is not None:
        return datetime.combine(day, at, zone).timestamp()
    return time.mktime((day.year, day.month, day.day, at.hour, at.minute, 0, 0, 0, -1))
