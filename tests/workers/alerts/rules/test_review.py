"""When the week's review is due."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.alerts.rules.machines import see
from workers.alerts.rules.review import DAYS, judge_review, last_due

TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")
DAY = 86400.0


class Weeks:
    """What is kept of weeks: the day they begin on, and which were closed."""

    def __init__(self, start="mon", closed=()):
        self.chosen = start
        self.closed = closed

    def start(self):
        """The day that a week begins on."""
        return self.chosen

    def is_closed(self, week):
        """Whether it was closed."""
        return week in self.closed

    def goals(self, week):
        """None."""
        return []


def at(year, month, day, hour, minute, zone=TOKYO):
    """A local time in epoch seconds."""
    return datetime(year, month, day, hour, minute, tzinfo=zone).timestamp()


def figures(begin, end):
    """A week with two runs."""
    return {"runs": 2, "finished": 1, "crashed": 1, "hours": 30.5, "open": 0}


def judge(now, when="fri 16:00", zone=TOKYO, tell=figures, weeks=None):
    """The review at a moment."""
    return judge_review(see(now=now), when, zone, tell, weeks or Weeks())


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ((2026, 11, 20, 15, 59), False),
        ((2026, 11, 20, 16, 0), True),
        ((2026, 11, 22, 15, 59), True),
        ((2026, 11, 22, 16, 1), False),
        ((2026, 11, 25, 12, 0), False),
    ],
)
def test_when(now, due):
    """From its time on Friday, for two days: what passed while nothing ran is left out."""
    assert bool(judge(at(*now))) == due


def test_what():
    """The week up to then, with its figures, as urgent as its rule is, as a moment of its ISO week."""
    (found,) = judge(at(2026, 11, 20, 18, 0))
    assert (found.active, found.occasion, found.severity) == (True, "2026-W47", None)
    assert found.facts == figures(0, 0) | {
        "week": "2026-W47",
        "begin": at(2026, 11, 13, 16, 0),
        "end": at(2026, 11, 20, 16, 0),
    }


def test_closed():
    """A week that was closed is not reminded of; the one before does not matter."""
    assert judge(at(2026, 11, 20, 18, 0), weeks=Weeks(closed=("2026-W47",))) == []
    assert judge(at(2026, 11, 20, 18, 0), weeks=Weeks(closed=("2026-W46",))) != []


@pytest.mark.parametrize(
    ("when", "now", "start", "week"),
    [
        ("mon 09:00", (2026, 11, 23, 9, 0), "mon", "2026-W47"),
        ("wed 23:59", (2026, 11, 25, 23, 59), "mon", "2026-W47"),
        ("thu 12:00", (2026, 11, 26, 12, 0), "mon", "2026-W48"),
        ("sun 20:00", (2026, 11, 22, 20, 0), "mon", "2026-W47"),
        ("sun 20:00", (2026, 11, 22, 20, 0), "sun", "2026-W47"),
        ("sat 20:00", (2026, 11, 21, 20, 0), "sat", "2026-W47"),
        ("fri 16:00", (2027, 1, 1, 16, 0), "mon", "2026-W53"),
    ],
)
def test_which_week(when, now, start, week):
    """In the first half of a week it is the review of the one before, on whatever day weeks begin."""
    (found,) = judge(at(*now), when, weeks=Weeks(start))
    assert (found.occasion, found.facts["week"]) == (week, week)


def test_another_time():
    """Who moves it from Friday to Saturday after having it has had it this week."""
    (friday,), (saturday,) = judge(at(2026, 11, 20, 18, 0)), judge(at(2026, 11, 21, 12, 0), "sat 10:00")
    assert friday.occasion == saturday.occasion


@pytest.mark.parametrize("when", ["", "never", "fri", "fri 25:00", "fri 16:77", "friday 16:00", "fri 1x:00"])
def test_never(when):
    """No time, or none that can be read: no review, and its figures are not asked."""
    assert judge(at(2026, 11, 20, 18, 0), when, tell=lambda begin, end: 1 / 0) == []


def test_an_empty_week():
    """Where nothing ran there is nothing to look back on."""
    assert judge(at(2026, 11, 20, 18, 0), tell=lambda begin, end: {"runs": 0, "hours": 0.0, "open": 3}) == []


def test_summer_time():
    """A week with a change of the clocks is an hour shorter, and its review at the same time of day."""
    (found,) = judge(at(2026, 3, 29, 19, 0, zone=BERLIN), "sun 18:00", BERLIN)
    assert found.facts["end"] - found.facts["begin"] == 7 * DAY - 3600


@given(
    st.sampled_from(DAYS),
    st.integers(0, 23),
    st.integers(0, 59),
    st.floats(1.7e9, 1.9e9),
    st.sampled_from([None, BERLIN]),
)
def test_once_a_week(day, hour, minute, start, zone):
    """Asked every six hours for three weeks: due on three weeks in a row or four, each once, and never too early."""
    found: dict[str, tuple[float, float]] = {}
    for place in range(84):
        now = start + place * DAY / 4
        due = last_due(f"{day} {hour}:{minute:02}", now, zone)
        if due is not None:
            assert now - 2 * DAY <= due[2] <= now
            assert found.setdefault(due[0], due[1:]) == due[1:]
    assert 2 <= len(found) <= 4
    ends = sorted(end for _, end in found.values())
    assert all(abs(later - end - 7 * DAY) <= 3600 for end, later in pairwise(ends))
    assert {datetime.fromtimestamp(end, zone).weekday() for end in ends} == {DAYS.index(day)}
