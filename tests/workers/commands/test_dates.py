"""Moments to come, as they are typed."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.commands.dates import read_date

NOW = time.mktime((2026, 11, 19, 15, 30, 0, 0, 0, -1))  # a Thursday


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-11-30", (11, 30, 0, 0)),
        ("2026/11/30 14:05", (11, 30, 14, 5)),
        ("2026-11-30T14:05", (11, 30, 14, 5)),
        ("11-30", (11, 30, 0, 0)),
        ("１１／３０　９：００", (11, 30, 9, 0)),
        ("18:30", (11, 19, 18, 30)),
        ("9:00", (11, 20, 9, 0)),
        ("tomorrow", (11, 20, 0, 0)),
        ("明日 9:00", (11, 20, 9, 0)),
        ("明後日", (11, 21, 0, 0)),
        ("Today 23:00", (11, 19, 23, 0)),
        ("fri", (11, 20, 0, 0)),
        ("Thursday", (11, 26, 0, 0)),
        ("wed 8:15", (11, 25, 8, 15)),
        ("月曜", (11, 23, 0, 0)),
        ("日", (11, 22, 0, 0)),
        ("日曜日", (11, 22, 0, 0)),
        ("+90m", (11, 19, 17, 0)),
        ("+2h", (11, 19, 17, 30)),
        ("+3d", (11, 22, 15, 30)),
        ("+1w", (11, 26, 15, 30)),
    ],
)
def test_read(text: str, date: tuple[int, int, int, int]) -> None:
    """Dates, times, days in words and lengths of time are read, in the way that lies ahead."""
    moment = read_date(text, NOW)
    assert moment is not None and time.localtime(moment)[:5] == (2026, *date)


def test_of_next_year() -> None:
    """A date without a year that has gone by is that of the next year."""
    moment = read_date("1/8", NOW)
    assert moment is not None and time.localtime(moment)[:3] == (2027, 1, 8)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30", "13-01", "25:00", "12:60", "+5", "+5y", "-3d", "fr", "曜日", "曜", "9"]
)
def test_no_date(text: str) -> None:
    """What is no date is not guessed."""
    assert read_date(text, NOW) is None


@given(st.text(max_size=12) | st.from_regex(r"\+?\d{1,6}([-/:mhdw]\d{0,4}){0,3}", fullmatch=True))
def test_any_text(text: str) -> None:
    """Whatever is typed is a moment or none."""
    moment = read_date(text, NOW)
    assert moment is None or isinstance(moment, float)
