"""What people chose about weeks: the day that they begin on. Reading takes the default for what cannot be used."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from store.choices_kept import Checks, read_choices, save_choices
from store.errors import WrongValue
from store.weekly.calendar import STARTS

_PREFIX = "week."


@dataclass(frozen=True)
class WeekPreferences:
    """``week_start`` is the day that a week begins on: ``mon``, ``sun`` or ``sat``."""

    week_start: str = "mon"


def check_start(value: Any) -> str:
    """The day that a week begins on; WrongValue for one that it cannot."""
    if not isinstance(value, str) or value not in STARTS:
        raise WrongValue("{value} is none of {known}", value=repr(value), known=", ".join(STARTS))
    return value


CHECKS: Checks = {"week_start": check_start}


def read_weeks(connection: sqlite3.Connection) -> WeekPreferences:
    """The choice in force: the default where nothing is kept, or nothing that can be used."""
    return read_choices(connection, WeekPreferences, _PREFIX, CHECKS)


def save_weeks(connection: sqlite3.Connection, chosen: WeekPreferences, now: float) -> None:
    """Keep what has changed, in a transaction of its own; PreferencesError as ``save_choices``."""
    save_choices(connection, chosen, _PREFIX, CHECKS, now)
