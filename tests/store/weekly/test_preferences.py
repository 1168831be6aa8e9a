"""The day that weeks begin on, as people chose it."""

import sqlite3

import pytest

from store.errors import PreferencesError
from store.weekly.preferences import WeekPreferences, read_weeks, save_weeks


def test_kept(journal: sqlite3.Connection) -> None:
    """A week begins on Monday until another day is chosen; one that no week begins on is refused."""
    assert read_weeks(journal).week_start == "mon"
    save_weeks(journal, WeekPreferences("sun"), 10.0)
    assert read_weeks(journal).week_start == "sun"
    with pytest.raises(PreferencesError, match="'wed' is none of mon, sun, sat"):
        save_weeks(journal, WeekPreferences("wed"), 20.0)
    assert read_weeks(journal).week_start == "sun"


def test_unusable(journal: sqlite3.Connection) -> None:
    """What is kept and cannot be used is read as the default."""
    journal.execute("INSERT INTO preferences (name, value, changed) VALUES ('week.week_start', '7', 1.0)")
    assert read_weeks(journal) == WeekPreferences()
