"""The goals of a week on its first day."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from workers.alerts.rules.goals import SETTLED_SECONDS, first_day_of, judge_goals

TOKYO = ZoneInfo("Asia/Tokyo")


class Weeks:
    """What is kept of weeks: the day they begin on, and the goals of one."""

    def __init__(self, goals, start="mon"):
        self.kept = goals
        self.chosen = start

    def start(self):
        """The day that a week begins on."""
        return self.chosen

    def is_closed(self, week):
        """None was."""
        return False

    def goals(self, week):
        """Those of that week."""
        return self.kept.get(week, [])


def at(day, hour=0, minute=0):
    """A moment of November 2026 in Tokyo, in epoch seconds."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TOKYO).timestamp()


GOALS = {"2026-W48": [("read less", at(20, 17)), ("論文を書く", at(20, 17))]}


@pytest.mark.parametrize(
    ("now", "start", "told"),
    [
        (at(22, 23, 59), "mon", False),
        (at(23), "mon", True),
        (at(23, 23, 59), "mon", True),
        (at(24), "mon", False),
        (at(22, 9), "sun", True),
        (at(23, 9), "sun", False),
        (at(21, 9), "sat", True),
        (at(30, 9), "mon", False),
    ],
)
def test_when(now, start, told):
    """On the first day of their week, whichever that is, from midnight to midnight; a week without goals has none."""
    assert bool(judge_goals(now, TOKYO, Weeks(GOALS, start))) == told


def test_what():
    """All of them, in their order, as urgent as their rule is, as a moment of their week."""
    (found,) = judge_goals(at(23, 8), TOKYO, Weeks(GOALS))
    assert (found.rule, found.active, found.occasion, found.severity) == ("goals", True, "2026-W48", None)
    assert found.facts == {"week": "2026-W48", "goals": ["read less", "論文を書く"]}


def test_just_written():
    """What was written a moment ago is not told to who wrote it; a while later it is."""
    written = at(23, 10)
    weeks = Weeks({"2026-W48": [("a", written - 9000), ("b", written)]})
    assert judge_goals(written + SETTLED_SECONDS - 1, TOKYO, weeks) == []
    assert judge_goals(written + SETTLED_SECONDS, TOKYO, weeks) != []


def test_week_of_a_zone():
    """The day is that of the zone: in Tokyo the week has begun while it is Sunday in Berlin."""
    assert first_day_of(at(23, 1), TOKYO, "mon") == "2026-W48"
    assert first_day_of(at(23, 1), ZoneInfo("Europe/Berlin"), "mon") is None
